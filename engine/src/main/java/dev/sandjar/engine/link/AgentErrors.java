package dev.sandjar.engine.link;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.agent.AgentException;
import java.util.Locale;

/** The agent's errors in the words of the api. The agent's own text is hostile: it is shortened and stripped of control characters. */
public final class AgentErrors {
    private static final int LONGEST = 200;

    private AgentErrors() {}

    /** The number decides, and what was asked for; the words are for people. */
    public static SandboxException translate(AgentException e, Subject what) {
        return switch (e.error()) {
            case INVALID -> error(ErrorCode.INVALID_ARGUMENT, what, e, "use a path inside the workspace");
            case NOT_FOUND -> error(what.missing(), what, e, whereToLook(what.missing()));
            case EXISTS -> error(ErrorCode.ALREADY_EXISTS, what, e, what.instead());
            case DENIED -> error(ErrorCode.PERMISSION_DENIED, what, e, "the sandbox's user may not do this");
            case WRONG_TYPE -> error(ErrorCode.INVALID_ARGUMENT, what, e, "look what it is, in the list of its folder");
            case TOO_LARGE -> error(ErrorCode.TOO_LARGE, what, e, "ask for less, or in parts");
            case DISK_FULL -> error(ErrorCode.DISK_FULL, what, e, "remove files from the sandbox");
            case REFUSED -> error(ErrorCode.UNAVAILABLE, what, e, "start a program that listens there");
            case LIMIT -> error(what.full(), what, e, what.relief());
            case UNSUPPORTED ->
                error(ErrorCode.NOT_SUPPORTED, what, e, "make a new sandbox, if this one was made before an upgrade");
            case STATE -> error(ErrorCode.INVALID_STATE, what, e, "");
            case IO, OK -> error(ErrorCode.INTERNAL, what, e, "");
        };
    }

    private static String whereToLook(ErrorCode missing) {
        return switch (missing) {
            case COMMAND_NOT_FOUND -> SandboxException.commandNotFound("").remedy();
            case FILE_NOT_FOUND -> "look into the folder that it should be in";
            case PROCESS_NOT_FOUND -> "look at the list of processes: it may have ended";
            default -> "";
        };
    }

    private static SandboxException error(ErrorCode code, Subject what, AgentException e, String remedy) {
        String said = e.getMessage() == null ? "" : e.getMessage();
        String text = said.isBlank() ? e.error().name().toLowerCase(Locale.ROOT) : said;
        String safe = text.substring(0, Math.min(LONGEST, text.length())).replaceAll("\\p{Cntrl}", "?");
        return new SandboxException(code, what + ": " + safe, remedy, e);
    }
}
