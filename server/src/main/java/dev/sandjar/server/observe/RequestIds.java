package dev.sandjar.server.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/** Gives each request a name that its answer and the log have in common. A client's own is not taken: it would go into our log. */
public class RequestIds {
    private static final String KEY = "sandjar.request-id";
    private static final String HEADER = "X-Request-Id";

    private final MeterRegistry meters;

    RequestIds(MeterRegistry meters) {
        this.meters = meters;
    }

    /** The same at every call for one request. */
    public static String of(RoutingContext request) {
        @Nullable String known = request.get(KEY);
        if (known != null) {
            return known;
        }
        String id =
                "req-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        request.put(KEY, id);
        return id;
    }

    /** As {@link #of}, and the answer's head says it. */
    public static String tell(RoutingContext request) {
        String id = of(request);
        request.response().putHeader(HEADER, id);
        return id;
    }

    /** On every answer; those that are refusals are counted. */
    @ServerResponseFilter
    public void tell(RoutingContext request, ContainerResponseContext response) {
        response.getHeaders().putSingle(HEADER, of(request));
        if (response.getStatus() >= 400) {
            meters.counter("sandjar.refusals", "status", Integer.toString(response.getStatus()))
                    .increment();
        }
    }
}
