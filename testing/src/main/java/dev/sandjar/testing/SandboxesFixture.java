package dev.sandjar.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

/** What the contracts of the api are written with. */
interface SandboxesFixture {
    /** Under test. */
    Sandboxes place();

    default Sandbox sandbox() throws InterruptedException {
        return place().create(SandboxSpec.builder().build());
    }

    default byte[] bytes(Iterator<Output> output) {
        var all = new java.io.ByteArrayOutputStream();
        output.forEachRemaining(next -> {
            if (!(next instanceof Output.Chunk(var _, long offset, ByteBuffer bytes))) {
                throw new AssertionError("lost: " + next);
            }
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            all.writeBytes(copy);
        });
        return all.toByteArray();
    }

    default String text(Output output) {
        if (!(output instanceof Output.Chunk(var _, long _, ByteBuffer bytes))) {
            throw new AssertionError("lost: " + output);
        }
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    interface Work {
        void run() throws Exception;
    }

    default void refuses(ErrorCode code, Work work) {
        refuses(code, work, "");
    }

    default void refuses(ErrorCode code, Work work, String message) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
