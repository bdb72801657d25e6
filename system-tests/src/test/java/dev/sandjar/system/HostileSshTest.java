package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.system.OpenSsh.Ran;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What hostile clients of SSH do, whom they may harm, and what stays of them. */
@Timeout(120)
class HostileSshTest {
    @TempDir
    static Path folder;

    private static RealServer server;
    private static OpenSsh client;
    private static String id;

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(
                Path.of("/var/lib/sandjar-test/hostile-ssh"), "-XX:+ExitOnOutOfMemoryError", "SANDJAR_SSH_PORT=0");
        client = new OpenSsh(folder, server);
        client.generate("ed25519", "key");
        id = client.session("key");
    }

    @AfterAll
    static void stop() throws Exception {
        server.method("DELETE", "/sessions/" + id, "");
        server.close();
    }

    /** Of a packet that never ends; a server whose memory is full ends itself. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void packetsThatStrangersNeverEndAreNotKept(boolean hangUp) throws Exception {
        byte[] begin = ByteBuffer.allocate(200_000)
                .put("SSH-2.0-large\r\n".getBytes(StandardCharsets.UTF_8))
                .putInt(262_144)
                .array();
        var open = new ArrayList<Socket>();
        try {
            for (int count = 0; count < 1_000; count++) {
                var socket = new Socket("127.0.0.1", server.sshPort());
                open.add(socket);
                try {
                    socket.getOutputStream().write(begin);
                } catch (IOException letGo) {
                    // as it should be
                }
                if (hangUp) {
                    socket.close();
                }
            }
            assertThat(client.ssh(id, "echo in")).isEqualTo(new Ran(0, "in\n", ""));
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void whatIsSentToChannelsThatAskForNothingIsBounded() throws Exception {
        assertThat(client.paramiko(id, "ahead", """
                opened = []
                try:
                    for connection in range(4):
                        client = logged_in(connected("tunnel"))
                        for number in range(128):
                            channel = client.open_session()
                            channel.sendall(b"x" * 500_000)
                            opened.append((client, channel))
                except paramiko.SSHException as e:
                    print("refused", 10 < len(opened) < 100)
                """)).isEqualTo("refused True\n");
        assertThat(server.method("GET", "/sessions/" + id, "").statusCode()).isEqualTo(200); // and it lives
    }

    @Test
    void aThousandConnectionsThatNeverLogInHarmNobody() throws Exception {
        var silent = new ArrayList<Socket>();
        try {
            for (int count = 0; count < 1_000; count++) {
                silent.add(new Socket("127.0.0.1", server.sshPort()));
            }
            long open = silent.stream().filter(HostileSshTest::isServed).count();
            assertThat(open).isBetween(1L, 256L);
            assertThat(client.ssh(id, "echo in"))
                    .isEqualTo(new Ran(0, "in\n", "")); // by a tunnel, whose owner is another one's share
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    private static boolean isServed(Socket socket) {
        try {
            socket.setSoTimeout(5_000);
            return socket.getInputStream().read() == 'S';
        } catch (IOException refused) {
            return false;
        }
    }

    /** They take no byte any more, and have said before that we may send two gigabytes. */
    @ParameterizedTest
    @ValueSource(strings = {"port", "tunnel"})
    void clientsThatNeverReadHoldUpNobodyElse(String way) throws Exception {
        assertThat(client.paramiko(id, "never-reads-" + way, """
                import os, signal, subprocess
                deaf = []
                for count in range(4):
                    child = os.fork()
                    if child == 0:
                        channel = logged_in(connected("WAY")).open_session(window_size=2**31 - 1)
                        channel.exec_command("cat /dev/zero")
                        channel.recv(1)
                        os.kill(os.getpid(), signal.SIGSTOP)
                        os._exit(0)
                    os.waitpid(child, os.WUNTRACED)
                    deaf.append(child)
                try:
                    for count in range(3): # which takes far longer than filling the server's memory would
                        channel = logged_in(connected("WAY")).open_session()
                        channel.exec_command("head -c 20000000 /dev/zero | wc -c")
                        print(channel.makefile().read())
                finally:
                    for child in deaf:
                        os.kill(child, signal.SIGKILL)
                """.replace("WAY", way)))
                .isEqualTo("b'20000000\\n'\n".repeat(3));
    }

    @Test
    void signaturesBySha1AreNotTaken() throws Exception {
        client.generate("rsa", "rsa");
        String session = client.session("rsa");
        for (String algorithm : List.of("rsa-sha2-512", "ssh-rsa")) {
            var ssh =
                    client.program("ssh", "rsa", session, "-o", "PasswordAuthentication=no", "sandbox@box", "echo in");
            ssh.addAll(1, List.of("-o", "PubkeyAcceptedAlgorithms=" + algorithm));
            assertThat(client.run(ssh).out()).isEqualTo(algorithm.equals("ssh-rsa") ? "" : "in\n");
        }
        server.method("DELETE", "/sessions/" + session, "");
    }

    @Test
    void variablesWithoutEndAreRefused() throws Exception {
        assertThat(client.paramiko(id, "variables", """
                channel = transport.open_session()
                for number in range(1000):
                    channel.set_environment_variable(f"N{number}", "x" * 1000) # without waiting for the answer
                channel.exec_command("env | grep -c ^N")
                print(0 < int(channel.makefile().read()) < 100)
                """)).isEqualTo("True\n");
    }

    @Test
    void channelsThatWereRefusedTakeNobodysPlace() throws Exception {
        assertThat(client.paramiko(id, "refused", """
                for number in range(300):
                    try:
                        transport.open_channel("direct-tcpip", ("example.org", 80), ("127.0.0.1", 1))
                    except paramiko.ChannelException as e:
                        assert e.code == 1, e
                channel = transport.open_session()
                channel.exec_command("echo in")
                print(channel.makefile().read())
                """)).isEqualTo("b'in\\n'\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssh-connection", "ssh-userauth"})
    void aServiceThatHasBegunIsNotBegunAnew(String service) throws Exception {
        assertThat(client.paramiko(id, "again", """
                message = paramiko.Message()
                message.add_byte(bytes([5])) # SERVICE_REQUEST
                message.add_string("SERVICE")
                transport._send_message(message)
                transport.join(20)
                print(transport.is_active())
                """.replace("SERVICE\"", service + "\"")))
                .isEqualTo("False\n");
    }

    /** Whatever it does, it is one channel's. */
    @Test
    void aProgramThatEndsInTheMiddleEndsItsOwnChannelOnly() throws Exception {
        assertThat(client.ssh(
                                id,
                                "python3 -c 'import socket; s = socket.create_server((\"127.0.0.1\", 8003))\n"
                                        + "import os\nif os.fork(): os._exit(0)\nos.close(1); os.close(2)\n"
                                        + "while True:\n c, _ = s.accept(); c.recv(1); c.close()' < /dev/null")
                        .code())
                .isZero();
        assertThat(client.paramiko(id, "middle", """
                for round in range(10):
                    channel = transport.open_channel("direct-tcpip", ("localhost", 8003), ("127.0.0.1", 1))
                    try:
                        channel.sendall(b"x" * 5_000_000)
                    except OSError:
                        pass # it was closed
                channel = transport.open_session()
                channel.exec_command("echo in")
                print(channel.makefile().read())
                """)).isEqualTo("b'in\\n'\n");
    }

    @Test
    void channelsWithoutEndAreRefusedAndTheOthersGoOn() throws Exception {
        assertThat(client.paramiko(id, "channels", """
                channels = []
                try:
                    while len(channels) < 1000:
                        channels.append(transport.open_session())
                except paramiko.SSHException as e:
                    print("refused", 10 < len(channels) < 1000)
                channels.pop().close()
                channel = channels.pop()
                channel.exec_command("echo in")
                print(channel.makefile().read())
                """)).isEqualTo("refused True\nb'in\\n'\n");
    }

    /** While they are exchanged, MINA keeps what it would answer. */
    @Test
    void keysThatAreNeverExchangedToTheEndMakeTheServerKeepNothing() throws Exception {
        assertThat(client.paramiko(id, "unfinished", """
                transport._handler_table = dict(transport._handler_table)
                transport._handler_table[20] = lambda self, message: None # the server's KEXINIT is not answered
                transport._send_kex_init()
                sent = 0
                try:
                    while sent < 200_000 and transport.is_active():
                        message = paramiko.Message()
                        message.add_byte(bytes([80])) # GLOBAL_REQUEST
                        message.add_string("keepalive@openssh.com")
                        message.add_boolean(True)
                        transport.packetizer.send_message(message)
                        sent += 1
                except (OSError, EOFError):
                    pass # it is over
                transport.join(20)
                print(transport.is_active(), 0 < sent < 200_000)
                """)).isEqualTo("False True\n");
    }

    @Test
    void whoHasNotLoggedInMayNotHaveKeysExchangedAgain() throws Exception {
        assertThat(client.paramiko(id, "again-and-again", """
                stranger = paramiko.Transport(("127.0.0.1", port))
                stranger.start_client()
                try:
                    for count in range(3):
                        stranger.renegotiate_keys()
                    print("exchanged")
                except (paramiko.SSHException, EOFError, OSError):
                    print("over")
                transport.renegotiate_keys() # who has may
                channel = transport.open_session()
                channel.exec_command("echo in")
                print(channel.makefile().read())
                """)).isEqualTo("over\nb'in\\n'\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"diffie-hellman-group16-sha512", "diffie-hellman-group-exchange-sha256"})
    void strangersMayNotAskForKeyExchangesThatCostMuch(String exchange) throws Exception {
        Ran ran = client.run(
                client.ssh(id, List.of("-o", "LogLevel=INFO", "-o", "KexAlgorithms=" + exchange), "echo in"));
        assertThat(ran.code()).isEqualTo(255);
        assertThat(ran.err()).contains("no matching key exchange method");
    }

    /** Were they kept, the forty-first would find the owner's share taken. */
    @ParameterizedTest
    @ValueSource(strings = {"port", "tunnel"})
    void clientsThatNeverReadAndHangUpLeaveNothing(String way) throws Exception {
        assertThat(client.paramiko(id, "deaf-" + way, """
                import array, fcntl, struct, termios, threading, time

                class Deaf: # it stops to read, then it is reset
                    def __init__(self, real):
                        self.real, self.deaf, self.over = real, False, threading.Event()
                    def recv(self, count):
                        if self.deaf:
                            self.over.wait(60)
                            return b""
                        return self.real.recv(count)
                    def send(self, data):
                        return self.real.send(data)
                    def settimeout(self, limit):
                        self.real.settimeout(limit)
                    def waiting(self): # bytes that have arrived
                        count = array.array("i", [0])
                        fcntl.ioctl(self.real, termios.FIONREAD, count)
                        return count[0]
                    def close(self):
                        self.over.set()
                        self.real.close()

                for round in range(45):
                    line = Deaf(connected("WAY"))
                    line.real.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    channel = logged_in(line).open_session(window_size=2**31 - 1)
                    channel.exec_command("echo started >&2; exec cat /dev/zero")
                    assert channel.recv_stderr(8) == b"started\\n", round
                    line.deaf = True
                    before = -1
                    while line.waiting() != before: # until nothing fits any more: somebody at the server waits to send
                        before = line.waiting()
                        time.sleep(0.02)
                    line.close()
                channel = transport.open_session()
                channel.exec_command("i=0; while pgrep -x cat > /dev/null && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done; pgrep -c -x cat")
                print(channel.makefile().read())
                """.replace("WAY", way)
                        .replace("ADDRESS", Integer.toString(server.address.getPort()))
                        .replace("TOKEN", RealServer.TOKEN)))
                .isEqualTo("b'0\\n'\n");
    }

    /** More often than an owner's share of those who have not logged in. */
    @Test
    void clientsThatHangUpWhileTheyAreLetInLeaveNothing() throws Exception {
        byte[] head = ("CONNECT /sessions/" + id + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + RealServer.TOKEN
                        + "\r\n\r\nSSH-2.0-gone\r\n")
                .getBytes(StandardCharsets.UTF_8);
        for (int count = 0; count < 600; count++) {
            try (var socket = new Socket("127.0.0.1", server.address.getPort())) {
                socket.setSoLinger(count % 2 == 0, 0); // by a reset, or in good order
                socket.getOutputStream().write(head);
            }
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        Ran ran = client.ssh(id, "echo in");
        while (ran.code() != 0 && System.nanoTime() < end) { // the last ones are just being let go
            ran = client.ssh(id, "echo in");
        }
        assertThat(ran).isEqualTo(new Ran(0, "in\n", ""));
    }

    @Test
    void aCommandWhoseChannelIsClosedAtOnceIsHungUp() throws Exception {
        assertThat(client.paramiko(id, "at-once", """
                for round in range(50):
                    channel = transport.open_session()
                    channel.exec_command("exec sleep 1234")
                    channel.close()
                channel = transport.open_session()
                channel.exec_command("i=0; while pgrep -f '[s]leep 1234' > /dev/null && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done; pgrep -c -f '[s]leep 1234'")
                print(channel.makefile().read())
                """)).isEqualTo("b'0\\n'\n");
    }

    @Test
    void clientsThatLeaveWhileProgramsComeToTheirPortLeaveNothing() throws Exception {
        assertThat(client.paramiko(id, "leaving", """
                import threading, time
                def listen(on, taken):
                    for attempt in range(200):
                        try:
                            return on.request_port_forward("127.0.0.1", 9009, lambda channel, origin, server: taken(channel))
                        except paramiko.SSHException: # the last one's is just being closed
                            time.sleep(0.05)
                    raise Exception("never free again")
                channel = transport.open_session()
                channel.exec_command("while :; do (exec 3<>/dev/tcp/127.0.0.1/9009) 2>/dev/null; done")
                for round in range(20):
                    client = paramiko.Transport(("127.0.0.1", port))
                    client.start_client()
                    client.auth_publickey(user, key)
                    took = threading.Event()
                    listen(client, lambda channel: took.set())
                    assert took.wait(20), round
                    client.close()
                listen(transport, lambda channel: channel.close())
                channel.close()
                channel = transport.open_session()
                channel.exec_command("echo in")
                print(channel.makefile().read())
                """)).isEqualTo("b'in\\n'\n");
    }
}
