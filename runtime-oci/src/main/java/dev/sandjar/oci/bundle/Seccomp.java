package dev.sandjar.oci.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which system calls a sandbox may make: what compilers, interpreters, servers and debuggers of ordinary users need, and nothing that is of
 * use only with a capability or that has been a way out. What is not named fails with EPERM.
 *
 * <p>Left out on purpose: namespaces ({@code unshare}, {@code setns}, the flags of {@code clone}), mounts, {@code bpf}, {@code keyctl}, {@code io_uring},
 * {@code perf_event_open}, {@code userfaultfd}, filters of packets and of system calls, huge pages, {@code kexec}, modules, clocks, swap, {@code open_by_handle_at}, 32-bit calls, {@code io_setup} (its
 * {@code aio-max-nr} is one number for the whole machine), and all kinds of sockets but local ones, IPv4, IPv6 and netlink for routes.
 */
final class Seccomp {
    private static final List<String> ALLOWED = List.of("""
            accept accept4 access alarm arch_prctl bind brk capget capset chdir chmod chown clock_getres
            clock_gettime clock_nanosleep close close_range connect copy_file_range creat dup dup2 dup3
            epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 execve
            execveat exit exit_group faccessat faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchmodat2
            fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstatfs
            fsync ftruncate futex futex_requeue futex_wait futex_waitv futex_wake futimesat get_robust_list
            get_thread_area getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups getitimer
            getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit
            getrusage getsid getsockname getsockopt gettid gettimeofday getuid getxattr inotify_add_watch
            inotify_init inotify_init1 inotify_rm_watch ioctl ioprio_get kill landlock_add_rule landlock_create_ruleset
            landlock_restrict_self lchown lgetxattr link linkat listen listxattr llistxattr lremovexattr lseek
            lsetxattr lstat madvise membarrier memfd_secret mincore mkdir mkdirat mknod mknodat
            mlock mlock2 mlockall mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend
            mq_unlink mremap msgctl msgget msgrcv msgsnd msync munlock munlockall munmap nanosleep newfstatat
            open openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect
            poll ppoll pread64 preadv preadv2 process_mrelease process_vm_readv
            process_vm_writev pselect6 ptrace pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv
            recvfrom recvmmsg recvmsg remap_file_pages removexattr rename renameat renameat2 restart_syscall
            rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
            rt_sigtimedwait rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity
            sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_yield select semctl semget semop
            semtimedop sendfile sendmmsg sendmsg sendto set_robust_list set_thread_area set_tid_address setfsgid
            setfsuid setgid setgroups setitimer setpgid setregid setresgid setresuid setreuid
            setrlimit setsid setuid setxattr shmat shmctl shmdt shutdown sigaltstack signalfd
            signalfd4 splice stat statfs statx symlink symlinkat sync sync_file_range syncfs sysinfo
            tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime timer_settime
            timerfd_create timerfd_gettime timerfd_settime times tkill truncate umask uname unlink unlinkat
            utime utimensat utimes vfork vmsplice wait4 waitid write writev
            """.strip().split("\\s+"));

    /** CLONE_NEW of mount, cgroup, uts, ipc, user, pid and network, in that order; that of time cannot be given to {@code clone}. */
    private static final long NEW_NAMESPACES =
            0x20000L | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000;

    private static final int ENOSYS = 38;
    private static final int EPERM = 1;
    private static final int EINVAL = 22;
    private static final long WORD = 0xffff_ffffL;
    private static final List<Integer> SOCKETS = List.of(1, 2, 10); // AF_UNIX, AF_INET, AF_INET6
    private static final int UNIX = 1;
    private static final int MAP_HUGETLB = 0x40000;
    private static final int MFD_HUGETLB = 4;
    private static final int SHM_HUGETLB = 0x800;
    private static final int PR_SET_SECCOMP = 22;
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int PRIO_PROCESS = 0;
    private static final int IOPRIO_WHO_PROCESS = 1;
    private static final int AGENT = 1; // its number inside

    private static final int NETLINK = 16;
    private static final int ROUTE =
            0; // what lists of network interfaces need; by others one socket can fill a second one

    /** Plain Linux, 32-bit names, without address randomization as debuggers want it, and a question. */
    private static final List<Long> PERSONALITIES = List.of(0L, 0x8L, 0x20000L, 0x20008L, 0xffff_ffffL);

    private Seccomp() {}

