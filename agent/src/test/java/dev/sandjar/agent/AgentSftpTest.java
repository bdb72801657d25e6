package dev.sandjar.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent's SFTP, by OpenSSH's own client, and by packets that no client sends. */
@Timeout(120)
class AgentSftpTest {
    private static final Duration LIMIT = RealAgent.LIMIT;

    @TempDir
    Path here;

    private RealAgent agent;
    private Link link;

    @BeforeEach
    void start() throws Exception {
        agent = new RealAgent();
        link = agent.link();
    }

    @AfterEach
    void stop() throws Exception {
        link.close();
        agent.close();
    }

    @Test
    void filesGoUpAndDownWhole() throws Exception {
        byte[] large = new byte[5 << 20];
        new Random(1).nextBytes(large);
        Files.write(here.resolve("large"), large);
        Files.write(here.resolve("empty"), new byte[0]);
        sftp("cd " + agent.folder, "put large", "put empty", "get large back", "get empty nothing");
        assertThat(agent.folder.resolve("large")).hasBinaryContent(large);
        assertThat(here.resolve("back")).hasBinaryContent(large);
        assertThat(here.resolve("nothing")).isEmptyFile();
    }

    @Test
    void aTransferThatWasCutGoesOnWhereItWas() throws Exception {
        byte[] whole = new byte[300_000];
        new Random(2).nextBytes(whole);
        Files.write(here.resolve("f"), whole);
        Files.write(agent.folder.resolve("f"), java.util.Arrays.copyOf(whole, 100_000));
        sftp("cd " + agent.folder, "reput f", "get f half");
        assertThat(agent.folder.resolve("f")).hasBinaryContent(whole);
        Files.write(here.resolve("half"), java.util.Arrays.copyOf(whole, 70_000));
        sftp("cd " + agent.folder, "reget f half");
        assertThat(here.resolve("half")).hasBinaryContent(whole);
    }

