package dev.sandjar.oci.bundle;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which options of sockets may be set, by level. Named are those that programs use; left out is what makes the kernel keep memory that no control
 * group counts, or that all sandboxes share: packet filters, keys of TCP ({@code MD5SIG}, {@code AO}), protocols on top of it ({@code ULP}), filters of
 * multicast sources, memberships by IPv6 (any number of them), extension headers, flow labels, tunnels.
 */
final class SocketOptions {
    private static final int SOCKET = 1;
    private static final int IP = 0;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int IPV6 = 41;
    private static final int NETLINK = 270;

    /** By level. */
    static final Map<Integer, List<Integer>> ALLOWED = allowed();

    private SocketOptions() {}

    private static Map<Integer, List<Integer>> allowed() {
        var all = new LinkedHashMap<Integer, List<Integer>>(); // a profile that is always written the same
        // from 27 on: timestamps, credentials, marks, busy polling, zero copy and the like
        all.put(
                SOCKET,
                List.of(
                        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 25, 27, 29, 34, 35,
                        37, 40, 41, 42, 43, 44, 45, 46, 47, 49, 60, 61, 62, 63, 64, 65, 66, 67, 69, 70, 74, 75, 76));
        // all but IP_OPTIONS, policies of IPsec, multicast sources; memberships are 20 a socket at most
        all.put(
                IP,
                List.of(
                        1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22, 23, 24, 25, 26, 32, 33, 34, 35,
                        36, 42, 45, 49, 50, 51));
        // delays, keeping alive, timeouts, fast open, unsent bytes, what is in the queue
        all.put(TCP, List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 16, 17, 18, 23, 24, 25, 30, 34, 36));
        all.put(UDP, List.of(1, 101, 102, 103, 104)); // cork, checksums, segments in one call
        // hops, multicast interfaces, path MTU, errors, V6ONLY, and all that only asks for more to be told (RECV…)
        all.put(
                IPV6,
                List.of(
                        2, 3, 4, 5, 7, 8, 16, 17, 18, 19, 21, 23, 24, 25, 26, 29, 31, 33, 36, 49, 50, 51, 52, 53, 56,
                        58, 60, 61, 62, 66, 67, 70, 72, 73, 74, 75, 76, 77, 78));
        all.put(NETLINK, List.of(1, 2, 3, 4, 5, 10, 11, 12));
        return all;
    }
}
