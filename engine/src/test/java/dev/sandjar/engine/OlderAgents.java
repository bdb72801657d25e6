package dev.sandjar.engine;

import dev.sandjar.runtime.SandboxRuntime;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Real agents behind a relay that takes their features out of WELCOME, and kinds of requests out of OPEN, as if they were of before those. */
final class OlderAgents implements AutoCloseable {
    private static final int WELCOME = 3;
    private static final int FEATURES = 1 + 4 + 32; // after type, channel and proof
    private static final int OPEN = 4;
    private static final int KIND = 1 + 4; // after type and channel
    private static final int NEWEST_KIND = 40;
    private static final byte UNKNOWN_KIND = (byte) 255;

    private final Path socket;
    private final ServerSocketChannel relay;

    OlderAgents() throws IOException {
        socket = Files.createTempDirectory("older").resolve("s");
        relay = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
    }

    SandboxRuntime of(SandboxRuntime real) {
        return (SandboxRuntime) Proxy.newProxyInstance(
                SandboxRuntime.class.getClassLoader(),
                new Class<?>[] {SandboxRuntime.class},
                (_, method, arguments) -> {
                    try {
                        Object answer = method.invoke(real, arguments);
                        return answer instanceof SocketChannel agent ? relayed(agent) : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private synchronized SocketChannel relayed(SocketChannel agent) throws IOException {
        SocketChannel engine = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        SocketChannel between = relay.accept();
        carry(agent, between);
        carry(between, agent);
        return engine;
    }

    private static void carry(SocketChannel from, SocketChannel to) {
        Thread.ofVirtual().start(() -> {
            try (from;
                    to) {
                var in = new DataInputStream(Channels.newInputStream(from));
                OutputStream out = Channels.newOutputStream(to);
                while (true) {
                    pass(in, out);
                }
            } catch (IOException ended) {
                // one side has hung up, and now the other
            }
        });
    }

    private static void pass(DataInputStream in, OutputStream out) throws IOException {
        int length = in.readInt();
        byte[] rest = in.readNBytes(1 + 4 + length);
        ByteBuffer frame = ByteBuffer.allocate(4 + rest.length).putInt(length).put(rest);
        if (rest[0] == WELCOME) {
            frame.putInt(4 + FEATURES, 0);
        } else if (rest[0] == OPEN && rest[KIND] > NEWEST_KIND) {
            frame.put(4 + KIND, UNKNOWN_KIND);
        }
        out.write(frame.array());
    }

    @Override
    public void close() {
        try {
            relay.close();
            Files.delete(socket);
            Files.delete(socket.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
