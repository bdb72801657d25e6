/* spawn.c: starts a command below a supervisor. The supervisor is a fork of the agent, a child subreaper and not dumpable: whatever the
 * command starts remains its descendant. It ends as its command ended, by the same code or signal, so that the agent's own wait tells
 * the ending. The command gets descriptors 0, 1, 2 and no other, default signals, an empty mask, and a session of its own. */
#include "agent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int score = -1;     /* our own /proc/self/oom_score_adj, opened while it still could be */
static char own_score[16]; /* what it was */

static int priority; /* what it was when we started */

void spawn_init(void)
{
    priority = getpriority(PRIO_PROCESS, 0);
    score = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
    ssize_t n = score < 0 ? -1 : pread(score, own_score, sizeof own_score - 1, 0);
    if (n <= 0 || atoi(own_score) >= 500) {
        if (score >= 0)
            close(score);
        score = -1; /* the command inherits what we have */
    }
}

void close_above(int fd)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)fd + 1, ~0u, 0) == 0)
        return;
#endif
    for (int i = fd + 1; i < 4096; i++)
        close(i);
}

static void complain(const char *what, const char *name, int number)
{
    const char *reason = number == ENOENT ? "not found" : strerror(number);
    char text[512];
    int n = snprintf(text, sizeof text, "sandjar: %s%.300s: %s\n", what, name, reason);

    if (n > 0 && write(2, text, (size_t)n) < 0)
        return;
}

static void execute(const char *path, const struct spawn *s)
{
    execve(path, s->argv, s->env);
    if (errno == ENOEXEC) { /* a script without #! is the shell's, as everywhere */
        size_t count = 0;
        while (s->argv[count] != NULL)
            count++;
        char **argv = calloc(count + 2, sizeof *argv);
        if (argv == NULL)
            return;
        argv[0] = (char *)(uintptr_t)"sh";
        argv[1] = (char *)(uintptr_t)path;
        for (size_t i = 1; i < count; i++)
            argv[i + 1] = s->argv[i];
        execve("/bin/sh", argv, s->env);
        int number = errno;
        free(argv);
        errno = number;
    }
}

static const char usual_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static const char *search_path(char **env)
{
    for (; *env != NULL; env++)
        if (strncmp(*env, "PATH=", 5) == 0)
            return *env + 5;
    return usual_path;
}

static int execute_from(const char *folders, const struct spawn *s)
{
    const char *name = s->argv[0];
    char path[4096];
    int denied = 0;

    if (strchr(name, '/') != NULL) {
        execute(name, s);
        return errno;
    }
    for (const char *at = folders; at != NULL; at = *at == 0 ? NULL : at + 1) {
        size_t length = strcspn(at, ":");
        if (length + strlen(name) + 2 <= sizeof path) {
            memcpy(path, at, length);
            path[length] = '/';
            strcpy(path + length + 1, name);
            execute(length == 0 ? name : path, s);
            if (errno == EACCES)
                denied = EACCES;
            else if (errno != ENOENT && errno != ENOTDIR)
                return errno;
        }
        at += length;
        if (*at == 0)
            break;
    }
    return denied != 0 ? denied : ENOENT;
}

static bool is_missing(int why)
{
    return why == ENOENT || why == ENOTDIR;
}

/* Whether it would be the same with any other program. */
static bool is_the_commands(int why)
{
    return why == E2BIG || why == ENOMEM;
}

/* The usual folders first: a script's PATH is for what the script runs, not for the shell that reads it. */
static int execute_shell(char *name, const struct spawn *s)
{
    s->argv[0] = name;
    int why = execute_from(usual_path, s);
    if (is_the_commands(why))
        return why;
    int elsewhere = execute_from(search_path(s->env), s);
    return is_missing(elsewhere) ? why : elsewhere;
}

/* Returns why not; argv[0] is what that is about. */
static int find_and_execute(const struct spawn *s)
{
    char *wanted = s->argv[0];

    if (!s->or_sh)
        return execute_from(search_path(s->env), s);
    int why = execute_shell(wanted, s);
    if (is_the_commands(why))
        return why;
    int of_sh = execute_shell((char *)(uintptr_t)"sh", s);
    if (!is_missing(of_sh))
        return of_sh;
    s->argv[0] = wanted;
    return why;
}

static _Noreturn void become(const struct spawn *s, int report)
{
    struct sigaction normal = {.sa_handler = SIG_DFL};
    struct rlimit none = {0, 0};
    sigset_t empty;
    int in = s->in, out = s->out, err = s->err;

    setsid();
    if (s->terminal != NULL) {
        in = out = err = open(s->terminal, O_RDWR);
        ioctl(in, TIOCSCTTY, 0);
    }
    /* all three are above 2: the agent's own standard streams are open */
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    for (int i = 1; i < NSIG; i++)
        sigaction(i, &normal, NULL);
    sigemptyset(&empty);
    sigprocmask(SIG_SETMASK, &empty, NULL);
    setrlimit(RLIMIT_CORE, &none);
    pid_t own = getpid(); /* told before it runs: what runs may end its supervisor */
    if (write(report, &own, sizeof own) != sizeof own)
        _exit(125);
    close_above(2);
    if (s->cwd[0] != 0 && chdir(s->cwd) < 0) {
        complain("cwd ", s->cwd, errno);
        _exit(126);
    }
    int why = find_and_execute(s);
    complain("", s->argv[0], why);
    _exit(is_missing(why) ? 127 : 126);
}

static _Noreturn void end_as(int status)
{
    if (WIFSIGNALED(status)) {
        sigset_t just;
        signal(WTERMSIG(status), SIG_DFL);
        sigemptyset(&just);
        sigaddset(&just, WTERMSIG(status));
        sigprocmask(SIG_UNBLOCK, &just, NULL);
        kill(getpid(), WTERMSIG(status));
        _exit(128 + WTERMSIG(status));
    }
    _exit(WEXITSTATUS(status));
}

static _Noreturn void supervise(const struct spawn *s, int report)
{
    int status;

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "sandjar-command");
    setpriority(PRIO_PROCESS, 0, priority); /* ours may have been raised since */
    pid_t command = vfork();
    if (command == 0)
        become(s, report);
    if (command < 0)
        _exit(125);
    close_above(-1);
    for (;;) {
        pid_t pid = waitpid(-1, &status, 0);
        if (pid == command)
            end_as(status);
        if (pid < 0 && errno == ECHILD)
            _exit(125);
    }
}

pid_t fork_as_command(void)
{
    if (score >= 0 && pwrite(score, "500", 3, 0) < 0) { /* inherited: the kernel shall prefer the command to us */
    }
    pid_t pid = fork();
    if (pid != 0 && score >= 0 && pwrite(score, own_score, strlen(own_score), 0) < 0) {
    }
    return pid;
}

pid_t spawn_supervised(const struct spawn *s, int *report)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return -1;
    pid_t pid = fork_as_command();
    if (pid == 0)
        supervise(s, ends[1]);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -1;
    }
    *report = ends[0];
    return pid;
}
