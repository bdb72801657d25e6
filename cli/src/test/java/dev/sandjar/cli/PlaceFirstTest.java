package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceFirstTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            --runtime kubernetes run -- true | run --runtime kubernetes -- true
            --runtime=kubernetes ls --json   | ls --runtime=kubernetes --json
            --server u --place p ls          | ls --server u --place p
            run --runtime kubernetes -- x    | run --runtime kubernetes -- x
            run -- --runtime x               | run -- --runtime x
            --runtime kubernetes             | --runtime kubernetes
            --runtime                        | --runtime
            --help                           | --help
            """)
    void theVerbComesFirst(String said, String read) {
        assertThat(String.join(" ", PlaceFirst.verbFirst(said.split(" ")))).isEqualTo(read);
    }
}
