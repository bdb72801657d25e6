package dev.sandjar.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.CommandId;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import dev.sandjar.Signal;
import dev.sandjar.Window;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/** {@link StreamMessage} as what WebSocket carries: JSON for text messages, and for binary ones {@code u32 channel}, {@code u8 kind}, {@code u64 offset}, bytes; big-endian. */
public final class StreamMessages {
    /** The name of the protocol, as {@code Sec-WebSocket-Protocol} has it. */
    public static final String PROTOCOL = "sandjar.v1";

    /** Bytes before those that a binary message carries. */
    public static final int HEAD = 13;

    private static final int INPUT = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    private StreamMessages() {}

    // ---- written

    /** The bytes that a message carries, if it is a binary one. */
    public static Optional<ByteBuffer> bulk(StreamMessage message) {
        return switch (message) {
            case StreamMessage.Input input -> Optional.of(input.bytes());
            case StreamMessage.Told(int _, Output.Chunk chunk) -> Optional.of(chunk.bytes());
            default -> Optional.empty();
        };
    }

    /** What goes before the {@link #bulk} of a binary message, or a whole text message. */
    public static byte[] head(StreamMessage message) {
        return switch (message) {
            case StreamMessage.Input(int channel, long offset, ByteBuffer _) -> head(channel, INPUT, offset);
            case StreamMessage.Told(int channel, Output.Chunk(var stream, long offset, ByteBuffer _)) ->
                head(channel, stream == Output.Stream.STDOUT ? STDOUT : STDERR, offset);
            default -> Json.bytes(json(message));
        };
    }

    private static byte[] head(int channel, int kind, long offset) {
        return ByteBuffer.allocate(HEAD)
                .putInt(channel)
                .put((byte) kind)
                .putLong(offset)
                .array();
    }

    private static JsonNode json(StreamMessage message) {
        return switch (message) {
            case StreamMessage.Start(int _, CommandId id, var spec, OptionalInt window) ->
                window(node("start", message).put("id", id.toString()).set("command", Specs.write(spec)), window);
            case StreamMessage.Attach(int _, CommandId id, long offset, long input, OptionalInt window) ->
                window(
                        node("attach", message)
                                .put("id", id.toString())
                                .put("offset", offset)
                                .put("input", input),
                        window);
            case StreamMessage.Follow(int _, int window) ->
                node("follow", message).put("window", window);
            case StreamMessage.Taken(int _, long offset, long safe) ->
                node("taken", message).put("offset", offset).put("safe", safe);
            case StreamMessage.OpenInput _ -> node("openInput", message);
            case StreamMessage.EndInput(int _, long offset) ->
                node("endInput", message).put("offset", offset);
            case StreamMessage.SendSignal(int _, Signal signal) ->
                node("signal", message).put("signal", signal.number());
            case StreamMessage.Kill _ -> node("kill", message);
            case StreamMessage.Resize(int _, Window window) ->
                node("resize", message).set("window", Specs.write(window));
            case StreamMessage.Leave(int _, boolean forget) ->
                node("leave", message).put("forget", forget);
            case StreamMessage.Opened(int _, long input) ->
                node("opened", message).put("input", input);
            case StreamMessage.Told(int _, Output.Gap(long from, long to)) ->
                node("gap", message).put("from", from).put("to", to);
            case StreamMessage.Ended(int _, var ending, long total) ->
                node("ended", message).put("total", total).set("ending", Endings.write(ending));
            case StreamMessage.InputTaken(int _, long offset) ->
                node("inputTaken", message).put("offset", offset);
            case StreamMessage.InputEnded _ -> node("inputEnded", message);
            case StreamMessage.Left _ -> node("left", message);
            case StreamMessage.Failed(int _, var about, SandboxException why) ->
                node("failed", message).put("about", Fields.word(about)).set("error", Errors.write(why));
            case StreamMessage.Input _, StreamMessage.Told(int _, Output.Chunk _) ->
                throw new IllegalArgumentException("a binary message");
        };
    }

    private static ObjectNode node(String type, StreamMessage message) {
        return Json.object().put("type", type).put("channel", message.channel());
    }

    private static ObjectNode window(ObjectNode node, OptionalInt window) {
        window.ifPresent(size -> node.put("window", size));
        return node;
    }

    // ---- read

    /**
     * A text message of a client.
     *
     * @throws SandboxException {@code INVALID_ARGUMENT}, naming what is wrong
     */
    public static StreamMessage.FromClient fromClient(byte[] text) {
        var fields = new Fields(parsed(text), "message");
        String type = fields.needText("type");
        int channel = channel(fields);
        StreamMessage.FromClient message = switch (type) {
            case "start" ->
                new StreamMessage.Start(
                        channel,
                        id(fields),
                        Specs.command(fields.need("command", fields.json("command"))),
                        window(fields));
            case "attach" ->
                new StreamMessage.Attach(
                        channel,
                        id(fields),
                        position(fields, "offset"),
                        fields.whole("input")
                                .map(at -> atLeastNought("input", at))
                                .orElse(0L),
                        window(fields));
            case "follow" -> new StreamMessage.Follow(channel, window(fields).orElse(0));
            case "taken" -> {
                long offset = position(fields, "offset");
                long safe = fields.whole("safe")
                        .map(at -> atLeastNought("safe", at))
                        .orElse(offset);
                yield new StreamMessage.Taken(channel, offset, safe);
            }
            case "openInput" -> new StreamMessage.OpenInput(channel);
            case "endInput" -> new StreamMessage.EndInput(channel, position(fields, "offset"));
            case "signal" -> new StreamMessage.SendSignal(channel, new Signal(fields.needInt("signal")));
            case "kill" -> new StreamMessage.Kill(channel);
            case "resize" ->
                new StreamMessage.Resize(channel, Specs.window(fields.need("window", fields.json("window"))));
            case "leave" ->
                new StreamMessage.Leave(channel, fields.bool("forget").orElse(false));
            default ->
                throw SandboxException.invalid(
                        "type",
                        "unknown",
                        "start, attach, follow, taken, openInput, endInput, signal, kill, resize, leave");
        };
        fields.nothingElse();
        return message;
    }

