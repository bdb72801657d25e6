/* start.c: START: a command with its pipes or its terminal, its environment, and the pid that its supervisor reports. It starts whole or
 * not at all: whatever fails leaves no process and no descriptor. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

extern char **environ;

/* A read of a terminal gives 4 095 bytes at most, however many wait: who got half of that may not have emptied it. */
enum { TERMINAL_GIVES = 2048 };

/* ---- START */

static void starting_gone(struct channel *ch, bool cut)
{
    struct command *c = ch->self;

    (void)cut;
    if (c != NULL)
        c->starting = NULL;
}

static void report_ready(struct source *s, uint32_t events)
{
    struct command *c = (struct command *)(void *)((char *)s - offsetof(struct command, report));
    struct bytes reply = {0};
    pid_t pid;

    (void)events;
    if (read(s->fd, &pid, sizeof pid) == sizeof pid)
        c->pid = pid;
    else if (errno == EAGAIN && !c->reaped)
        return;
    source_close(s);
    if (c->starting == NULL)
        return;
    struct channel *ch = c->starting;
    c->starting = NULL;
    ch->self = NULL;
    if (c->pid == 0) {
        channel_close(ch, LIMIT, "no process can be started");
        return;
    }
    put_u32(&reply, (uint32_t)c->pid);
    channel_reply(ch, &reply);
    bytes_free(&reply);
    channel_close(ch, OK, "");
}

/* The agent's own environment with the given entries laid over it. Shares the strings. */
static char **overlay(char **given, size_t count)
{
    size_t own = 0;

    while (environ[own] != NULL)
        own++;
    char **env = calloc(own + count + 1, sizeof *env);
    if (env == NULL)
        return NULL;
    size_t n = 0;
    for (size_t i = 0; i < own; i++) {
        size_t name = strcspn(environ[i], "=") + 1;
        bool replaced = false;
        for (size_t k = 0; k < count && !replaced; k++)
            replaced = strncmp(environ[i], given[k], name) == 0;
        if (!replaced)
            env[n++] = environ[i];
    }
    for (size_t k = 0; k < count; k++)
        env[n++] = given[k];
    return env;
}

struct ends { /* what the command will have; -1: not open */
    int in, out, err;
    char terminal[64];
};

static void close_ends(struct ends *e)
{
    int all[] = {e->in, e->out, e->err};

    for (int i = 0; i < 3; i++)
        if (all[i] >= 0)
            close(all[i]);
}

static bool open_pipe(struct pipe_end *p, int *theirs)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    p->holds = fcntl(ends[0], F_GETPIPE_SZ); /* of a user who has many: two pages */
    p->source.fd = ends[0];
    *theirs = ends[1];
    return pace_begin(&p->source);
}

static bool open_terminal(struct command *c, struct ends *e, uint16_t rows, uint16_t columns)
{
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return false;
    c->out.source.fd = fd;
    c->out.holds = TERMINAL_GIVES;
    return unlockpt(fd) == 0 && ptsname_r(fd, e->terminal, sizeof e->terminal) == 0 && ioctl(fd, TIOCSWINSZ, &size) == 0
           && (c->in.fd = fcntl(fd, F_DUPFD_CLOEXEC, 3)) >= 0 && pace_begin(&c->out.source);
}

static bool open_pipes(struct command *c, struct ends *e)
{
    int in[2];

    if (!open_pipe(&c->out, &e->out) || !open_pipe(&c->err, &e->err))
        return false;
    if ((c->flags & F_STDIN) == 0)
        return (e->in = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;
    if (pipe2(in, O_CLOEXEC) < 0)
        return false;
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    e->in = in[0];
    c->in.fd = in[1];
    return true;
}

void command_start(struct channel *ch, struct reader *r)
{
    const uint8_t *id = get_raw(r, 16);
    size_t argc = 0, envc = 0;
    char **argv = get_list(r, 4096, &argc);
    char **given = get_list(r, 4096, &envc);
    char *cwd = get_str(r);
    uint32_t flags = get_u32(r), limit = get_u32(r);
    uint16_t rows = get_u16(r), columns = get_u16(r);
    uint32_t bound = get_u32(r);
    struct command *c = NULL;
    char **env = NULL;
    struct ends ends = {.in = -1, .out = -1, .err = -1};

    if (!get_end(r) || argc == 0 || argv[0][0] == 0 || flags > 15 || bound < 65536 || bound > 64u << 20) {
        channel_close(ch, INVALID, "START has a field out of its range");
        goto out;
    }
    if (command_find(id) != NULL) {
        channel_close(ch, EXISTS, "a command of that id was started already");
        goto out;
    }
    env = overlay(given, envc);
    c = calloc(1, sizeof *c);
    if (env == NULL || c == NULL) {
        channel_close(ch, LIMIT, "no memory");
        goto out;
    }
    *c = (struct command){.flags = flags, .started = wall_ms(), .limit_ms = limit, .starved = INT64_MAX, .ghost = NOWHERE,
                          .deadline = limit == 0 ? INT64_MAX : now_ms() + limit,
                          .out = {.source = {.fd = -1, .ready = output_ready}, .command = c, .stream = 1, .last_bytes = -1},
                          .err = {.source = {.fd = -1, .ready = output_ready}, .command = c, .stream = 2, .last_bytes = -1},
                          .in = {.fd = -1, .ready = input_ready}, .report = {.fd = -1, .ready = report_ready},
                          .journal = {.bound = bound}, .oom_before = stats_oom_kills()};
    memcpy(c->id, id, 16);
    if ((flags & F_HOLD) != 0)
        c->ghost = 0;
    bool opened = (flags & F_TERMINAL) != 0 ? open_terminal(c, &ends, rows, columns) : open_pipes(c, &ends);
    struct spawn s = {.argv = argv, .env = env, .cwd = cwd, .in = ends.in, .out = ends.out, .err = ends.err,
                      .terminal = (flags & F_TERMINAL) != 0 ? ends.terminal : NULL, .or_sh = (flags & F_OR_SH) != 0};
    c->supervisor = opened ? spawn_supervised(&s, &c->report.fd) : -1;
    close_ends(&ends);
    if (c->supervisor < 0 || !source_watch(&c->report, EPOLLIN)) {
        command_free(c);
        channel_close(ch, LIMIT, "no process can be started");
        goto out;
    }
    c->argv = argv;
    argv = NULL;
    c->starting = ch;
    ch->self = c;
    ch->gone = starting_gone;
    struct command **last = &commands;
    while (*last != NULL)
        last = &(*last)->next;
    *last = c;
out:
    free_list(argv);
    free_list(given);
    free(cwd);
    free(env);
}
