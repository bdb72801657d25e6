/* process.c: all processes of the sandbox as /proc shows them: who descends from whom, and stopping and killing whole trees. */
#include "process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STOP_LIMIT_MS = 500 }; /* stopping takes microseconds on a machine that is not crowded; what takes longer does not stop */

static void copy_name(struct process *p, const char *from, const char *end)
{
    size_t length = from < end ? (size_t)(end - from) : 0;

    if (length >= sizeof p->name)
        length = sizeof p->name - 1;
    memcpy(p->name, from, length);
    p->name[length] = 0;
}

bool process_read(pid_t pid, struct process *p)
{
    char path[64], text[1024];

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return false;
    text[n] = 0;
    const char *name = strchr(text, '('), *after = strrchr(text, ')'); /* what is between them may be anything */
    unsigned long long user = 0, kernel = 0, started = 0, resident = 0;
    *p = (struct process){.pid = pid};
    if (name == NULL || after == NULL
        || sscanf(after + 1, " %c %d %d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d %llu %*u %llu", &p->state,
                  &p->parent, &p->group, &user, &kernel, &started, &resident) < 3)
        return false;
    copy_name(p, name + 1, after);
    p->cpu = user + kernel;
    p->started = started;
    p->resident = resident;
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
        if (process_read((pid_t)atoi(e->d_name), &t.at[t.count]))
            t.count++;
    }
    if (dir != NULL)
        closedir(dir);
    return t;
}

static int by_pid(const void *a, const void *b)
{
    pid_t left = ((const struct process *)a)->pid, right = ((const struct process *)b)->pid;

    return (left > right) - (left < right);
}

struct process *process_find(const struct table *t, pid_t pid)
{
    struct process key = {.pid = pid};

    return t->count == 0 ? NULL : bsearch(&key, t->at, t->count, sizeof key, by_pid);
}

/* Each one is visited twice at most, whatever tree hostile code grows. */
static void mark_descendants(struct table *t, pid_t root)
{
    for (size_t i = 0; i < t->count; i++) {
        struct process *top = &t->at[i];
        pid_t branch = 0;
        while (top != NULL && top->kin == UNKNOWN) {
            top->kin = VISITED;
            if (top->parent == root)
                branch = top->pid;
            top = branch != 0 ? NULL : process_find(t, top->parent);
        }
        if (top != NULL && top->kin == BELOW)
            branch = top->branch;
        for (struct process *p = &t->at[i]; p != NULL && p->kin == VISITED; p = process_find(t, p->parent)) {
            p->kin = branch != 0 ? BELOW : NO_KIN;
            p->branch = branch;
        }
    }
}

struct table processes_below(pid_t root)
{
    struct table t = read_processes();

    if (t.count > 0)
        qsort(t.at, t.count, sizeof *t.at, by_pid);
    struct process *top = process_find(&t, root);
    if (top != NULL)
        top->kin = NO_KIN; /* not below itself */
    mark_descendants(&t, root);
    return t;
}

/* One that sleeps where no signal reaches it (a parent of vfork, while the child is stopped) runs none of its own code before it stops. */
static bool stops_before_it_runs(pid_t pid)
{
    char path[64], text[4096];

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return false;
    text[n] = 0;
    const char *pending = strstr(text, "ShdPnd:");
    return pending != NULL && (strtoull(pending + 7, NULL, 16) & 1ull << (SIGSTOP - 1)) != 0;
}

static bool stands_still(const struct process *p)
{
    return strchr("TtZX", p->state) != NULL || (p->state == 'D' && stops_before_it_runs(p->pid));
}

/* Signals all below the root group by group, those that stand still only to kill them: no fork slips through such a call, and a storm is mostly one
 * group. No group has members below the root and others: every command begins a session, and groups do not reach beyond one. Only our own,
 * which supervisors share, is signalled one by one. */
static bool signal_groups(const struct table *t, int signal)
{
    pid_t own = getpgrp(), last = own;
    bool any = false;

    for (size_t i = 0; i < t->count; i++) {
        const struct process *p = &t->at[i];
        if (p->kin != BELOW || (signal == SIGSTOP && stands_still(p)))
            continue;
        any = true;
        if (p->group <= 0 || p->group == own)
            kill(p->pid, signal);
        else if (p->group != last)
            kill(-p->group, signal);
        last = p->group;
    }
    return any;
}

/* Stops all below root until none runs, so that none can start another while we look. */
static bool stop_below(pid_t root)
{
    int64_t end = now_ms() + STOP_LIMIT_MS;

    do {
        struct table t = processes_below(root);
        bool running = signal_groups(&t, SIGSTOP);
        free(t.at);
        if (!running)
            return true;
    } while (now_ms() < end);
    return false;
}

static void signal_below(pid_t root, int signal)
{
    struct table t = processes_below(root);

    for (size_t i = 0; i < t.count; i++)
        if (t.at[i].kin == BELOW && t.at[i].state != 'Z')
            kill(t.at[i].pid, signal);
    free(t.at);
}

/* ---- killing */

enum { KILL_LIMIT_MS = 500 };

struct killing {
    struct killing *next;
    struct dying *dying;
    int64_t deadline;
    void (*done)(void *);
    void *self;
};

struct dying {
    struct source source; /* first: a pidfd, readable when it is dead */
    struct dying *next;
    struct killing *killing;
};

static struct killing *killings;

static void is_dead(struct source *s, uint32_t events)
{
    struct dying *d = (struct dying *)s;
    struct killing *k = d->killing;

    (void)events;
    for (struct dying **at = &k->dying; *at != NULL; at = &(*at)->next)
        if (*at == d) {
            *at = d->next;
            break;
        }
    source_close(s);
    free(d);
    if (k->dying == NULL)
        k->deadline = 0; /* told at the end of the turn */
}

static void await_death(struct killing *k, pid_t pid)
{
    struct dying *d = calloc(1, sizeof *d);

    if (d == NULL)
        return;
    *d = (struct dying){.source = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .ready = is_dead}, .next = k->dying, .killing = k};
    if (d->source.fd < 0 || !source_watch(&d->source, EPOLLIN)) {
        source_close(&d->source);
        free(d);
        return;
    }
    k->dying = d;
}

bool kill_tree(pid_t root, void (*done)(void *), void *self)
{
    struct killing *k = calloc(1, sizeof *k);

    if (k != NULL)
        *k = (struct killing){.next = killings, .done = done, .self = self};
    stop_below(root);
    struct table t = processes_below(root);
    for (size_t i = 0; i < t.count; i++)
        if (k != NULL && t.at[i].kin == BELOW && t.at[i].state != 'Z')
            await_death(k, t.at[i].pid);
    signal_groups(&t, SIGKILL); /* zombies too: their other threads may live */
    free(t.at);
    if (k == NULL)
        return false;
    if (k->dying != NULL) /* else told at the end of the turn */
        k->deadline = now_ms() + KILL_LIMIT_MS;
    killings = k;
    return true;
}

int64_t kills_next_deadline(void)
{
    int64_t next = INT64_MAX;

    for (struct killing *k = killings; k != NULL; k = k->next)
        if (k->deadline < next)
            next = k->deadline;
    return next;
}

void kills_expire(void)
{
    int64_t now = now_ms();

    for (struct killing **at = &killings; *at != NULL;) {
        struct killing *k = *at;
        if (k->deadline > now) {
            at = &k->next;
            continue;
        }
        *at = k->next;
        while (k->dying != NULL)
            is_dead(&k->dying->source, 0);
        k->done(k->self); /* starts no other killing */
        free(k);
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
