package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** OpenSSH's programs as clients of a server of ours, through {@code CONNECT}; with keys, known hosts and files in a folder. */
final class OpenSsh {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LIMIT_SECONDS = 60;

    /** What a program has said and how it has ended. */
    record Ran(int code, String out, String err) {}

    final Path folder;
    private final RealServer server;

    OpenSsh(Path folder, RealServer server) throws IOException {
        this.folder = folder;
        this.server = server;
        Files.writeString(folder.resolve("connect.py"), """
                import os, socket, ssl, sys, threading
                host, port, path, header = sys.argv[1:5]
                s = socket.create_connection((host, int(port)))
                if len(sys.argv) > 5:
                    s = ssl.create_default_context(cafile=sys.argv[5]).wrap_socket(s, server_hostname="localhost")
                s.sendall(f"CONNECT {path} HTTP/1.1\\r\\nHost: {host}\\r\\n{header}\\r\\nProxy-Connection: keep-alive\\r\\n\\r\\n".encode())
                head = b""
                while b"\\r\\n\\r\\n" not in head:
                    data = s.recv(1024)
                    if not data:
                        sys.exit("no answer")
                    head += data
                head, surplus = head.split(b"\\r\\n\\r\\n", 1)
                if not head.startswith(b"HTTP/1.1 200") or surplus:
                    sys.exit(f"{head} and {surplus}")
                def up():
                    while data := os.read(0, 65536):
                        s.sendall(data)
                    s.shutdown(socket.SHUT_WR)
                threading.Thread(target=up, daemon=True).start()
                while data := s.recv(65536):
                    while data:
                        data = data[os.write(1, data):]
                """);
    }

    /** Makes a pair of files, the public one with {@code .pub}. */
    void generate(String type, String name) throws Exception {
        String file = folder.resolve(name).toString();
        assertThat(run(List.of("ssh-keygen", "-q", "-t", type, "-N", "", "-f", file))
                        .code())
                .isZero();
    }

    /** The id of a new session for a key. */
    String session(String key) throws Exception {
        String line = Files.readString(folder.resolve(key + ".pub")).strip();
        var answer = server.post(
                "/sessions", JSON.createObjectNode().put("sshPublicKey", line).toString());
        return JSON.readTree(answer.body()).path("sessionId").asText();
    }

    /** A program of OpenSSH's with all options it needs. */
    List<String> program(String name, String key, String session, String... words) {
        var command = new ArrayList<>(List.of(name));
        for (String option : List.of(
                "IdentitiesOnly=yes",
                "IdentityFile=" + folder.resolve(key),
                "StrictHostKeyChecking=accept-new",
                "UserKnownHostsFile=" + folder.resolve("known_hosts"),
                "LogLevel=ERROR",
                "ProxyCommand=" + proxy(session))) {
            command.addAll(List.of("-o", option));
        }
        command.addAll(List.of(words));
        return command;
    }

    private String proxy(String session) {
        String tls = server.address.getScheme().equals("https") ? " " + folder.resolve("ca.pem") : "";
        return "python3 " + folder.resolve("connect.py") + " 127.0.0.1 " + server.address.getPort() + " /sessions/"
                + session + " 'Proxy-Authorization: Bearer " + RealServer.TOKEN + "'" + tls;
    }

    /** {@code ssh}, with options before our own (it takes the first one that it is given), and words after the host. */
    List<String> ssh(String session, List<String> options, String... words) {
        List<String> command = program("ssh", "key", session, "sandbox@box");
        command.addAll(1, options);
        command.addAll(List.of(words));
        return command;
    }

    Ran ssh(String session, String line) throws Exception {
        return run(ssh(session, List.of(), line));
    }

    /** A program that is {@code ssh} with our options, for programs that call it. */
    String script(String session) throws IOException {
        String words = program("ssh", "key", session).stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
        Path script = Files.writeString(folder.resolve("ssh.sh"), "#!/bin/sh\nexec " + words + " \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script.toString();
    }

    Ran run(List<String> command) throws Exception {
        return run("", command);
    }

    Ran run(String input, List<String> command) throws Exception {
        return run(input, new ProcessBuilder(command));
    }

    Ran run(String input, ProcessBuilder builder) throws Exception {
        Path err = Files.createTempFile(folder, "err", "");
        Process process =
                builder.directory(folder.toFile()).redirectError(err.toFile()).start();
        process.onExit().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).exceptionally(late -> {
            process.destroyForcibly();
            return process;
        });
        Thread.ofVirtual().start(() -> {
            try (OutputStream to = process.getOutputStream()) {
                to.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException nobodyReads) {
                // some commands do not
            }
        });
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ran(process.waitFor(), out, Files.readString(err));
    }

    /** What a script of Python prints: {@code transport} has logged in at the server's SSH port, {@code connected} takes {@code port} or {@code tunnel}. */
    String paramiko(String session, String name, String script) throws Exception {
        Path file = Files.writeString(folder.resolve(name + ".py"), """
                import socket, sys, paramiko
                port, user, key = int(sys.argv[1]), sys.argv[2], paramiko.Ed25519Key.from_private_key_file(sys.argv[3])
                http, token = int(sys.argv[4]), sys.argv[5]

                def connected(way):
                    if way == "port":
                        return socket.create_connection(("127.0.0.1", port))
                    to = socket.create_connection(("127.0.0.1", http))
                    to.sendall(f"CONNECT /sessions/{user} HTTP/1.1\\r\\nHost: h\\r\\nAuthorization: Bearer {token}\\r\\n\\r\\n".encode())
                    head = b""
                    while not head.endswith(b"\\r\\n\\r\\n"):
                        head += to.recv(1)
                    return to

                def logged_in(over):
                    client = paramiko.Transport(over)
                    client.start_client()
                    client.auth_publickey(user, key)
                    return client

                transport = logged_in(connected("port"))
                """ + script);
        Ran ran = run(List.of(
                "/usr/bin/python3",
                file.toString(),
                Integer.toString(server.sshPort()),
                session,
                folder.resolve("key").toString(),
                Integer.toString(server.address.getPort()),
                RealServer.TOKEN));
        assertThat(ran.code()).as(ran.err()).isZero();
        return ran.out();
    }
}
