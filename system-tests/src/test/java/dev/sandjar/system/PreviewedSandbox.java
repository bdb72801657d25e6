package dev.sandjar.system;

import dev.sandjar.CommandSpec;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server, a sandbox of Alice's on it, and in that {@code program.py}, which answers as its path says. */
final class PreviewedSandbox implements AutoCloseable {
    static final int PORT = 8000;

    final RealServer server;
    final Sandbox sandbox;
    private final Sandboxes sandboxes;
    private final List<Socket> sockets = new ArrayList<>();

    /** @param settings as {@link RealServer} has them */
    PreviewedSandbox(String home, String... settings) throws Exception {
        server = new RealServer(Path.of("/var/lib/sandjar-test/preview", home), settings);
        sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
        sandbox = sandboxes.create(SandboxSpec.of("host"));
        sandbox.files().write("program.py", Files.readString(Path.of("src/test/resources/preview/program.py")));
        start("python3", "program.py", Integer.toString(PORT));
    }

    /** Returns once it has said something. */
    void start(String... argv) throws Exception {
        RunningCommand program = sandbox.start(CommandSpec.builder(List.of(argv))
                .retention(CommandSpec.Retention.LATEST)
                .build());
        if (!program.output().hasNext()) {
            throw new IOException("the program ended: " + program.await());
        }
    }

    String id() {
        return sandbox.id().toString();
    }

    /** What a path of the program is called outside. */
    String path(String path) {
        return "/v1/sandboxes/" + id() + "/ports/" + PORT + path;
    }

    /** The host name of a port. */
    String host(int port, String domain) {
        return port + "-" + id() + "." + domain;
    }

    /** The path at which the program says that, in Python's escapes, and nothing else. */
    static String raw(String said) {
        return "/raw?" + escaped(said);
    }

    /** The path at which all is well, and the program says these headers besides. */
    static String headers(String said) {
        return "/headers?" + escaped(said + "\\r\\n");
    }

    private static String escaped(String said) {
        return URLEncoder.encode(said, StandardCharsets.US_ASCII).replace("+", "%20");
    }

    HttpRequest.Builder request(String path) {
        return server.request(path(path));
    }

    /** The body. */
    String get(String path) throws Exception {
        return server.get(path(path)).body();
    }

    Socket connect() throws IOException {
        var socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(4 * 1024);
        socket.setSoTimeout(30_000);
        socket.connect(new InetSocketAddress("127.0.0.1", server.address.getPort()));
        return socket;
    }

    /** Sends what stands there; of the caller's lines none is added to. */
    Socket send(String text) throws IOException {
        Socket socket = connect();
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** A request by path, with Alice's token, as it goes over the wire. */
    String wire(String method, String path, String... headers) {
        return method + " " + path(path) + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + RealServer.TOKEN + "\r\n"
                + lines(headers);
    }

    static String lines(String... headers) {
        var lines = new StringBuilder();
        for (String header : headers) {
            lines.append(header).append("\r\n");
        }
        return lines.append("\r\n").toString();
    }

    /** All that is answered until the connection ends. */
    String answer(String wire) throws IOException {
        return rest(send(wire));
    }

    static String rest(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Until those words are there. */
    static String until(Socket socket, String words) throws IOException {
        var read = new StringBuilder();
        while (read.indexOf(words) < 0) {
            int c = socket.getInputStream().read();
            if (c < 0) {
                throw new IOException("ended: " + read);
            }
            read.append((char) c);
        }
        return read.toString();
    }

    void hangUp() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    @Override
    public void close() throws Exception {
        hangUp();
        sandbox.delete();
        sandboxes.close();
        server.close();
    }
}
