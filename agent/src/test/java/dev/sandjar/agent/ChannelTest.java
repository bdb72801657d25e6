package dev.sandjar.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A channel without its agent: the test delivers what the link's reader would. */
@Timeout(30)
class ChannelTest {
    private static final int QUARTER = Frame.WINDOW / 4;

    @Test
    void whatWasTakenIsGrantedWithTheNextFrameOnceItIsAQuarterOfTheWindow() throws Exception {
        try (var agent = new RealAgent();
                Link link = agent.link()) {
            var channel = new Channel(link, 1, Frame.WINDOW);
            assertThat(channel.deliver(data(QUARTER))).isZero();
            assertThat(channel.deliver(data(1))).isZero(); // nothing was taken
            channel.take();
            channel.take();
            assertThat(channel.deliver(data(1))).isBetween(QUARTER, 2 * QUARTER);
            assertThat(channel.deliver(data(1))).isZero(); // is granted once
        }
    }

    private static Frame data(int bytes) {
        return new Frame.Data(1, ByteBuffer.allocate(bytes));
    }
}
