/* main.c: PID 1 of a sandbox. Proves its engines, runs commands, moves files; PROTOCOL.md has the words.
 * It holds no capability, its memory is closed to its own user, and when it ends, the sandbox ends. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "sandjar-agent: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void read_key(const char *path)
{
    uint8_t key[KEY_LENGTH];
    size_t have = 0;
    int fd = path == NULL ? 0 : open(path, O_RDONLY | O_CLOEXEC);

    while (fd >= 0 && have < sizeof key) {
        ssize_t n = read(fd, key + have, sizeof key - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        have += (size_t)n;
    }
    if (have < sizeof key) {
        errno = EINVAL;
        give_up("the key is shorter than 32 bytes");
    }
    if (fd > 0)
        close(fd);
    proof_set_key(key);
    explicit_bzero(key, sizeof key);
}

static void read_key_from_environment(const char *name)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t key[KEY_LENGTH] = {0};
    char *text = getenv(name);

    if (text == NULL || strlen(text) != 2 * sizeof key || strspn(text, digits) != 2 * sizeof key) {
        errno = EINVAL;
        give_up("the key is not 64 hexadecimal digits");
    }
    for (size_t i = 0; i < 2 * sizeof key; i++)
        key[i / 2] = (uint8_t)(key[i / 2] << 4 | (strchr(digits, text[i]) - digits));
    proof_set_key(key);
    explicit_bzero(key, sizeof key);
    explicit_bzero(text, strlen(text)); /* what we hand down to commands, and what /proc shows of us */
    unsetenv(name);
}

/* SIGTERM counts from outside only, where nobody has a number here: what runs in the sandbox cannot end it that way */
static void signalled(struct source *s, uint32_t events)
{
    struct signalfd_siginfo info[8];
    ssize_t n = read(s->fd, info, sizeof info);

    (void)events;
    for (size_t i = 0; n > 0 && i < (size_t)n / sizeof *info; i++)
        if (info[i].ssi_signo == SIGTERM && info[i].ssi_pid == 0)
            exit(0);
    if (n > 0)
        reap_children(command_reaped);
}

static struct source signals = {.fd = -1, .ready = signalled};

static void wait_for_children_and_the_end(void)
{
    sigset_t all, wanted;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGCHLD);
    sigaddset(&wanted, SIGTERM);
    signals.fd = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals.fd < 0 || !source_watch(&signals, EPOLLIN))
        give_up("signalfd");
}

static void say_ready(const char *path)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (path == NULL && write(1, "ready\n", 6) != 6)
        give_up("standard output");
    if (path != NULL && !links_greet(path))
        give_up(path);
    if (null < 0)
        give_up("/dev/null");
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    close(null);
}

static int64_t next_deadline(void)
{
    const int64_t all[] = {links_next_deadline(), listener_deadline(), commands_next_deadline(), kills_next_deadline(), lease_deadline()};
    int64_t next = INT64_MAX;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] < next)
            next = all[i];
    return next;
}

static void serve(void)
{
    for (;;) {
        links_pump();
        loop_once(next_deadline());
        kills_expire();
        listener_expire();
        links_expire();
        commands_expire();
        lease_expire();
    }
}

/* For us and all that we start. Writing on beyond it fails, and ends a program that does not expect that. */
static bool limit_file_size(const char *text)
{
    char *end;
    unsigned long long most = strtoull(text, &end, 10);
    struct rlimit limit = {most, most};

    return most > 0 && *end == 0 && setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/* For us and all that we start; an OCI runtime may lack the right to set it for a user namespace of another's. */
static bool limit_open_files(const char *text)
{
    char *end;
    unsigned long most = strtoul(text, &end, 10);
    struct rlimit limit;

    if (most == 0 || *end != 0 || getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return false;
    if (limit.rlim_max > most)
        limit.rlim_max = most;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static void bound_journals(void)
{
    uint64_t quarter = stats_memory_limit() / 4;

    journals_bound(quarter == 0 || quarter > MAX_JOURNALS_BYTES ? MAX_JOURNALS_BYTES : (size_t)quarter);
}

int main(int argc, char **argv)
{
    const char *unix_path = NULL, *tcp = NULL, *key = NULL, *key_env = NULL, *install = NULL, *workspace = NULL, *ready = NULL, *disk = NULL, *open_files = NULL, *largest = NULL;

    for (int i = 1; i < argc; i += 2) {
        const char **to = strcmp(argv[i], "--unix") == 0        ? &unix_path
                          : strcmp(argv[i], "--tcp") == 0       ? &tcp
                          : strcmp(argv[i], "--key-file") == 0  ? &key
                          : strcmp(argv[i], "--key-env") == 0   ? &key_env
                          : strcmp(argv[i], "--install") == 0   ? &install
                          : strcmp(argv[i], "--workspace") == 0 ? &workspace
                          : strcmp(argv[i], "--ready") == 0     ? &ready
                          : strcmp(argv[i], "--disk") == 0      ? &disk
                          : strcmp(argv[i], "--open-files") == 0 ? &open_files
                          : strcmp(argv[i], "--largest-file") == 0 ? &largest
                                                                  : NULL;
        if (to == NULL || i + 1 == argc) {
            fprintf(stderr, "usage: sandjar-agent --unix PATH | --tcp ADDRESS:PORT [--key-file PATH | --key-env NAME] [--workspace PATH] [--ready PATH] [--disk PATH] [--open-files N] [--largest-file BYTES]\n       sandjar-agent --install FOLDER\n");
            return 1;
        }
        *to = argv[i + 1];
    }
    if (install != NULL) {
        if (!install_into(install))
            give_up(install);
        return 0;
    }
    if ((unix_path == NULL) == (tcp == NULL)) {
        fprintf(stderr, "sandjar-agent: one of --unix and --tcp is needed\n");
        return 1;
    }
    if (open_files != NULL && !limit_open_files(open_files)) {
        fprintf(stderr, "sandjar-agent: --open-files %s: no number that could be set\n", open_files);
        return 1;
    }
    if (largest != NULL && !limit_file_size(largest)) {
        fprintf(stderr, "sandjar-agent: --largest-file %s: no number that could be set\n", largest);
        return 1;
    }
    started_ms = wall_ms();
    stats_init();
    bound_journals();
    stats_set_disk(disk);
    spawn_init(); /* before our files in /proc are closed to us */
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_NAME, "sandjar-agent");
    umask(022);
    if (workspace != NULL && chdir(workspace) < 0)
        give_up(workspace);
    loop_init();
    wait_for_children_and_the_end();
    if (key_env != NULL)
        read_key_from_environment(key_env);
    else
        read_key(key);
    links_begin(request_open);
    if (unix_path != NULL ? !links_listen_unix(unix_path) : !links_listen_tcp(tcp))
        give_up("listening");
    say_ready(ready);
    serve();
}
