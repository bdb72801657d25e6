package dev.sandjar.compat.kmetis.pod;

/** Where a sandbox's sshd comes from. */
public sealed interface SshServer {
    /** The image starts one by itself, with host keys of its own; it takes keys where {@code panubo/sshd} does. */
    record OfImage() implements SshServer {}

    /**
     * OpenSSH is copied, with its libraries and loader, from another image into the pod; the sandbox's own image needs a shell and nothing else.
     *
     * @param from an image with sshd, such as one of Debian with openssh-server
     */
    record BroughtIn(String from) implements SshServer {}
}
