package dev.sandjar;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A command as its agent sees it now.
 *
 * @param id its name
 * @param argv program and arguments as started
 * @param argvCut whether argv goes on: a list of many commands tells 256 KiB of their words, each command's share; {@link RunningCommand#info} tells all
 * @param pid its process id inside the sandbox
 * @param startedAt when, by the sandbox's clock
 * @param ending how it ended; empty while it runs
 * @param oldest offset of the oldest byte of output that the journal still has
 * @param written bytes of output so far, of both streams together
 */
public record CommandInfo(
        CommandId id,
        List<String> argv,
        boolean argvCut,
        int pid,
        Instant startedAt,
        Optional<Ending> ending,
        long oldest,
        long written) {
    /** Copies. */
    public CommandInfo {
        argv = List.copyOf(argv);
    }
}
