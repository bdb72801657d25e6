package dev.sandjar.agent;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** Requests as PROTOCOL.md lists them, one method a kind. Pure. */
public final class Requests {
    /** START: stdin is a pipe that stays open. */
    public static final int STDIN = 1;
    /** START: a terminal instead of pipes. */
    public static final int TERMINAL = 2;
    /** START: unread output makes the command wait. */
    public static final int HOLD = 4;
    /** START: {@code sh} instead of a program that is missing. */
    public static final int OR_SH = 8;
    /** FOLLOW: standard output and standard error. */
    public static final int BOTH_STREAMS = 3;
    /** FOLLOW: only how it ends. */
    public static final int NO_STREAM = 0;

    private static final int READ_WINDOW = 4 * Frame.WINDOW; // a file of any size would wait for each grant

    private Requests() {}

    /** {@code limit} of zero: none. {@code env} and {@code cwd} are laid over the agent's own. */
    public static Request start(
            UUID command,
            List<String> argv,
            List<String> env,
            String cwd,
            int flags,
            Duration limit,
            int rows,
            int columns,
            int journalBound) {
        return request(
                1,
                new Encoder()
                        .id(command)
                        .strings(argv)
                        .strings(env)
                        .str(cwd)
                        .u32(flags)
                        .u32(limit.toMillis())
                        .u16(rows)
                        .u16(columns)
                        .u32(journalBound));
    }

    public static Request follow(UUID command, long offset, int streams, boolean hold) {
        return request(2, new Encoder().id(command).u64(offset).u8(streams).u8(hold ? 1 : 0));
    }

    /** As {@link #follow}, held until {@link Channel#taken} says so. */
    public static Request followConfirming(UUID command, long offset, int streams) {
        return request(2, new Encoder().id(command).u64(offset).u8(streams).u8(2));
    }

    public static Request input(UUID command) {
        return request(3, new Encoder().id(command));
    }

    public static Request signal(UUID command, int signal, boolean tree) {
        return request(4, new Encoder().id(command).u8(signal).u8(tree ? 1 : 0));
    }

    public static Request resize(UUID command, int rows, int columns) {
        return request(5, new Encoder().id(command).u16(rows).u16(columns));
    }

    public static Request commands() {
        return request(6, new Encoder());
    }

    /** As {@link #commands}, however many and long their words are: these are cut. For agents that {@link Link#knowsCut}. */
    public static Request commandsCut() {
        return request(6, new Encoder().u8(1));
    }

    public static Request status(UUID command) {
        return request(7, new Encoder().id(command));
    }

    public static Request forget(UUID command) {
        return request(8, new Encoder().id(command));
    }

    /** {@code length} of zero: to the end. */
    public static Request read(String base, String path, long offset, long length) {
        return request(16, new Encoder().str(base).str(path).u64(offset).u64(length), READ_WINDOW);
    }

    /** {@code mode} of zero: 0644, or as the file was. */
    public static Request write(String base, String path, int mode, boolean overwrite, boolean parents) {
        return request(
                17,
                new Encoder()
                        .str(base)
                        .str(path)
                        .u32(mode)
                        .u8(overwrite ? 1 : 0)
                        .u8(parents ? 1 : 0));
    }

    public static Request stat(String base, String path) {
        return request(18, new Encoder().str(base).str(path));
    }

    public static Request list(String base, String path) {
        return request(19, new Encoder().str(base).str(path));
    }

    public static Request mkdirs(String base, String path) {
        return request(20, new Encoder().str(base).str(path));
    }

    public static Request move(String base, String from, String to) {
        return request(21, new Encoder().str(base).str(from).str(to));
    }

    public static Request remove(String base, String path) {
        return request(22, new Encoder().str(base).str(path));
    }

    public static Request watch(String base, String path) {
        return request(23, new Encoder().str(base).str(path));
    }

    /** A session of SSH's file transfer protocol, version 3: its bytes go both ways. */
    public static Request sftp() {
        return request(24, new Encoder(), READ_WINDOW);
    }

    public static Request dial(int port) {
        return request(32, new Encoder().u16(port));
    }

    public static Request freeze() {
        return request(33, new Encoder());
    }

    public static Request thaw() {
        return request(34, new Encoder());
    }

    public static Request stats() {
        return request(35, new Encoder());
    }

    /** Zero for either: never. */
    public static Request lease(Duration lifetime, Duration idle) {
        return request(36, new Encoder().u64(lifetime.toMillis()).u64(idle.toMillis()));
    }

    public static Request ping() {
        return request(37, new Encoder());
    }

    public static Request killAll() {
        return request(38, new Encoder());
    }

    /** {@code port} of zero: any that is free. */
    public static Request listen(int port) {
        return request(39, new Encoder().u16(port));
    }

    /** {@code listening}: the number of a channel of {@link #listen}, on the same link. */
    public static Request accept(int listening) {
        return request(40, new Encoder().u32(listening));
    }

    public static Request processes() {
        return request(41, new Encoder());
    }

    /** {@code started}: as {@link Replies.ProcessStatus} has it. */
    public static Request signalProcess(int pid, long started, int signal) {
        return request(42, new Encoder().u32(pid).u64(started).u8(signal));
    }

    private static Request request(int kind, Encoder payload) {
        return request(kind, payload, Frame.WINDOW);
    }

    private static Request request(int kind, Encoder payload, int window) {
        return new Request(kind, payload.payload(), window);
    }
}
