package dev.sandjar.compat.kubebox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.compat.kubebox.error.ConnectionLostException;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import dev.sandjar.compat.kubebox.error.RefusedException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Sandboxes at a server of the kubebox protocol: commands, their output as it comes, files.
 *
 * <pre>{@code
 * try (var client = new SandboxClient(privateKey, url)) {
 *     client.initializeSession("mine", "project");
 *     for (CommandEvent event : client.runCommand("mine", "make", CommandMode.STREAM)) {
 *         System.out.print(event.output());
 *     }
 * }
 * }</pre>
 *
 * <p>Safe for any number of threads. Every wait has a limit that the builder knows. Methods throw {@link RefusedException} when the server says no, {@link
 * ConnectionLostException} when there is no connection or it was lost, {@link dev.sandjar.compat.kubebox.error.WaitLimitException} when time is up, and {@link
 * InterruptedException}. What was not sent is tried three times, and so is what only reads; nothing else is done twice.
 */
public final class SandboxClient implements AutoCloseable {
    private static final Set<String> LOGS = Set.of("warning", "debug", "info", "log");

    private final Settings settings;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http;
    private final Rest rest;
    private final SandboxFiles files;
    private final Map<String, SessionLink> links = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * Of the server at {@code http://localhost:80}, with the key of the environment.
     *
     * @throws KubeboxException when {@code KUBEBOX_PRIVATE_KEY} is set and is no key
     */
    public SandboxClient() {
        this(builder());
    }

    /**
     * Of one server, with a key that signs each request.
     *
     * @param privateKey PEM
     * @param url such as {@code http://203.0.113.7}
     * @throws KubeboxException when one of them cannot be one
     */
    public SandboxClient(String privateKey, String url) {
        this(builder().privateKey(privateKey).url(url));
    }

    SandboxClient(SandboxClientBuilder builder) {
        this.settings = builder.settings();
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1) // no attempt at an upgrade, which some servers refuse
                .followRedirects(HttpClient.Redirect.NEVER) // what says who we are is for this server
                .connectTimeout(settings.connectLimit())
                .sslContext(settings.tls())
                .executor(threads)
                .build();
        this.rest = new Rest(http, settings);
        this.files = new SandboxFiles(rest);
    }

    /**
     * Where more is to be said.
     *
     * @return with the usual values
     */
    public static SandboxClientBuilder builder() {
        return new SandboxClientBuilder(System.getenv());
    }

    // ---- connection

    /**
     * Looks whether the server is there and lets us in; nothing needs it. Each session gets a connection of its own when it needs one.
     *
     * @throws InterruptedException when the caller is interrupted
     */
    public void connect() throws InterruptedException {
        checkOpen();
        SessionLink.tryOut(settings);
    }

    /**
     * Makes the connections of all sessions anew that were lost.
     *
     * @throws InterruptedException when the caller is interrupted
     */
    public void ensureConnection() throws InterruptedException {
        if (links.isEmpty()) {
            connect();
        }
        for (SessionLink link : links.values()) {
            link.open();
        }
    }

    /**
     * Makes a session and binds a connection to it; returns when both are done. A session of that id begins anew: servers forget its processes, and its
     * streams here end.
     *
     * @param sessionId by which the server knows it from now on
     * @param path of its files, as the server understands it
     * @throws InterruptedException when the caller is interrupted
     */
    public void initializeSession(String sessionId, String path) throws InterruptedException {
        checkOpen();
        SessionLink before = links.remove(sessionId);
        if (before != null) {
            before.close();
        }
        ObjectNode body = session(sessionId).put("path", path);
        rest.post("initializing session " + sessionId, "/initialize", body).text("session_id");
        link(sessionId).open();
    }

    private SessionLink link(String sessionId) {
        checkOpen();
        return links.computeIfAbsent(sessionId, id -> new SessionLink(id, settings));
    }

    private void checkOpen() {
        if (closed) {
            throw new KubeboxException("the client is closed", "make another", null);
        }
    }

    /**
     * Says goodbye to the server, which has a second to hear it, for all sessions at once. Streams end with an exception; what runs goes on running.
     * The client can be used again.
     */
    public void disconnect() {
        try (var goodbyes = Executors.newVirtualThreadPerTaskExecutor()) {
            for (String sessionId : List.copyOf(links.keySet())) {
                Optional.ofNullable(links.remove(sessionId)).ifPresent(link -> goodbyes.execute(link::close));
            }
        } // when all have said it
    }

    /** Disconnects, and ends what is under way. The client cannot be used any more. */
    @Override
    public void close() {
        closed = true;
        disconnect();
        rest.close();
        http.shutdownNow();
        threads.shutdown();
    }

