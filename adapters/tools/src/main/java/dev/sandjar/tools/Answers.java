package dev.sandjar.tools;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.io.IOException;

/** What becomes of an error: a text where the model can go on, an exception where only the program can. */
final class Answers {
    private Answers() {}

    interface Work {
        String run() throws InterruptedException, IOException;
    }

    /**
     * Does a tool's work.
     *
     * @param doing the work, as a subject of sentences
     * @throws SandboxException what no other call of the model's can mend; its message is for the model too, as frameworks hand it on
     */
    static String of(String doing, Work work) {
        try {
            return work.run();
        } catch (SandboxException e) {
            return answer(e);
        } catch (IOException e) {
            return answer(
                    e.getCause() instanceof SandboxException why
                            ? why
                            : new SandboxException(ErrorCode.UNAVAILABLE, doing + " was cut short", "try again", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SandboxException.interrupted(doing, e);
        }
    }

    private static String answer(SandboxException e) {
        return switch (e.code()) {
            case INVALID_ARGUMENT,
                    COMMAND_NOT_FOUND,
                    FILE_NOT_FOUND,
                    PROCESS_NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    TOO_LARGE,
                    NOT_SUPPORTED,
                    START_FAILED,
                    OUTPUT_LOST,
                    DISK_FULL -> "error: " + e.getMessage() + (e.remedy().isEmpty() ? "" : "; " + e.remedy());
            case RATE_LIMITED, QUOTA_EXCEEDED, REGISTRY_UNAVAILABLE, NO_CAPACITY, DEADLINE_EXCEEDED, UNAVAILABLE ->
                "error: " + e.getMessage() + "; the same call may succeed later";
            case UNAUTHENTICATED,
                    SANDBOX_NOT_FOUND,
                    INVALID_STATE,
                    IMAGE_NOT_FOUND,
                    IMAGE_INVALID,
                    SANDBOX_LOST,
                    INTERNAL,
                    INTERRUPTED ->
                throw new SandboxException(
                        e.code(),
                        e.getMessage()
                                + ". No tool of this sandbox works until the program that called you has dealt with that: do not try again, say what is left to do",
                        e.remedy(),
                        e);
        };
    }
}
