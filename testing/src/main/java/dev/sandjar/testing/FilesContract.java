package dev.sandjar.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.FileEvent;
import dev.sandjar.FileInfo;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of a sandbox. */
interface FilesContract extends SandboxesFixture {
    @Test
    default void aFileIsReadBackAsItWasWritten() throws Exception {
        Sandbox sandbox = sandbox();
        byte[] content = new byte[3_000_000];
        new java.util.Random(1).nextBytes(content);
        FileInfo written = sandbox.files().write("deep/er/file.bin", content);
        assertThat(written.size()).isEqualTo(content.length);
        assertThat(written.type()).isEqualTo(FileInfo.Type.FILE);
        assertThat(written.name()).isEqualTo("file.bin");
        assertThat(sandbox.files().read("deep/er/file.bin")).isEqualTo(content);
        assertThat(sandbox.files().read("/workspace/deep/er/file.bin")).isEqualTo(content);
    }

    @Test
    default void anEmptyFileIsAFile() throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.files().write("empty", "");
        assertThat(sandbox.files().readText("empty")).isEmpty();
        assertThat(sandbox.files().stat("empty").size()).isZero();
    }

    @Test
    default void anExistingFileIsNotReplacedUnasked() throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.files().write("a", "first");
        refuses(
                ErrorCode.ALREADY_EXISTS,
                () -> sandbox.files().write("a", new ByteArrayInputStream(new byte[1]), false),
                "file a: it is there already");
        assertThat(sandbox.files().readText("a")).isEqualTo("first");
    }

    @Test
    default void anUploadWhoseSourceFailsLeavesNothing() throws Exception {
        Sandbox sandbox = sandbox();
        InputStream broken = new InputStream() {
            private int left = 200_000;

            @Override
            public int read() throws IOException {
                throw new IOException("cut");
            }

            @Override
            public int read(byte[] to, int start, int length) throws IOException {
                left -= length;
                return left < 0 ? read() : length;
            }
        };
        assertThatThrownBy(() -> sandbox.files().write("half", broken, true)).isInstanceOf(SandboxException.class);
        assertThat(sandbox.files().list(".")).isEmpty();
    }

    @Test
    default void filesSeenFromAFolderAreConfinedToIt() throws Exception {
        Sandbox sandbox = sandbox();
        SandboxFiles below;
        try {
            below = sandbox.files().within("/workspace/below");
        } catch (SandboxException e) { // not over a server
            assertThat(e.code()).isEqualTo(ErrorCode.NOT_SUPPORTED);
            return;
        }
        refuses(ErrorCode.FILE_NOT_FOUND, () -> below.stat("."));
        sandbox.files().write("above", "above");
        sandbox.files().write("below/a", "a");
        sandbox.run("ln", "-s", "../above", "below/link");
        assertThat(below.readText("a")).isEqualTo("a");
        below.write("deep/b", "b");
        assertThat(sandbox.files().readText("below/deep/b")).isEqualTo("b");
        assertThat(below.list(".")).extracting(FileInfo::name).containsExactly("a", "deep", "link");
        for (String path : new String[] {"../above", "link", "deep/../../above"}) {
            refuses(ErrorCode.INVALID_ARGUMENT, () -> below.read(path));
        }
        assertThat(below.readText("/workspace/above")).isEqualTo("above");
        refuses(ErrorCode.INVALID_ARGUMENT, () -> sandbox.files().within("below"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../etc/passwd", "a/../../etc/passwd", "out/passwd", ".."})
    default void aRelativePathThatClimbsOutIsRefused(String path) throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.run("sh", "-c", "mkdir a; ln -s /etc out");
        refuses(ErrorCode.INVALID_ARGUMENT, () -> sandbox.files().read(path));
        refuses(ErrorCode.INVALID_ARGUMENT, () -> sandbox.files().write(path, "x"));
        refuses(ErrorCode.INVALID_ARGUMENT, () -> sandbox.files().remove(path));
    }

    @Test
    default void filesHaveTheRightsOfTheSandboxsUser() throws Exception {
        Sandbox sandbox = sandbox();
        refuses(ErrorCode.PERMISSION_DENIED, () -> sandbox.files().write("/etc/passwd", "root::0:0::/:/bin/sh"));
        refuses(
                ErrorCode.FILE_NOT_FOUND,
                () -> sandbox.files().read("nothing"),
                "file nothing: no such file or folder");
        assertThat(sandbox.run("stat", "-c", "%u", "/workspace").stdout()).isEqualTo("1000\n");
    }

    @Test
    default void foldersAreMadeListedMovedAndRemoved() throws Exception {
        Sandbox sandbox = sandbox();
        sandbox.files().mkdirs("x/y/z");
        sandbox.files().mkdirs("x/y/z");
        sandbox.files().write("x/b", "bb");
        sandbox.files().write("x/a", "a");
        sandbox.run("ln", "-s", "a", "x/link");
        List<FileInfo> entries = sandbox.files().list("x");
        assertThat(entries).extracting(FileInfo::name).containsExactly("a", "b", "link", "y");
        assertThat(entries)
                .extracting(FileInfo::type)
                .containsExactly(
                        FileInfo.Type.FILE, FileInfo.Type.FILE, FileInfo.Type.SYMLINK, FileInfo.Type.DIRECTORY);
        assertThat(entries.getFirst().path()).isEqualTo("x/a");
        sandbox.files().move("x", "moved");
        sandbox.files().remove("moved");
        assertThat(sandbox.files().list(".")).isEmpty();
        refuses(ErrorCode.FILE_NOT_FOUND, () -> sandbox.files().remove("moved"));
    }

    @Test
    default void changesAreTold() throws Exception {
        Sandbox sandbox = sandbox();
        try (var watch = sandbox.files().watch(".")) {
            sandbox.run("touch", "/workspace/new");
            assertThat(watch.next()).isEqualTo(new FileEvent(FileEvent.Kind.CREATED, "new"));
        }
    }
}