    // ---- commands

    /**
     * Runs a command and gives out its output as it comes.
     *
     * @param sessionId whose
     * @param command for {@code /bin/sh -c}
     * @return its output
     * @throws InterruptedException when the caller is interrupted
     */
    public StreamProcess runCommand(String sessionId, String command) throws InterruptedException {
        return runCommand(sessionId, command, CommandMode.STREAM);
    }

    /**
     * Runs a command.
     *
     * @param <T> what one gets for it
     * @param sessionId whose
     * @param command for {@code /bin/sh -c}
     * @param mode {@link CommandMode#STREAM}, {@link CommandMode#WAIT} or {@link CommandMode#BACKGROUND}
     * @return its output, its result, or its number
     * @throws InterruptedException when the caller is interrupted
     */
    public <T extends CommandRun> T runCommand(String sessionId, String command, CommandMode<T> mode)
            throws InterruptedException {
        return runCommand(sessionId, CommandRequest.of(command), mode);
    }

    /**
     * Runs a command in a folder, or with another limit.
     *
     * @param <T> what one gets for it
     * @param sessionId whose
     * @param request what to run
     * @param mode {@link CommandMode#STREAM}, {@link CommandMode#WAIT} or {@link CommandMode#BACKGROUND}
     * @return its output, its result, or its number
     * @throws InterruptedException when the caller is interrupted
     */
    public <T extends CommandRun> T runCommand(String sessionId, CommandRequest request, CommandMode<T> mode)
            throws InterruptedException {
        return mode.way().run(this, sessionId, request);
    }

    StreamProcess stream(String sessionId, CommandRequest request) throws InterruptedException {
        SessionLink link = link(sessionId);
        link.open(); // else there would be a command whose output nobody can follow
        return link.stream(begun(sessionId, request, CommandMode.STREAM));
    }

    BackgroundProcess start(String sessionId, CommandRequest request) throws InterruptedException {
        return new BackgroundProcess(begun(sessionId, request, CommandMode.BACKGROUND));
    }

    private long begun(String sessionId, CommandRequest request, CommandMode<?> mode) throws InterruptedException {
        ObjectNode body = command(sessionId, request, mode).putNull("timeout");
        return rest.post("starting a command in session " + sessionId, "/run_command", body)
                .number("process_id");
    }

    CommandResult await(String sessionId, CommandRequest request) throws InterruptedException {
        ObjectNode body = command(sessionId, request, CommandMode.WAIT)
                .put("timeout", request.timeout().toSeconds());
        Duration limit = request.timeout().plus(settings.answerLimit());
        JsonNode answer = rest.post("running a command in session " + sessionId, "/run_command", body, limit)
                .object();
        return new CommandResult(
                settings.shown(answer.path("stdout").asText("")),
                settings.shown(answer.path("stderr").asText("")),
                exitCode(answer),
                answer.path("finished").asBoolean(),
                Optional.ofNullable(answer.path("error").textValue()));
    }

    private static ObjectNode command(String sessionId, CommandRequest request, CommandMode<?> mode) {
        return session(sessionId)
                .put("command", request.command())
                .put("mode", mode.toString())
                .put("path", request.path().orElse(null));
    }

    private static OptionalInt exitCode(JsonNode answer) {
        JsonNode code = answer.path("exit_code");
        return code.canConvertToInt() ? OptionalInt.of(code.intValue()) : OptionalInt.empty();
    }

    /**
     * Kills a command.
     *
     * @param sessionId whose
     * @param processId the command's
     * @return what became of it
     * @throws InterruptedException when the caller is interrupted
     */
    public CommandKilled killCommand(String sessionId, long processId) throws InterruptedException {
        ObjectNode body = session(sessionId).put("process_id", processId);
        Answer answer = rest.post("killing process " + processId + " of session " + sessionId, "/kill_command", body);
        if (answer.status() == 404) {
            return new CommandKilled("not found", OptionalInt.empty());
        }
        JsonNode told = answer.object();
        return new CommandKilled(told.path("status").asText("not found"), exitCode(told));
    }

    /**
     * Kills everything that runs in a session.
     *
     * @param sessionId whose
     * @return whether all of it could be killed
     * @throws RefusedException also when the server cannot do it (404): kubebox's own has no such thing
     * @throws InterruptedException when the caller is interrupted
     */
    public boolean killAllProcesses(String sessionId) throws InterruptedException {
        return rest.post("killing all processes of session " + sessionId, "/kill_all_processes", session(sessionId))
                .object()
                .path("success")
                .asBoolean();
    }

