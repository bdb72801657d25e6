package dev.sandjar.compat.kmetis;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Whether sshd answers. */
final class Banner {
    private static final String BEGINNING = "SSH-";
    private static final int PATIENCE_MILLIS = 2_000; // with one try; it is tried again

    private Banner() {}

    static boolean isShown(String address, int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            byte[] said = socket.getInputStream().readNBytes(BEGINNING.length());
            return new String(said, StandardCharsets.US_ASCII).equals(BEGINNING);
        } catch (IOException notYet) {
            return false;
        }
    }
}
