package dev.sandjar.server.door.api;

import dev.sandjar.PortConnection;
import dev.sandjar.SandboxException;
import dev.sandjar.wire.Frame;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** {@code /ports}: connections into a sandbox. */
final class PortCalls {
    private static final int PIECE = 64 * 1024;

    private PortCalls() {}

    static void dial(ApiCall call) throws IOException, InterruptedException {
        long port = ApiCall.number("port", call.path("port"));
        try (PortConnection connection = call.sandbox().dial(Math.clamp(port, Integer.MIN_VALUE, Integer.MAX_VALUE));
                Tunnel tunnel = call.upgrade()) {
            tunnel.send(new Frame.Taken(0)); // from now on nothing is lost
            Thread down = Thread.ofVirtual().name("port-down").start(() -> down(connection.input(), tunnel));
            try {
                up(tunnel, connection.output());
                down.join();
            } catch (IOException cut) {
                connection.close(); // ends the other direction too
                down.interrupt();
                down.join();
            }
        }
    }

    private static void up(Tunnel tunnel, OutputStream to) throws IOException {
        while (true) {
            switch (tunnel.receive()) {
                case Frame.Data(ByteBuffer bytes) -> write(to, bytes);
                case Frame.End _ -> {
                    to.close();
                    return;
                }
                default -> throw tunnel.refuse("a frame that a connection does not have");
            }
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
