package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** {@code /health}, for everybody. */
@Path("/health")
@Produces(MediaType.APPLICATION_JSON)
public class HealthResource {
    @GET
    public ObjectNode health() {
        return JsonBody.JSON.createObjectNode().put("status", "healthy");
    }
}
