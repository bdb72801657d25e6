package dev.sandjar.compat.sessions;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Sessions at a server of the Sandbox Sessions API: made, listed, used, ended.
 *
 * <p>Safe for any number of threads. Every method checks what it is given before anything is sent ({@link IllegalArgumentException}); then it throws
 * what {@link SandboxApiException} is the root of:
 *
 * <ul>
 *   <li>{@link UnauthorizedException} (401), {@link SessionNotFoundException} (404), {@link RateLimitException} (429), {@link
 *       SandboxOperationException} (any other refusal)
 *   <li>{@link SandboxConnectionException}: no connection, a lost one, silence for longer than the timeout, or an interruption
 *   <li>{@link SandboxApiException} itself: the answer is none of this API
 * </ul>
 *
 * <p>What the server has no room for (429) is tried again, as {@link Retries} says and not before the server wants it; so is what lost its
 * connection, as long as that can do no harm: reading and deleting always, making a session with an idempotency key only, running and uploading only
 * while nothing was sent.
 */
public final class SessionsClient implements AutoCloseable {
    /** The variable of the environment that holds the address of the API. */
    public static final String API_URL_VARIABLE = "SANDBOX_API_URL";
    /** The variable of the environment that holds the token. */
    public static final String API_TOKEN_VARIABLE = "SANDBOX_API_TOKEN";

    private static final Duration DEFAULT_RUN = Duration.ofMinutes(1);

    private final Access access;
    private final Builder settings;
    private final Rest rest;
    private final HostKeyPolicy hostKeys = HostKeyPolicy.acceptNew();

    /**
     * For the server and with the token that the environment names: {@value #API_URL_VARIABLE} and {@value #API_TOKEN_VARIABLE}.
     *
     * @throws IllegalArgumentException one of them is missing or cannot be one
     */
    public SessionsClient() {
        this(builder());
    }

    /**
     * For one server, as one user.
     *
     * @param apiUrl such as {@code https://sandboxes.example.com/v1}; its path is kept
     * @param token sent as {@code Authorization: Bearer}
     * @throws IllegalArgumentException one of them cannot be one
     */
    public SessionsClient(String apiUrl, String token) {
        this(builder().apiUrl(apiUrl).token(token));
    }

    private SessionsClient(Builder settings) {
        this.settings = settings.copy();
        this.access = settings.access();
        this.rest = new Rest(access, settings.tls, settings.timeout, settings.retries);
    }

    /** Where more than the address and the token is to be said. */
    public static Builder builder() {
        return new Builder(System::getenv);
    }

    // ---- sessions

    /** Makes a session that lives for an hour in the server's usual image. */
    public Session createSession() {
        return createSession(SessionSpec.defaults());
    }

    /**
     * Makes a session. After a {@link SandboxConnectionException} without an idempotency key it may or may not be there: {@link #listSessions} tells.
     *
     * @param spec what kind of one
     */
    public Session createSession(SessionSpec spec) {
        ObjectNode body = Answers.JSON.createObjectNode().put("ttl", spec.ttl().toSeconds());
        spec.image().ifPresent(image -> body.put("image", image));
        if (!spec.metadata().isEmpty()) {
            body.set("metadata", Answers.JSON.valueToTree(spec.metadata()));
        }
        spec.sshPublicKey().ifPresent(key -> body.put("sshPublicKey", key));
        Call call = Call.with("POST", settings.sessionsPath, json(body));
        return rest.json(spec.idempotencyKey().map(call::repeatable).orElse(call), Answers::session);
    }

    /** The first fifty. */
    public SessionPage listSessions() {
        return listSessions(50, 0);
    }

    /**
     * A part of the caller's sessions.
     *
     * @param limit 1 to 100
     * @param offset how many to leave out at the beginning; 0 or more
     */
    public SessionPage listSessions(int limit, int offset) {
        Checks.inRange("limit", limit, 1, 100);
        Checks.inRange("offset", offset, 0, Integer.MAX_VALUE);
        return rest.json(
                Call.get(settings.sessionsPath + "?limit=" + limit + "&offset=" + offset),
                answer -> Answers.page(answer, limit, offset));
    }

    /** A session as it is now. */
    public Session getSession(String sessionId) {
        return rest.json(Call.get(path(sessionId)), Answers::session);
    }

    /** Ends a session; what was in it is gone. */
    public void deleteSession(String sessionId) {
        rest.done(Call.delete(path(sessionId)));
    }

