package dev.sandjar.compat.kubebox;

/**
 * How a command is run, and so what one gets for it.
 *
 * @param <T> what one gets
 */
public final class CommandMode<T extends CommandRun> {
    /** Its output is given out as it comes. */
    public static final CommandMode<StreamProcess> STREAM = new CommandMode<>("stream", SandboxClient::stream);

    /** Its output is given out when it has ended. */
    public static final CommandMode<CommandResult> WAIT = new CommandMode<>("wait", SandboxClient::await);

    /** It goes on by itself. */
    public static final CommandMode<BackgroundProcess> BACKGROUND =
            new CommandMode<>("background", SandboxClient::start);

    private final String word;
    private final Way<T> way;

    private CommandMode(String word, Way<T> way) {
        this.word = word;
        this.way = way;
    }

    /** How it is done. */
    interface Way<T> {
        T run(SandboxClient client, String sessionId, CommandRequest request) throws InterruptedException;
    }

    Way<T> way() {
        return way;
    }

    /** As servers have it. */
    @Override
    public String toString() {
        return word;
    }
}
