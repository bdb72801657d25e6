package dev.sandjar.compat.orbiter;

import dev.sandjar.Ending;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.ProtocolVersions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * MCP over the standard streams of a command in a sandbox: a message is a line. The other side is not trusted: what is no message is passed over and
 * remembered in part, a line has a longest length, and whoever waits for an answer learns at once that the command has ended.
 *
 * <p>Threads: one reads the command's output and hands messages to the client; one writes, so that a server that reads nothing holds up nobody who
 * reads.
 */
final class CommandTransport implements McpClientTransport {
    /** Bytes of a message; the limit's name in errors is {@code mcp-message}. */
    static final int LARGEST_MESSAGE = 16 << 20;

    private static final int MOST_UNHEARD = 1_000; // messages

    private static final System.Logger LOG = System.getLogger(CommandTransport.class.getName());
    private static final int REMEMBERED = 1_000; // characters of errors and of garbage, each
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final String server;
    private final RunningCommand command;
    private final McpJsonMapper json = McpJsonDefaults.getMapper();
    private final ExecutorService writer;
    private final Scheduler writing;
    private final Map<Long, CompletableFuture<?>> waiting = new ConcurrentHashMap<>(); // by question
    private final AtomicLong questions = new AtomicLong();
    private final AtomicLong unheard = new AtomicLong(); // messages that the server has not taken yet
    private final Tail errors = new Tail(REMEMBERED);
    private final Tail garbage = new Tail(REMEMBERED);
    private volatile @Nullable ToolException ended;

    CommandTransport(String server, RunningCommand command) {
        this.server = server;
        this.command = command;
        this.writer = Executors.newSingleThreadExecutor(
                Thread.ofVirtual().name("mcp-write-" + server).factory());
        this.writing = Schedulers.fromExecutorService(writer);
    }

    @Override
    public List<String> protocolVersions() {
        return List.of(
                ProtocolVersions.MCP_2024_11_05,
                ProtocolVersions.MCP_2025_03_26,
                ProtocolVersions.MCP_2025_06_18,
                ProtocolVersions.MCP_2025_11_25);
    }

    @Override
    public Mono<Void> connect(Function<Mono<McpSchema.JSONRPCMessage>, Mono<McpSchema.JSONRPCMessage>> handler) {
        return Mono.fromRunnable(
                () -> Thread.ofVirtual().name("mcp-read-" + server).start(() -> read(handler)));
    }

    @Override
    public Mono<Void> sendMessage(McpSchema.JSONRPCMessage message) {
        return Mono.<Void>fromRunnable(() -> {
                    try {
                        write(message);
                    } finally {
                        unheard.decrementAndGet();
                    }
                })
                .subscribeOn(writing)
                .doOnSubscribe(_ -> unheard.incrementAndGet()); // where it is sent, not where it is written
    }

