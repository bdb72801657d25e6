package dev.sandjar.oci.image;

import dev.sandjar.oci.bundle.Bundle;
import dev.sandjar.oci.bundle.Mount;
import dev.sandjar.oci.kernel.UserNamespace;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A root filesystem that is ready on this machine, to be laid out for any number of sandboxes. */
public sealed interface RootImage permits HostImage, OciImage {
    /** What the image sets for every command. */
    Map<String, String> env();

    /** Where the image wants commands to start. */
    Optional<String> cwd();

    /** Finds a user of the image; without a wish, the image's own or {@code sandbox}. */
    Bundle.User user(Optional<String> wanted);

    /**
     * What must be mounted over it.
     *
     * @param view how it sees folders of this machine
     */
    List<Mount> mounts(Mount.View view);

    /**
     * Makes it ready for one sandbox.
     *
     * @param sandbox the sandbox's own folder
     * @param files the folder for what it writes: the same, or its disk
     * @param rootfs where the root filesystem has to be; not there yet
     * @param users the sandbox's
     * @param user whom the workspace and the home belong to
     * @param deadline until when
     * @return undoes what is not a file: mounts
     */
    Laid lay(Path sandbox, Path files, Path rootfs, UserNamespace users, Bundle.User user, Deadline deadline)
            throws IOException, InterruptedException;

    /** What was laid out. */
    interface Laid {
        /** Takes mounts out of this machine's sight; the sandbox, once it runs, has them in its own. Succeeds when there are none. */
        void release() throws IOException;
    }
}
