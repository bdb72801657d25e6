package dev.sandjar.server;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.auth.Caller;
import dev.sandjar.server.config.ServerConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.Set;

/** {@code /metrics} for Prometheus; for operators only, because counts tell of all. No label names an owner or a sandbox. */
@Path("/metrics")
@Singleton
public class Metrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Caller caller;
    private final Set<String> operators;

    Metrics(Caller caller, ServerConfig config) {
        this.caller = caller;
        this.operators = config.auth().operators();
    }

    @Produces
    @Singleton
    MeterRegistry registry() {
        return registry;
    }

    @GET
    @jakarta.ws.rs.Produces("text/plain; version=0.0.4; charset=utf-8")
    public String scrape() {
        if (!operators.isEmpty() && !operators.contains(caller.owner())) {
            throw new SandboxException(
                    ErrorCode.PERMISSION_DENIED,
                    "metrics are for operators of this place",
                    "ask one, or name the owner in sandjar.auth.operators",
                    null);
        }
        return registry.scrape();
    }
}
