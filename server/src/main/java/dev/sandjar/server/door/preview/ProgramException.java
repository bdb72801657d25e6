package dev.sandjar.server.door.preview;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The program in the sandbox is not there, or answers nothing that could be handed on: 502. */
final class ProgramException extends IOException {
    private final String remedy;

    /** @param cause for the log alone */
    ProgramException(String message, String remedy, @Nullable Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }

    static ProgramException nothingListens(int port, @Nullable Throwable cause) {
        return new ProgramException(
                "nothing listens on port " + port + " of the sandbox",
                "start a program there that listens on 127.0.0.1:" + port + ", such as: python3 -m http.server " + port,
                cause);
    }

    static ProgramException noAnswer(@Nullable Throwable cause) {
        return new ProgramException(
                "the program closed the connection before it had answered", "its own output may say why", cause);
    }

    static ProgramException notHttp(String why) {
        return new ProgramException(
                "the program's answer is not HTTP as it should be: " + why,
                "does it speak HTTP on that port, and no TLS? sandjar ssh ID -- -L reaches any protocol",
                null);
    }
}
