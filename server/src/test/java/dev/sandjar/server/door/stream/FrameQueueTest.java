package dev.sandjar.server.door.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class FrameQueueTest {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final FrameQueue queue = new FrameQueue(() -> stopped.set(true), () -> stopped.set(false));

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
    void theConnectionWaitsWhileMuchDoesUntilNothingDoes() throws Exception {
        queue.add(WebSocketFrame.binaryFrame(Buffer.buffer(new byte[10_000]), true));
        assertThat(stopped).isFalse();
        queue.add(WebSocketFrame.binaryFrame(Buffer.buffer(new byte[10_000]), true));
        assertThat(stopped).isTrue();
        queue.take();
        assertThat(stopped).isTrue();
        queue.take();
        assertThat(stopped).isFalse();
    }

    @Test
    void framesWithoutBytesCountToo() {
        for (int i = 0; i < 10_000; i++) {
            queue.add(WebSocketFrame.textFrame("", false));
        }
        assertThat(stopped).isTrue();
    }

    @Test
    void pingsDoNotWait() {
        for (int i = 0; i < 10_000; i++) {
            queue.add(WebSocketFrame.pingFrame(Buffer.buffer("x")));
        }
        assertThat(stopped).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"add", "end", "drop"})
    void whoeverWaitsIsWoken(String by) throws Exception {
        var taken = new FutureTask<>(queue::take);
        Thread taker = Thread.ofPlatform().start(taken);
        while (taker.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        switch (by) {
            case "add" -> queue.add(WebSocketFrame.textFrame("x", true));
            case "end" -> queue.end();
            default -> queue.drop();
        }
        assertThat(taken.get(10, TimeUnit.SECONDS) != null).isEqualTo(by.equals("add"));
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
        queue.add(WebSocketFrame.binaryFrame(Buffer.buffer(new byte[20_000]), true));
        queue.drop();
        assertThat(stopped).isFalse();
        queue.add(WebSocketFrame.binaryFrame(Buffer.buffer(new byte[20_000]), true));
        assertThat(stopped).isFalse();
        assertThat(queue.take()).isNull();
    }

    private void assertTaken(boolean text, boolean last, String bytes) throws InterruptedException {
        FrameQueue.Part part = queue.take();
        assertThat(part).isNotNull();
        assertThat(part.text()).isEqualTo(text);
        assertThat(part.last()).isEqualTo(last);
        assertThat(new String(part.bytes().array(), StandardCharsets.UTF_8)).isEqualTo(bytes);
    }
}
