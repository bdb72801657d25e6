package dev.sandjar.server.door.rest;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** What this door takes and gives, for programs: OpenAPI 3.1, for everybody. JSON is YAML too, so one text has both names. */
@Path("/openapi{ending:(\\.json|\\.yaml)?}")
@NonBlocking
public class OpenApiResource {
    private final byte[] document = read();

    @GET
    public Response document(@PathParam("ending") String ending) {
        return Response.ok(document, ending.equals(".yaml") ? "application/yaml" : "application/json")
                .build();
    }

    private static byte[] read() {
        try (InputStream in = OpenApiResource.class.getResourceAsStream("/openapi.json")) {
            return Objects.requireNonNull(in, "openapi.json is not in the jar").readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
