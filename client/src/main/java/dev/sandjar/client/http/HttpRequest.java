package dev.sandjar.client.http;

import java.util.ArrayList;
import java.util.List;

/**
 * A request but for its body.
 *
 * @param method such as {@code GET}
 * @param target where to
 * @param headers names and values in turn, beyond those that every request has
 */
public record HttpRequest(String method, Target target, List<String> headers) {
    public HttpRequest(String method, Target target) {
        this(method, target, List.of());
    }

    /** Adds a header. */
    public HttpRequest with(String name, String value) {
        var more = new ArrayList<>(headers);
        more.add(name);
        more.add(value);
        return new HttpRequest(method, target, List.copyOf(more));
    }
}