    /**
     * Lets a session live until so long from now. Not at every server; where it is missing, an error says so.
     *
     * @param ttl 60 seconds to 8 hours
     */
    public Session extendSession(String sessionId, Duration ttl) {
        int seconds = Checks.seconds("ttl", ttl, SessionSpec.SHORTEST_TTL, SessionSpec.LONGEST_TTL);
        ObjectNode body = Answers.JSON.createObjectNode().put("ttl", seconds);
        return rest.json(Call.with("PATCH", path(sessionId), json(body)).notEverywhere(), Answers::session);
    }

    /** Lets all processes of a session stand still. Not at every server; where it is missing, an error says so. */
    public Session pauseSession(String sessionId) {
        return rest.json(
                Call.with("POST", path(sessionId) + "/pause", Content.none()).notEverywhere(), Answers::session);
    }

    /** Lets a paused session go on. Not at every server; where it is missing, an error says so. */
    public Session resumeSession(String sessionId) {
        return rest.json(
                Call.with("POST", path(sessionId) + "/resume", Content.none()).notEverywhere(), Answers::session);
    }

    // ---- runs

    /** Runs Python for a minute at most. */
    public RunResult runCode(String sessionId, String code) {
        return runCode(sessionId, code, CodeLanguage.PYTHON, DEFAULT_RUN);
    }

    /**
     * Runs code and waits for its end: as long as its own timeout and, beyond that, the client's.
     *
     * @param code not blank
     * @param timeout 1 to 300 whole seconds; then the server ends it, and the result's status says so
     */
    public RunResult runCode(String sessionId, String code, CodeLanguage language, Duration timeout) {
        ObjectNode body = Answers.JSON
                .createObjectNode()
                .put("language", language.wireName())
                .put("code", Checks.notBlank("code", code))
                .put("timeout", runSeconds(timeout));
        return run(Call.with("POST", path(sessionId) + "/code", json(body)), timeout);
    }

    /** Runs a command for a minute at most. Not at every server; where it is missing, an error says so. */
    public RunResult runCommand(String sessionId, String command) {
        return runCommand(sessionId, command, DEFAULT_RUN, Map.of());
    }

    /**
     * Runs a command in a shell and waits for its end, as {@link #runCode(String, String, CodeLanguage, Duration)} does. Not at every server; where it
     * is missing, an error says so.
     *
     * @param command not blank
     * @param timeout 1 to 300 whole seconds
     * @param env laid over the session's own environment
     */
    public RunResult runCommand(String sessionId, String command, Duration timeout, Map<String, String> env) {
        ObjectNode body = Answers.JSON
                .createObjectNode()
                .put("command", Checks.notBlank("command", command))
                .put("timeout", runSeconds(timeout));
        if (!env.isEmpty()) {
            body.set("env", Answers.JSON.valueToTree(env));
        }
        return run(Call.with("POST", path(sessionId) + "/commands", json(body)), timeout);
    }

    private RunResult run(Call call, Duration timeout) {
        return rest.json(call.within(timeout.plus(settings.timeout)).notEverywhere(), Answers::run);
    }

    private static int runSeconds(Duration timeout) {
        return Checks.seconds("timeout", timeout, Checks.SHORTEST_RUN, Checks.LONGEST_RUN);
    }

    // ---- files: not at every server; where they are missing, an error says so

    /**
     * Writes a file in a session.
     *
     * @param remote relative to the session's folder
     * @param overwrite whether one that is there is replaced; otherwise it is refused (409)
     * @throws UncheckedIOException the local file cannot be read
     */
    public SessionFile uploadFile(String sessionId, Path local, String remote, boolean overwrite) {
        return files(sessionId).upload(Content.of(local), remote, overwrite);
    }

    /**
     * Writes a file in a session, of any length. It is sent once: nothing of a stream can be sent again.
     *
     * @param content read to its end; closing it is the caller's
     * @throws UncheckedIOException the content cannot be read
     */
    public SessionFile uploadFile(String sessionId, InputStream content, String remote, boolean overwrite) {
        return files(sessionId).upload(Content.of(content), remote, overwrite);
    }

    /**
     * Copies a file out of a session. The local file is replaced once all of it is there.
     *
     * @param remote relative to the session's folder
     * @throws UncheckedIOException the local file cannot be written
     */
    public void downloadFile(String sessionId, String remote, Path local) {
        files(sessionId).download(remote, local);
    }

    /**
     * Opens a file of a session.
     *
     * @return its content, to be closed; reading throws an {@link IOException} when it is cut off
     */
    public InputStream openFile(String sessionId, String remote) {
        return files(sessionId).open(remote);
    }

