package dev.sandjar.compat.kmetis.ssh;

import java.security.PublicKey;
import java.util.Optional;

/**
 * Whom a connection is to. Connections are shared by those who name the same in all parts, so that neither two sandboxes behind one address nor
 * two keys of one sandbox are mixed up.
 *
 * @param sandboxId whose it is
 * @param address a name or an IP
 * @param port 1 to 65535
 * @param username whom one logs in as
 * @param key with which
 * @param hostKey what sshd must show; when empty, the first that it shows is remembered, and no other taken from then on
 */
public record SshTarget(
        String sandboxId, String address, int port, String username, SshKey key, Optional<PublicKey> hostKey) {}
