package dev.sandjar.agent;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What the agent answers, decoded. Pure; whatever breaks a rule is a {@link ProtocolException}. */
public final class Replies {
    private static final int MOST_PROCESSES = 2_048;

    private Replies() {}

    /** How a command ended; {@code value} is its exit code, signal, or limit in ms. */
    public record Ended(How how, long value) {}

    /** In the order of PROTOCOL.md: the ordinal is the number on the wire. */
    public enum How {
        RUNNING,
        EXITED,
        KILLED,
        TIMED_OUT,
        OUT_OF_MEMORY
    }

    public record CommandStatus(
            UUID id,
            List<String> argv,
            boolean argvCut,
            int pid,
            long startedMillis,
            Ended ending,
            long oldest,
            long written) {}

    /** The last event of a FOLLOW. */
    public record EndOfOutput(Ended ending, long written) {}

    public record Gap(long from, long to) {}

    /** {@code type}: 1 file, 2 folder, 3 symlink, 4 other. */
    public record Stat(int type, long size, int mode, long modifiedMillis) {}

    /** {@code what}: 1 created, 2 modified, 3 removed, 4 overflow. */
    public record Changed(int what, String name) {}

    /** {@code disk} is negative when it is not known; a {@code memoryLimit} of zero is none. */
    public record Stats(long cpuMicros, long memory, long memoryLimit, int processes, long disk, long oomKills) {}

    /**
     * What runs in the sandbox. Name and words are what the process made of them.
     *
     * @param parent zero: the agent
     * @param state the letter of proc(5)
     * @param command all zeros: none
     * @param words as {@code /proc/PID/cmdline} has them
     * @param cut there were more words
     */
    public record ProcessStatus(
            int pid,
            int parent,
            long startedMillis,
            char state,
            long cpuMicros,
            long resident,
            UUID command,
            String name,
            ByteBuffer words,
            boolean cut) {}

    /** An empty reply, as most are. */
    public static void empty(ByteBuffer reply) throws ProtocolException {
        new Decoder("REPLY", reply).end();
    }

    public static int pid(ByteBuffer reply) throws ProtocolException {
        var d = new Decoder("REPLY to START", reply);
        int pid = d.u32(Integer.MAX_VALUE);
        d.end();
        return pid;
    }

    /** The port of a LISTEN. */
    public static int port(ByteBuffer reply) throws ProtocolException {
        var d = new Decoder("REPLY to LISTEN", reply);
        int port = d.u16();
        d.end();
        return port;
    }

    /** @param cut as in the request */
    public static List<CommandStatus> commands(ByteBuffer reply, boolean cut) throws ProtocolException {
        var d = new Decoder("REPLY to COMMANDS", reply);
        int count = d.u32(65_536);
        var commands = new ArrayList<CommandStatus>();
        for (int i = 0; i < count; i++) {
            commands.add(status(d, cut));
        }
        d.end();
        return commands;
    }

    public static CommandStatus status(ByteBuffer reply) throws ProtocolException {
        var d = new Decoder("REPLY to STATUS", reply);
        CommandStatus status = status(d, false);
        d.end();
        return status;
    }

    public static EndOfOutput endOfOutput(ByteBuffer event) throws ProtocolException {
        var d = new Decoder("EVENT ENDED", event);
        var end = new EndOfOutput(ended(d), d.u64());
        d.end();
        if (end.ending().how() == How.RUNNING) {
            throw new ProtocolException("EVENT ENDED of a running command");
        }
        return end;
    }

    public static Gap gap(ByteBuffer event) throws ProtocolException {
        var d = new Decoder("EVENT GAP", event);
        var gap = new Gap(d.u64(), d.u64());
        d.end();
        if (gap.to() <= gap.from()) {
            throw new ProtocolException("EVENT GAP of nothing");
        }
        return gap;
    }

    public static Stat stat(ByteBuffer payload) throws ProtocolException {
        var d = new Decoder("stat", payload);
        Stat stat = stat(d);
        d.end();
        return stat;
    }

