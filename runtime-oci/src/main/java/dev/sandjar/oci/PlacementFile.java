package dev.sandjar.oci;

import dev.sandjar.oci.kernel.ProcessIdentity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is written down of a sandbox that runs: lines of a name, a space and a value. Text of our own and small, so that every request can read it.
 *
 * @param boot the boot of this machine that it runs in; after another boot it is dead
 * @param agent its agent
 * @param starter the OCI runtime's process, which may end a little after the agent is ready
 * @param createdAt when it was made
 * @param image which image it uses
 * @param weaknesses what could not be enforced
 */
record PlacementFile(
        String boot,
        ProcessIdentity agent,
        Optional<ProcessIdentity> starter,
        Instant createdAt,
        String image,
        List<String> weaknesses) {
    /** In the place of one that cannot be read: of no boot, so that nothing that it names is taken for alive. */
    static final PlacementFile DAMAGED =
            new PlacementFile("", new ProcessIdentity(0, 0), Optional.empty(), Instant.EPOCH, "", List.of());

    /** The agent, unless the machine was started anew since. */
    Optional<ProcessIdentity> agentIn(String thisBoot) {
        return boot.equals(thisBoot) ? Optional.of(agent) : Optional.empty();
    }

    /** What started it, likewise. */
    Optional<ProcessIdentity> starterIn(String thisBoot) {
        return boot.equals(thisBoot) ? starter : Optional.empty();
    }

    String text() {
        var text = new StringBuilder()
                .append("boot ")
                .append(boot)
                .append("\nagent ")
                .append(words(agent))
                .append("\ncreated ")
                .append(createdAt)
                .append("\nimage ")
                .append(image)
                .append('\n');
        starter.ifPresent(
                process -> text.append("starter ").append(words(process)).append('\n'));
        weaknesses.forEach(one -> text.append("weakness ").append(one).append('\n'));
        return text.toString();
    }

    /** {@link #DAMAGED} for what a crash of the machine left half, or another version wrote. */
    static PlacementFile parse(String text) {
        try {
            return parseWhole(text);
        } catch (RuntimeException damaged) { // whatever it is: it must be possible to list it and to remove it
            return DAMAGED;
        }
    }

    private static PlacementFile parseWhole(String text) {
        String boot = "";
        String image = "";
        Optional<ProcessIdentity> agent = Optional.empty();
        Optional<ProcessIdentity> starter = Optional.empty();
        Instant createdAt = Instant.EPOCH;
        var weaknesses = new ArrayList<String>();
        for (String line : text.split("\n")) {
            int space = line.indexOf(' ');
            String value = line.substring(space + 1);
            switch (line.substring(0, Math.max(space, 0))) {
                case "boot" -> boot = value;
                case "agent" -> agent = Optional.of(process(value));
                case "starter" -> starter = Optional.of(process(value));
                case "created" -> createdAt = Instant.parse(value);
                case "image" -> image = value;
                case "weakness" -> weaknesses.add(value);
                default -> throw new IllegalStateException("placement written by another version of sandjar: " + line);
            }
        }
        return new PlacementFile(boot, agent.orElseThrow(), starter, createdAt, image, weaknesses);
    }

    private static String words(ProcessIdentity process) {
        return process.pid() + " " + process.start();
    }

    private static ProcessIdentity process(String value) {
        String[] words = value.split(" ");
        return new ProcessIdentity(Integer.parseInt(words[0]), Long.parseLong(words[1]));
    }
}
