package dev.sandjar.server.door.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

/** In whose share a client of the SSH port is, who has not said yet who it is. */
class SshPortSharesTest {
    @Test
    void eachAddressOfVersion4IsSomebodyElse() throws Exception {
        assertThat(network("198.18.0.1")).isNotEqualTo(network("198.18.0.2"));
    }

    @Test
    void allAddressesOfOneNetworkOfVersion6AreOne() throws Exception {
        assertThat(network("2001:db8:0:1::1"))
                .isEqualTo(network("2001:db8:0:1:ffff::2"))
                .isNotEqualTo(network("2001:db8:0:2::1"));
    }

    private static String network(String address) throws UnknownHostException {
        return SshPort.network(InetAddress.getByName(address));
    }
}
