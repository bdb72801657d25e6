package dev.sandjar.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.core.util.RecyclerPool;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** JSON text and trees. Which fields a value has is said by {@link Specs} (what is wanted) and {@link Infos} (what is seen). */
public final class Json {
    /** How many values, names and brackets a request may have. A tree takes thirty times the memory of its text. */
    public static final int MOST_TOKENS = 100_000;

    /** Of Jackson. By itself it leaves the largest that a thread ever needed, up to 128 KB, with that thread: a client's connections each have one. */
    public static final RecyclerPool<BufferRecycler> BUFFERS = JsonRecyclerPools.newBoundedPool(16);

    static final ObjectMapper MAPPER = mapper(StreamReadConstraints.defaults());

    private static final ObjectMapper BOUNDED =
            mapper(StreamReadConstraints.builder().maxTokenCount(MOST_TOKENS).build());

    private Json() {}

    private static ObjectMapper mapper(StreamReadConstraints bounds) {
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(bounds)
                        .recyclerPool(BUFFERS)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
    }

    /** An empty object. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** Reads one whole value that somebody sent whom we do not trust: {@link #MOST_TOKENS} at most. */
    public static JsonNode parseRequest(byte[] text) throws JsonProcessingException {
        return parse(BOUNDED, text);
    }

    /** Reads one whole value. */
    public static JsonNode parse(byte[] text) throws JsonProcessingException {
        return parse(MAPPER, text);
    }

    private static JsonNode parse(ObjectMapper mapper, byte[] text) throws JsonProcessingException {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e); // there is no input or output here
        }
    }

    /** As UTF-8. */
    public static byte[] bytes(JsonNode json) {
        try {
            return MAPPER.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that cannot be written", e);
        }
    }

    /** For what is too large to be one tree. Does not close where it writes to. */
    public static JsonGenerator generator(OutputStream to) throws IOException {
        return MAPPER.createGenerator(to).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    }

    /** A list of values as an array. */
    public static <T> ArrayNode array(List<T> values, Function<T, ? extends JsonNode> write) {
        ArrayNode array = MAPPER.createArrayNode();
        values.forEach(value -> array.add(write.apply(value)));
        return array;
    }

    /** An array as a list of values. */
    public static <T> List<T> list(JsonNode array, Function<JsonNode, T> read) {
        if (!array.isArray()) {
            throw dev.sandjar.SandboxException.invalid("list", "something else", "a JSON array");
        }
        var values = new ArrayList<T>(array.size());
        array.forEach(node -> values.add(read.apply(node)));
        return values;
    }
}
