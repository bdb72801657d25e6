package dev.sandjar.compat.kubebox;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import dev.sandjar.compat.kubebox.error.WaitLimitException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Questions whether a process runs. Answers come in the order of the questions; of Sandjar's server they say which process they are about, of kubebox's
 * own they do not. So there is one question at a time, and one that nobody waits for any more still gets the answer that is its.
 */
final class Statuses {
    private static final int MOST = 1_000; // without an answer; a server that owes so many gives none

    private record Question(long processId, CompletableFuture<JsonNode> answer) {}

    private final Duration limit;
    private final ReentrantLock asking = new ReentrantLock();
    private final Queue<Question> unanswered = new ArrayDeque<>();

    Statuses(Duration limit) {
        this.limit = limit;
    }

    Status ask(long processId, Runnable question) throws InterruptedException {
        if (!asking.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            throw noAnswer();
        }
        try {
            return status(asked(processId, question).get(limit.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            throw noAnswer();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KubeboxException ours ? ours : new IllegalStateException(e.getCause());
        } finally {
            asking.unlock();
        }
    }

    private CompletableFuture<JsonNode> asked(long processId, Runnable question) {
        var made = new Question(processId, new CompletableFuture<>());
        expect(made);
        try {
            question.run();
            return made.answer();
        } catch (RuntimeException e) {
            forget(made);
            throw e;
        }
    }

    private synchronized void expect(Question question) {
        if (unanswered.size() == MOST) {
            unanswered.remove();
        }
        unanswered.add(question);
    }

    private synchronized void forget(Question question) {
        unanswered.remove(question);
    }

    /** An answer has come. */
    void told(JsonNode payload) {
        answered(payload).ifPresent(question -> question.answer().complete(payload));
    }

    /** Another answer has come. */
    void refused(JsonNode payload, KubeboxException why) {
        answered(payload).ifPresent(question -> question.answer().completeExceptionally(why));
    }

    /** What this is the answer to. What was asked before that will have none any more. */
    private synchronized Optional<Question> answered(JsonNode payload) {
        JsonNode about = payload.path("process_id");
        if (about.isIntegralNumber()) {
            if (unanswered.stream().noneMatch(question -> question.processId() == about.longValue())) {
                return Optional.empty();
            }
            while (unanswered.element().processId() != about.longValue()) {
                unanswered.remove();
            }
        }
        return Optional.ofNullable(unanswered.poll());
    }

    /** No answer will come to what was asked until now. */
    synchronized void lost(KubeboxException why) {
        unanswered.forEach(question -> question.answer().completeExceptionally(why));
        unanswered.clear();
    }

    private static Status status(JsonNode told) {
        JsonNode running = told.path("running");
        if (!running.isBoolean()) {
            return Status.UNKNOWN;
        }
        return running.booleanValue() ? Status.RUNNING : Status.ENDED;
    }

    private WaitLimitException noAnswer() {
        return new WaitLimitException(
                "the server did not say whether the process runs",
                limit,
                "answerLimit",
                "look whether it knows the session and the process");
    }
}
