package dev.sandjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxException;
import java.net.BindException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Why a server could not start is told by the names that its operator has used. */
class StartFailureTest {
    private static StartFailure of(Exception cause, Map<String, String> given) {
        return StartFailure.of(new RuntimeException("Failed to start application", cause), given);
    }

    @Test
    void aFileThatIsMissingIsNamedByItsSetting() {
        var failure = of(new NoSuchFileException("none.pem"), Map.of("--tls-key", "none.pem", "SANDJAR_HOME", "/srv"));
        assertThat(failure.what()).isEqualTo("--tls-key: there is no none.pem");
    }

    @Test
    void whatIsDeniedNeedsAnotherUserOrPlace() {
        var failure = of(new AccessDeniedException("/srv/sandboxes"), Map.of());
        assertThat(failure.what()).isEqualTo("/srv/sandboxes may not be read or written by you");
        assertThat(failure.remedy()).startsWith("run it with sudo, or name another place");
    }

    @Test
    void aValueThatCannotBeReadIsNamedByItsSetting() {
        var failure = of(
                new IllegalStateException(
                        "Configuration validation failed:\n\tjava.lang.IllegalArgumentException: SRCFG00039: "
                                + "The config property sandjar.limits.requests with the config value \"abc\" threw an Exception whilst "
                                + "being converted SRCFG00029: Expected an integer value, got \"abc\""),
                Map.of());
        assertThat(failure.what()).isEqualTo("setting sandjar.limits.requests is \"abc\". Expected an integer value");
        assertThat(failure.remedy()).contains("docs/configuration.md");
    }

    @Test
    void aPortThatIsTakenMayBeAnother() {
        assertThat(of(new BindException("Port already bound: 8080"), Map.of()).remedy())
                .contains("--port 0");
        assertThat(of(new UnknownHostException("300.1.1.1"), Map.of()).remedy()).contains("--host 127.0.0.1");
    }

    @Test
    void anErrorOfOursSaysItself() {
        var failure = of(SandboxException.invalid("image", "x", "y"), Map.of());
        assertThat(failure.what()).isEqualTo("image is x, allowed: y");
    }
}
