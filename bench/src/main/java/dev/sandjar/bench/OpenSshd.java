package dev.sandjar.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * OpenSSH's own server on loopback, behind {@code CONNECT}, so that one client does for both. Whoever answers that request then becomes
 * {@code sshd} on the same socket: no byte is copied.
 */
final class OpenSshd implements AutoCloseable {
    private final Path folder = Files.createTempDirectory("sshd");
    private final Process front;
    private final URI address;

    /** @param publicKey a line, of who may log in as root */
    OpenSshd(String publicKey) throws IOException, InterruptedException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectories(Path.of("/run/sshd"));
        String hostKey = folder.resolve("host_key").toString();
        new ProcessBuilder("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", hostKey)
                .start()
                .waitFor();
        Files.writeString(folder.resolve("authorized_keys"), publicKey + "\n");
        Path config = Files.writeString(folder.resolve("config"), """
                HostKey %1$s/host_key
                AuthorizedKeysFile %1$s/authorized_keys
                StrictModes no
                UsePAM no
                PermitRootLogin yes
                PrintMotd no
                Subsystem sftp internal-sftp
                SetEnv HOME=%1$s
                """.formatted(folder));
        Path script = Files.writeString(folder.resolve("front.py"), """
                import os, signal, socket, sys
                signal.signal(signal.SIGCHLD, signal.SIG_IGN)
                listener = socket.create_server(("127.0.0.1", 0), backlog=256)
                print(listener.getsockname()[1], flush=True)
                while True:
                    client, _ = listener.accept()
                    if os.fork() == 0:
                        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                        head = b""
                        while not head.endswith(b"\\r\\n\\r\\n"):
                            head += client.recv(1)
                        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        client.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n")
                        os.dup2(client.fileno(), 0)
                        os.dup2(client.fileno(), 1)
                        os.execv("/usr/sbin/sshd", ["sshd", "-i", "-f", sys.argv[1]])
                    client.close()
                """);
        front = new ProcessBuilder(List.of("python3", script.toString(), config.toString()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        address = URI.create("http://127.0.0.1:" + front.inputReader().readLine());
    }

    URI address() {
        return address;
    }

    @Override
    public void close() {
        front.destroy();
    }
}
