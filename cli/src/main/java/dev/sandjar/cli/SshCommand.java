package dev.sandjar.cli;

import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import dev.sandjar.SshConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A shell, by the machine's own OpenSSH. */
@Command(
        name = "ssh",
        description = "Open a shell in a sandbox at a server, or run a command there, by OpenSSH's ssh.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar ssh 3fa8",
            "  sandjar ssh 3fa8 -- ls -l",
            "  sandjar ssh 3fa8 -- -L 8000:localhost:8000 -N      a port of the sandbox, here",
            "",
            "What follows -- goes to ssh: options first, then a command. Your token logs you in. The server's host key is kept in",
            "~/.config/sandjar/known_hosts, by the sandbox's id.",
            "",
            "Exit codes: that of ssh: the command's own, or 255; 2 wrong usage, 125 sandjar itself failed."
        })
final class SshCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Parameters(index = "0", paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "WORD",
            description = "Options for ssh and a command, best after --.")
    private List<String> words = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        String host;
        KnownHosts hosts = KnownHosts.ofThisUser();
        try (Sandboxes sandboxes = place.openServer("SSH")) {
            Sandbox sandbox = Place.find(sandboxes, id);
            host = sandbox.id().toString();
            try (SshConnection connection = sandbox.ssh()) {
                hosts.put(host, connection.hostKey());
            }
        }
        Path ask = Files.createTempFile(
                "sandjar", "", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ask.toFile().deleteOnExit(); // also when a signal ends us
        try {
            Files.writeString(ask, "#!/bin/sh\nprintf '%s\\n' \"$SANDJAR_SSH_PASSWORD\"\n");
            return run(host, hosts.file(), ask);
        } finally {
            Files.deleteIfExists(ask); // a signal that ends us may have done so
        }
    }

    private int run(String host, Path hosts, Path ask) throws IOException, InterruptedException {
        int options = 0;
        while (options < words.size() && words.get(options).startsWith("-")) {
            options += takesValue(words.get(options)) ? 2 : 1;
        }
        options = Math.min(options, words.size());
        var command = new ArrayList<>(List.of("ssh"));
        command.addAll(words.subList(0, options));
        for (String option : List.of(
                "ProxyCommand=" + tunnel(),
                "UserKnownHostsFile=" + hosts,
                "StrictHostKeyChecking=yes",
                "PreferredAuthentications=password",
                "NumberOfPasswordPrompts=1")) {
            command.addAll(List.of("-o", option));
        }
        command.add("sandbox@" + host);
        command.addAll(words.subList(options, words.size()));
        var ssh = new ProcessBuilder(command).inheritIO();
        ssh.environment().put("SSH_ASKPASS", ask.toString());
        ssh.environment().put("SSH_ASKPASS_REQUIRE", "force");
        ssh.environment().put("SANDJAR_SSH_PASSWORD", place.token());
        try {
            Process running = ssh.start();
            Runtime.getRuntime().addShutdownHook(new Thread(running::destroy)); // who ends us means it
            return running.waitFor();
        } catch (IOException e) {
            throw new SandboxException(
                    ErrorCode.UNAVAILABLE,
                    "ssh cannot be started: " + e.getMessage(),
                    "install OpenSSH's client, or use: sandjar exec -t " + host + " -- bash -l",
                    e);
        }
    }

    /** As {@code ssh(1)} has them. */
    private static boolean takesValue(String option) {
        return option.matches("-[46AaCfGgKkMNnqsTtVvXxYy]*[BbcDEeFIiJLlmOoPpQRSWw]");
    }

    private String tunnel() {
        var line = new StringBuilder(quoted(System.getProperty("sandjar.program", "sandjar"))).append(" tunnel");
        place.words().forEach(word -> line.append(' ').append(quoted(word)));
        return line.append(" %h").toString();
    }

    /** For the shell that ssh gives it to, and for ssh, which looks for %. */
    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''").replace("%", "%%") + "'";
    }
}
