package dev.sandjar.server.auth;

import dev.sandjar.server.limit.Gate;
import dev.sandjar.server.limit.RateLimits;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Nobody passes without credentials, but to what is open to all. */
public class AuthFilter {
    private static final Set<String> OPEN = Set.of("/health", "/openapi", "/openapi.json", "/openapi.yaml");

    private final Authentication authentication;
    private final Caller caller;
    private final RateLimits limits;
    private final Gate gate;

    AuthFilter(Authentication authentication, Caller caller, RateLimits limits, Gate gate) {
        this.authentication = authentication;
        this.caller = caller;
        this.limits = limits;
        this.gate = gate;
    }

    @ServerRequestFilter
    public void check(ContainerRequestContext request, RoutingContext context) {
        gate.pass();
        if (OPEN.contains(request.getUriInfo().getPath())) {
            return;
        }
        String owner = authentication.owner(context.request());
        caller.is(owner);
        request.setProperty(RateLimits.PROPERTY, limits.admit(context.request(), owner));
    }
}
