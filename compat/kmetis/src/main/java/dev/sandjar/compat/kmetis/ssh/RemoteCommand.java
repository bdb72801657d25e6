package dev.sandjar.compat.kmetis.ssh;

import dev.sandjar.compat.kmetis.error.CommandExecutionException;
import dev.sandjar.compat.kmetis.error.CommandTimeoutException;
import dev.sandjar.compat.kmetis.error.SshConnectionException;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;

/**
 * One command on a channel of its own. Closing a channel ends no process, and OpenSSH passes no signal on for root, so the shell first says its
 * process id, in a line that is taken off its output; with that, its whole process group is killed when time is up.
 */
final class RemoteCommand {
    private static final Duration KILL = Duration.ofSeconds(5);
    private static final long PAUSE_NANOS = 10_000_000;
    private static final List<String> SIGNALS = List.of(
            "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
            "ALRM", "TERM");

    private final ClientSession session;
    private final Duration openLimit;
    private final String mark = "sandjar-" + UUID.randomUUID();
    private final Pattern first = Pattern.compile("\\A" + mark + " (\\d+)\\n");
    private final CompletableFuture<Boolean> whole = new CompletableFuture<>(); // false: it writes too much
    private final Written stdout = new Written(() -> whole.complete(false));
    private final Written stderr = new Written(() -> whole.complete(false));

    /** @param openLimit until the connection must have begun with it */
    RemoteCommand(ClientSession session, Duration openLimit) {
        this.session = session;
        this.openLimit = openLimit;
    }

    CommandResult run(String command, Duration limit) throws InterruptedException {
        ChannelExec channel = open("echo " + mark + " $$\n" + command);
        boolean ended = false;
        try {
            ended = whole.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            if (!ended) {
                throw new CommandExecutionException(
                        "the command wrote more than " + Written.MOST + " bytes and was killed",
                        "write them to a file and download that",
                        null);
            }
            return result(channel);
        } catch (TimeoutException e) {
            kill();
            ended = true;
            throw new CommandTimeoutException(limit, output(), stderr.text());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            if (!ended) { // also when the caller was interrupted
                Thread.ofVirtual().name("ssh-kill").start(this::kill);
            }
            channel.close(true);
        }
    }

    private ChannelExec open(String text) {
        ChannelExec channel = null;
        try {
            channel = session.createExecChannel(text);
            channel.setOut(stdout);
            channel.setErr(stderr);
            channel.addCloseFutureListener(_ -> whole.complete(true));
            channel.open().verify(openLimit);
            channel.getInvertedIn().close(); // nothing comes: it must not wait for it
            return channel;
        } catch (IOException | RuntimeException e) {
            if (!Refused.is(e)) {
                session.close(true); // it is of no use to the next one either
            }
            throw new SshConnectionException(
                    "the SSH connection begins no command any more: " + e.getMessage(), "try again", e);
        }
    }

    private CommandResult result(ChannelExec channel) {
        Integer status = channel.getExitStatus();
        String signal = channel.getExitSignal();
        if (status == null && signal == null) {
            throw new CommandExecutionException(
                    "the connection was cut; how the command ended is not known",
                    "look whether the sandbox is still there, and whether the command did its work",
                    null);
        }
        return new CommandResult(
                output(), stderr.text(), status != null ? status : 128 + Math.max(0, SIGNALS.indexOf(signal)));
    }

    private String output() {
        return first.matcher(stdout.text()).replaceFirst("");
    }

    /** Tried again while sshd has no session left for it on this connection. */
    private void kill() {
        Matcher said = first.matcher(stdout.text());
        long end = System.nanoTime() + KILL.toNanos();
        boolean done = !said.find(); // the shell has not begun, or is none
        while (!done && System.nanoTime() < end) {
            done = kill(said.group(1));
            if (!done) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** False when sshd took no further session. */
    private boolean kill(String group) {
        try (ChannelExec kill = session.createExecChannel("kill -9 -" + group)) {
            kill.open().verify(KILL);
            kill.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), KILL);
            return true;
        } catch (IOException e) {
            if (Refused.is(e)) {
                return false;
            }
            session.close(true); // it cannot be used; sshd ends what it can
            return true;
        }
    }
}