    /**
     * What is in a folder of a session.
     *
     * @param folder relative to the session's folder, which is {@code .}
     * @return read as it is used, however many there are; to be closed
     */
    public Stream<SessionFile> listFiles(String sessionId, String folder) {
        return files(sessionId).list(folder);
    }

    /** Removes a file of a session. */
    public void deleteFile(String sessionId, String remote) {
        files(sessionId).delete(remote);
    }

    // ---- ways in

    /** To open a connection to the session's SSH server with the settings of this client. */
    public HttpConnectTunnel.Builder tunnel(String sessionId) {
        var tunnel = HttpConnectTunnel.builder(access, settings.tls, sessionId)
                .connectPath(settings.sessionsPath + "/{sessionId}")
                .retries(settings.retries);
        return settings.timeout.compareTo(HttpConnectTunnel.DEFAULT_TIMEOUT) < 0
                ? tunnel.timeout(settings.timeout)
                : tunnel;
    }

    /** To log in at the session's SSH server with the settings of this client, which remembers the host keys it has seen. */
    public SessionSshClient.Builder ssh(String sessionId) {
        return SessionSshClient.builder(tunnel(sessionId)).hostKeys(hostKeys);
    }

    /** Ends what is under way; sessions live on. */
    @Override
    public void close() {
        rest.close();
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "SessionsClient[" + access.apiUrl() + "]";
    }

    private FileCalls files(String sessionId) {
        return new FileCalls(rest, path(sessionId));
    }

    private String path(String sessionId) {
        return settings.sessionsPath + "/" + Checks.segment("sessionId", sessionId);
    }

    private static Content json(ObjectNode body) {
        return Content.json(body.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** All parts are optional where the environment names the address and the token; {@link #build} checks them. */
    public static final class Builder {
        private final UnaryOperator<@Nullable String> environment;
        private @Nullable String apiUrl;
        private @Nullable String token;
        private Duration timeout = Duration.ofSeconds(30);
        private Tls tls = Tls.standard();
        private Retries retries = Retries.DEFAULT;
        private String sessionsPath = "/sessions";

        Builder(UnaryOperator<@Nullable String> environment) {
            this.environment = environment;
        }

        private Builder copy() {
            var copy = new Builder(environment);
            copy.timeout = timeout;
            copy.tls = tls;
            copy.retries = retries;
            copy.sessionsPath = sessionsPath;
            return copy;
        }

        /** Such as {@code https://sandboxes.example.com/v1}; {@value #API_URL_VARIABLE} when not given. */
        public Builder apiUrl(String url) {
            apiUrl = url;
            return this;
        }

        /** The bearer's; {@value #API_TOKEN_VARIABLE} when not given. */
        public Builder token(String secret) {
            token = secret;
            return this;
        }

        /** How long the server may be silent: 1 millisecond to 24 hours, 30 seconds when not given. A run may take its own timeout longer. */
        public Builder timeout(Duration silence) {
            timeout = Checks.limit("timeout", silence);
            return this;
        }

        /** With {@code false} anybody can be the server, and read the token: for trials only. With {@code true} an {@link #sslContext} stays. */
        public Builder verifyTls(boolean verify) {
            tls = tls.verified(verify);
            return this;
        }

        /** For certificates that Java does not know; what it says about a server's name is checked. */
        public Builder sslContext(SSLContext context) {
            tls = tls.with(context);
            return this;
        }

        /** {@link Retries#DEFAULT} when not given. */
        public Builder retries(Retries wanted) {
            retries = wanted;
            return this;
        }

        /** Where sessions are below the address: {@code /sessions} when not given, {@code /sandboxes} at servers of the later form of the API. */
        public Builder sessionsPath(String path) {
            if (!path.matches("(/[A-Za-z0-9._~-]+)+")) {
                throw new IllegalArgumentException(
                        "sessionsPath is " + Checks.quoted(path) + ", allowed: a path such as /sessions");
            }
            sessionsPath = path;
            return this;
        }

        /**
         * Connects to nothing yet.
         *
         * @throws IllegalArgumentException the address or the token is missing or cannot be one
         */
        public SessionsClient build() {
            return new SessionsClient(this);
        }

        private Access access() {
            return Access.of(given("apiUrl", apiUrl, API_URL_VARIABLE), given("token", token, API_TOKEN_VARIABLE));
        }

        private String given(String name, @Nullable String value, String variable) {
            String found = value == null ? environment.apply(variable) : value;
            if (found == null || found.isBlank()) {
                throw new IllegalArgumentException("no " + name + ": give it, or set " + variable);
            }
            return Objects.requireNonNull(found);
        }
    }
}