    /** One entry of LIST at the buffer's position, which it moves; null when its end has not arrived yet. */
    public static @org.jspecify.annotations.Nullable Entry entry(ByteBuffer entries) throws ProtocolException {
        if (entries.remaining() < 4) {
            return null;
        }
        long name = entries.getInt(entries.position()) & 0xffff_ffffL;
        if (name > 1_024) { // Linux has 255, some file systems more
            throw new ProtocolException("an entry of LIST has a name over 1024 bytes");
        }
        int length = 4 + (int) name + STAT_LENGTH;
        if (entries.remaining() < length) {
            return null;
        }
        var d = new Decoder("entry of LIST", entries.slice(entries.position(), length));
        var entry = new Entry(d.str(), stat(d));
        entries.position(entries.position() + length);
        return entry;
    }

    private static final int STAT_LENGTH = 1 + 8 + 4 + 8;

    public record Entry(String name, Stat stat) {}

    public static Changed changed(ByteBuffer event) throws ProtocolException {
        var d = new Decoder("EVENT CHANGED", event);
        var changed = new Changed(d.u8(), d.str());
        d.end();
        if (changed.what() < 1 || changed.what() > 4) {
            throw new ProtocolException("EVENT CHANGED of an unknown kind");
        }
        return changed;
    }

    public static Stats stats(ByteBuffer reply) throws ProtocolException {
        var d = new Decoder("REPLY to STATS", reply);
        var stats = new Stats(d.u64(), d.u64(), d.u64(), d.u32(Integer.MAX_VALUE), d.i64(), d.u64());
        d.end();
        return stats;
    }

    public static List<ProcessStatus> processes(ByteBuffer reply) throws ProtocolException {
        var d = new Decoder("REPLY to PROCESSES", reply);
        int count = d.u32(MOST_PROCESSES);
        var processes = new ArrayList<ProcessStatus>();
        for (int i = 0; i < count; i++) {
            processes.add(process(d));
        }
        d.end();
        return processes;
    }

    private static ProcessStatus process(Decoder d) throws ProtocolException {
        int pid = d.u32(Integer.MAX_VALUE);
        int parent = d.u32(Integer.MAX_VALUE);
        long started = d.i64();
        char state = (char) d.u8();
        long cpu = d.u64();
        long resident = d.u64();
        UUID command = d.id();
        String name = d.str();
        int cut = d.u8();
        ByteBuffer words = d.bytes(d.u32(Frame.MAX_PAYLOAD));
        if (pid == 0 || cut > 1) {
            throw new ProtocolException("an impossible process");
        }
        return new ProcessStatus(pid, parent, started, state, cpu, resident, command, name, words, cut == 1);
    }

    private static CommandStatus status(Decoder d, boolean cut) throws ProtocolException {
        UUID id = d.id();
        List<String> argv = d.strings();
        int pid = d.u32(Integer.MAX_VALUE);
        long started = d.i64();
        Ended ending = ended(d);
        long oldest = d.u64();
        long written = d.u64();
        return new CommandStatus(id, argv, cut && d.u8() == 1, pid, started, ending, oldest, written);
    }

    private static Ended ended(Decoder d) throws ProtocolException {
        int how = d.u8();
        if (how >= How.values().length) {
            throw new ProtocolException("an unknown ending");
        }
        var ended = new Ended(How.values()[how], d.u32());
        boolean possible = switch (ended.how()) {
            case RUNNING, OUT_OF_MEMORY -> ended.value() == 0;
            case EXITED -> ended.value() <= 255;
            case KILLED -> ended.value() >= 1 && ended.value() <= 64;
            case TIMED_OUT -> ended.value() >= 1;
        };
        if (!possible) {
            throw new ProtocolException("an impossible ending");
        }
        return ended;
    }

    private static Stat stat(Decoder d) throws ProtocolException {
        var stat = new Stat(d.u8(), d.u64(), d.u32(0xffff), d.i64());
        if (stat.type() < 1 || stat.type() > 4) {
            throw new ProtocolException("an unknown type of file");
        }
        return stat;
    }
}
