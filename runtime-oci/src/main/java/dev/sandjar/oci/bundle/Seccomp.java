package dev.sandjar.oci.bundle;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The system calls that code in a sandbox may make: a list of what programs need, everything else fails with EPERM. Left out on
 * purpose: namespaces, mounting, keys, BPF, performance counters, io_uring, userfaultfd, modules, clocks, swap, reboot, handles, NUMA policy.
 */
final class Seccomp {
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static final long NAMESPACES =
            0x7E020000L; // every CLONE_NEW* but CLONE_NEWTIME, which clone(2) has no room for

    private static final List<String> ALLOWED = List.of("""
            accept accept4 access alarm arch_prctl bind brk capget capset chdir chmod chown clock_getres clock_gettime
            clock_nanosleep close close_range connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl
            epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2 fadvise64
            fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fork
            fremovexattr fsetxattr fstat fstatfs fsync ftruncate futex futex_wait futex_wake futex_requeue futex_waitv futimesat
            get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups getitimer
            getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit getrusage getsid
            getsockname getsockopt gettid gettimeofday getuid getxattr inotify_add_watch inotify_init inotify_init1
            inotify_rm_watch io_cancel io_destroy io_getevents io_setup io_submit ioctl ioprio_get ioprio_set kill landlock_add_rule
            landlock_create_ruleset landlock_restrict_self lchown lgetxattr link linkat listen listxattr llistxattr lremovexattr
            lseek lsetxattr lstat madvise membarrier memfd_create mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall mmap
            mprotect mremap msgctl msgget msgrcv msgsnd msync munlock munlockall munmap nanosleep newfstatat open openat openat2
            pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect poll ppoll prctl pread64 preadv
            preadv2 prlimit64 process_madvise process_mrelease process_vm_readv process_vm_writev pselect6 ptrace pwrite64 pwritev
            pwritev2 read readahead readlink readlinkat readv recv recvfrom recvmmsg recvmsg removexattr rename renameat renameat2
            restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
            rt_sigtimedwait rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr
            sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam
            sched_setscheduler sched_yield seccomp select semctl semget semop semtimedop send sendfile sendmmsg sendmsg sendto
            set_robust_list set_thread_area set_tid_address setfsgid setfsuid setgid setgroups setitimer setpgid setpriority
            setregid setresgid setresuid setreuid setrlimit setsid setsockopt setuid setxattr shmat shmctl shmdt shmget shutdown
            sigaltstack signalfd signalfd4 socketpair splice stat statfs statx symlink symlinkat sync sync_file_range syncfs
            sysinfo tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create
            timerfd_gettime timerfd_settime times tkill truncate umask uname unlink unlinkat utime utimensat utimes vfork vmsplice
            wait4 waitid waitpid write writev
            """.strip().split("\\s+"));

    private Seccomp() {}

    static ObjectNode profile(ObjectMapper json) {
        ObjectNode profile = json.createObjectNode();
        profile.put("defaultAction", "SCMP_ACT_ERRNO").put("defaultErrnoRet", EPERM);
        String arch = System.getProperty("os.arch");
        profile.putArray("architectures").add(arch.equals("aarch64") ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64");
        ArrayNode rules = profile.putArray("syscalls");
        rule(rules, ALLOWED, "SCMP_ACT_ALLOW");
        rule(rules, List.of("clone3"), "SCMP_ACT_ERRNO")
                .put("errnoRet", ENOSYS); // its flags are in memory; libc falls back to clone
        argument(rule(rules, List.of("clone"), "SCMP_ACT_ALLOW"), 0, NAMESPACES, 0, "SCMP_CMP_MASKED_EQ");
        for (long personality :
                List.of(0x0L, 0x8L, 0x20000L, 0x20008L, 0xffffffffL)) { // plain, and what debuggers ask for
            argument(rule(rules, List.of("personality"), "SCMP_ACT_ALLOW"), 0, personality, 0, "SCMP_CMP_EQ");
        }
        // AF_VSOCK reaches the hypervisor past every network namespace; AF_ALG and the rest are the kernel's least
        // walked paths
        for (long family : List.of(1L, 2L, 10L, 16L)) { // AF_UNIX, AF_INET, AF_INET6, AF_NETLINK
            argument(rule(rules, List.of("socket"), "SCMP_ACT_ALLOW"), 0, family, 0, "SCMP_CMP_EQ");
        }
        return profile;
    }

    private static ObjectNode rule(ArrayNode rules, List<String> names, String action) {
        ObjectNode rule = rules.addObject();
        names.forEach(rule.putArray("names")::add);
        return rule.put("action", action);
    }

    private static void argument(ObjectNode rule, int index, long value, long valueTwo, String op) {
        rule.putArray("args")
                .addObject()
                .put("index", index)
                .put("value", value)
                .put("valueTwo", valueTwo)
                .put("op", op);
    }
}
