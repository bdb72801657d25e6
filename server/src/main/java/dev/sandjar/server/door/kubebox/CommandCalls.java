package dev.sandjar.server.door.kubebox;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.CommandId;
import dev.sandjar.CommandInfo;
import dev.sandjar.CommandSpec;
import dev.sandjar.CommandSpec.Retention;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.FileInfo;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.server.body.HeldOutput;
import dev.sandjar.wire.Json;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Commands: {@code /run_command}, {@code /kill_command}, {@code /kill_all_processes}. */
final class CommandCalls {
    private static final double DEFAULT_LIMIT = 10; // seconds, for those who do not say
    private static final Duration SHORTEST_LIMIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_LIMIT = Duration.ofHours(8);
    private static final Duration DEATH = Duration.ofSeconds(2); // from SIGKILL on

    private final Sessions sessions;
    private final Vertx vertx;
    private final Duration keepAlive;

    /** @param keepAlive after so long without an answer a space is sent, again and again */
    CommandCalls(Sessions sessions, Vertx vertx, Duration keepAlive) {
        this.sessions = sessions;
        this.vertx = vertx;
        this.keepAlive = keepAlive;
    }

    void run(Call call) throws IOException, InterruptedException {
        Fields fields = call.body("session_id", "command", "mode", "path", "timeout");
        String name = fields.session();
        String command = fields.text("command");
        String mode = fields.optionalText("mode").orElse("wait");
        Optional<String> path = fields.optionalText("path");
        Optional<Double> seconds = fields.has("timeout") ? fields.number("timeout", 0) : Optional.of(DEFAULT_LIMIT);
        if (!List.of("stream", "wait", "background").contains(mode)) {
            fields.refuse("enum", "mode", "Input should be 'stream', 'wait' or 'background'");
        }
        fields.check();
        Session session = sessions.find(call, name);
        var spec = CommandSpec.builder(List.of("/bin/sh", "-c", command)).cwd(cwd(session, path));
        if (mode.equals("wait")) {
            seconds.ifPresent(limit -> spec.limit(limit(limit)));
            waitFor(call, session, spec.build());
        } else {
            spec.retention(mode.equals("stream") ? Retention.HOLD : Retention.LATEST);
            call.answer(Json.object().put("process_id", start(session, spec.build())));
        }
    }

    /** Where a command starts: relative paths begin at the session's folder, or at the workspace until that folder is there. */
    private static String cwd(Session session, Optional<String> path) {
        if (path.isPresent() && path.get().startsWith("/")) {
            return path.get();
        }
        String base = session.path();
        if (!isFolder(session)) {
            base = session.sandbox().info().workspace();
        }
        return path.filter(relative -> !relative.isEmpty()).isPresent() ? base + "/" + path.get() : base;
    }

    private static boolean isFolder(Session session) {
        try {
            return session.files().stat(".").type() == FileInfo.Type.DIRECTORY;
        } catch (SandboxException e) {
            if (e.code() == ErrorCode.FILE_NOT_FOUND || e.code() == ErrorCode.INVALID_ARGUMENT) {
                return false;
            }
            throw e;
        }
    }

    private static Duration limit(double seconds) {
        Duration limit = Duration.ofMillis((long) Math.min(seconds * 1_000, (double) LONGEST_LIMIT.toMillis()));
        return limit.compareTo(SHORTEST_LIMIT) < 0 ? SHORTEST_LIMIT : limit;
    }

    private static int start(Session session, CommandSpec spec) {
        CommandId id = session.newCommand();
        session.sandbox().start(spec, id).close();
        return Processes.number(session, id);
    }

    // ---- wait

    private void waitFor(Call call, Session session, CommandSpec spec) throws IOException, InterruptedException {
        var output = HeldOutput.until(call.context(), call.owner(), spec.limit());
        long timer = vertx.setPeriodic(keepAlive.toMillis(), _ -> call.space());
        Ending ending;
        try {
            ending = session.sandbox().run(spec, output);
        } catch (SandboxException e) {
            if (!call.hasBegun()) {
                throw e;
            }
            call.answer(failed(Refusal.text(e))); // the status was sent
            return;
        } finally {
            vertx.cancelTimer(timer);
        }
        Optional<Integer> code = Processes.exitCode(ending);
        if (ending instanceof Ending.TimedOut) {
            call.answer(failed("Command timed out"));
        } else if (code.isEmpty()) {
            call.answer(failed("the sandbox is lost, and with it how the command ended"));
        } else {
            call.answer(json -> write(output, code.get(), json));
        }
    }

    private static void write(HeldOutput output, int code, JsonGenerator json) throws IOException {
        json.writeStartObject();
        output.write(json);
        json.writeNumberField("exit_code", code);
        json.writeBooleanField("finished", code == 0);
        json.writeEndObject();
    }

    private static ObjectNode failed(String error) {
        return Json.object().put("error", error).put("finished", false);
    }

    // ---- kill

    void kill(Call call) throws InterruptedException {
        Fields fields = call.body("session_id", "process_id");
        String name = fields.session();
        int process = fields.process();
        fields.check();
        Session session = sessions.find(call, name);
        CommandInfo command = Processes.get(session, process);
        kill(session, command);
        ObjectNode reply = Json.object().put("status", "killed");
        Optional<Integer> code = ending(session, command, DEATH).flatMap(Processes::exitCode);
        call.answer(code.map(known -> reply.put("exit_code", known)).orElseGet(() -> reply.putNull("exit_code")));
    }

    void killAll(Call call) throws InterruptedException {
        Fields fields = call.body("session_id");
        String name = fields.session();
        fields.check();
        Session session = sessions.find(call, name);
        List<CommandInfo> running = Processes.of(session).stream()
                .filter(command -> command.ending().isEmpty())
                .toList();
        ObjectNode reply = Json.object().put("success", true);
        ArrayNode failed = reply.putArray("failed_processes");
        for (CommandInfo command : running) {
            try {
                kill(session, command);
            } catch (SandboxException e) {
                failed.add(command.pid());
            }
        }
        Instant end = Instant.now().plus(DEATH);
        for (CommandInfo command : running) {
            ending(session, command, Duration.between(Instant.now(), end));
        }
        call.answer(reply.put("success", failed.isEmpty()));
    }

    /** With all that it has started. One that has ended is as it is. */
    private static void kill(Session session, CommandInfo process) {
        try (RunningCommand command = session.sandbox().attach(process.id(), 0)) {
            command.kill();
        }
    }

    /** Empty when it does not come soon: that of a killed command comes only after its output, which perhaps nobody reads. */
    private static Optional<Ending> ending(Session session, CommandInfo process, Duration soon)
            throws InterruptedException {
        try (RunningCommand command = session.sandbox().attach(process.id(), 0)) {
            return command.await(soon.isNegative() ? Duration.ZERO : soon);
        }
    }
}