    @Test
    void everythingThatOneDoesWithFilesWorks() throws Exception {
        Files.writeString(here.resolve("a"), "content");
        String listed = sftp(
                "cd " + agent.folder,
                "mkdir d",
                "put a d/a",
                "rename d/a d/b",
                "symlink b d/link",
                "ln d/b d/hard",
                "chmod 600 d/b",
                "ls -l d",
                "df",
                "rm d/hard",
                "pwd");
        Path folder = agent.folder.resolve("d");
        assertThat(folder.resolve("b")).hasContent("content");
        assertThat(Files.readSymbolicLink(folder.resolve("link"))).hasToString("b");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("b"))))
                .isEqualTo("rw-------");
        assertThat(folder.resolve("hard")).doesNotExist();
        assertThat(listed).contains("-rw-------", "link", "Remote working directory: " + agent.folder);
        sftp("cd " + agent.folder, "rm d/b", "rm d/link", "rmdir d");
        assertThat(folder).doesNotExist();
    }

    @Test
    void timesAndRightsAreKeptWhenTheyAreAskedFor() throws Exception {
        Path file = Files.writeString(here.resolve("a"), "x");
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-x------"));
        sftp("cd " + agent.folder, "put -p a");
        Path there = agent.folder.resolve("a");
        assertThat(Files.getLastModifiedTime(there).toInstant()).isEqualTo(Instant.ofEpochSecond(1_000_000_000));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(there)))
                .isEqualTo("r-x------");
    }

    @Test
    void oneBeginsWhereCommandsBegin() throws Exception {
        assertThat(sftp("pwd")).contains("Remote working directory: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"get nothing", "cd nothing", "rmdir full", "put a no/such/a", "get full here"})
    void whatCannotBeDoneIsToldAndChangesNothing(String command) throws Exception {
        Files.writeString(here.resolve("a"), "x");
        Files.createDirectory(agent.folder.resolve("full"));
        Files.writeString(agent.folder.resolve("full/kept"), "x");
        assertThat(run("cd " + agent.folder, command).code()).isNotZero();
        assertThat(agent.folder.resolve("full/kept")).hasContent("x");
    }

    @Test
    void aFolderOfThousandsIsListedWhole() throws Exception {
        Path many = Files.createDirectory(agent.folder.resolve("many"));
        for (int i = 0; i < 2_000; i++) {
            Files.createFile(many.resolve("file-" + i));
        }
        assertThat(sftp("ls -1 " + many).lines().filter(line -> line.contains("file-")))
                .hasSize(2_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000", // empty
                "7fffffff", // far too long
                "00040001", // a byte too long
                "00000005 03 00000001" // before the greeting
            })
    void packetsThatBreakTheRulesEndTheSessionAndNothingElse(String hex) throws Exception {
        Channel channel = link.open(Requests.sftp());
        channel.reply(LIMIT);
        channel.send(ByteBuffer.wrap(bytes(hex)));
        channel.sendEof();
        Frame last = channel.take(LIMIT);
        while (last instanceof Frame.Data) {
            last = channel.take(LIMIT);
        }
        assertThat(last).isInstanceOf(Frame.Eof.class);
        link.open(Requests.ping()).reply(LIMIT);
    }

    @Test
    void requestsThatMakeNoSenseAreAnsweredAsSuch() throws Exception {
        Channel channel = link.open(Requests.sftp());
        channel.reply(LIMIT);
        channel.send(ByteBuffer.wrap(bytes("00000005 01 00000003"
                + " 00000009 05 00000001 ffffffff" // READ of a handle as long as the world
                + " 0000000d 04 00000002 00000004 000000ff" // CLOSE of one that is none
                + " 0000000d 10 00000003 00000004 2e002e2e" // REALPATH with a NUL
                + " 00000005 63 00000004" // no such request
                + " 00000009 c8 00000005 00000000"))); // an extension without a name
        channel.sendEof();
        var all = new java.io.ByteArrayOutputStream();
        for (Frame frame = channel.take(LIMIT); frame instanceof Frame.Data data; frame = channel.take(LIMIT)) {
            byte[] piece = new byte[data.bytes().remaining()];
            data.bytes().get(piece);
            all.write(piece);
        }
        ByteBuffer answers = ByteBuffer.wrap(all.toByteArray());
        assertThat(type(answers)).isEqualTo("2 of 3"); // VERSION 3
        for (String expected : new String[] {"1: 5", "2: 5", "3: 5", "4: 8", "5: 8"}) { // BAD_MESSAGE, OP_UNSUPPORTED
            int length = answers.getInt();
            int end = answers.position() + length;
            assertThat(answers.get()).isEqualTo((byte) 101);
            assertThat(answers.getInt() + ": " + answers.getInt()).isEqualTo(expected);
            answers.position(end);
        }
        assertThat(answers.hasRemaining()).isFalse();
    }

    private static String type(ByteBuffer answers) {
        int length = answers.getInt();
        int end = answers.position() + length;
        String said = answers.get() + " of " + answers.getInt();
        answers.position(end);
        return said;
    }

    private static byte[] bytes(String hex) {
        return java.util.HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    @Test
    void aSessionEndsWithItsLinkAndItsProcessToo() throws Exception {
        Channel channel = link.open(Requests.sftp());
        channel.reply(LIMIT);
        ProcessHandle serving =
                agent.process().children().findFirst().orElseThrow(() -> new AssertionError("nobody serves it"));
        link.close();
        assertThat(serving.onExit().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS).isAlive())
                .isFalse();
        link = agent.link();
    }

    // ----

    private String sftp(String... commands) throws Exception {
        Ran ran = run(commands);
        assertThat(ran.code()).as(ran.said()).isZero();
        return ran.said();
    }

    private record Ran(int code, String said) {}

    /** OpenSSH's client takes a program for its server: here one that carries bytes to and from a socket of ours. */
    private Ran run(String... commands) throws Exception {
        Path path = here.resolve("socket");
        Path batch = Files.writeString(here.resolve("batch"), String.join("\n", commands) + "\n");
        try (var listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(path));
            var client = new ProcessBuilder("sftp", "-b", batch.toString(), "-D", "python3 " + carrier() + " " + path)
                    .directory(here.toFile())
                    .redirectErrorStream(true)
                    .start();
            Thread.ofVirtual().start(() -> carry(listening));
            client.onExit()
                    .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                    .whenComplete((_, late) -> client.destroyForcibly());
            String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ran(client.waitFor(), said);
        } finally {
            Files.deleteIfExists(path);
        }
    }

    private Path carrier() throws IOException {
        return Files.writeString(here.resolve("carrier.py"), """
                import os, socket, sys, threading
                s = socket.socket(socket.AF_UNIX)
                s.connect(sys.argv[1])
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

    private void carry(ServerSocketChannel listening) {
        try (SocketChannel socket = listening.accept()) {
            Channel channel = link.open(Requests.sftp());
            channel.reply(LIMIT);
            Thread.ofVirtual().start(() -> up(socket, channel));
            for (Frame frame = channel.take(); frame instanceof Frame.Data data; frame = channel.take()) {
                while (data.bytes().hasRemaining()) {
                    socket.write(data.bytes());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (AgentException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void up(SocketChannel from, Channel to) {
        try {
            InputStream in = Channels.newInputStream(from);
            byte[] piece = new byte[65_536];
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                to.send(ByteBuffer.wrap(piece, 0, count));
            }
            to.sendEof();
        } catch (IOException ended) {
            // with the client
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
