package dev.sandjar.server.connection;

import io.quarkus.vertx.http.runtime.filters.QuarkusRequestWrapper;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * The framework counts the requests that are under way, so that they may end when the server stops, and never hears of the end of one that
 * was upgraded: each stop would take the whole time that is granted. It has no word for that, so we say it by its private one.
 */
public final class Uncounted {
    private static final @Nullable Method DONE = done();

    private Uncounted() {}

    private static @Nullable Method done() {
        try {
            Method done = QuarkusRequestWrapper.class.getDeclaredMethod("done");
            done.setAccessible(true);
            return done;
        } catch (ReflectiveOperationException e) {
            return null; // another version of the framework: stopping takes longer, and a test says so
        }
    }

    /** A stop does not wait for this request, which will be upgraded: its client comes back. */
    public static void mark(HttpServerRequest request) {
        QuarkusRequestWrapper counted = QuarkusRequestWrapper.get(request);
        if (counted == null || DONE == null) {
            return;
        }
        try {
            DONE.invoke(counted);
        } catch (ReflectiveOperationException e) {
            // as above
        }
    }
}
