package dev.sandjar.server.door.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import org.junit.jupiter.api.Test;

class FrameQueueTest {
    private final FrameQueue queue = new FrameQueue();

    @Test
    void framesAreTakenInOrderWithWhatTheyCarry() throws Exception {
        queue.add(WebSocketFrame.textFrame("begin", false));
        queue.add(WebSocketFrame.continuationFrame(Buffer.buffer(" end"), true));
        assertTaken(true, false, "begin");
        queue.add(WebSocketFrame.binaryFrame(Buffer.buffer("x".repeat(10_000)), true));
        assertTaken(false, true, " end");
        queue.add(WebSocketFrame.textFrame("", true));
        assertTaken(false, true, "x".repeat(10_000));
        assertTaken(true, true, "");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void thousandsAreTakenInOrder() throws Exception {
        for (int i = 0; i < 10_000; i++) {
            queue.add(WebSocketFrame.textFrame(Integer.toString(i), true));
        }
        for (int i = 0; i < 10_000; i++) {
            assertTaken(true, true, Integer.toString(i));
        }
    }

    @Test
    void pingsDoNotWait() {
        assertThat(queue.add(WebSocketFrame.pingFrame(Buffer.buffer("x")))).isZero();
    }

    @Test
    void whatWaitsIsTakenAfterTheEndAndNothingMore() throws Exception {
        queue.add(WebSocketFrame.textFrame("x", true));
        queue.end();
        queue.add(WebSocketFrame.textFrame("late", true));
        assertTaken(true, true, "x");
        assertThat(queue.take()).isNull();
    }

    @Test
    void whatIsDroppedIsNotTaken() throws Exception {
        queue.add(WebSocketFrame.textFrame("x", true));
        queue.drop();
        assertThat(queue.take()).isNull();
    }

    private void assertTaken(boolean text, boolean last, String bytes) throws InterruptedException {
        FrameQueue.Part part = queue.take();
        assertThat(part).isNotNull();
        assertThat(part.text()).isEqualTo(text);
        assertThat(part.last()).isEqualTo(last);
        assertThat(new String(part.bytes().array(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(bytes);
    }
}
