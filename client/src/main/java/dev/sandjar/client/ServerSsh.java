package dev.sandjar.client;

import dev.sandjar.SandboxId;
import dev.sandjar.SshConnection;
import dev.sandjar.client.http.HttpConnection;
import dev.sandjar.client.http.HttpRequest;
import dev.sandjar.client.http.HttpResponse;
import dev.sandjar.client.http.Target;
import dev.sandjar.wire.MalformedFrameException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.regex.Pattern;

/** A tunnel to a server's SSH, by {@code CONNECT}. */
final class ServerSsh implements SshConnection {
    private static final Duration ANY_TIME = Duration.ofMillis(Integer.MAX_VALUE);

    private static final Pattern HOST_KEY = Pattern.compile("[a-z0-9@.-]{1,64} [A-Za-z0-9+/]{1,16384}={0,2}");

    private final HttpConnection connection;
    private final String hostKey;

    private ServerSsh(HttpConnection connection, String hostKey) {
        this.connection = connection;
        this.hostKey = hostKey;
    }

    static ServerSsh open(Server server, SandboxId sandbox) {
        Outage outage = server.outage();
        while (true) {
            try {
                return open(server, new HttpRequest("CONNECT", Target.of("v1", "sandboxes", sandbox)), outage);
            } catch (MalformedFrameException e) {
                throw server.notUnderstood(e);
            } catch (IOException e) {
                outage.failed(e); // nothing was sent through it yet
            }
        }
    }

    private static ServerSsh open(Server server, HttpRequest request, Outage outage) throws IOException {
        HttpConnection connection = server.connect(outage);
        try {
            HttpResponse response = server.exchange(connection, request);
            String hostKey = response.header("x-ssh-host-key")
                    .filter(key -> HOST_KEY.matcher(key).matches())
                    .orElseThrow(() -> new MalformedFrameException("a tunnel's answer tells the SSH host key"));
            connection.patience(ANY_TIME);
            return new ServerSsh(connection, hostKey);
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public String hostKey() {
        return hostKey;
    }

    @Override
    public InputStream input() {
        return connection.input();
    }

    @Override
    public OutputStream output() {
        return connection.output();
    }

    @Override
    public void close() {
        connection.close();
    }
}
