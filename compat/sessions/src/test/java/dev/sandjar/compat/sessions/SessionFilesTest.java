package dev.sandjar.compat.sessions;

import static dev.sandjar.compat.sessions.OtherServer.answer;
import static dev.sandjar.compat.sessions.OtherServer.cutAfter;
import static dev.sandjar.compat.sessions.OtherServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.sessions.OtherServer.Behaviour;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files by REST, at servers that are not ours. */
@Timeout(60)
class SessionFilesTest {
    private static final String INFO =
            "{\"name\": \"b.txt\", \"path\": \"a/b.txt\", \"type\": \"file\", \"size\": 3, \"permissions\": \"rw-r--r--\","
                    + " \"modifiedAt\": \"2026-01-02T03:04:05Z\", \"checksum\": \"900150983cd24fb0d6963f7d28e17f72\"}";

    @TempDir
    Path folder;

    @Test
    void aFileIsSentAsItsBytesWithItsLength() throws Exception {
        Path local = Files.writeString(folder.resolve("up"), "abc");
        try (var server = new OtherServer(json(201, INFO));
                var client = server.client()) {
            SessionFile file = client.uploadFile("s1", local, "a/b c&d.txt", true);
            OtherServer.Request request = server.requests.getFirst();
            assertThat(request.target()).isEqualTo("/v1/sessions/s1/files?path=a/b%20c%26d.txt&overwrite=true");
            assertThat(request.headers())
                    .containsEntry("Content-Type", "application/octet-stream")
                    .containsEntry("Content-Length", "3");
            assertThat(request.text()).isEqualTo("abc");
            assertThat(file.path()).isEqualTo("a/b.txt");
            assertThat(file.size()).isEqualTo(3);
            assertThat(file.modifiedAt()).contains(Instant.parse("2026-01-02T03:04:05Z"));
            assertThat(file.checksum()).contains("900150983cd24fb0d6963f7d28e17f72");
        }
    }

    @Test
    void anEmptyFileIsSentToo() throws Exception {
        Path local = Files.writeString(folder.resolve("up"), "");
        try (var server = new OtherServer(json(201, INFO));
                var client = server.client()) {
            client.uploadFile("s1", local, "b.txt", false);
            assertThat(server.requests.getFirst().headers()).containsEntry("Content-Length", "0");
            assertThat(server.requests.getFirst().target()).endsWith("&overwrite=false");
        }
    }

