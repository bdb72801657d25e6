package dev.sandjar.compat.kubebox;

import java.util.List;

/**
 * What a web page wrote to its console.
 *
 * @param stdout warnings, debug output, information
 * @param stderr errors, and whatever else there is
 * @param urlTested the page
 */
public record RuntimeResult(List<String> stdout, List<String> stderr, String urlTested) {
    /** Keeps copies. */
    public RuntimeResult {
        stdout = List.copyOf(stdout);
        stderr = List.copyOf(stderr);
    }

    /**
     * The errors, marked up for a language model as kubebox does it.
     *
     * @param index the number in the mark
     * @return several lines
     */
    public String xmlError(int index) {
        String errors = String.join("\n", stderr.stream().map(String::strip).toList());
        return """
                <error_%d>
                <url_tested>
                %s
                </url_tested>
                <console_errors>
                %s
                </console_errors>
                </error_%d>""".formatted(index, urlTested, errors, index);
    }
}
