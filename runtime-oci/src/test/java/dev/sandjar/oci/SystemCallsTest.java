package dev.sandjar.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxSpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which system calls code in a sandbox may make, and what the kernel keeps for them. */
@ExtendWith(NothingLeft.class)
class SystemCallsTest {
    private static Shell shell;

    @BeforeAll
    static void open() throws InterruptedException {
        shell = Shell.open();
    }

    @AfterAll
    static void close() throws InterruptedException {
        shell.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "mount, 165, 0",
        "umount2, 166, 0",
        "chroot, 161, 0",
        "bpf, 321, 0",
        "keyctl, 250, 0",
        "add_key, 248, 0",
        "perf_event_open, 298, 0",
        "io_uring_setup, 425, 1",
        "userfaultfd, 323, 0",
        "setns, 308, 0",
        "unshare of users, 272, 0x10000000",
        "clone of users, 56, 0x10000011",
        "open_tree, 428, 0",
        "fsopen, 430, 0",
        "mount_setattr, 442, 0",
        "move_mount, 429, 0",
        "pivot_root, 155, 0",
        "open_by_handle_at, 304, 0",
        "kexec_load, 246, 0",
        "init_module, 175, 0",
        "finit_module, 313, 0",
        "iopl, 172, 3",
        "quotactl, 179, 0",
        "settimeofday, 164, 0",
        "swapon, 167, 0",
        "reboot, 169, 0",
        "syslog, 103, 3",
        "mbind, 237, 0"
    })
    void systemCallIsRefused(String name, int number, String argument) throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(
                System.getProperty("os.arch").equals("amd64"), "numbers of another processor");
        assertThat(shell.python("""
                        import ctypes
                        libc = ctypes.CDLL(None, use_errno=True)
                        result = libc.syscall(%d, %s, 0, 0, 0, 0, 0)
                        print(result, ctypes.get_errno())
                        """.formatted(number, argument))).isEqualTo("-1 1\n");
    }

    @ParameterizedTest
    @CsvSource({"AF_PACKET, 17", "AF_ALG, 38", "AF_VSOCK, 40", "AF_KEY, 15", "AF_TIPC, 30", "AF_XDP, 44"})
    void thisKindOfSocketIsRefused(String name, int family) throws Exception {
        assertThat(shell.python("import socket\nsocket.socket(" + family + ", 3)"))
                .contains("PermissionError");
    }

    @ParameterizedTest
    @CsvSource({"USERSOCK, 2", "SOCK_DIAG, 4", "XFRM, 6", "AUDIT, 9", "NETFILTER, 12", "UEVENT, 15", "GENERIC, 16"})
    void thisKindOfNetlinkIsRefused(String name, int protocol) throws Exception {
        assertThat(shell.python("import socket\nsocket.socket(16, socket.SOCK_RAW, " + protocol + ")"))
                .contains("PermissionError");
    }

    @Test
    void networkInterfacesCanBeListed() throws Exception {
        assertThat(shell.python("import socket\nprint(socket.if_nameindex())")).isEqualTo("[(1, 'lo')]\n");
    }

    /** The limit on their number is the machine's. */
    @Test
    void thereIsNoAsynchronousInputAndOutput() throws Exception {
        assertThat(shell.python("""
                        import ctypes
                        libc = ctypes.CDLL(None, use_errno=True)
                        io_setup = 206 if ctypes.sizeof(ctypes.c_long) == 8 and __import__("os").uname().machine == "x86_64" else 0
                        print(libc.syscall(io_setup, 128, ctypes.byref(ctypes.c_ulong(0))), ctypes.get_errno())
                        """)).isEqualTo("-1 38\n");
    }

    @ParameterizedTest
    @CsvSource({"SOCK_STREAM", "SOCK_DGRAM"})
    void whatSocketsHoldIsLimited(String type) throws Exception {
        try (Shell hog =
                Shell.in(SandboxSpec.builder().image("host").memory(64 << 20).build())) {
            String held = hog.python("""
                    import socket
                    kept, held = [], 0
                    def fill(connection):
                        global held
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
                        connection.setblocking(False)
                        try:
                            for i in range(128): held += connection.send(bytes(32768))
                        except OSError: pass
                    if socket.%1$s == socket.SOCK_STREAM:
                        server = socket.create_server(("127.0.0.1", 0))
                        for i in range(50):
                            client = socket.create_connection(server.getsockname())
                            kept += [client, server.accept()[0]]
                            fill(client)
                        print(held)
                    else:
                        for i in range(50):
                            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
                            server.bind(("127.0.0.1", 0))
                            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                            client.connect(server.getsockname())
                            kept += [client, server]
                            fill(client)
                        arrived = 0
                        for server in kept[1::2]:
                            server.setblocking(False)
                            try:
                                while True: arrived += len(server.recv(65536))
                            except OSError: pass
                        print(arrived)
                    """.formatted(type)).strip();
            assertThat(Long.parseLong(held)).isLessThan(64 << 20);
        }
    }

    /** Memory of the kernel that no control group counts. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "packet filters, 1, 26",
        "packet filters behind a level of more than 32 bits, 0x100000001, 26",
        "packet filters behind an option of more than 32 bits, 1, 0x10000001a",
        "packet filters for ports, 1, 51",
        "TCP_MD5SIG, 6, 14",
        "TCP_MD5SIG_EXT, 6, 32",
        "TCP_AO_ADD_KEY, 6, 38",
        "TCP_ULP, 6, 31",
        "IP_OPTIONS, 0, 4",
        "IP_ADD_SOURCE_MEMBERSHIP, 0, 39",
        "MCAST_MSFILTER, 0, 48",
        "IPV6_JOIN_GROUP, 41, 20",
        "MCAST_JOIN_GROUP, 41, 42",
        "IPV6_FLOWLABEL_MGR, 41, 32",
        "IPV6_HOPOPTS, 41, 54",
        "UDP_ENCAP, 17, 100"
    })
    void thisOptionOfSocketsIsRefused(String name, String level, String option) throws Exception {
        assertThat(shell.python("""
                        import ctypes, os, socket
                        libc = ctypes.CDLL(None, use_errno=True)
                        call = {"x86_64": 54, "aarch64": 208}[os.uname().machine]
                        kept = socket.socket(socket.AF_INET6)
                        print(libc.syscall(call, kept.fileno(), ctypes.c_long(%s), ctypes.c_long(%s), bytes(300), 300), ctypes.get_errno())
                        """.formatted(level, option))).isEqualTo("-1 1\n");
    }

    @Test
    void optionsThatServersAndClientsSetAreThere() throws Exception {
        assertThat(shell.python("""
                        import socket as s
                        four, six, datagrams = s.socket(), s.socket(s.AF_INET6), s.socket(s.AF_INET, s.SOCK_DGRAM)
                        for option in s.SO_REUSEADDR, s.SO_REUSEPORT, s.SO_KEEPALIVE, s.SO_SNDBUF, s.SO_RCVBUF, s.SO_BROADCAST:
                            four.setsockopt(s.SOL_SOCKET, option, 1)
                        for option in s.TCP_NODELAY, s.TCP_CORK, s.TCP_KEEPIDLE, s.TCP_QUICKACK, s.TCP_USER_TIMEOUT, s.TCP_DEFER_ACCEPT, s.TCP_FASTOPEN:
                            four.setsockopt(s.IPPROTO_TCP, option, 1)
                        six.setsockopt(s.IPPROTO_IPV6, s.IPV6_V6ONLY, 1)
                        datagrams.setsockopt(s.IPPROTO_IP, s.IP_ADD_MEMBERSHIP, s.inet_aton("239.1.2.3") + s.inet_aton("127.0.0.1"))
                        datagrams.setsockopt(s.IPPROTO_IP, s.IP_MULTICAST_TTL, 1)
                        print("all")
                        """)).isEqualTo("all\n");
    }

    /** Each costs memory that no control group counts; {@code EINVAL} is what a kernel without filters says. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "seccomp, 1, 0",
                "seccomp, 0x100000001, 0",
                "seccomp, 1, 8", // with a listener
                "prctl, 22, 2",
                "prctl, 0x100000016, 2"
            })
    void filtersOfSystemCallsAreNotThere(String arguments) throws Exception {
        assertThat(shell.python("""
                        import ctypes, os, struct
                        libc = ctypes.CDLL(None, use_errno=True)
                        seccomp, prctl = {"x86_64": (317, 157), "aarch64": (277, 167)}[os.uname().machine]
                        allow = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7fff0000))
                        program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 1, ctypes.addressof(allow)))
                        libc.prctl(38, 1, 0, 0, 0)
                        call, first, second = %s
                        print(libc.syscall(call, ctypes.c_long(first), ctypes.c_long(second), program), ctypes.get_errno())
                        """.formatted(arguments))).isEqualTo("-1 22\n");
    }

    @Test
    void theOtherUsesOfPrctlAreThere() throws Exception {
        assertThat(shell.python("""
                        import ctypes
                        libc = ctypes.CDLL(None, use_errno=True)
                        def errno(*arguments):
                            libc.prctl(*map(ctypes.c_long, arguments))
                            return ctypes.get_errno()
                        name = ctypes.create_string_buffer(b"name")
                        print(errno(15, ctypes.addressof(name)), errno(38, 1, 0, 0, 0), errno(36, 1), errno(4, 0), errno(0x53564d41, 0, 0, 0, 0))
                        print(sum(errno(option, -1, -1, -1, -1) == 1 for option in range(64, 2000)))
                        """)).matches("0 0 0 0 (0|22)\n0\n");
    }

    @Test
    void theAgentsOwnLimitsCannotBeChanged() throws Exception {
        try (Shell attacker = Shell.open()) {
            assertThat(attacker.python("""
                        import ctypes, os, resource
                        libc = ctypes.CDLL(None, use_errno=True)
                        def errno(call, *arguments):
                            ctypes.set_errno(0)
                            call(*arguments)
                            return ctypes.get_errno()
                        four = (ctypes.c_ulonglong * 2)(4, 4)
                        setpriority = {"x86_64": 141, "aarch64": 140}[os.uname().machine]
                        print(errno(libc.prlimit, 1, resource.RLIMIT_NOFILE, four, None), errno(libc.setpriority, 0, 1, 19),
                            errno(libc.syscall, setpriority, 0, ctypes.c_long(0x100000001), 19), errno(libc.setpriority, 2, 0, 19))
                        print(resource.prlimit(1, resource.RLIMIT_NOFILE)[0] > 4, errno(libc.prlimit, 0, resource.RLIMIT_NOFILE, four, None),
                            errno(libc.setpriority, 0, os.getpid(), 3), errno(libc.setpriority, 0, 0, 4))
                        """)).isEqualTo("1 1 1 1\nTrue 0 0 0\n");
        }
    }

    /** Else a busy loop beside it keeps it from ending whatever has a limit. */
    @Test
    void theAgentCannotBeSentBehindOthers() throws Exception {
        try (Shell attacker = Shell.open()) {
            assertThat(attacker.python("""
                        import ctypes, os
                        libc = ctypes.CDLL(None, use_errno=True)
                        def errno(call, *arguments):
                            ctypes.set_errno(0)
                            libc.syscall(call, *arguments)
                            return ctypes.get_errno()
                        machine = os.uname().machine
                        affinity, attributes, parameters, scheduler, ioprio = {
                            "x86_64": (203, 314, 142, 144, 251), "aarch64": (122, 274, 118, 119, 30)}[machine]
                        first = (ctypes.c_ulonglong * 128)(1)
                        idle = (ctypes.c_uint * 12)(48, 5)
                        none = (ctypes.c_int * 1)(0)
                        def all(pid):
                            return [errno(affinity, pid, 1024, first), errno(attributes, pid, idle, 0), errno(parameters, pid, none),
                                errno(scheduler, pid, 5, none), errno(ioprio, 1, pid, 3 << 13)]
                        print(all(1), all(ctypes.c_long(0x100000001)), errno(ioprio, 2, 1, 3 << 13), errno(ioprio, 3, 1000, 3 << 13))
                        print(all(os.getpid()), all(0))
                        """))
                    .isEqualTo("[1, 1, 1, 1, 1] [1, 1, 1, 1, 1] 1 1\n[0, 0, 0, 0, 0] [0, 0, 0, 0, 0]\n");
        }
    }
}