    /**
     * A binary message of a client.
     *
     * @throws SandboxException {@code INVALID_ARGUMENT}, naming what is wrong
     */
    public static StreamMessage.FromClient fromClient(ByteBuffer binary) {
        Head head = read(binary);
        if (head.kind != INPUT) {
            throw SandboxException.invalid("kind", head.kind, "0, input");
        }
        return new StreamMessage.Input(head.channel, head.offset, head.bytes);
    }

    /**
     * A text message of a server.
     *
     * @throws SandboxException {@code INVALID_ARGUMENT}, naming what is wrong
     */
    public static StreamMessage.FromServer fromServer(byte[] text) {
        var fields = new Fields(parsed(text), "message");
        String type = fields.needText("type");
        int channel = channel(fields);
        return switch (type) {
            case "opened" -> new StreamMessage.Opened(channel, position(fields, "input"));
            case "gap" ->
                new StreamMessage.Told(channel, new Output.Gap(position(fields, "from"), position(fields, "to")));
            case "ended" ->
                new StreamMessage.Ended(
                        channel,
                        Endings.read(fields.need("ending", fields.object("ending"))),
                        position(fields, "total"));
            case "inputTaken" -> new StreamMessage.InputTaken(channel, position(fields, "offset"));
            case "inputEnded" -> new StreamMessage.InputEnded(channel);
            case "left" -> new StreamMessage.Left(channel);
            case "failed" ->
                new StreamMessage.Failed(
                        channel,
                        fields.need("about", fields.word("about", StreamMessage.About.values())),
                        Errors.read(fields.need("error", fields.json("error"))));
            default -> throw SandboxException.invalid("type", "unknown", "what docs/streams.md lists");
        };
    }

    /**
     * A binary message of a server.
     *
     * @throws SandboxException {@code INVALID_ARGUMENT}, naming what is wrong
     */
    public static StreamMessage.FromServer fromServer(ByteBuffer binary) {
        Head head = read(binary);
        Output.Stream stream = switch (head.kind) {
            case STDOUT -> Output.Stream.STDOUT;
            case STDERR -> Output.Stream.STDERR;
            default -> throw SandboxException.invalid("kind", head.kind, "1 or 2, output");
        };
        return new StreamMessage.Told(head.channel, new Output.Chunk(stream, head.offset, head.bytes));
    }

    private record Head(int channel, int kind, long offset, ByteBuffer bytes) {}

    private static Head read(ByteBuffer binary) {
        if (binary.remaining() <= HEAD) {
            throw SandboxException.invalid("message", binary.remaining() + " bytes", "more than " + HEAD);
        }
        ByteBuffer bytes = binary.slice().asReadOnlyBuffer();
        int channel = bytes.getInt();
        int kind = bytes.get();
        long offset = bytes.getLong();
        if (channel < 0) {
            throw noChannel();
        }
        return new Head(channel, kind, atLeastNought("offset", offset), bytes.slice());
    }

    private static JsonNode parsed(byte[] text) {
        try {
            return Json.parseRequest(text);
        } catch (JsonProcessingException e) {
            throw SandboxException.invalid(
                    "message", "no JSON", "one JSON object of at most " + Json.MOST_TOKENS + " tokens");
        }
    }

    private static int channel(Fields fields) {
        int channel = fields.needInt("channel");
        if (channel < 0) {
            throw noChannel();
        }
        return channel;
    }

    private static SandboxException noChannel() {
        return SandboxException.invalid("channel", "negative", "0 to " + Integer.MAX_VALUE);
    }

    private static CommandId id(Fields fields) {
        return CommandId.parse(fields.needText("id"))
                .orElseThrow(() -> SandboxException.invalid("id", "something else", "a UUID"));
    }

    private static OptionalInt window(Fields fields) {
        Optional<Integer> window = fields.small("window");
        window.filter(size -> size < 0 || size > StreamMessage.LARGEST_WINDOW).ifPresent(size -> {
            throw SandboxException.invalid("window", size, "0 to " + StreamMessage.LARGEST_WINDOW);
        });
        return window.map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    private static long position(Fields fields, String name) {
        return atLeastNought(name, fields.needLong(name));
    }

    private static long atLeastNought(String name, long value) {
        if (value < 0) {
            throw SandboxException.invalid(name, value, "0 or more");
        }
        return value;
    }
}
