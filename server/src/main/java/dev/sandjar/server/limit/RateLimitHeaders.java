package dev.sandjar.server.limit;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Tells every caller how much is left. */
public class RateLimitHeaders {
    @ServerResponseFilter
    public void add(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getProperty(RateLimits.PROPERTY) instanceof RateLimits.Taken taken) {
            taken.headers().forEach(response.getHeaders()::putSingle);
        }
    }
}
