package dev.sandjar.server;

import dev.sandjar.server.auth.Authentication;
import dev.sandjar.server.auth.TokenFile;
import dev.sandjar.server.config.ServerConfig;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.vertx.http.HttpServer;
import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Says where the server is and how to use it, as soon as it answers. */
public class Greeting implements QuarkusApplication {
    private final HttpServer http;
    private final ServerConfig config;
    private final Authentication authentication;
    private final String host;

    Greeting(
            HttpServer http,
            ServerConfig config,
            Authentication authentication,
            @ConfigProperty(name = "quarkus.http.host") String host) {
        this.http = http;
        this.config = config;
        this.authentication = authentication;
        this.host = host;
    }

    @Override
    public int run(String... args) {
        boolean secure = http.getSecurePort() > 0;
        var listening = new Listening(host, secure ? http.getSecurePort() : http.getPort(), secure);
        Path tokens = config.auth().tokenFile().map(Path::of).orElseGet(TokenFile::standard);
        String token = tokens.equals(TokenFile.standard()) ? "" : " SANDBOX_API_TOKEN=$(cat " + tokens + ")";
        if (authentication.hasMadeToken()) {
            System.err.println("sandjar made a token: " + tokens);
        }
        for (String url : listening.urls()) {
            System.err.println("sandjar serves " + url);
        }
        System.err.println("use it:  SANDBOX_API_URL=" + listening.urlHere() + token + " sandjar ls");
        System.err.println("console: " + listening.urlHere() + "/console/");
        if (listening.isInClear()) {
            System.err.println("warning: tokens and all else travel in clear to other machines");
            System.err.println("         serve with --tls-certificate and --tls-key, or behind a proxy that has TLS");
        }
        config.auth().trusted().networks().ifPresent(networks -> {
            System.err.println(
                    "warning: who comes from " + String.join(", ", networks) + " needs no token and is the owner "
                            + config.auth().trusted().owner());
            System.err.println("         unless you want that, unset sandjar.auth.trusted.networks");
        });
        Quarkus.waitForExit();
        return 0;
    }
}
