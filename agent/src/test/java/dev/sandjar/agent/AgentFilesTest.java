package dev.sandjar.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What PROTOCOL.md promises of files, asked of the real agent through the real link. */
@Timeout(120)
class AgentFilesTest {
    private static final Duration LIMIT = RealAgent.LIMIT;

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
    void aFileIsWrittenWholeAndReadBack() throws Exception {
        write("a/b.txt", "content", true);
        assertThat(read("a/b.txt")).isEqualTo("content");
        assertThat(Files.getPosixFilePermissions(agent.folder.resolve("a/b.txt")))
                .hasSize(4);
    }

    @Test
    void anUploadThatIsCutLeavesNothing() throws Exception {
        write("kept", "old", true);
        Channel channel = link.open(Requests.write(agent.folder.toString(), "kept", 0, true, true));
        channel.reply(LIMIT);
        channel.send(ByteBuffer.wrap(new byte[100_000]));
        try (var watch = agent.folder.getFileSystem().newWatchService()) {
            agent.folder.register(watch, StandardWatchEventKinds.ENTRY_DELETE);
            link.close();
            assertThat(watch.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isNotNull();
        }
        link = agent.link();
        assertThat(read("kept")).isEqualTo("old");
        try (var files = Files.list(agent.folder)) {
            assertThat(files.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("kept", "s");
        }
    }

    @Test
    void aFileComesAheadOfItsReaderAsFarAsItsWindowGoes() throws Exception {
        int piece = 64 * 1024;
        Files.write(agent.folder.resolve("large"), new byte[4 << 20]);
        Channel channel = link.open(Requests.read(agent.folder.toString(), "large", 0, 0));
        channel.reply(LIMIT);
        for (int i = 0; i < 64; i++) { // the agent serves its channels in turn
            link.open(Requests.ping()).reply(LIMIT);
        }
        assertThat(link.isOpen()).isTrue(); // no more came than was granted
        long count = 0;
        for (int i = 0; i < 7; i++) { // of which less than half a window is taken, so that nothing more is granted
            count += ((Frame.Data) channel.take(Duration.ZERO)).bytes().remaining();
        }
        assertThat(count).isEqualTo(7L * piece);
        for (Frame frame = channel.take(LIMIT); frame != null; frame = channel.take(LIMIT)) {
            count += ((Frame.Data) frame).bytes().remaining();
        }
        assertThat(count).isEqualTo(4 << 20);
    }

    @Test
    void anUploadIsGrantedAMebibyteOnceItMayBegin() throws Exception {
        try (var socket = agent.connect()) {
            var reader = new FrameReader(socket);
            Handshake.asEngine(reader, socket, agent.key);
            Request write = Requests.write(agent.folder.toString(), "up", 0, true, true);
            for (ByteBuffer bytes : FrameWriter.encode(new Frame.Open(1, write.kind(), write.payload()))) {
                socket.write(bytes);
            }
            assertThat(reader.read()).isInstanceOf(Frame.Reply.class);
            assertThat(reader.read()).isEqualTo(new Frame.Credit(1, (1 << 20) - Frame.WINDOW));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, Frame.WINDOW - 1, (16 << 20) + 1})
    void aWindowThatTheAgentWouldNotBearIsRefused(int window) {
        assertThatThrownBy(() -> new Request(16, ByteBuffer.allocate(0), window))
                .hasMessage("a window of " + window + " bytes, allowed: 262144 to 16777216");
    }

    @Test
    void anExistingFileIsNotReplacedUnasked() throws Exception {
        write("once", "first", false);
        RealAgent.assertRefused(AgentError.EXISTS, () -> write("once", "second", false));
        assertThat(read("once")).isEqualTo("first");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "a/../../outside", "/etc/passwd", "link/passwd", ".."})
    void aPathThatClimbsOutIsRefused(String path) throws Exception {
        Files.createSymbolicLink(agent.folder.resolve("link"), Path.of("/etc"));
        Files.createDirectory(agent.folder.resolve("a"));
        String base = agent.folder.toString();
        RealAgent.assertRefused(
                AgentError.INVALID,
                () -> link.open(Requests.read(base, path, 0, 0)).reply(LIMIT));
        RealAgent.assertRefused(
                AgentError.INVALID,
                () -> link.open(Requests.write(base, path, 0, true, true)).reply(LIMIT));
        RealAgent.assertRefused(
                AgentError.INVALID, () -> link.open(Requests.remove(base, path)).reply(LIMIT));
        RealAgent.assertRefused(
                AgentError.INVALID,
                () -> link.open(Requests.move(base, path, "x")).reply(LIMIT));
        RealAgent.assertRefused(
                AgentError.INVALID,
                () -> link.open(Requests.mkdirs(base, path + "/x")).reply(LIMIT));
    }

    @Test
    void foldersAreListedMovedAndRemoved() throws Exception {
        String base = agent.folder.toString();
        for (int i = 0; i < 3_000; i++) {
            Files.createDirectories(agent.folder.resolve("tree/d" + i % 30));
            Files.createFile(agent.folder.resolve("tree/d" + i % 30 + "/f" + i));
        }
        assertThat(list("tree")).hasSize(30);
        assertThat(list("tree/d7")).hasSize(100);
        link.open(Requests.move(base, "tree", "moved")).reply(LIMIT);
        link.open(Requests.remove(base, "moved")).reply(LIMIT);
        assertThat(agent.folder.resolve("moved")).doesNotExist();
        RealAgent.assertRefused(
                AgentError.NOT_FOUND,
                () -> link.open(Requests.remove(base, "moved")).reply(LIMIT));
    }

    @Test
    void changesInAFolderAreTold() throws Exception {
        Channel watch = link.open(Requests.watch(agent.folder.toString(), "."));
        watch.reply(LIMIT);
        Files.createFile(agent.folder.resolve("new"));
        assertThat(Replies.changed(((Frame.Event) watch.take(LIMIT)).payload()))
                .isEqualTo(new Replies.Changed(1, "new"));
        watch.close();
    }

    @Test
    void aFolderOfTenThousandLevelsIsRemoved() throws Exception {
        Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "agent"); // a disk is slow with so many folders
        try {
            Process made = new ProcessBuilder("python3", "-c", """
                    import os
                    os.chdir("%s")
                    os.mkdir("deep"); os.chdir("deep")
                    for level in range(10000):
                        open("file", "w").close()
                        os.mkdir("beside")
                        os.mkdir("d"); os.chdir("d")
                    """.formatted(memory)).start();
            assertThat(made.waitFor()).isZero();
            link.open(Requests.remove(memory.toString(), "deep")).reply(LIMIT);
            assertThat(memory).isEmptyDirectory();
        } finally {
            Files.deleteIfExists(memory);
        }
    }

