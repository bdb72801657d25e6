package dev.sandjar.server.door.kubebox;

import dev.sandjar.CommandId;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxFiles;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A session of a kubebox client.
 *
 * @param name what the client calls it
 * @param sandbox where it is
 * @param path its folder, absolute
 */
record Session(String name, Sandbox sandbox, String path) {
    /** Confined to its folder. */
    SandboxFiles files() {
        return sandbox.files().within(path);
    }

    /** What says of a command, wherever it is seen, that it belongs to this session. */
    CommandId newCommand() {
        return new CommandId(new UUID(mark(), ThreadLocalRandom.current().nextLong()));
    }

    boolean owns(CommandId command) {
        return command.value().getMostSignificantBits() == mark();
    }

    private long mark() {
        return ByteBuffer.wrap(Sessions.digest(name)).getLong();
    }
}
