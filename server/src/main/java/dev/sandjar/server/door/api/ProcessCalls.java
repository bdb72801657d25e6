package dev.sandjar.server.door.api;

import dev.sandjar.ProcessId;
import dev.sandjar.server.limit.Transfers;
import dev.sandjar.wire.Infos;
import dev.sandjar.wire.Json;
import dev.sandjar.wire.Specs;

/** {@code /processes}: what runs in a sandbox, whoever started it. */
final class ProcessCalls {
    private ProcessCalls() {}

    static void list(ApiCall call) {
        try (var _ = Transfers.begin(Transfers.Kind.LIST, call.owner())) {
            call.answer(200, Json.array(call.sandbox().processes(), Infos::write));
        }
    }

    static void signal(ApiCall call) {
        int pid = Math.clamp(ApiCall.number("pid", call.path("pid")), Integer.MIN_VALUE, Integer.MAX_VALUE);
        Specs.ProcessSignal sent = Specs.processSignal(call.json());
        call.sandbox().signal(new ProcessId(pid, sent.startedAt()), sent.signal());
        call.done();
    }
}
