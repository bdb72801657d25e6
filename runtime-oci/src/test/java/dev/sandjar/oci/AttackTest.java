package dev.sandjar.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxSpec;
import dev.sandjar.agent.Replies;
import dev.sandjar.runtime.Placement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What code in a sandbox might try. */
@ExtendWith(NothingLeft.class)
class AttackTest {
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
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
    # what                               | script                                                       | what it sees
    no passwords                         | cat /etc/shadow /etc/gshadow                                 | No such file
    no keys                              | cat /etc/ssh/ssh_host_ed25519_key                            | No such file
    no identity of this machine          | cat /etc/machine-id                                          | No such file
    no files of the administrator        | ls /root                                                     | Permission denied
    no way out through process 1         | ls /proc/1/root/                                             | Permission denied
    no environment of process 1          | cat /proc/1/environ                                          | Permission denied
    no descriptors of process 1          | ls /proc/1/fd                                                | Permission denied
    no writing to programs               | touch /usr/bin/x                                             | Read-only file system
    no writing to settings               | touch /etc/x                                                 | Read-only file system
    no writing beside the workspace      | touch /x                                                     | Permission denied
    no removing of the agent's socket    | rm -f /run/sandjar/link/s                                    | Permission denied
    no link in place of it               | ln -s /x /run/sandjar/link/t                                 | Permission denied
    no knocking at the agent             | python3 -c 'import socket; socket.socket(1).connect("/run/sandjar/link/s")' | Permission denied
    no replacing of the agent            | cp /bin/sh /run/sandjar/agent/x                             | cannot create
    no mounting                          | mount -t tmpfs x /mnt                                        | superuser
    no namespaces                        | unshare -U true                                              | not permitted
    no network namespaces                | unshare -n true                                              | not permitted
    no entering of namespaces            | nsenter -t 1 -m true                                         | denied
    no changing of the root              | chroot / true                                                | not permitted
    no pairs of other sockets            | python3 -c 'import socket; socket.socketpair(socket.AF_INET)' | not permitted
    no huge pages by mmap                | python3 -c 'import mmap; mmap.mmap(-1, 2 << 20, flags=0x40002)' | not permitted
    no huge pages by memfd               | python3 -c 'import os; os.memfd_create("x", 4)'              | not permitted
    no names of others' disks            | cat /sys/block/*/loop/backing_file                           | No such file
    no block devices                     | mknod /tmp/disk b 254 0                                      | not permitted
    no character devices                 | mknod /tmp/mem c 1 1                                         | not permitted
    no kernel settings                   | echo x > /proc/sys/kernel/hostname                           | Read-only file system
    no core pattern                      | echo x > /proc/sys/kernel/core_pattern                       | Read-only file system
    no host name                         | hostname other                                               | must be root
    no raising of limits                 | echo 1 > /run/sandjar/cgroup/memory/memory.limit_in_bytes    | Read-only file system
    no kernel symbols                    | wc -c < /proc/kallsyms                                       | 0
    no becoming root                     | su -c id                                                     | su:
    no raw network                       | ping -c 1 127.0.0.1                                          | "ping: "
    no end of descriptors                | test $(ulimit -Hn) -le 16384 && echo few                     | few
    no lower nice value                  | nice -n -5 nice                                              | cannot set niceness
    """)
    void isRefused(String what, String script, String seen) throws Exception {
        assertThat(shell.output("(" + script + ") 2>&1")).containsIgnoringCase(seen);
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

    @Test
    void whatTellsOfTheMachineIsEmpty() throws Exception {
        assertThat(shell.output("""
                        cd /proc
                        cat acpi/* asound/* cmdline config.gz diskstats interrupts iomem ioports kallsyms kcore keys latency_stats partitions \
                            sched_debug schedstat scsi/* swaps timer_list timer_stats /sys/firmware/* 2> /dev/null | wc -c
                        cat version | wc -l""")).isEqualTo("0\n1\n");
    }

    @Test
    void thePseudoTerminalsOfTheMachineAreNotTakenByOne() throws Exception {
        assertThat(shell.python("""
                        import os
                        taken = []
                        try:
                            while True: taken.append(os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY))
                        except OSError: print(len(taken) <= 64)
                        """)).isEqualTo("True\n");
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

    @Test
    void noDisksOfOthersAreSeen() throws Exception {
        try (Shell other =
                Shell.in(SandboxSpec.builder().image("host").disk(16 << 20).build())) {
            assertThat(other.output("grep -o '/dev/loop[0-9]*' /proc/self/mountinfo"))
                    .startsWith("/dev/loop");
            assertThat(
                            shell.output(
                                    "find /sys /proc/fs \\( -name 'loop[0-9]*' -o -name '7:[0-9]*' \\) ! -path '/sys/module/*' ! -path '/sys/dev/char/*' 2> /dev/null"))
                    .isEmpty();
        }
    }

    @Test
    void noOtherProcessesAreSeen() throws Exception {
        assertThat(shell.output("cat /proc/[0-9]*/comm")).doesNotContain("java", "runc");
    }

    @Test
    void theAgentCannotBeTraced() throws Exception {
        assertThat(
                        shell.python(
                                "import ctypes\nprint(ctypes.CDLL(None, use_errno=True).ptrace(16, 1, 0, 0), ctypes.get_errno())"))
                .startsWith("-1");
    }

    @Test
    void theAgentCannotBeKilled() throws Exception {
        shell.output("sleep 0.3; kill -9 1; kill -9 -1");
        assertThat(shell.output("echo alive")).isEqualTo("alive\n");
    }

    @Test
    void onlyLoopbackIsThereAndItWorks() throws Exception {
        assertThat(shell.python("""
                        import socket
                        server = socket.create_server(("127.0.0.1", 0))
                        client = socket.create_connection(server.getsockname())
                        print("loopback")
                        try: socket.create_connection(("192.0.2.1", 80), timeout=5)
                        except OSError as e: print(e.strerror)
                        """)).isEqualTo("loopback\nNetwork is unreachable\n");
    }

    @Test
    void theDevicesAreHarmlessOnes() throws Exception {
        assertThat(shell.output("ls /dev").split("\n"))
                .isSubsetOf(
                        "core", "fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout",
                        "tty", "urandom", "zero");
    }

    @Test
    void itsRootIsNobodyOutsideAndNoTwoSandboxesShareUsers() throws Exception {
        var asRoot = SandboxSpec.builder().image("host").user("root").build();
        try (Shell one = Shell.in(asRoot);
                Shell other = Shell.in(asRoot)) {
            assertThat(one.output("id -u")).isEqualTo("0\n");
            assertThat(other.output("id -u")).isEqualTo("0\n");
            int first = uid(one);
            int second = uid(other);
            assertThat(List.of(first, second)).allMatch(uid -> uid >= 0x1000_0000 || uid < 0);
            assertThat(first).isNotEqualTo(second);
        }
    }

    private static int uid(Shell shell) throws Exception {
        shell.output("touch /workspace/mine");
        Path file = Home.open(TestHome.FOLDER).sandbox(shell.id()).rootfs().resolve("workspace/mine");
        return (Integer) Files.getAttribute(file, "unix:uid");
    }

    @Test
    void itsRootHasNoPowersEither() throws Exception {
        try (Shell root =
                Shell.in(SandboxSpec.builder().image("host").user("root").build())) {
            assertThat(
                            root.output(
                                    "(mount -t tmpfs x /mnt; touch /usr/x; chroot / true; hostname x) 2>&1; grep CapEff /proc/self/status"))
                    .contains("CapEff:\t0000000000000000", "Read-only file system", "not permitted")
                    .doesNotContain("success");
        }
    }

    @Test
    void itsRootCannotForgeItsStats() throws Exception {
        try (Shell root =
                Shell.in(SandboxSpec.builder().image("host").user("root").build())) {
            assertThat(root.output("""
                    mv /run/sandjar /run/moved
                    used=$(cd /run/moved/cgroup && find . -name memory.usage_in_bytes -o -name memory.current)
                    mkdir -p /run/sandjar/cgroup/$(dirname $used)
                    echo 77 > /run/sandjar/cgroup/$used
                    cat /run/sandjar/cgroup/$used""")).isEqualTo("77\n");
            assertThat(root.stats().memory()).isNotEqualTo(77).isPositive();
        }
    }

    @Test
    void aForkBombHurtsNobodyElse() throws Exception {
        try (Shell bomb = Shell.in(SandboxSpec.builder().image("host").pids(64).build())) {
            bomb.run(List.of("bash", "-c", "bomb() { bomb | bomb & }; bomb 2> /dev/null; sleep 1"));
            assertThat(shell.output("echo unharmed")).isEqualTo("unharmed\n");
            assertThat(TestHome.runtime().find(bomb.id()).orElseThrow().status())
                    .isEqualTo(Placement.Status.RUNNING);
        }
    }

    /** Thousands that want the processor, each of which starts others. */
    @Test
    void aForkStormDoesNotKeepTheAgentFromEndingIt() throws Exception {
        try (Shell storm = Shell.in(
                SandboxSpec.builder().image("host").pids(2_000).memory(4L << 30).build())) {
            Shell.Ran ran = storm.run(List.of("python3", "-c", """
                            import os
                            while True:
                                try: os.fork()
                                except OSError: pass
                            """), Duration.ofSeconds(3));
            assertThat(ran.ended().how()).isEqualTo(Replies.How.TIMED_OUT);
            assertThat(storm.output( // the kernel takes a while for thousands
                            "while grep -sq python3 /proc/[0-9]*/comm; do sleep 0.1; done; echo all gone"))
                    .isEqualTo("all gone\n");
        }
    }

    /** The kernel counts them for whoever made the user namespace. */
    @Test
    void theWatchesOfTheMachineAreNotTakenByOne() throws Exception {
        try (Shell greedy = Shell.open()) {
            assertThat(greedy.output("""
                            cat > /tmp/greedy.py <<'END'
                            import ctypes, time
                            libc, n = ctypes.CDLL(None), 0
                            while n < 100000 and libc.inotify_init() >= 0: n += 1
                            open("/tmp/taken", "w").write(str(n))
                            time.sleep(1000)
                            END
                            python3 /tmp/greedy.py > /dev/null 2>&1 &
                            until [ -s /tmp/taken ]; do sleep 0.05; done
                            cat /tmp/taken""").strip()).matches("[0-9]{2,5}");
            String one = "import ctypes\nprint(ctypes.CDLL(None).inotify_init() >= 0)";
            assertThat(greedy.python(one)).isEqualTo("False\n");
            assertThat(shell.python(one)).isEqualTo("True\n");
        }
    }

    @Test
    void itsCommandsHaveNoPriorityOverOthers() throws Exception {
        assertThat(shell.output("nice; ps -o ni= -p 1").lines().map(String::strip))
                .containsExactly("0", "-20");
    }

    @Test
    void aMemoryHogIsEndedAndItsSandboxGoesOn() throws Exception {
        try (Shell hog =
                Shell.in(SandboxSpec.builder().image("host").memory(48 << 20).build())) {
            assertThat(hog.run(List.of("python3", "-c", "x = bytearray(500 << 20)"))
                            .ended()
                            .how())
                    .isEqualTo(Replies.How.OUT_OF_MEMORY);
            assertThat(hog.output("echo on")).isEqualTo("on\n");
        }
    }

    @Test
    void filesInMemoryCountAsMemory() throws Exception {
        try (Shell hog =
                Shell.in(SandboxSpec.builder().image("host").memory(48 << 20).build())) {
            assertThat(hog.run(List.of("sh", "-c", "exec head -c 60000000 /dev/zero > /dev/shm/x"))
                            .ended()
                            .how())
                    .isNotEqualTo(Replies.How.EXITED);
        }
    }

    @Test
    void theSmallestMemoryIsEnough() throws Exception {
        try (Shell small =
                Shell.in(SandboxSpec.builder().image("host").memory(16 << 20).build())) {
            assertThat(small.output("echo enough")).isEqualTo("enough\n");
        }
    }

    @Test
    void foldersOfAnyDepthAndFilesOfAnyNameAreRemoved() throws Exception {
        try (Shell deep = Shell.open()) {
            assertThat(deep.python("""
                            import os
                            os.chdir("/workspace")
                            os.symlink("/", "root")
                            os.symlink("/etc", b"\\xff\\xfe")
                            open(b"line\\nbreak \\x80", "w").close()
                            os.mkfifo("pipe")
                            for i in range(3000):
                                os.mkdir("d" * 200); os.chdir("d" * 200)
                                open("f", "w").close()
                            print("deep")
                            """)).isEqualTo("deep\n");
        }
        assertThat(Files.exists(Path.of("/etc/passwd"))).isTrue();
    }

    @Test
    void thePowersOfOneProcessorAreNotExceeded() throws Exception {
        try (Shell slow = Shell.in(SandboxSpec.builder().image("host").cpu(0.2).build())) {
            String used = slow.python(
                    "import time\nend = time.time() + 1\nwhile time.time() < end: pass\nprint(time.process_time())");
            assertThat(Double.parseDouble(used.strip())).isLessThan(0.5);
        }
    }

    @Test
    void commonToolsWork() throws Exception {
        assertThat(shell.python(
                        "import ssl, sqlite3, json, multiprocessing as m\nprint(len(m.Pool(2).map(abs, [-1, 2])))"))
                .isEqualTo("2\n");
        works(
                "git",
                "cd /tmp && git init -q g && cd g && git -c user.name=a -c user.email=b@c commit -q --allow-empty -m x && git log --oneline | wc -l",
                "1\n");
        works("node", "node -e 'console.log([1,2].map(x => x * 2).join())'", "2,4\n");
        works("gcc", "cd /tmp && echo 'int main(void){return 43;}' > a.c && gcc a.c -o a; ./a; echo $?", "43\n");
        works("perl", "perl -MList::Util=sum -e 'print sum(1,2)'", "3");
        works("man", "man --version > /dev/null; echo $?", "0\n");
        works("file", "file -b --mime-type /etc/passwd", "text/plain\n");
        works("java", "java -version 2>&1 | grep -c Runtime", "1\n");
    }

    private static void works(String tool, String script, String output) throws Exception {
        if (Files.exists(Path.of("/usr/bin", tool))) {
            assertThat(shell.output(script)).as(tool).isEqualTo(output);
        }
    }
}
