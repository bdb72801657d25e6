package dev.sandjar.server;

import dev.sandjar.server.auth.TokenFile;
import dev.sandjar.server.config.ServerConfig;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.vertx.http.HttpServer;
import java.nio.file.Path;

/** Says where the server is and how to use it, as soon as it answers. */
public class Greeting implements QuarkusApplication {
    private final HttpServer http;
    private final ServerConfig config;

    Greeting(HttpServer http, ServerConfig config) {
        this.http = http;
        this.config = config;
    }

    @Override
    public int run(String... args) {
        String address = http.getSecurePort() > 0
                ? "https://127.0.0.1:" + http.getSecurePort()
                : "http://127.0.0.1:" + http.getPort();
        Path tokens = config.auth().tokenFile().map(Path::of).orElseGet(TokenFile::standard);
        String token = tokens.equals(TokenFile.standard()) ? "" : " SANDBOX_API_TOKEN=$(cat " + tokens + ")";
        System.err.println("sandjar serves " + address);
        System.err.println("use it:  SANDBOX_API_URL=" + address + token + " sandjar ls");
        Quarkus.waitForExit();
        return 0;
    }
}
