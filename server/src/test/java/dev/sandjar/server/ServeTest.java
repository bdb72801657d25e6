package dev.sandjar.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is typed after {@code sandjar serve}, up to where a server would start. */
class ServeTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            --prot 8080       | Unknown options: '--prot', '8080'
            --port x          | Invalid value for option '--port': port is "x", allowed: 0 to 65535
            --port 99999      | --port is 99999, allowed: 0 to 65535
            --tls-key key.pem | --tls-certificate is missing, allowed: both or neither
            now               | Unmatched argument at index 0: 'now'
            """)
    void aMistakeIsOneSentenceAndWhatToType(String typed, String told) {
        var err = new StringWriter();
        int code = Serve.commandLine().setErr(new PrintWriter(err)).execute(typed.split(" "));
        assertThat(err.toString()).isEqualTo("sandjar: " + told + "\n         run: sandjar serve --help\n");
        assertThat(code).isEqualTo(2);
    }

    @Test
    void aPortAloneIsAnsweredByTheOptionThatItBelongsTo() {
        var err = new StringWriter();
        assertThat(Serve.commandLine().setErr(new PrintWriter(err)).execute("8081"))
                .isEqualTo(2);
        assertThat(err.toString()).endsWith("\n         run: sandjar serve --port 8081\n");
    }
}
