package dev.sandjar.compat.kubebox;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A command whose output is given out as it comes, once: to whoever asks next, or to a callback. It ends with a {@link CommandExit}, or with an exception that
 * says why its exit is not known. A connection that is lost meanwhile is made anew; where output is missing, or may be, there is a {@link
 * CommandGap}.
 *
 * <p>What comes is kept for a slow reader, up to a million characters. Then the server has to wait, and with it the other streams of the session; a
 * stream that nobody reads any more holds them up for ten seconds, and has a gap from there. Who wants no more of it closes it; the command goes on.
 */
public final class StreamProcess implements CommandRun, Iterable<CommandEvent>, AutoCloseable {
    private final SessionLink link;
    private final long processId;
    private final Backlog backlog;

    StreamProcess(SessionLink link, long processId, Backlog backlog) {
        this.link = link;
        this.processId = processId;
        this.backlog = backlog;
    }

    /**
     * By which it can be asked for and killed.
     *
     * @return the server's number for it
     */
    public long processId() {
        return processId;
    }

    /**
     * What comes next.
     *
     * @param limit for how long it is waited for
     * @return empty when nothing has come
     * @throws KubeboxException when nothing more will come, and why
     * @throws java.util.NoSuchElementException after the exit, after an exception, and once closed
     * @throws InterruptedException when the caller is interrupted; nothing is lost then
     */
    public Optional<CommandEvent> next(Duration limit) throws InterruptedException {
        return backlog.take(limit);
    }

    /**
     * What comes next, waited for as long as the server says that the command runs. It is asked whenever nothing has come for some time; see {@link
     * SandboxClientBuilder#silenceLimit}.
     *
     * @return an output, a gap or the exit
     * @throws KubeboxException when nothing more will come, and why
     * @throws java.util.NoSuchElementException after the exit, after an exception, and once closed
     * @throws InterruptedException when the caller is interrupted; nothing is lost then
     */
    public CommandEvent next() throws InterruptedException {
        while (true) {
            Optional<CommandEvent> event = backlog.take(link.silenceLimit());
            if (event.isPresent()) {
                return event.get();
            }
            link.confirm(processId, backlog);
        }
    }

    /**
     * What {@link #next()} gives, up to the exit and with it. Every iterator goes on where the one before has stopped. When its thread is
     * interrupted it throws a {@link KubeboxException}, and the thread stays interrupted.
     */
    @Override
    public Iterator<CommandEvent> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return !backlog.isRead();
            }

            @Override
            public CommandEvent next() {
                try {
                    return StreamProcess.this.next();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new KubeboxException(
                            "waiting for output of process " + processId + " was interrupted",
                            "iterate again to go on",
                            e);
                }
            }
        };
    }

    /**
     * Calls back for every output and gap, one after another, on a thread of its own. A slow callback makes the server wait.
     *
     * @param callback what to do; when it throws, that is how the future ends
     * @return completed with the exit, or with the exception that {@link #next()} would have thrown
     */
    public CompletableFuture<CommandExit> listen(Consumer<? super CommandEvent> callback) {
        var end = new CompletableFuture<CommandExit>();
        Thread.ofVirtual().name("kubebox-listen-" + processId).start(() -> {
            try {
                while (!end.isDone()) {
                    CommandEvent event = next();
                    if (event instanceof CommandExit exit) {
                        end.complete(exit);
                    } else {
                        callback.accept(event);
                    }
                }
            } catch (Throwable e) { // also an error of the callback's
                end.completeExceptionally(e);
            }
        });
        return end;
    }

    /** Lets go of what comes from now on. The command is not killed. */
    @Override
    public void close() {
        link.forget(processId, backlog);
    }

    @Override
    public String toString() {
        return "StreamProcess[processId=" + processId + "]";
    }
}
