package dev.sandjar.compat.kmetis.ssh;

import org.apache.sshd.common.channel.exception.SshChannelOpenException;

/** An sshd that is alive and has enough channels on this connection: others' commands go on over it. */
final class Refused {
    private Refused() {}

    static boolean is(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SshChannelOpenException) {
                return true;
            }
        }
        return false;
    }
}
