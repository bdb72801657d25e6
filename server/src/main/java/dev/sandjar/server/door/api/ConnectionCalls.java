package dev.sandjar.server.door.api;

import dev.sandjar.SandboxConnection;
import dev.sandjar.SandboxException;
import dev.sandjar.wire.Frame;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;

/** {@code /ports} and {@code /sftp}: connections into a sandbox. */
final class ConnectionCalls {
    private static final int PIECE = 64 * 1024;

    private ConnectionCalls() {}

    static void dial(ApiCall call) throws IOException, InterruptedException {
        call.requireUpgrade();
        String port = call.path("port");
        if (!port.matches("[0-9]{1,5}")) {
            throw SandboxException.invalid("port", "something else", "1 to 65535");
        }
        relay(call, call.sandbox().dial(Integer.parseInt(port)));
    }

    static void sftp(ApiCall call) throws IOException, InterruptedException {
        call.requireUpgrade();
        relay(call, call.sandbox().sftp());
    }

    private static void relay(ApiCall call, SandboxConnection opened) throws IOException, InterruptedException {
        try (SandboxConnection connection = opened;
                Tunnel tunnel = call.upgrade()) {
            tunnel.send(new Frame.Taken(0)); // from now on nothing is lost
            var sent = new CountDownLatch(1);
            Thread.ofVirtual().name("connection-up").start(() -> up(tunnel, connection, sent));
            down(connection.input(), tunnel);
            sent.await();
        } // which ends `up` too
    }

    /**
     * Listens to the client as long as the connection lasts: one that has nothing more to say may still go.
     *
     * @param sent counted down when the client has sent all, or is gone
     */
    private static void up(Tunnel tunnel, SandboxConnection connection, CountDownLatch sent) {
        OutputStream to = connection.output();
        try {
            while (true) {
                switch (tunnel.receive()) {
                    case Frame.Data(ByteBuffer bytes) -> write(to, bytes);
                    case Frame.End _ -> {
                        to.close();
                        sent.countDown();
                    }
                    default -> throw tunnel.refuse("a frame that a connection does not have");
                }
            }
        } catch (IOException cut) {
            connection.close(); // ends the other direction too
        } finally {
            sent.countDown();
        }
    }

    private static void write(OutputStream to, ByteBuffer bytes) throws IOException {
        byte[] piece = new byte[bytes.remaining()];
        bytes.get(piece);
        to.write(piece);
    }

    private static void down(InputStream from, Tunnel tunnel) {
        try {
            byte[] piece = new byte[PIECE];
            for (int count = from.read(piece); count >= 0; count = from.read(piece)) {
                tunnel.send(new Frame.Data(ByteBuffer.wrap(piece, 0, count)));
                piece = new byte[PIECE]; // the other is on its way
            }
            tunnel.send(new Frame.End());
        } catch (IOException e) {
            tell(tunnel, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void tell(Tunnel tunnel, IOException e) {
        try {
            if (e.getCause() instanceof SandboxException why) {
                tunnel.send(new Frame.Failed(why));
            }
        } catch (IOException gone) {
            // nobody to tell
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