    @Test
    void anUploadIsSentWhileItIsRead() throws Exception {
        try (var server = new OtherServer(json(201, INFO));
                var client = server.client()) {
            var content = new SequenceInputStream(new ByteArrayInputStream(new byte[1_000_000]), new InputStream() {
                @Override
                public int read() throws IOException { // the end, once the server has seen the beginning
                    try {
                        assertThat(server.bodyBegun.await(10, TimeUnit.SECONDS)).isTrue();
                        return -1;
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }
            });
            client.uploadFile("s1", content, "f", true);
            assertThat(server.requests.getFirst().body()).hasSize(1_000_000);
        }
    }

    @Test
    void contentThatCannotBeReadIsNoMatterOfTheConnection() throws Exception {
        try (var server = new OtherServer(json(201, INFO));
                var client = server.client()) {
            InputStream broken = new InputStream() {
                @Override
                public int read() throws IOException {
                    throw new IOException("the disk is broken");
                }
            };
            assertThatThrownBy(() -> client.uploadFile("s1", broken, "f", true))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("the content to send cannot be read")
                    .hasRootCauseMessage("the disk is broken");
        }
    }

    @Test
    void aFileThatIsThereIsRefusedAsTheServerSaysIt() throws Exception {
        Path local = Files.writeString(folder.resolve("up"), "abc");
        try (var server = new OtherServer(json(409, "{\"error\": \"ALREADY_EXISTS\", \"message\": \"it is there\"}"));
                var client = server.client()) {
            assertThatThrownBy(() -> client.uploadFile("s1", local, "b.txt", false))
                    .isInstanceOfSatisfying(SandboxOperationException.class, e -> {
                        assertThat(e.statusCode()).hasValue(409);
                        assertThat(e).hasMessage("it is there");
                    });
        }
    }

    @Test
    void aDownloadReplacesTheLocalFile() throws Exception {
        Path local = Files.writeString(folder.resolve("down"), "old");
        try (var server = new OtherServer(answer(200, "new content"));
                var client = server.client()) {
            client.downloadFile("s1", "a/b.txt", local);
            assertThat(server.requests.getFirst().target()).isEqualTo("/v1/sessions/s1/files?filePath=a/b.txt");
            assertThat(local).hasContent("new content");
        }
    }

    @Test
    void aDownloadThatIsCutBeginsAnew() throws Exception {
        Path local = folder.resolve("down");
        try (var server = new OtherServer(cutAfter("a longer be", 1_000), answer(200, "content"));
                var client = server.client()) {
            client.downloadFile("s1", "f", local);
            assertThat(local).hasContent("content");
        }
    }

    @Test
    void aDownloadThatFailsLeavesWhatWasThere() throws Exception {
        Path local = Files.writeString(folder.resolve("down"), "old");
        try (var server = new OtherServer(cutAfter("half", 8));
                var client = SessionsClient.builder()
                        .apiUrl(server.url())
                        .token("t")
                        .retries(Retries.none())
                        .build()) {
            assertThatThrownBy(() -> client.downloadFile("s1", "f", local))
                    .isInstanceOf(SandboxConnectionException.class);
            assertThat(local).hasContent("old");
            try (Stream<Path> all = Files.list(folder)) {
                assertThat(all).containsExactly(local);
            }
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsToldOnce() throws Exception {
        try (var server = new OtherServer(answer(200, "content"));
                var client = server.client()) {
            assertThatThrownBy(() -> client.downloadFile("s1", "f", folder.resolve("no/such/folder")))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageEndingWith(" cannot be written");
            assertThat(server.requests).hasSize(1);
        }
    }

    @Test
    void aFileIsReadWhileItComes() throws Exception {
        try (var server = new OtherServer(endless("", "0123456789"));
                var client = server.client();
                InputStream content = client.openFile("s1", "f")) {
            assertThat(new String(content.readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("012345678901");
        }
    }

    @Test
    void aFileThatIsCutIsNoShorterFile() throws Exception {
        try (var server = new OtherServer(cutAfter("half", 8));
                var client = server.client();
                InputStream content = client.openFile("s1", "f")) {
            assertThatThrownBy(content::readAllBytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aListIsReadWhileItComes() throws Exception {
        try (var server = new OtherServer(endless("{\"folder\": {\"a\": [1]}, \"files\": [", INFO + ","));
                var client = server.client();
                Stream<SessionFile> files = client.listFiles("s1", ".")) {
            assertThat(files.limit(1_000))
                    .hasSize(1_000)
                    .allMatch(file -> file.name().equals("b.txt"));
            assertThat(server.requests.getFirst().target()).isEqualTo("/v1/sessions/s1/files?path=.");
        }
    }

    @Test
    void aListHasAllItsEntries() throws Exception {
        String link = INFO.replace("\"file\"", "\"symlink\"");
        try (var server = new OtherServer(json(200, "{\"files\": [" + INFO + "," + link + "], \"total\": 2}"));
                var client = server.client();
                Stream<SessionFile> files = client.listFiles("s1", ".")) {
            assertThat(files.map(SessionFile::type)).containsExactly(SessionFile.Type.FILE, SessionFile.Type.SYMLINK);
        }
    }

    @Test
    void aListThatIsCutIsNoShorterList() throws Exception {
        try (var server = new OtherServer(cutAfter("{\"files\": [" + INFO, 10_000));
                var client = server.client();
                Stream<SessionFile> files = client.listFiles("s1", ".")) {
            assertThatThrownBy(files::toList)
                    .isInstanceOf(SandboxConnectionException.class)
                    .hasMessage("the list of files was cut off");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "{\"files\": 7}", "{\"files\": [{}]}", "{\"files\": [7]}"})
    void whatIsNoListIsToldAsSuch(String body) throws Exception {
        try (var server = new OtherServer(json(200, body));
                var client = server.client()) {
            assertThatThrownBy(() -> {
                        try (Stream<SessionFile> files = client.listFiles("s1", ".")) {
                            files.toList();
                        }
                    })
                    .isExactlyInstanceOf(SandboxApiException.class);
        }
    }

    @Test
    void aFileIsDeletedByItsPath() throws Exception {
        try (var server = new OtherServer(out -> out.write(OtherServer.head(204, "X: y")));
                var client = server.client()) {
            client.deleteFile("s1", "a/b c.txt");
            OtherServer.Request request = server.requests.getFirst();
            assertThat(request.method() + " " + request.target()).isEqualTo("DELETE /v1/sessions/s1/files/a/b%20c.txt");
        }
    }

    private static Behaviour endless(String beginning, String again) {
        return out -> {
            out.write(OtherServer.head(200, "Content-Length: 100000000000"));
            out.write(beginning.getBytes(StandardCharsets.US_ASCII));
            byte[] piece = again.repeat(500).getBytes(StandardCharsets.US_ASCII);
            while (true) {
                out.write(piece);
            }
        };
    }
}
