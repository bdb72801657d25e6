package dev.sandjar.server.auth;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.limit.RateLimits;
import jakarta.ws.rs.container.ContainerRequestContext;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Nobody passes without credentials, but to what is open to all. */
public class AuthFilter {
    private final Authentication authentication;
    private final Caller caller;
    private final RateLimits limits;

    AuthFilter(Authentication authentication, Caller caller, RateLimits limits) {
        this.authentication = authentication;
        this.caller = caller;
        this.limits = limits;
    }

    @ServerRequestFilter
    public void check(ContainerRequestContext request) {
        String path = request.getUriInfo().getPath();
        if (path.equals("/health") || path.equals("/openapi") || path.equals("/openapi.yaml")) {
            return;
        }
        String owner = authentication
                .owner(request.getHeaderString("Authorization"), request.getHeaderString("X-API-Key"))
                .orElseThrow(() -> new SandboxException(
                        ErrorCode.UNAUTHENTICATED,
                        request.getHeaderString("Authorization") == null && request.getHeaderString("X-API-Key") == null
                                ? "no credentials"
                                : "these credentials are not known here",
                        "send the header Authorization: Bearer TOKEN, or X-API-Key: TOKEN",
                        null));
        caller.is(owner);
        request.setProperty(RateLimits.PROPERTY, limits.take(owner));
    }
}
