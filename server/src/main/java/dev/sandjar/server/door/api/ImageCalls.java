package dev.sandjar.server.door.api;

import dev.sandjar.ImageInfo;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.Infos;
import dev.sandjar.wire.Json;
import dev.sandjar.wire.Specs;
import java.io.IOException;
import java.io.UncheckedIOException;

/** {@code /images}: the root filesystems that are ready. */
final class ImageCalls {
    private ImageCalls() {}

    static void list(ApiCall call) {
        call.answer(200, Json.array(call.sandboxes().images().list(), Infos::write));
    }

    static void pull(ApiCall call) {
        String reference = Specs.only(call.json(), "reference");
        FrameSink sink = call.frames();
        ImageInfo image = call.sandboxes().images().pull(reference, text -> progress(sink, text));
        call.last(new Frame.Event(Infos.write(image)));
    }

    private static void progress(FrameSink sink, String text) {
        try {
            sink.send(new Frame.Event(Json.object().put("progress", text)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static void remove(ApiCall call) {
        call.sandboxes().images().remove(call.needed("reference"));
        call.done();
    }
}