    /** One that hears nothing has mostly ended, and whoever reads from it learns how; else the question's limit strikes. */
    private void write(McpSchema.JSONRPCMessage message) {
        try {
            command.stdin().write((json.writeValueAsString(message) + "\n").getBytes(StandardCharsets.UTF_8));
            command.stdin().flush();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "MCP server " + server + " hears nothing", e);
        }
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.fromRunnable(this::close);
    }

    @Override
    public void close() {
        end(new ToolException("MCP server " + server + " was ended"));
        command.kill();
        command.close();
        writer.shutdownNow();
    }

    @Override
    public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
        return json.convertValue(data, type);
    }

    boolean isOver() {
        return ended != null;
    }

    /**
     * Waits for an answer, or for what makes one impossible.
     *
     * @throws ToolException also {@link Late}
     */
    <T> T await(Mono<T> answer, Duration limit, String doing) throws InterruptedException {
        CompletableFuture<T> future = answer.toFuture();
        long question = questions.incrementAndGet();
        waiting.put(question, future);
        try {
            ToolException over = ended;
            if (over != null) {
                throw over;
            }
            return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new Late("MCP server " + server + " did not answer " + doing + " within " + Settings.seconds(limit)
                    + "s" + remembered());
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw cause instanceof ToolException ours
                    ? new ToolException(String.valueOf(ours.getMessage()), ours)
                    : new ToolException(
                            "MCP server " + server + ": " + doing + " failed: " + cause.getMessage(), cause);
        } finally {
            waiting.remove(question);
            future.cancel(true);
        }
    }

    /** A limit on time was reached: nobody knows what the server is at. */
    static final class Late extends RuntimeException {
        Late(String message) {
            super(message);
        }
    }

    private void read(Function<Mono<McpSchema.JSONRPCMessage>, Mono<McpSchema.JSONRPCMessage>> handler) {
        var lines = new Lines(LARGEST_MESSAGE, line -> message(line, handler), this::tooLong);
        try {
            for (Iterator<Output> output = command.output(); output.hasNext(); ) {
                switch (output.next()) {
                    case Output.Chunk chunk when chunk.stream() == Output.Stream.STDOUT -> lines.feed(chunk.bytes());
                    case Output.Chunk chunk ->
                        errors.add(StandardCharsets.UTF_8.decode(chunk.bytes()).toString());
                    case Output.Gap gap -> errors.add("[" + (gap.to() - gap.from()) + " bytes of output were lost]\n");
                }
            }
            end(new ToolException("MCP server " + server + " has ended (" + how() + ")" + remembered()));
        } catch (SandboxException e) {
            end(new ToolException("MCP server " + server + " is lost: " + e.getMessage(), e));
        }
    }

    private String how() {
        try {
            return switch (command.await(LAST_WORDS).orElse(new Ending.Lost(0))) {
                case Ending.Exited(int code) -> "exit code " + code;
                case Ending.Killed(var signal) -> "killed by " + signal;
                case Ending.TimedOut(Duration limit) -> "after the longest time that a command may run, " + limit;
                case Ending.OutOfMemory() -> "out of memory";
                case Ending.Lost _ -> "for an unknown reason";
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "while we were interrupted";
        }
    }

    private void message(
            byte[] line, Function<Mono<McpSchema.JSONRPCMessage>, Mono<McpSchema.JSONRPCMessage>> handler) {
        String text = new String(line, StandardCharsets.UTF_8).strip();
        if (text.isEmpty()) {
            return;
        }
        McpSchema.JSONRPCMessage message;
        try {
            message = McpSchema.deserializeJsonRpcMessage(json, text);
        } catch (IOException | RuntimeException e) { // whatever it is that was printed
            garbage.add(text.substring(0, Math.min(text.length(), REMEMBERED)) + "\n");
            return;
        }
        if (message instanceof McpSchema.JSONRPCNotification) {
            return; // none is of use here, and the client would ask for all tools again as often as it is told to
        }
        if (message instanceof McpSchema.JSONRPCRequest && unheard.get() >= MOST_UNHEARD) {
            return; // it asks, and does not read what it is told
        }
        handler.apply(Mono.just(message))
                .subscribe(_ -> {}, e -> LOG.log(System.Logger.Level.DEBUG, "a message was of no use", e));
    }

    /** Nobody can know whose answer it was. */
    private void tooLong() {
        failAll(new ToolException("MCP server " + server + " sent a message of more than " + LARGEST_MESSAGE
                + " bytes (limit mcp-message), which was passed over; let the tool write it to a file instead"));
    }

    private void end(ToolException why) {
        if (ended == null) {
            ended = why;
        }
        failAll(why);
    }

    private void failAll(ToolException why) {
        waiting.values().forEach(future -> future.completeExceptionally(why));
    }

    private String remembered() {
        return said("; it printed what is no MCP: ", garbage) + said("; it wrote to stderr: ", errors);
    }

    private static String said(String words, Tail tail) {
        UnaryOperator<String> clean = text -> text.strip().replaceAll("\\p{Cntrl}+", " ");
        String text = clean.apply(tail.text());
        return text.isEmpty() ? "" : words + text;
    }

    /** The last of what was said. */
    private static final class Tail {
        private final int length;
        private String text = ""; // guarded by this

        Tail(int length) {
            this.length = length;
        }

        synchronized void add(String more) {
            String all = text + more;
            text = all.substring(Math.max(0, all.length() - length));
        }

        synchronized String text() {
            return text;
        }
    }
}
