package dev.sandjar.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** Whose share a client is in that has not said yet who it is. */
class AddressesTest {
    @Test
    void eachAddressOfVersion4IsSomebodyElse() {
        assertThat(counted("198.18.0.1")).isNotEqualTo(counted("198.18.0.2"));
    }

    @Test
    void allAddressesOfOneNetworkOfVersion6AreOne() {
        assertThat(counted("2001:db8:0:1::1"))
                .isEqualTo(counted("2001:db8:0:1:ffff::2"))
                .isNotEqualTo(counted("2001:db8:0:2::1"));
    }

    private static String counted(String address) {
        return Addresses.of(InetAddress.ofLiteral(address));
    }
}
