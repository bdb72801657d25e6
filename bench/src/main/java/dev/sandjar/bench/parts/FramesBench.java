package dev.sandjar.bench.parts;

import dev.sandjar.Output;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.FrameReader;
import dev.sandjar.wire.FrameWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A command's output in the frames of the native door: there and back, beside one copy of the same bytes. */
@State(Scope.Thread)
public class FramesBench {
    @Param({"100", "65536"})
    private int size;

    private byte[] bytes = {};

    @Setup
    public void fill() {
        bytes = new byte[size];
    }

    @Benchmark
    public Frame thereAndBack() throws IOException {
        var frame = new Frame.Told(new Output.Chunk(Output.Stream.STDOUT, 0, ByteBuffer.wrap(bytes)));
        return new FrameReader(new ByteArrayInputStream(FrameWriter.bytes(frame))).read();
    }

    @Benchmark
    public byte[] copy() {
        return bytes.clone();
    }
}
