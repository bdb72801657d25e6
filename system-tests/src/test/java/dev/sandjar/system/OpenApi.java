package dev.sandjar.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** An OpenAPI document, and what a server answered according to it. */
final class OpenApi {
    private static final String HERE = "https://sandjar.test/openapi.json";
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");
    private static final ObjectMapper JSON = new ObjectMapper();

    final JsonNode document;
    private final JsonSchemaFactory schemas;

    OpenApi(String text) throws IOException {
        document = JSON.readTree(text);
        schemas = JsonSchemaFactory.getInstance(
                SpecVersion.VersionFlag.V202012,
                builder -> builder.schemaLoaders(loaders -> loaders.schemas(Map.of(HERE, text))));
    }

    /** Operations by {@code METHOD /path}, in the document's order. */
    Map<String, JsonNode> operations() {
        var operations = new LinkedHashMap<String, JsonNode>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(entry -> METHODS.contains(entry.getKey()))
                        .forEach(entry -> operations.put(
                                entry.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(), entry.getValue())));
        return operations;
    }

    JsonNode schema(String name) {
        return document.path("components").path("schemas").path(name);
    }

    /** What of an operation's status is known after its reference was followed. */
    JsonNode response(String operation, int status) {
        JsonNode response = operations().get(operation).path("responses").path(Integer.toString(status));
        return response.has("$ref") ? document.at(response.path("$ref").asText().substring(1)) : response;
    }

    /** What is wrong with an answer; empty when the operation lists its status, its type and all required headers, and its body is as the schema says. */
    Set<String> complaints(String operation, HttpResponse<String> answer) throws IOException {
        var complaints = new TreeSet<String>();
        JsonNode response = response(operation, answer.statusCode());
        if (response.isMissingNode()) {
            return Set.of(operation + " does not list " + answer.statusCode() + ": " + answer.body());
        }
        response.path("headers").properties().stream()
                .filter(header -> header.getValue().path("required").asBoolean())
                .filter(header -> answer.headers().firstValue(header.getKey()).isEmpty())
                .forEach(header ->
                        complaints.add(operation + " " + answer.statusCode() + " has no header " + header.getKey()));
        JsonNode content = response.path("content");
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
        if (content.isEmpty() ? !answer.body().isEmpty() : !content.has(type)) {
            complaints.add(operation + " " + answer.statusCode() + " does not list the type " + type);
        } else if (type.equals("application/json")) {
            for (ValidationMessage message :
                    validate((ObjectNode) content.path(type).path("schema"), answer.body())) {
                complaints.add(operation + " " + answer.statusCode() + ": " + message.getMessage());
            }
        }
        return complaints;
    }

    private Set<ValidationMessage> validate(ObjectNode schema, String body) throws IOException {
        var absolute = schema.toString().replace("\"#/components", "\"" + HERE + "#/components");
        return schemas.getSchema(SchemaLocation.of("https://sandjar.test/one.json"), JSON.readTree(absolute))
                .validate(
                        body, InputFormat.JSON, run -> run.getExecutionConfig().setFormatAssertionsEnabled(true));
    }
}