    /**
     * Asks whether a command runs.
     *
     * @param sessionId whose
     * @param processId the command's
     * @return what the server says
     * @throws InterruptedException when the caller is interrupted
     */
    public Status checkStatus(String sessionId, long processId) throws InterruptedException {
        return link(sessionId).status(processId);
    }

    /**
     * Opens a page in a browser without a screen, in the sandbox, and gives what it writes to its console.
     *
     * @param sessionId whose
     * @param fullUrl the page
     * @return what it wrote
     * @throws RefusedException also when the page cannot be opened
     * @throws InterruptedException when the caller is interrupted
     */
    public RuntimeResult getWebsiteConsoleLogs(String sessionId, String fullUrl) throws InterruptedException {
        ObjectNode body = session(sessionId).put("full_url", fullUrl);
        Answer answer = rest.post("opening " + fullUrl + " in session " + sessionId, "/get_website_console_logs", body);
        JsonNode told = answer.object();
        if (told.path("error").isTextual()) {
            throw answer.refused(told.path("error").textValue());
        }
        return new RuntimeResult(messages(told.path("logs"), true), messages(told.path("errors"), false), fullUrl);
    }

    private List<String> messages(JsonNode list, boolean logs) {
        var messages = new ArrayList<String>();
        for (JsonNode message : list) {
            if (LOGS.contains(message.path("type").asText()) == logs) {
                messages.add(settings.shown(message.path("text").asText()));
            }
        }
        return messages;
    }

    static ObjectNode session(String sessionId) {
        return Answer.JSON.createObjectNode().put("session_id", sessionId);
    }

    // ---- files

    /**
     * A file as text.
     *
     * @param sessionId whose
     * @param path of the file, below the session's
     * @return its content
     * @throws InterruptedException when the caller is interrupted
     */
    public String readFile(String sessionId, String path) throws InterruptedException {
        return files.read(sessionId, path);
    }

    /**
     * A file as bytes, of 64 MiB at most.
     *
     * @param sessionId whose
     * @param path of the file, below the session's
     * @return its content
     * @throws InterruptedException when the caller is interrupted
     */
    public byte[] getFile(String sessionId, String path) throws InterruptedException {
        return files.get(sessionId, path);
    }

    /**
     * A file of any size into a file here, whole or not at all.
     *
     * @param sessionId whose
     * @param path of the file, below the session's
     * @param local made or replaced
     * @param limit until it must be there
     * @throws InterruptedException when the caller is interrupted
     */
    public void getFile(String sessionId, String path, Path local, Duration limit) throws InterruptedException {
        files.get(sessionId, path, local, Settings.limit("limit", limit));
    }

    /**
     * Writes text into a file, which is made or replaced. Its folder must be there.
     *
     * @param sessionId whose
     * @param path of the file, below the session's
     * @param content what to write
     * @throws InterruptedException when the caller is interrupted
     */
    public void writeFile(String sessionId, String path, String content) throws InterruptedException {
        files.write(sessionId, path, content, false);
    }

    /**
     * Writes text into a file, which is made or replaced.
     *
     * @param sessionId whose
     * @param path of the file, below the session's
     * @param content what to write
     * @param makeDirs whether its folder is made when it is not there
     * @throws InterruptedException when the caller is interrupted
     */
    public void writeFile(String sessionId, String path, String content, boolean makeDirs) throws InterruptedException {
        files.write(sessionId, path, content, makeDirs);
    }

    /**
     * Makes a folder, and those above it.
     *
     * @param sessionId whose
     * @param path of the folder, below the session's
     * @throws InterruptedException when the caller is interrupted
     */
    public void makeDirs(String sessionId, String path) throws InterruptedException {
        files.change("making folder", "/make_dirs", sessionId, path);
    }

    /**
     * Deletes a file.
     *
     * @param sessionId whose
     * @param path of the file, below the session's
     * @throws InterruptedException when the caller is interrupted
     */
    public void deleteFile(String sessionId, String path) throws InterruptedException {
        files.change("deleting", "/delete_file", sessionId, path);
    }

    /**
     * Whether there is a file or a folder.
     *
     * @param sessionId whose
     * @param path below the session's
     * @return true for either
     * @throws InterruptedException when the caller is interrupted
     */
    public boolean fileExists(String sessionId, String path) throws InterruptedException {
        return files.exists(sessionId, path);
    }

    /**
     * All files of a session, at all depths, or those that one of the expressions is found in.
     *
     * @param sessionId whose
     * @param regexes as the server understands them, usually Python's; kubebox's own ignores them
     * @return paths below the session's
     * @throws InterruptedException when the caller is interrupted
     */
    public List<String> getAllFilePaths(String sessionId, String... regexes) throws InterruptedException {
        return files.paths(sessionId, List.of(regexes));
    }
}
