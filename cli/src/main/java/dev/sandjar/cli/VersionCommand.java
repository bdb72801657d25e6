package dev.sandjar.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Which version this is. */
@Command(
        name = "version",
        description = "Print the version.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {"Examples:", "  sandjar version", "  sandjar version --json", "", Sandjar.PLAIN_EXIT_CODES})
final class VersionCommand implements Callable<Integer> {
    private static final String JAVA = System.getProperty("java.version");

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        String version = version();
        System.out.println(
                json
                        ? Json.text(Json.MAPPER
                                .createObjectNode()
                                .put("version", version)
                                .put("java", JAVA))
                        : "sandjar " + version);
        return 0;
    }

    private static String version() {
        String version = VersionCommand.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** For {@code --version}. */
    static final class Provider implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"sandjar " + version()};
        }
    }
}
