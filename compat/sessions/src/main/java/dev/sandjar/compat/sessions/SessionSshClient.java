package dev.sandjar.compat.sessions;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.sshd.client.channel.PtyCapableChannelSession;
import org.apache.sshd.common.channel.PtyChannelConfiguration;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.apache.sshd.sftp.common.SftpException;

/**
 * Commands and files of a session by SSH, through {@link HttpConnectTunnel}. Safe for several threads; commands and transfers share the one
 * connection. When that is lost, everything on it ends with {@link SandboxConnectionException}: nothing is done again, connect anew.
 */
public final class SessionSshClient implements AutoCloseable {
    private static final int LONGEST_OUTPUT = 64 << 20;

    private final SshConnection connection;

    private SessionSshClient(SshConnection connection) {
        this.connection = connection;
    }

    /**
     * Over a tunnel of one's own; {@link SessionsClient#ssh} is shorter.
     *
     * @param tunnel opened by {@link Builder#connect}
     */
    public static Builder builder(HttpConnectTunnel.Builder tunnel) {
        return new Builder(tunnel);
    }

    // ---- commands

    /**
     * Runs a command in a shell, with an empty input, and waits for its end. Both of its outputs are read all the while.
     *
     * @param timeout 1 millisecond to 24 hours
     * @throws SandboxOperationException it did not end in time, or it wrote more than 64 MiB, for which the form with streams is there; what it had
     *     written until then is {@code stdout} and {@code stderr} in {@link SandboxApiException#details}
     * @throws SandboxConnectionException the connection was lost; how the command ends is not known
     */
    public SshResult run(String command, Duration timeout) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        try {
            SshResult ended = run(command, InputStream.nullInputStream(), bounded(out), bounded(err), timeout);
            return new SshResult(text(out), text(err), ended.exitCode(), ended.signal());
        } catch (SandboxOperationException e) {
            throw new SandboxOperationException(
                    String.valueOf(e.getMessage()), null, Map.of("stdout", text(out), "stderr", text(err)), 0);
        }
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static OutputStream bounded(ByteArrayOutputStream bytes) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] from, int start, int length) throws IOException {
                if (bytes.size() + length > LONGEST_OUTPUT) {
                    throw new IOException("more than " + LONGEST_OUTPUT + " bytes, use the form with streams");
                }
                bytes.write(from, start, length);
            }
        };
    }

    /**
     * Runs a command in a shell and waits for its end; what it reads and writes goes through streams, none of which is closed.
     *
     * @param in read to its end, then the command's input ends. A read that still waits when the command ends is left alone
     * @param out takes what the command writes
     * @param err takes what it writes to its error output
     * @param timeout 1 millisecond to 24 hours
     * @return with empty texts
     * @throws SandboxOperationException it did not end in time, or one of the streams failed
     * @throws SandboxConnectionException the connection was lost; how the command ends is not known
     */
    public SshResult run(String command, InputStream in, OutputStream out, OutputStream err, Duration timeout) {
        Checks.limit("timeout", timeout);
        try (SshCommand started = start(command)) {
            new SshRun(started).await(in, out, err, timeout);
            return new SshResult("", "", started.exitCode(), started.killedBy());
        }
    }

    /** Starts a command in a shell, without a terminal. */
    public SshCommand start(String command) {
        Checks.notBlank("command", command);
        return opened(() -> connection.session().createExecChannel(command));
    }

    /** Starts a command in a shell, with a terminal. */
    public SshCommand start(String command, Terminal terminal) {
        Checks.notBlank("command", command);
        return opened(() -> {
            PtyCapableChannelSession channel = connection.session().createExecChannel(command, pty(terminal), Map.of());
            channel.setUsePty(true);
            return channel;
        });
    }

    /** Starts the user's shell, with a terminal. */
    public SshCommand shell(Terminal terminal) {
        return opened(() -> connection.session().createShellChannel(pty(terminal), Map.of()));
    }

    private static PtyChannelConfiguration pty(Terminal terminal) {
        var pty = new PtyChannelConfiguration();
        pty.setPtyType(terminal.type());
        pty.setPtyColumns(terminal.columns());
        pty.setPtyLines(terminal.rows());
        return pty;
    }

    private interface Opening {
        PtyCapableChannelSession channel() throws IOException;
    }

    private SshCommand opened(Opening opening) {
        try {
            PtyCapableChannelSession channel = opening.channel();
            try {
                channel.open().verify(connection.timeout());
                return new SshCommand(channel);
            } catch (IOException | RuntimeException e) {
                channel.close(true);
                throw e;
            }
        } catch (IOException | IllegalStateException e) {
            throw connection.lost("a command could not be started", e);
        }
    }

    // ---- files

    /**
     * Copies a file into the session, over one that is there.
     *
     * @param remote relative to where the SSH server begins, which is the session's folder; or absolute
     * @throws UncheckedIOException the local file cannot be read
     * @throws SandboxOperationException the server refused it, or has not all of it
     */
    public void upload(Path local, String remote) {
        Checks.notBlank("remote", remote);
        try (InputStream from = LocalFile.open(local)) {
            transfer("upload of " + remote, sftp -> {
                long sent;
                try (OutputStream to = sftp.write(remote)) {
                    sent = from.transferTo(to);
                }
                long there = sftp.stat(remote).getSize();
                if (there != sent) {
                    throw new SandboxOperationException(
                            remote + " has " + there + " bytes after an upload of " + sent + ": it is not whole", null);
                }
            });
        } catch (IOException notClosed) {
            throw new UncheckedIOException(notClosed);
        }
    }

    /**
     * Copies a file out of the session. The local file is replaced once all of it is there.
     *
     * @param remote relative to where the SSH server begins, which is the session's folder; or absolute
     * @throws UncheckedIOException the local file cannot be written
     * @throws SandboxOperationException the server refused it
     */
    public void download(String remote, Path local) {
        Checks.notBlank("remote", remote);
        LocalFile.write(
                local,
                part -> transfer("download of " + remote, sftp -> {
                    if (!sftp.stat(remote).isRegularFile()) { // such as a link to /dev/zero
                        throw new SandboxOperationException(remote + " is no file", null);
                    }
                    try (InputStream from = sftp.read(remote);
                            OutputStream to = LocalFile.create(part)) {
                        from.transferTo(to);
                    }
                }));
    }

    private interface Transfer {
        void over(SftpClient sftp) throws IOException;
    }

    private void transfer(String what, Transfer transfer) {
        try (SftpClient sftp = openSftp()) {
            transfer.over(sftp);
        } catch (SftpException e) {
            throw new SandboxOperationException(
                    what + " was refused: " + Checks.plain(String.valueOf(e.getMessage()), 300), e);
        } catch (IOException e) {
            throw connection.lost(what + " failed", e);
        }
    }

    /** All that SFTP can do, as Apache MINA offers it; to be closed. */
    public SftpClient openSftp() {
        try {
            return SftpClientFactory.instance().createSftpClient(connection.session());
        } catch (IOException | IllegalStateException e) {
            throw connection.lost("SFTP could not be started", e);
        }
    }

    // ----

    /** Whether the connection is there; that it is still there a moment later nobody can say. */
    public boolean isOpen() {
        return connection.isOpen();
    }

    /** Ends the connection, and what runs on it. */
    @Override
    public void close() {
        connection.close();
    }

    /** Collects what is needed; {@link #connect} connects. */
    public static final class Builder {
        private final HttpConnectTunnel.Builder tunnel;
        private final List<KeyPair> keys = new ArrayList<>();
        private final List<String> passwords = new ArrayList<>();
        private String username = "sandbox";
        private HostKeyPolicy hostKeys = HostKeyPolicy.acceptNew();
        private Duration timeout = Duration.ofSeconds(20);
        private Duration keepAlive = Duration.ofSeconds(15);

        private Builder(HttpConnectTunnel.Builder tunnel) {
            this.tunnel = tunnel;
        }

        /** {@code sandbox} when not given. */
        public Builder username(String name) {
            username = Checks.notBlank("username", name);
            return this;
        }

        /** Tried when no key is accepted. Some servers take the token of the API for one. */
        public Builder password(String secret) {
            passwords.add(secret);
            return this;
        }

        /** Tried before passwords, in the order in which keys are given. */
        public Builder key(KeyPair pair) {
            keys.add(SshKeys.usable(pair));
            return this;
        }

        /** A private key, in the format of OpenSSH or in PEM; {@link SshKeys#read(Path, String)} reads those with a passphrase. */
        public Builder key(Path privateKey) {
            return key(SshKeys.read(privateKey));
        }

        /** {@link HostKeyPolicy#acceptNew()} when not given. */
        public Builder hostKeys(HostKeyPolicy policy) {
            hostKeys = policy;
            return this;
        }

        /** For the greeting, for the login, and for each command to be started: 20 seconds when not given. */
        public Builder timeout(Duration limit) {
            timeout = Checks.limit("timeout", limit);
            return this;
        }

        /** How often to ask whether the server is still there: 15 seconds when not given, never when zero. Three without an answer end the connection. */
        public Builder keepAlive(Duration interval) {
            keepAlive = interval.isZero() ? interval : Checks.limit("keepAlive", interval);
            return this;
        }

        /**
         * Opens the tunnel and logs in.
         *
         * @throws IllegalArgumentException neither a key nor a password was given
         * @throws UnauthorizedException the API refuses the token, or the SSH server all keys and passwords
         * @throws SandboxConnectionException no connection; or the host key is not believed
         * @throws SandboxApiException what {@link HttpConnectTunnel.Builder#open} throws
         */
        public SessionSshClient connect() {
            if (keys.isEmpty() && passwords.isEmpty()) {
                throw new IllegalArgumentException("neither a key nor a password: give one, no server lets in without");
            }
            var login = new SshConnection.Login(username, List.copyOf(keys), List.copyOf(passwords));
            String host = "session-" + tunnel.sessionId();
            return new SessionSshClient(SshConnection.open(tunnel.open(), host, login, hostKeys, timeout, keepAlive));
        }

        /** Without the secrets. */
        @Override
        public String toString() {
            return "SessionSshClient.Builder[" + username + ", " + tunnel + "]";
        }
    }
}
