package dev.sandjar.server;

import dev.sandjar.server.connection.ConnectionGuards;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code sandjar serve}. */
@QuarkusMain
@Command(
        name = "sandjar serve",
        description =
                "Serve sandboxes of this machine, or with SANDJAR_RUNTIME=kubernetes of a cluster, over HTTP, until stopped. Sandboxes live on without it.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  sandjar serve",
            "  sandjar serve --host 0.0.0.0 --tls-certificate cert.pem --tls-key key.pem",
            "",
            "The first start makes a token and stores it where the command line finds it.",
            "More settings: docs/configuration.md; each is also an environment variable, such as SANDJAR_LIMITS_REQUESTS=600.",
            "",
            "Exit codes: 2 wrong usage, 125 it failed, 128+N stopped by signal N."
        })
public final class Serve implements Callable<Integer> {
    private static final String PORTS = "0 to 65535";

    @Spec
    private CommandSpec spec;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Where to listen; 127.0.0.1 by default.")
    private @Nullable String host;

    @Option(names = "--port", paramLabel = "PORT", description = "8080 by default; 0 takes a free one.")
    private @Nullable Integer port;

    @Option(
            names = "--home",
            paramLabel = "FOLDER",
            description = "Where the sandboxes are kept; /var/lib/sandjar by default.")
    private @Nullable String home;

    @Option(names = "--token-file", paramLabel = "FILE", description = "Tokens, a line each: TOKEN or OWNER:TOKEN.")
    private @Nullable Path tokenFile;

    @Option(names = "--tls-certificate", paramLabel = "FILE", description = "PEM; serves https instead of http.")
    private @Nullable String certificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "PEM, of the certificate.")
    private @Nullable String key;

    public static void main(String[] args) {
        int code = commandLine().execute(args);
        if (code >= 0) {
            System.exit(code);
        }
    }

    /** Its mistakes are told as those of the other verbs. */
    static CommandLine commandLine() {
        var line = new CommandLine(new Serve());
        line.registerConverter(Integer.class, Serve::number);
        return line.setParameterExceptionHandler((e, args) -> {
            PrintWriter err = e.getCommandLine().getErr();
            err.println("sandjar: " + e.getMessage());
            err.println("         run: sandjar serve " + meant(e));
            err.flush();
            return CommandLine.ExitCode.USAGE;
        });
    }

    private static Integer number(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            throw new TypeConversionException("port is \"" + text + "\", allowed: " + PORTS);
        }
        return Integer.valueOf(text);
    }

    /** Many programs take a port as a word of its own. */
    private static String meant(ParameterException e) {
        return e instanceof UnmatchedArgumentException unmatched
                        && unmatched.getUnmatched().getFirst().matches("[0-9]{1,5}")
                ? "--port " + unmatched.getUnmatched().getFirst()
                : "--help";
    }

    @Override
    public Integer call() {
        if (port != null && (port < 0 || port > 65_535)) {
            throw new ParameterException(spec.commandLine(), "--port is " + port + ", allowed: " + PORTS);
        }
        if ((certificate == null) != (key == null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    (key == null ? "--tls-key" : "--tls-certificate") + " is missing, allowed: both or neither");
        }
        set("quarkus.http.host", host);
        set("quarkus.http.port", port == null ? null : port.toString());
        set("sandjar.home", home != null ? home : System.getenv("SANDJAR_HOME"));
        set("sandjar.auth.token-file", tokenFile == null ? null : tokenFile.toString());
        boolean secure = certificate != null;
        if (secure) {
            set("quarkus.http.ssl.certificate.files", certificate);
            set("quarkus.http.ssl.certificate.key-files", key);
            set("quarkus.http.ssl-port", port == null ? "8080" : port.toString());
            set("quarkus.http.insecure-requests", "disabled");
        }
        ConnectionGuards.enable();
        Quarkus.run(Greeting.class, (exitCode, problem) -> {
            if (problem != null) {
                var failure = StartFailure.of(problem, given());
                System.err.println("sandjar: the server could not start: " + failure.what());
                System.err.println("         " + failure.remedy());
            }
            System.exit(problem == null ? exitCode : 125);
        });
        return -1;
    }

    private Map<String, String> given() {
        var given = new TreeMap<>(System.getenv());
        spec.options().forEach(option -> {
            if (option.getValue() != null) {
                given.put(option.longestName(), option.getValue().toString());
            }
        });
        return given;
    }

    private static void set(String name, @Nullable String value) {
        if (value != null) {
            System.setProperty(name, value);
        }
    }
}
