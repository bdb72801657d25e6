package dev.sandjar.compat.kubebox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import dev.sandjar.compat.kubebox.error.WaitLimitException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/** Questions whether a process runs. The answers do not say which process they are about, so there is one question at a time. */
final class Statuses {
    private final Duration limit;
    private final ReentrantLock asking = new ReentrantLock();
    private CompletableFuture<JsonNode> answer = CompletableFuture.completedFuture(MissingNode.getInstance());
    private int late; // answers to come that nobody waits for any more

    Statuses(Duration limit) {
        this.limit = limit;
    }

    Status ask(Runnable question) throws InterruptedException {
        if (!asking.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            throw unanswered();
        }
        try {
            CompletableFuture<JsonNode> expected = expect();
            question.run();
            return status(expected.get(limit.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            missed();
            throw unanswered();
        } catch (InterruptedException e) {
            missed();
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KubeboxException ours ? ours : new IllegalStateException(e.getCause());
        } finally {
            asking.unlock();
        }
    }

    private synchronized CompletableFuture<JsonNode> expect() {
        answer = new CompletableFuture<>();
        return answer;
    }

    private synchronized void missed() {
        if (!answer.isDone()) {
            late++;
        }
    }

    /** An answer has come. */
    synchronized void told(JsonNode payload) {
        if (late > 0) {
            late--;
        } else {
            answer.complete(payload);
        }
    }

    /** No answer will come to what is asked now. False when nothing is. */
    synchronized boolean fail(KubeboxException why) {
        late = 0;
        return answer.completeExceptionally(why);
    }

    private static Status status(JsonNode told) {
        JsonNode running = told.path("running");
        if (!running.isBoolean()) {
            return Status.UNKNOWN;
        }
        return running.booleanValue() ? Status.RUNNING : Status.ENDED;
    }

    private WaitLimitException unanswered() {
        return new WaitLimitException(
                "the server did not say whether the process runs",
                limit,
                "answerLimit",
                "look whether it knows the session and the process");
    }
}