    // ----

    private void write(String path, String content, boolean overwrite) throws Exception {
        Channel channel = link.open(Requests.write(agent.folder.toString(), path, 0, overwrite, true));
        channel.reply(LIMIT);
        channel.send(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
        channel.sendEof();
        var written = (Frame.Event) channel.take(LIMIT);
        assertThat(Replies.stat(written.payload()).size()).isEqualTo(content.length());
        assertThat(channel.take(LIMIT)).isNull();
    }

    private String read(String path) throws Exception {
        Channel channel = link.open(Requests.read(agent.folder.toString(), path, 0, 0));
        channel.reply(LIMIT);
        var text = new StringBuilder();
        for (Frame frame = channel.take(LIMIT); frame != null; frame = channel.take(LIMIT)) {
            text.append(RealAgent.text(frame));
        }
        return text.toString();
    }

    private List<String> list(String path) throws Exception {
        Channel channel = link.open(Requests.list(agent.folder.toString(), path));
        channel.reply(LIMIT);
        var names = new ArrayList<String>();
        ByteBuffer rest = ByteBuffer.allocate(1 << 20);
        for (Frame frame = channel.take(LIMIT); frame != null; frame = channel.take(LIMIT)) {
            rest.put(((Frame.Data) frame).bytes().duplicate());
        }
        rest.flip();
        for (var entry = Replies.entry(rest); entry != null; entry = Replies.entry(rest)) {
            names.add(entry.name());
        }
        return names;
    }
}
