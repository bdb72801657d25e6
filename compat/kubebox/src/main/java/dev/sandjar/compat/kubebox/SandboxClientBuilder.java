package dev.sandjar.compat.kubebox;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import dev.sandjar.compat.kubebox.security.Keys;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** What may be said of a client; everything has a usual value. */
public final class SandboxClientBuilder {
    private String url = Settings.DEFAULT_URL;
    private Optional<Credentials> credentials = Optional.empty();
    private Optional<SSLContext> tls = Optional.empty();
    private final Map<String, String> environment;
    private Duration connectLimit = Duration.ofSeconds(10);
    private Duration answerLimit = Duration.ofSeconds(30);
    private Duration silenceLimit = Duration.ofSeconds(30);
    private Duration reconnectLimit = Duration.ofSeconds(30);
    private Duration stallLimit = Duration.ofSeconds(10);
    private boolean colours;

    SandboxClientBuilder(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * Of which server; {@code http://localhost:80}.
     *
     * @param address its path is kept
     * @return this
     */
    public SandboxClientBuilder url(String address) {
        url = address;
        return this;
    }

    /**
     * Signs each request; that of {@code KUBEBOX_PRIVATE_KEY} if nothing is said.
     *
     * @param pem RSA, 2048 bits or more
     * @return this
     */
    public SandboxClientBuilder privateKey(String pem) {
        credentials = Optional.of(Credentials.key(pem));
        return this;
    }

    /**
     * Instead of a key: {@code Authorization: Bearer}. Whoever sees it may use it: not over {@code http:} to another machine.
     *
     * @param token as the server gave it
     * @return this
     */
    public SandboxClientBuilder token(String token) {
        credentials = Optional.of(Credentials.token(token));
        return this;
    }

    /**
     * Whom to believe that it is the server, for {@code https:}; whoever Java knows. Its certificate must be for the server's name in any case.
     *
     * @param context vouches for servers
     * @return this
     */
    public SandboxClientBuilder sslContext(SSLContext context) {
        tls = Optional.of(context);
        return this;
    }

    /**
     * Until a connection is there and lets us in; 10 seconds.
     *
     * @param limit 1 ms to a day, as all others
     * @return this
     */
    public SandboxClientBuilder connectLimit(Duration limit) {
        connectLimit = Settings.limit("connectLimit", limit);
        return this;
    }

    /**
     * Until an answer is there, the time of a command not counted; 30 seconds.
     *
     * @param limit 1 ms to a day
     * @return this
     */
    public SandboxClientBuilder answerLimit(Duration limit) {
        answerLimit = Settings.limit("answerLimit", limit);
        return this;
    }

    /**
     * After how long without output the server is asked whether the command still runs; 30 seconds.
     *
     * @param limit 1 ms to a day
     * @return this
     */
    public SandboxClientBuilder silenceLimit(Duration limit) {
        silenceLimit = Settings.limit("silenceLimit", limit);
        return this;
    }

    /**
     * Until a lost connection is there again, else streams end; 30 seconds.
     *
     * @param limit 1 ms to a day
     * @return this
     */
    public SandboxClientBuilder reconnectLimit(Duration limit) {
        reconnectLimit = Settings.limit("reconnectLimit", limit);
        return this;
    }

    /**
     * For how long a stream whose reader is slow may hold up the other streams of its session before it loses output; 10 seconds. Servers give up a
     * connection that stands still for longer than their ping timeout, usually a minute.
     *
     * @param limit 1 ms to a day
     * @return this
     */
    public SandboxClientBuilder stallLimit(Duration limit) {
        stallLimit = Settings.limit("stallLimit", limit);
        return this;
    }

    /**
     * Leaves codes of colours in text. Usually what matches {@code ESC [ digits (; digits)* m} is taken out, as kubebox does it; other codes of
     * terminals always stay.
     *
     * @return this
     */
    public SandboxClientBuilder rawColours() {
        colours = true;
        return this;
    }

    Settings settings() {
        Credentials chosen = credentials.orElseGet(() -> Optional.ofNullable(environment.get(Keys.PRIVATE_KEY_VARIABLE))
                .map(Credentials::key)
                .orElseGet(Credentials::none));
        return new Settings(
                Settings.url(url),
                chosen,
                tls.orElseGet(Settings::usualTls),
                connectLimit,
                answerLimit,
                silenceLimit,
                reconnectLimit,
                stallLimit,
                colours);
    }

    /**
     * Makes it; nothing is sent yet.
     *
     * @return to be closed
     * @throws KubeboxException when something cannot be what it is said to be
     */
    public SandboxClient build() {
        return new SandboxClient(this);
    }
}
