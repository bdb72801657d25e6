package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.Sandboxes;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RmCommandTest {
    /** Whatever was listed has gone meanwhile. */
    private static final Sandboxes GONE = (Sandboxes) Proxy.newProxyInstance(
            Sandboxes.class.getClassLoader(), new Class<?>[] {Sandboxes.class}, (_, _, arguments) -> {
                throw SandboxException.sandboxNotFound(arguments[0]);
            });

    private static CommandLine verb(StringWriter err) {
        return new CommandLine(new RmCommand()).setErr(new PrintWriter(err));
    }

    @Test
    void removingAllIsDoneWhenOneGoesByItself() throws Exception {
        var err = new StringWriter();
        String id = SandboxId.random().toString();
        int code = Each.of(List.of(id), each -> RmCommand.deleteIfThere(GONE, each), verb(err));
        assertThat(code).isZero();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void oneThatWasNamedAndIsNotThereIsTold() throws Exception {
        var err = new StringWriter();
        String id = SandboxId.random().toString();
        int code = Each.sandbox(GONE, List.of(id), sandbox -> {}, verb(err));
        assertThat(code).isEqualTo(Complaints.FAILED);
        assertThat(err.toString()).contains("no sandbox " + id);
    }
}
