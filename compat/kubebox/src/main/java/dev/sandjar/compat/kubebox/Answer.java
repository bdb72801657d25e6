package dev.sandjar.compat.kubebox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.sandjar.compat.kubebox.error.RefusedException;
import java.io.IOException;

/** A server's answer. */
final class Answer {
    static final ObjectMapper JSON = new ObjectMapper();

    private static final int LONGEST = 300; // of its words, in a message

    private final String what;
    private final int status;
    private final byte[] body;

    /** @param what was asked for, as messages name it */
    Answer(String what, int status, byte[] body) {
        this.what = what;
        this.status = status;
        this.body = body;
    }

    int status() {
        return status;
    }

    byte[] body() {
        return body;
    }

    /** Missing when it is no JSON. */
    JsonNode json() {
        try {
            return JSON.readTree(body);
        } catch (IOException notJson) {
            return MissingNode.getInstance();
        }
    }

    /** A good one, which is an object. */
    JsonNode object() {
        JsonNode json = good().json();
        if (!json.isObject()) {
            throw malformed("it is no JSON object");
        }
        return json;
    }

    /** A good one that has this number. */
    long number(String name) {
        JsonNode value = object().path(name);
        if (!value.isIntegralNumber()) {
            throw malformed("it has no number " + name);
        }
        return value.longValue();
    }

    /** A good one that has this text. */
    String text(String name) {
        JsonNode value = object().path(name);
        if (!value.isTextual()) {
            throw malformed("it has no text " + name);
        }
        return value.textValue();
    }

    Answer good() {
        if (status / 100 != 2) {
            throw refused();
        }
        return this;
    }

    RefusedException refused() {
        JsonNode detail = json().path("detail");
        String said = detail.isTextual() ? detail.textValue() : detail.isMissingNode() ? "" : detail.toString();
        return refused(said);
    }

    /** In its own words. */
    RefusedException refused(String said) {
        String words = plain(said);
        return new RefusedException(
                what + " failed: " + status + (words.isEmpty() ? "" : ": " + words), status, remedy(words));
    }

    private String remedy(String said) {
        return switch (status) {
            case 400 -> said.equals("Session not found") ? "initializeSession first" : "change what it names";
            case 401, 403 -> RefusedException.UNKNOWN_CALLER;
            case 404 -> "look whether it is there, and whether the server can do it at all";
            case 422 -> "change what it names";
            case 429 -> "wait, then try again";
            default -> "look at the server's log";
        };
    }

    RefusedException malformed(String why) {
        return new RefusedException(
                what + " got an answer that cannot be understood: " + why,
                status,
                "look whether the url is that of a server of kubebox's protocol");
    }

    /** Fit for a message: one line, not too long. */
    private static String plain(String said) {
        String line = said.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
    }
}
