package dev.sandjar.server.door.api;

import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.Signal;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.Infos;
import dev.sandjar.wire.Json;
import dev.sandjar.wire.Specs;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/** {@code /commands}: what runs in a sandbox. */
final class CommandCalls {
    private CommandCalls() {}

    static void list(ApiCall call) {
        call.answer(200, Json.array(call.sandbox().commands(), Infos::write));
    }

    static void start(ApiCall call) {
        CommandSpec spec = Specs.command(call.json());
        call.sandbox().start(spec, call.commandId()).close();
        call.done();
    }

    static void info(ApiCall call) {
        try (RunningCommand command = call.command()) {
            call.answer(200, Infos.write(command.info()));
        }
    }

    /** For clients that do not come back: what was sent when they go is gone. */
    static void output(ApiCall call) throws IOException, InterruptedException {
        try (RunningCommand command = call.command()) {
            Iterator<Output> output = command.output();
            FrameSink sink = call.frames();
            sink.send(new Frame.Heartbeat()); // the client waits to hear that it follows
            long total = call.whole("offset", 0);
            while (output.hasNext()) {
                Output next = output.next();
                total = next.end();
                sink.send(new Frame.Told(next));
            }
            call.last(new Frame.Ended(command.await(), total));
        }
    }

    static void ending(ApiCall call) throws IOException, InterruptedException {
        try (RunningCommand command = call.command()) {
            call.frames();
            Optional<Ending> ending = call.query("wait").isPresent()
                    ? command.await(duration(call.needed("wait")))
                    : Optional.of(command.await());
            call.last(ending.<Frame>map(seen -> new Frame.Ended(seen, 0)).orElseGet(Frame.End::new));
        }
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeException e) {
            throw SandboxException.invalid("wait", "something else", "an ISO 8601 duration such as PT90S");
        }
    }

    static void signal(ApiCall call) {
        try (RunningCommand command = call.command()) {
            command.signal(new Signal(Specs.signal(call.json())));
        }
        call.done();
    }

    static void kill(ApiCall call) {
        try (RunningCommand command = call.command()) {
            command.kill();
        }
        call.done();
    }

    static void resize(ApiCall call) {
        try (RunningCommand command = call.command()) {
            command.resize(Specs.window(call.json()));
        }
        call.done();
    }

    static void forget(ApiCall call) {
        try (RunningCommand command = call.command()) {
            command.forget();
        }
        call.done();
    }
}
