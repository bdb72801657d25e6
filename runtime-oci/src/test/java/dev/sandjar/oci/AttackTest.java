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
