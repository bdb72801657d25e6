package dev.sandjar.compat.sessions;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** OpenSSH's own server behind {@code CONNECT}: what others have. It lets in this machine's own user, and begins in a folder of the test's. */
final class OtherSshServer implements AutoCloseable {
    static final String USER = System.getProperty("user.name");

    final Path folder;
    final AtomicInteger connections = new AtomicInteger();
    private final Path config;
    private final ServerSocket listening;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Process> processes = ConcurrentHashMap.newKeySet();
    private volatile CountDownLatch flowing = new CountDownLatch(0);

    OtherSshServer(Path folder) throws Exception {
        this.folder = folder;
        Path home = Files.createDirectories(folder.resolve("home"));
        if (USER.equals("root")) {
            Files.createDirectories(Path.of("/run/sshd")); // where OpenSSH insists on shutting itself in
        }
        generate("host", "ed25519");
        Files.writeString(folder.resolve("authorized"), "");
        config = Files.writeString(folder.resolve("config"), """
                HostKey %1$s/host
                AuthorizedKeysFile %1$s/authorized
                StrictModes no
                PermitRootLogin yes
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                UsePAM no
                PidFile none
                LogLevel ERROR
                PrintMotd no
                PrintLastLog no
                SetEnv HOME=%2$s
                Subsystem sftp internal-sftp -d %2$s
                """.formatted(folder, home));
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket socket = listening.accept();
                    socket.setTcpNoDelay(true);
                    sockets.add(socket);
                    connections.incrementAndGet();
                    Thread.ofVirtual().start(() -> serve(socket));
                }
            } catch (IOException closed) {
                // at the end of the test
            }
        });
    }

    /** A key as {@code ssh-keygen} makes it, in a file of that name. */
    Path generate(String name, String type, String... more) throws Exception {
        Path file = folder.resolve(name);
        Files.deleteIfExists(file);
        var command =
                new ArrayList<>(List.of("ssh-keygen", "-q", "-t", type, "-N", "", "-C", "", "-f", file.toString()));
        if (type.equals("rsa")) {
            command.addAll(List.of("-b", "2048")); // quicker to make
        }
        command.addAll(List.of(more));
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException("no key " + name);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    void allow(String publicKey) throws IOException {
        Files.writeString(folder.resolve("authorized"), publicKey.strip() + "\n");
    }

    String hostKey() throws IOException {
        return Files.readString(folder.resolve("host.pub")).strip();
    }

    /** Somebody who may log in with a new key. */
    SessionSshClient.Builder guest() throws IOException {
        KeyPair pair = SshKeys.generate();
        allow(SshKeys.publicKey(pair));
        return to("s1").key(pair);
    }

    SessionSshClient.Builder to(String sessionId) {
        return SessionSshClient.builder(HttpConnectTunnel.builder(
                        "http://127.0.0.1:" + listening.getLocalPort(), OtherServer.TOKEN, sessionId))
                .username(USER);
    }

    private void serve(Socket socket) {
        try (socket) {
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) socket.getInputStream().read());
            }
            Process process = new ProcessBuilder("/usr/sbin/sshd", "-i", "-e", "-f", config.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            processes.add(process);
            socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Thread.ofVirtual().start(() -> copy(socket, process));
            carry(process.getInputStream(), socket.getOutputStream());
        } catch (IOException cut) {
            // as the test wants it
        }
    }

    private void copy(Socket socket, Process process) {
        try (OutputStream to = process.getOutputStream()) {
            carry(socket.getInputStream(), to);
        } catch (IOException cut) {
            // as the test wants it
        }
    }

    private void carry(InputStream from, OutputStream to) throws IOException {
        byte[] piece = new byte[32_768];
        for (int count = from.read(piece); count >= 0; count = from.read(piece)) {
            try {
                flowing.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            to.write(piece, 0, count);
            to.flush();
        }
    }

    /** Nothing passes any more, and nobody is told. */
    void freeze() {
        flowing = new CountDownLatch(1);
    }

    void cut() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Override
    public void close() throws Exception {
        listening.close();
        flowing.countDown();
        cut();
        for (Process process : processes) {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }
}
