package dev.sandjar.system;

import dev.sandjar.CommandSpec;
import dev.sandjar.Output;
import dev.sandjar.Sandbox;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;

/** Whether 64 MiB of noise came through as they were written. */
final class Sums {
    private final String noise;
    private final String expected;
    private final MessageDigest digest;
    private long end;

    private Sums(String noise, String expected, MessageDigest digest) {
        this.noise = noise;
        this.expected = expected;
        this.digest = digest;
    }

    /** @param sandbox to compute in what is to be expected */
    static Sums ofNoise(Sandbox sandbox, long seed) throws Exception {
        String noise = "import random,sys\nr=random.Random(" + seed + ")\n"
                + "for _ in range(1024): sys.stdout.buffer.write(r.randbytes(65536))";
        String expected = sandbox.run(
                        "sh", "-c", "python3 -c '" + noise + "' | sha256sum | cut -d ' ' -f 1 | tr -d '\n'")
                .stdout();
        return new Sums(noise, expected, MessageDigest.getInstance("SHA-256"));
    }

    /** What writes the noise. */
    CommandSpec command() {
        return CommandSpec.of("python3", "-c", noise);
    }

    /** Reads so much, whatever it is. */
    static void skip(Iterator<Output> output, long bytes) {
        for (long end = 0; end < bytes; ) {
            Output.Chunk chunk = (Output.Chunk) output.next();
            end = chunk.offset() + chunk.bytes().remaining();
        }
    }

    /** Reads until so much has come in all, or the end. */
    void add(Iterator<Output> output, long until) {
        while (end < until && output.hasNext()) {
            switch (output.next()) {
                case Output.Chunk chunk -> {
                    if (chunk.offset() != end) {
                        throw new AssertionError("a chunk at " + chunk.offset() + " after " + end);
                    }
                    end += chunk.bytes().remaining();
                    digest.update(chunk.bytes().duplicate());
                }
                case Output.Gap gap -> throw new AssertionError(gap);
            }
        }
    }

    /** To be called once, at the end. */
    String seen() {
        return HexFormat.of().formatHex(digest.digest());
    }

    String expected() {
        return expected;
    }
}
