package dev.sandjar;

/** A connection to a server of SSH that leads into a sandbox, for programs that speak SSH themselves: they log in with a key of the sandbox, or a token. */
public interface SshConnection extends SandboxConnection {
    /**
     * The server's host key, by which a client knows that nobody is in between.
     *
     * @return type and base64 as in {@code known_hosts}, such as {@code ecdsa-sha2-nistp256 AAAA...}
     */
    String hostKey();
}
