package dev.sandjar;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The one exception of this package. {@link #getMessage} says what happened and {@link #remedy} what to do next; both are for the
 * caller and hold no path, address or stack of the host. The cause, if any, is for the log alone.
 */
public final class SandboxException extends RuntimeException {
    /** What kind of error. */
    private final ErrorCode code;
    /** What to do; may be empty. */
    private final String remedy;

    /**
     * Prefer the named factories, which keep the wording alike.
     *
     * @param code what went wrong, for programs
     * @param message what happened, to what, for the caller
     * @param remedy the next thing to do or to type; empty when there is none
     * @param cause for the log alone; null when the message says it all
     */
    public SandboxException(ErrorCode code, String message, String remedy, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.remedy = remedy;
    }

    /**
     * What went wrong, for programs.
     *
     * @return the code
     */
    public ErrorCode code() {
        return code;
    }

    /**
     * The next thing to do or to type.
     *
     * @return a sentence, or empty
     */
    public String remedy() {
        return remedy;
    }

    /**
     * A value out of its range.
     *
     * @param what the field's name, as the caller knows it
     * @param value what was given
     * @param allowed the range, in words
     * @return {@code INVALID_ARGUMENT}
     */
    public static SandboxException invalid(String what, Object value, String allowed) {
        return new SandboxException(
                ErrorCode.INVALID_ARGUMENT,
                what + " is " + value + ", allowed: " + allowed,
                "send a value that is allowed",
                null);
    }

    /**
     * No such sandbox, or not the caller's.
     *
     * @param id the id as it was given
     * @return {@code SANDBOX_NOT_FOUND}
     */
    public static SandboxException sandboxNotFound(Object id) {
        return new SandboxException(
                ErrorCode.SANDBOX_NOT_FOUND,
                "no sandbox " + id,
                "list yours; it may have expired or been deleted",
                null);
    }

    /**
     * No such command in a sandbox.
     *
     * @param id the id as it was given, or words that stand for it
     * @return {@code COMMAND_NOT_FOUND}
     */
    public static SandboxException commandNotFound(Object id) {
        return new SandboxException(
                ErrorCode.COMMAND_NOT_FOUND,
                "command " + id + ": no such command",
                "look at the list of the sandbox's commands; one that ended long ago is forgotten",
                null);
    }

    /**
     * Something this place cannot do.
     *
     * @param what the operation or option
     * @param where the place, in words
     * @param instead what to do instead, as a sentence
     * @return {@code NOT_SUPPORTED}
     */
    public static SandboxException notSupported(String what, String where, String instead) {
        return new SandboxException(ErrorCode.NOT_SUPPORTED, what + " is not supported by " + where, instead, null);
    }

    /**
     * A state in which the operation is not possible.
     *
     * @param id the sandbox
     * @param state the state it is in
     * @param needed the states it would have to be in
     * @return {@code INVALID_STATE}
     */
    public static SandboxException invalidState(SandboxId id, SandboxState state, String needed) {
        return new SandboxException(
                ErrorCode.INVALID_STATE,
                "sandbox " + id + " is " + state.word() + ", needed: " + needed,
                switch (state) {
                    case PAUSED -> "resume it first";
                    case RUNNING -> "it runs already; there is nothing to resume";
                    case PENDING, STOPPING, TERMINATED, FAILED -> "make a new sandbox";
                },
                null);
    }

    /**
     * A wait that reached its limit.
     *
     * @param limit the limit's name below {@code sandjar.limits} in the configuration, such as {@code create}
     * @param value how long it was, in words
     * @param doing what was being done
     * @return {@code DEADLINE_EXCEEDED}
     */
    public static SandboxException deadlineExceeded(String limit, Object value, String doing) {
        return new SandboxException(
                ErrorCode.DEADLINE_EXCEEDED,
                doing + " took longer than the limit \"" + limit + "\" (" + value + ")",
                "try again, or raise sandjar.limits." + limit + " (environment: SANDJAR_LIMITS_"
                        + limit.toUpperCase(Locale.ROOT) + ")",
                null);
    }

    /**
     * An interruption where none can be thrown. Whoever throws this sets the thread's interrupt flag again.
     *
     * @param doing what was being done
     * @param cause for the log
     * @return {@code INTERRUPTED}
     */
    public static SandboxException interrupted(String doing, @Nullable Throwable cause) {
        return new SandboxException(
                ErrorCode.INTERRUPTED, doing + " was interrupted", "try again, unless it was you who wanted it", cause);
    }

    /**
     * The agent in a sandbox is gone, so nothing more can be known of it.
     *
     * @param id the sandbox
     * @param why what was seen
     * @param cause for the log
     * @return {@code SANDBOX_LOST}
     */
    public static SandboxException lost(SandboxId id, String why, @Nullable Throwable cause) {
        return new SandboxException(
                ErrorCode.SANDBOX_LOST, "sandbox " + id + " is lost: " + why, "make a new sandbox", cause);
    }

    /**
     * An error of ours.
     *
     * @param doing what was being done
     * @param cause for the log
     * @return {@code INTERNAL}
     */
    public static SandboxException internal(String doing, Throwable cause) {
        return new SandboxException(
                ErrorCode.INTERNAL, doing + " failed by a mistake of ours", "the server's log says more", cause);
    }
}
