package dev.sandjar.kubernetes.dial;

import dev.sandjar.runtime.Deadline;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/** One way to an agent. */
interface Reach {
    /** A connection on which nothing has been said yet. */
    SocketChannel connect(Pod pod, Deadline deadline) throws IOException;
}
