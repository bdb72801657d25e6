/* process.c: all processes of the sandbox as /proc shows them: who descends from whom, stopping and killing whole trees, and reaping:
 * every child that ends is waited for exactly once. */
#include "agent.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct process {
    pid_t pid, parent;
    char state;
    bool below;
};

struct table {
    struct process *at;
    size_t count;
};

static bool read_process(pid_t pid, struct process *p)
{
    char path[64], text[512];

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return false;
    text[n] = 0;
    const char *after = strrchr(text, ')'); /* the name before may hold anything */
    int parent;
    if (after == NULL || sscanf(after + 1, " %c %d", &p->state, &parent) != 2)
        return false;
    p->pid = pid;
    p->parent = parent;
    p->below = false;
    return true;
}

static struct table read_processes(void)
{
    struct table t = {0};
    size_t room = 0;
    DIR *dir = opendir("/proc");

    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        if (!isdigit((unsigned char)e->d_name[0]))
            continue;
        if (t.count == room) {
            struct process *more = realloc(t.at, (room + 64) * 2 * sizeof *more);
            if (more == NULL)
                break;
            t.at = more;
            room = (room + 64) * 2;
        }
        if (read_process((pid_t)atoi(e->d_name), &t.at[t.count]))
            t.count++;
    }
    if (dir != NULL)
        closedir(dir);
    return t;
}

static struct table descendants(pid_t root)
{
    struct table t = read_processes();
    bool found = true;

    while (found) { /* parents may stand behind their children */
        found = false;
        for (size_t i = 0; i < t.count; i++) {
            if (t.at[i].below || t.at[i].pid == root)
                continue;
            bool below = t.at[i].parent == root;
            for (size_t k = 0; !below && k < t.count; k++)
                below = t.at[k].below && t.at[k].pid == t.at[i].parent;
            if (below)
                t.at[i].below = found = true;
        }
    }
    return t;
}

/* Stops all below root until none runs, so that none can start another while we look. */
static bool stop_below(pid_t root)
{
    for (int round = 0; round < 200; round++) {
        struct table t = descendants(root);
        bool running = false;
        for (size_t i = 0; i < t.count; i++)
            if (t.at[i].below && strchr("TtZX", t.at[i].state) == NULL) {
                kill(t.at[i].pid, SIGSTOP);
                running = true;
            }
        free(t.at);
        if (!running)
            return true;
    }
    return false;
}

static void signal_below(pid_t root, int signal)
{
    struct table t = descendants(root);

    for (size_t i = 0; i < t.count; i++)
        if (t.at[i].below && t.at[i].state != 'Z')
            kill(t.at[i].pid, signal);
    free(t.at);
}

enum { MOST_AWAITED = 1024, KILL_LIMIT_MS = 500 };

/* Returns when all are dead, so that whoever is told of it finds none; the kernel takes a while for large ones. */
void kill_tree(pid_t root)
{
    struct pollfd dying[MOST_AWAITED];
    nfds_t count = 0;
    int64_t end = now_ms() + KILL_LIMIT_MS;

    stop_below(root);
    struct table t = descendants(root);
    for (size_t i = 0; i < t.count; i++) {
        if (!t.at[i].below || t.at[i].state == 'Z')
            continue;
        int fd = count < MOST_AWAITED ? (int)syscall(SYS_pidfd_open, t.at[i].pid, 0) : -1;
        if (fd >= 0)
            dying[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
        kill(t.at[i].pid, SIGKILL);
    }
    free(t.at);
    for (nfds_t i = 0; i < count; i++) {
        int64_t left = end - now_ms();
        if (left > 0)
            poll(&dying[i], 1, (int)left);
        close(dying[i].fd);
    }
}

void signal_tree(pid_t root, int signal)
{
    signal_below(root, signal);
}

bool freeze_all(void)
{
    return stop_below(getpid());
}

void thaw_all(void)
{
    signal_below(getpid(), SIGCONT);
}

/* ---- children that are no commands */

static struct helper {
    struct helper *next;
    pid_t pid;
    void (*ended)(void *, int);
    void *self;
} *helpers;

void reap_expect(pid_t pid, void (*ended)(void *, int), void *self)
{
    struct helper *h = calloc(1, sizeof *h);

    if (h == NULL)
        abort();
    *h = (struct helper){.next = helpers, .pid = pid, .ended = ended, .self = self};
    helpers = h;
}

static void helper_reaped(pid_t pid, int status)
{
    for (struct helper **at = &helpers; *at != NULL; at = &(*at)->next)
        if ((*at)->pid == pid) {
            struct helper *h = *at;
            *at = h->next;
            h->ended(h->self, status);
            free(h);
            return;
        }
}

void reap_children(void)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (!command_reaped(pid, status))
            helper_reaped(pid, status); /* or an orphan that was given to us as PID 1 */
}
