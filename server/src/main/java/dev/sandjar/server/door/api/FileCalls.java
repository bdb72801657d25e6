package dev.sandjar.server.door.api;

import dev.sandjar.ErrorCode;
import dev.sandjar.FileInfo;
import dev.sandjar.FileWatch;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxFiles;
import dev.sandjar.server.limit.Transfers;
import dev.sandjar.server.limit.Transfers.Kind;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.Infos;
import dev.sandjar.wire.Json;
import dev.sandjar.wire.Specs;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.UUID;
import java.util.stream.Stream;

/** {@code /files}: what is in a sandbox. */
final class FileCalls {
    private static final int PIECE = 64 * 1024;
    private static final int LARGEST_EVENT = 256 * 1024; // bytes of entries in one frame
    private static final int ENTRY = 200; // bytes beside its names
    private static final int LONGEST_ESCAPE = 6; // bytes that JSON makes of one character

    private FileCalls() {}

    static void read(ApiCall call) throws IOException, InterruptedException {
        SandboxFiles files = call.sandbox().files();
        String path = call.needed("path");
        long offset = call.whole("offset", 0);
        if (offset < 0) {
            throw SandboxException.invalid("offset", offset, "0 or more");
        }
        FileInfo before = files.stat(path);
        try (var _ = Transfers.begin(Kind.FILE, call.owner());
                InputStream in = files.open(path)) {
            String version = version(before, files.stat(path));
            if (!call.query("version").orElse(version).equals(version)) {
                throw new SandboxException(
                        ErrorCode.UNAVAILABLE,
                        "file " + path + " was changed while the connection was cut",
                        "read it again from its beginning",
                        null);
            }
            call.interruptWhenGone(); // what comes before the offset may be long
            skip(in, offset);
            call.header("Sandjar-File-Version", version);
            send(in, call.frames().placed());
            call.last(new Frame.End());
        } catch (IOException e) {
            if (e.getCause() instanceof SandboxException why) {
                throw why;
            }
            throw e;
        }
    }

    /** What was opened between these two looks; one that nobody can ask for again where that is not sure. */
    private static String version(FileInfo before, FileInfo after) {
        boolean sure =
                before.equals(after) && after.type() != FileInfo.Type.SYMLINK; // what is behind a link is not seen
        return sure
                ? after.size() + "-" + after.modifiedAt().toEpochMilli()
                : UUID.randomUUID().toString();
    }

    private static void skip(InputStream in, long offset) throws IOException {
        try {
            in.skipNBytes(offset);
        } catch (EOFException e) {
            throw SandboxException.invalid("offset", offset, "at most the file's size");
        }
    }

    private static void send(InputStream in, FrameSink sink) throws IOException, InterruptedException {
        sink.send(new Frame.Heartbeat()); // the client waits to hear that it is open
        byte[] piece = new byte[PIECE];
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
            sink.send(new Frame.Data(ByteBuffer.wrap(piece, 0, count)));
            piece = new byte[PIECE]; // the other is on its way
        }
    }

    static void write(ApiCall call, Duration silence) {
        String path = call.needed("path");
        boolean overwrite = call.flag("overwrite");
        try (var _ = Transfers.begin(Kind.FILE, call.owner());
                FrameContent content = call.content(silence)) {
            call.answer(200, Infos.write(call.sandbox().files().write(path, content, overwrite)));
        }
    }

    static void stat(ApiCall call) {
        call.answer(200, Infos.write(call.sandbox().files().stat(call.needed("path"))));
    }

    static void list(ApiCall call) throws IOException, InterruptedException {
        try (Stream<FileInfo> all = call.sandbox().files().entries(call.needed("path"))) {
            FrameSink sink = call.frames();
            Iterator<FileInfo> each = all.iterator();
            while (each.hasNext()) {
                var some = new ArrayList<FileInfo>();
                int cost = 0;
                while (cost < LARGEST_EVENT && each.hasNext()) {
                    FileInfo info = each.next();
                    some.add(info);
                    cost += ENTRY
                            + LONGEST_ESCAPE
                                    * (info.name().length() + info.path().length());
                }
                sink.send(new Frame.Event(Json.array(some, Infos::write)));
            }
        }
        call.last(new Frame.End());
    }

    static void mkdirs(ApiCall call) {
        call.sandbox().files().mkdirs(call.needed("path"));
        call.done();
    }

    static void move(ApiCall call) {
        String[] pair = Specs.pair(call.json(), "from", "to");
        call.sandbox().files().move(pair[0], pair[1]);
        call.done();
    }

    static void remove(ApiCall call) {
        call.sandbox().files().remove(call.needed("path"));
        call.done();
    }

    static void watch(ApiCall call) throws IOException, InterruptedException {
        try (FileWatch watch = call.sandbox().files().watch(call.needed("path"))) {
            FrameSink sink = call.frames();
            sink.send(new Frame.Heartbeat()); // the client waits to hear that nothing is missed from now on
            while (watch.hasNext()) {
                sink.send(new Frame.Event(Infos.write(watch.next())));
            }
        }
    }
}
