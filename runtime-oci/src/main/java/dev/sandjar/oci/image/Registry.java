package dev.sandjar.oci.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One repository of a registry, read anonymously by the OCI distribution protocol: two kinds of GET, and a token where one is asked for.
 *
 * <p>The JDK's client, because jib-core's registry client is not part of its API and brings Guava, an Apache client and commons-logging along. Redirects are
 * followed here and not by the JDK, which would hand our token to whatever host it is sent to.
 */
final class Registry {
    private static final int LARGEST_MANIFEST = 4 << 20;
    private static final int LARGEST_TOKEN = 1 << 20;
    private static final int MOST_REDIRECTS = 5;
    private static final Duration CONNECT =
            Duration.ofSeconds(10); // a host that is there takes a connection far sooner
    private static final Pattern PARAMETER = Pattern.compile("([a-z]+)=\"([^\"]*)\"");
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    private final ImageReference image;
    private final URI base;
    private @Nullable String token; // one thread pulls

    Registry(ImageReference image, URI base) {
        this.image = image;
        this.base = base;
    }

    /** The bytes of a manifest, by tag or digest; a digest is checked. */
    byte[] manifest(String version, Deadline deadline) throws IOException, InterruptedException {
        URI uri = URI.create(base + "/v2/" + image.repository() + "/manifests/" + version);
        try (InputStream body = get(uri, Manifest.TYPES, deadline)) {
            byte[] bytes = body.readNBytes(LARGEST_MANIFEST + 1);
            if (bytes.length > LARGEST_MANIFEST) {
                throw new HostileImageException("its manifest has more than " + LARGEST_MANIFEST + " bytes");
            }
            if (Digest.valid(version) && !Digest.of(bytes).equals(version)) {
                throw new HostileImageException("its manifest is not the one that its digest names");
            }
            return bytes;
        }
    }

    /** A part of an image; the caller checks its digest. */
    InputStream blob(Manifest.Blob blob, Deadline deadline) throws IOException, InterruptedException {
        return get(
                URI.create(base + "/v2/" + image.repository() + "/blobs/" + blob.digest()),
                List.of("application/octet-stream"),
                deadline);
    }

    private InputStream get(URI uri, List<String> types, Deadline deadline) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = follow(uri, types, deadline);
        if (response.statusCode() == 401 && token == null) {
            token = fetchToken(response, deadline);
            response = follow(uri, types, deadline);
        }
        if (response.statusCode() == 200) {
            return new LimitedBody(response.body(), deadline, "pulling image " + image);
        }
        response.body().close();
        throw refused(response.statusCode());
    }

    private HttpResponse<InputStream> follow(URI start, List<String> types, Deadline deadline)
            throws IOException, InterruptedException {
        URI uri = start;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            HttpResponse<InputStream> response = send(uri, types, deadline);
            Optional<String> location = response.headers().firstValue("Location");
            if (response.statusCode() / 100 != 3 || location.isEmpty()) {
                return response;
            }
            response.body().close();
            uri = allowed(location.get(), uri);
        }
        throw unavailable("sends from one address to the next", null);
    }

    private HttpResponse<InputStream> send(URI uri, List<String> types, Deadline deadline)
            throws IOException, InterruptedException {
        deadline.check("pulling image " + image);
        var request = HttpRequest.newBuilder(uri).timeout(deadline.left());
        types.forEach(type -> request.header("Accept", type));
        boolean home = uri.getHost().equals(base.getHost()) && uri.getPort() == base.getPort();
        if (token != null && home) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (HttpTimeoutException e) {
            deadline.check("pulling image " + image);
            throw unavailable("does not answer in time", e);
        } catch (IOException e) {
            throw unavailable("does not answer: " + why(e), e);
        }
    }

    /** The JDK's client leaves out the message where one would look for it. */
    private static String why(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "its name is not known here";
            }
        }
        return e instanceof ConnectException ? "no connection can be made to it" : String.valueOf(e.getMessage());
    }

    private String fetchToken(HttpResponse<InputStream> refusal, Deadline deadline)
            throws IOException, InterruptedException {
        refusal.body().close();
        String challenge = refusal.headers().firstValue("WWW-Authenticate").orElse("");
        String realm = "";
        String service = "";
        Matcher parameters = PARAMETER.matcher(challenge);
        while (parameters.find()) {
            switch (parameters.group(1)) {
                case "realm" -> realm = parameters.group(2);
                case "service" -> service = parameters.group(2);
                default -> {} // the scope we know ourselves
            }
        }
        if (!challenge.regionMatches(true, 0, "Bearer ", 0, 7) || realm.isEmpty()) {
            throw refused(401);
        }
        String query = "service=" + encode(service) + "&scope=" + encode("repository:" + image.repository() + ":pull");
        URI uri = allowed(realm + (realm.contains("?") ? "&" : "?") + query, base);
        HttpResponse<InputStream> response = send(uri, List.of("application/json"), deadline);
        try (InputStream body = new LimitedBody(response.body(), deadline, "pulling image " + image)) {
            if (response.statusCode() != 200) {
                throw refused(response.statusCode());
            }
            JsonNode answer = Manifest.object(body.readNBytes(LARGEST_TOKEN));
            return answer.path("token").asText(answer.path("access_token").asText());
        }
    }

    /** A registry must not send us to plain http, nor, from elsewhere, to services of this machine. */
    private URI allowed(String address, URI from) throws IOException {
        URI uri;
        try {
            uri = from.resolve(address);
        } catch (IllegalArgumentException e) {
            throw unavailable("sends to an address that is none", e);
        }
        boolean ours = Registries.loopback(base);
        if (uri.getHost() == null || (!ours && (Registries.loopback(uri) || !"https".equals(uri.getScheme())))) {
            throw unavailable("sends to an address that is not https", null);
        }
        return uri;
    }

    private SandboxException refused(int status) {
        return switch (status) {
            case 401, 403, 404 ->
                new SandboxException(
                        ErrorCode.IMAGE_NOT_FOUND,
                        "image " + image + " is not in registry " + image.registry() + " (" + status + ")",
                        "look for a typing error; sandjar images ls shows what is here",
                        null);
            case 429 -> unavailable("has had too many requests from here (429)", null);
            default -> unavailable("answers with " + status, null);
        };
    }

    private SandboxException unavailable(String what, @Nullable Throwable cause) {
        return new SandboxException(
                ErrorCode.REGISTRY_UNAVAILABLE,
                "registry " + Registries.name(image, base) + " " + what,
                "try again, name a mirror (SANDJAR_MIRROR), or use image host",
                cause);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
