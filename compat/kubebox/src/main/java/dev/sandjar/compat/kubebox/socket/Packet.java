package dev.sandjar.compat.kubebox.socket;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;

/** One message of a server, understood. The first digit is Engine.IO's, after {@code 4} the second is Socket.IO's. */
sealed interface Packet {
    ObjectMapper JSON = new ObjectMapper();

    /** The server is there. It will say something within that time, always. */
    record Opened(Duration silence) implements Packet {}

    /** It wants to know whether we are there. */
    record Ping(String payload) implements Packet {}

    /** We are let in. */
    record Connected() implements Packet {}

    /** We are not. */
    record Refused(String why) implements Packet {}

    /** Something happened. */
    record Event(String name, JsonNode payload) implements Packet {}

    /** It lets go of us. */
    record Closed() implements Packet {}

    /** Nothing that matters here. */
    record Nothing() implements Packet {}

    /**
     * Understands one.
     *
     * @throws IllegalArgumentException it is none
     */
    static Packet parse(String text) {
        return switch (at(text, 0)) {
            case '0' -> opened(text.substring(1));
            case '1' -> new Closed();
            case '2' -> new Ping(text.substring(1));
            case '4' -> message(text.substring(1));
            case '3', '5', '6' -> new Nothing(); // pong, upgrade, noop
            default -> throw new IllegalArgumentException("a message of no known kind");
        };
    }

    private static Packet message(String text) {
        return switch (at(text, 0)) {
            case '0' -> new Connected();
            case '1' -> new Closed();
            case '2' -> event(text.substring(1));
            case '3' -> new Nothing(); // acknowledges what we never ask to be acknowledged
            case '4' -> new Refused(json(text.substring(1)).path("message").asText("it does not say why"));
            default -> throw new IllegalArgumentException("a message with binary parts, or of no known kind");
        };
    }

    private static Packet opened(String text) {
        JsonNode node = json(text);
        long millis =
                node.path("pingInterval").asLong() + node.path("pingTimeout").asLong();
        if (millis < 1 || millis > Duration.ofDays(1).toMillis()) {
            throw new IllegalArgumentException("a beginning without pingInterval and pingTimeout");
        }
        return new Opened(Duration.ofMillis(millis));
    }

    private static Packet event(String text) {
        int from = 0;
        while (Character.isDigit(
                at(text, from))) { // asks for an acknowledgement, which no client of this protocol gives
            from++;
        }
        JsonNode node = json(text.substring(from));
        if (!node.isArray() || !node.path(0).isTextual()) {
            throw new IllegalArgumentException("an event without a name");
        }
        return new Event(node.path(0).textValue(), node.size() > 1 ? node.path(1) : MissingNode.getInstance());
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a message that is no JSON", e);
        }
    }

    private static char at(String text, int index) {
        return index < text.length() ? text.charAt(index) : ' ';
    }
}