    /** The {@code linux.seccomp} of {@code config.json}. */
    static Map<String, Object> profile() {
        var rules = new ArrayList<Object>();
        rules.add(Map.of("names", ALLOWED, "action", "SCMP_ACT_ALLOW"));
        rules.add(allow("clone", "SCMP_CMP_MASKED_EQ", NEW_NAMESPACES, 0));
        // clone3's flags are behind a pointer that a filter cannot follow; told that it does not exist, libc takes
        // clone.
        // Programs do without io_setup in the same way
        rules.add(Map.of("names", List.of("clone3", "io_setup"), "action", "SCMP_ACT_ERRNO", "errnoRet", ENOSYS));
        for (long personality : PERSONALITIES) {
            rules.add(allow("personality", "SCMP_CMP_EQ", personality, 0));
        }
        for (int family : SOCKETS) {
            rules.add(allow("socket", "SCMP_CMP_EQ", family, 0));
        }
        rules.add(allow("socketpair", "SCMP_CMP_EQ", UNIX, 0));
        // huge pages are the whole machine's, and no limit of ours counts them
        rules.add(allow("mmap", List.of(argument(3, "SCMP_CMP_MASKED_EQ", MAP_HUGETLB, 0))));
        rules.add(allow("memfd_create", List.of(argument(1, "SCMP_CMP_MASKED_EQ", MFD_HUGETLB, 0))));
        rules.add(allow("shmget", List.of(argument(2, "SCMP_CMP_MASKED_EQ", SHM_HUGETLB, 0))));
        SocketOptions.ALLOWED.forEach((level, options) -> options.forEach(option -> rules.add(allow(
                "setsockopt", List.of(argument(1, "SCMP_CMP_EQ", level, 0), argument(2, "SCMP_CMP_EQ", option, 0))))));
        // no control group counts filters, and compiled they count against one number of the whole machine. Programs
        // that would filter themselves go on when they hear what a kernel without filters says
        for (long operation : List.of(0, 2, 3)) { // strict mode, and what there is
            rules.add(allow("seccomp", "SCMP_CMP_EQ", operation, 0));
        }
        rules.add(invalid("seccomp", SECCOMP_SET_MODE_FILTER));
        rules.addAll(allowAllBut("prctl", 0, PR_SET_SECCOMP, List.of()));
        rules.add(invalid("prctl", PR_SET_SECCOMP));
        // of the agent, nobody is to change what it may use
        rules.add(allow("prlimit64", "SCMP_CMP_EQ", 0, 0)); // of the caller
        rules.add(allow("prlimit64", List.of(argument(2, "SCMP_CMP_EQ", 0, 0)))); // to read
        rules.addAll(allowAllBut("setpriority", 1, AGENT, List.of(argument(0, "SCMP_CMP_EQ", PRIO_PROCESS, 0))));
        rules.addAll(allowAllBut("ioprio_set", 1, AGENT, List.of(argument(0, "SCMP_CMP_EQ", IOPRIO_WHO_PROCESS, 0))));
        for (String call : List.of("sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler")) {
            rules.addAll(allowAllBut(call, 0, AGENT, List.of()));
        }
        rules.add(
                allow("socket", List.of(argument(0, "SCMP_CMP_EQ", NETLINK, 0), argument(2, "SCMP_CMP_EQ", ROUTE, 0))));
        return Map.of(
                "defaultAction",
                "SCMP_ACT_ERRNO",
                "defaultErrnoRet",
                EPERM,
                "architectures",
                List.of(System.getProperty("os.arch").equals("aarch64") ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64"),
                "syscalls",
                rules);
    }

    private static Map<String, Object> allow(String call, String comparison, long value, long second) {
        return allow(call, List.of(argument(0, comparison, value, second)));
    }

    /**
     * Allows all numbers but one. The kernel looks at 32 bits of such an argument and a comparison at 64, so "not equal" would let through the same
     * number with something above it: instead, one of the 32 bits has to differ.
     */
    private static List<Map<String, Object>> allowAllBut(
            String call, int index, int number, List<Map<String, Object>> others) {
        var rules = new ArrayList<Map<String, Object>>();
        for (int bit = 0; bit < 32; bit++) {
            long mask = 1L << bit;
            var arguments = new ArrayList<>(others);
            arguments.add(argument(index, "SCMP_CMP_MASKED_EQ", mask, ~number & mask));
            rules.add(allow(call, arguments));
        }
        return rules;
    }

    private static Map<String, Object> invalid(String call, int first) {
        return Map.of(
                "names",
                List.of(call),
                "action",
                "SCMP_ACT_ERRNO",
                "errnoRet",
                EINVAL,
                "args",
                List.of(argument(0, "SCMP_CMP_MASKED_EQ", WORD, first)));
    }

    /** All of these hold; for several that may, several rules. */
    private static Map<String, Object> allow(String call, List<Map<String, Object>> arguments) {
        return Map.of("names", List.of(call), "action", "SCMP_ACT_ALLOW", "args", arguments);
    }

    private static Map<String, Object> argument(int index, String comparison, long value, long second) {
        return Map.of("index", index, "op", comparison, "value", value, "valueTwo", second);
    }
}
