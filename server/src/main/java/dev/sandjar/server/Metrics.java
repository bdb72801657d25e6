package dev.sandjar.server;

import dev.sandjar.server.auth.Caller;
import dev.sandjar.server.auth.Places;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** {@code /metrics} for Prometheus; for operators only, because counts tell of all. No label names an owner or a sandbox. */
@Path("/metrics")
@Singleton
public class Metrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Caller caller;
    private final Places places;

    Metrics(Caller caller, Places places) {
        this.caller = caller;
        this.places = places;
    }

    @Produces
    @Singleton
    MeterRegistry registry() {
        return registry;
    }

    @GET
    @jakarta.ws.rs.Produces("text/plain; version=0.0.4; charset=utf-8")
    public String scrape() {
        places.requireOperator(caller.owner(), "reading metrics");
        return registry.scrape();
    }
}
