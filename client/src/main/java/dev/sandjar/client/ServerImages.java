package dev.sandjar.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.ImageInfo;
import dev.sandjar.Images;
import dev.sandjar.client.http.Target;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.Infos;
import dev.sandjar.wire.Json;
import dev.sandjar.wire.MalformedFrameException;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** The images of a server. */
final class ServerImages implements Images {
    private final Server server;

    ServerImages(Server server) {
        this.server = server;
    }

    @Override
    public List<ImageInfo> list() {
        return server.ask(Call.get(Target.of("v1", "api", "images")), json -> Json.list(json, Infos::image));
    }

    @Override
    public ImageInfo pull(String reference, Consumer<String> progress) {
        Call call = Call.post(Target.of("v1", "api", "images"), Json.object().put("reference", reference));
        return server.collect(call.again(), frames -> pulled(frames, progress));
    }

    private ImageInfo pulled(FrameStream frames, Consumer<String> progress) throws IOException {
        while (true) {
            switch (frames.next()) {
                case Frame.Event(JsonNode json)
                when json.has("progress") ->
                    progress.accept(json.path("progress").asText());
                case Frame.Event(JsonNode json) -> {
                    return Infos.image(json);
                }
                case Frame.Failed(var why) -> throw why;
                default -> throw new MalformedFrameException("a frame that a pull does not have");
            }
        }
    }

    @Override
    public void remove(String reference) {
        server.tell(Call.delete(Target.of("v1", "api", "images").with("reference", reference)));
    }
}
