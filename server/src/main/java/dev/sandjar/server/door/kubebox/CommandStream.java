package dev.sandjar.server.door.kubebox;

import dev.sandjar.Ending;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import java.util.Iterator;
import org.json.JSONObject;

/**
 * The output of one process on its way to one client, line by line. The client cannot say what it has, so the journal is held some way behind what was
 * sent: one that comes back goes on there.
 */
final class CommandStream {
    private static final long BEHIND = 1 << 20; // bytes; more than sockets hold

    private final Session session;
    private final int process;
    private final RunningCommand command;
    private final SocketClient client;
    private final Lines lines = new Lines(this::tell);
    private long safe;

    /** @param command at the offset where its output shall begin */
    CommandStream(Session session, int process, RunningCommand command, long offset, SocketClient client) {
        this.session = session;
        this.process = process;
        this.command = command;
        this.client = client;
        this.safe = offset;
    }

    SandboxId sandbox() {
        return session.sandbox().id();
    }

    RunningCommand command() {
        return command;
    }

    /** From now on the journal is held for this client. */
    void hold() {
        command.confirm(safe);
        command.output();
    }

    /**
     * Sends all there is, then how it ended.
     *
     * @throws InterruptedException when the client is gone
     */
    void run() throws InterruptedException {
        try {
            Iterator<Output> output = command.output();
            while (output.hasNext()) {
                take(output.next());
            }
            lines.end();
            exit(command.await());
        } catch (SandboxException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the client is gone");
            }
            client.error(about(), Refusal.text(e));
        }
    }

    private void take(Output output) throws InterruptedException {
        switch (output) {
            case Output.Chunk chunk -> lines.add(chunk);
            case Output.Gap(long from, long to) -> {
                lines.end(); // what was begun has no end any more
                tellLost(from, to);
            }
        }
        long behind = output.end() - BEHIND;
        if (behind > safe) {
            safe = behind;
            command.confirm(safe);
        }
    }

    private void tell(Lines.Line line) throws InterruptedException {
        String type = line.stream() == Output.Stream.STDOUT ? "stdout" : "stderr";
        client.send(
                "command_output",
                about().put("output", line.text())
                        .put("type", type)
                        .put("offset", line.offset())
                        .put("end", line.end())
                        .put("resume_at", line.next()));
    }

    /** As a line, because these clients show nothing else. */
    private void tellLost(long from, long to) throws InterruptedException {
        client.send(
                "command_output",
                about().put(
                                "output",
                                "[sandjar: " + (to - from) + " bytes of output were forgotten before they were read]\n")
                        .put("type", "stderr")
                        .put("offset", from)
                        .put("resume_at", to)
                        .put("lost", to - from));
    }

    private void exit(Ending ending) throws InterruptedException {
        var code = Processes.exitCode(ending);
        if (code.isPresent()) {
            client.send("command_exit", about().put("exit_code", code.get()));
        } else {
            client.error(about(), "the sandbox is lost, and with it how the command ended");
        }
    }

    private JSONObject about() {
        return new JSONObject().put("session_id", session.name()).put("process_id", process);
    }
}
