package dev.sandjar.server.door.ssh;

import java.util.Set;

/** The only address of a sandbox that ports are forwarded to and from: what else it may reach its network decides, not its clients. */
final class Loopback {
    static final String REFUSAL = "only ports of the sandbox itself are forwarded: use localhost";

    private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "::1", "ip6-localhost");

    private Loopback() {}

    static boolean is(String host) {
        return NAMES.contains(host);
    }
}
