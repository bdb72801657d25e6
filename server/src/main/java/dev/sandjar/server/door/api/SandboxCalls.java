package dev.sandjar.server.door.api;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.wire.Infos;
import dev.sandjar.wire.Json;
import dev.sandjar.wire.Specs;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** {@code /sandboxes}: their lives. */
final class SandboxCalls {
    private SandboxCalls() {}

    static void list(ApiCall call) {
        int offset = Math.clamp(call.whole("offset", 0), Integer.MIN_VALUE, Integer.MAX_VALUE);
        int limit = Math.clamp(call.whole("limit", 50), Integer.MIN_VALUE, Integer.MAX_VALUE);
        Set<SandboxState> states = call.query("state").map(Infos::states).orElse(EnumSet.allOf(SandboxState.class));
        call.answer(200, Infos.write(call.sandboxes().list(states, offset, limit)));
    }

    static void create(ApiCall call) throws InterruptedException {
        SandboxSpec spec = Specs.sandbox(call.json());
        Optional<String> key = call.header("Idempotency-Key");
        call.interruptWhenGone(); // then nothing is left of it
        Sandbox sandbox = key.isPresent()
                ? call.sandboxes().create(spec, key.get())
                : call.sandboxes().create(spec);
        call.answer(201, Infos.write(sandbox.info()));
    }

    static void info(ApiCall call) {
        call.answer(200, Infos.write(call.sandbox().info()));
    }

    static void delete(ApiCall call) {
        call.sandbox().delete();
        call.done();
    }

    static void renew(ApiCall call) {
        call.answer(200, Infos.write(call.sandbox().renew(Specs.ttl(call.json()))));
    }

    static void pause(ApiCall call) {
        call.sandbox().pause();
        call.done();
    }

    static void stop(ApiCall call) {
        call.sandbox().stop();
        call.done();
    }

    static void resume(ApiCall call) {
        call.sandbox().resume();
        call.done();
    }

    static void stats(ApiCall call) {
        call.answer(200, Infos.write(call.sandbox().stats()));
    }

    static void doctor(ApiCall call) {
        call.answer(200, Json.array(call.sandboxes().doctor(), Infos::write));
    }
}
