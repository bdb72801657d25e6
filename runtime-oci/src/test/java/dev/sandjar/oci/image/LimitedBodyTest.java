package dev.sandjar.oci.image;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.SandboxException;
import dev.sandjar.runtime.Deadline;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LimitedBodyTest {
    /** As the JDK's client gives it: nothing comes, and only closing it ends a read. */
    private static final class Silent extends InputStream {
        private final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public int read() throws java.io.IOException {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new java.io.IOException("closed");
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    @Test
    void aRegistryThatStopsInTheMiddleHoldsNobodyPastTheDeadline() throws Exception {
        try (var body = new LimitedBody(new Silent(), Deadline.in("pull", Duration.ofMillis(50)), "pulling it")) {
            assertThatThrownBy(body::readAllBytes)
                    .isInstanceOf(SandboxException.class)
                    .hasMessage("pulling it took longer than the limit \"pull\" (0.05 s)");
        }
    }
}
