/* command.c: commands from START until they are forgotten: their output into a journal before it is sent to anybody, their ending only
 * from wait and recorded before it is told. A reader that stops stalls the command only if it was started to HOLD. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { F_STDIN = 1, F_TERMINAL = 2, F_HOLD = 4 };
enum { STARVED_REST_MS = 100 };
static const uint64_t NOWHERE = UINT64_MAX;

struct pipe_end {
    struct source source; /* first */
    struct command *command;
    uint8_t stream;
    int64_t last_bytes; /* after the command's end: what was in the pipe then and is still to be read; -1: still running */
};

struct follower {
    struct follower *next;
    struct channel *channel;
    struct command *command;
    struct cursor cursor;
    uint8_t streams;
    bool hold;
};

struct input { /* outlives its channel until what was sent is written */
    struct channel *channel; /* NULL: it has let go */
    struct command *command;
    struct bytes pending;
    size_t inherited; /* of pending: came by an earlier channel */
    bool ended;
};

struct command {
    struct command *next; /* oldest first */
    uint8_t id[16];
    char **argv;
    uint32_t flags;
    pid_t supervisor, pid;
    int64_t started;
    uint64_t oom_before;
    uint32_t limit_ms;
    int64_t deadline;
    bool timed_out, killed_by_us, reaped;
    bool killing;   /* the ending is told when nothing of the tree is left */
    int64_t starved; /* when to look for memory again; INT64_MAX: there was some */
    int status;
    uint8_t how;
    uint32_t how_value;
    struct pipe_end out, err; /* a terminal uses out alone */
    struct source in, report;
    struct channel *starting; /* waits for the pid */
    struct input *input;
    struct journal journal;
    struct follower *followers;
    uint64_t ghost; /* a holding position that no open follower owns */
};

static struct command *commands;

static struct command *find(const uint8_t *id)
{
    for (struct command *c = commands; c != NULL && id != NULL; c = c->next)
        if (memcmp(c->id, id, 16) == 0)
            return c;
    return NULL;
}

static void input_free(struct input *i)
{
    i->command->input = NULL;
    bytes_free(&i->pending);
    free(i);
}

static void wake_followers(struct command *c)
{
    for (struct follower *f = c->followers; f != NULL; f = f->next)
        channel_wake(f->channel);
}

static void discard(struct source *s, uint32_t events)
{
    static uint8_t waste[CHUNK];
    ssize_t n = read(s->fd, waste, sizeof waste);

    (void)events;
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        source_close(s);
}

static void discard_alone(struct source *s, uint32_t events)
{
    discard(s, events);
    if (s->fd < 0)
        free(s);
}

/* Background children may write on after their command is forgotten: they are read, and dropped. */
static void leave_draining(struct source *s)
{
    struct source *alone = s->fd < 0 ? NULL : calloc(1, sizeof *alone);

    if (alone == NULL) {
        source_close(s);
        return;
    }
    source_watch(s, 0);
    *alone = (struct source){.fd = s->fd, .ready = discard_alone};
    s->fd = -1;
    if (!source_watch(alone, EPOLLIN)) {
        source_close(alone);
        free(alone);
    }
}

static void free_command(struct command *c)
{
    for (struct command **at = &commands; *at != NULL; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            break;
        }
    leave_draining(&c->out.source);
    leave_draining(&c->err.source);
    source_close(&c->in);
    source_close(&c->report);
    journal_free(&c->journal);
    free_list(c->argv);
    free(c);
}

static void forget_old(void)
{
    size_t count = 0, held = 0;

    for (struct command *c = commands; c != NULL; c = c->next)
        if (c->how != RUNNING) {
            count++;
            held += c->journal.held;
        }
    for (struct command *c = commands, *next; c != NULL && (count > MAX_ENDED || held > MAX_ENDED_BYTES); c = next) {
        next = c->next;
        if (c->how == RUNNING || c->followers != NULL)
            continue;
        count--;
        held -= c->journal.held;
        free_command(c);
    }
}

/* ---- output */

static uint64_t needed_from(const struct command *c)
{
    uint64_t needed = c->ghost;

    if ((c->flags & F_HOLD) == 0)
        return NOWHERE;
    for (const struct follower *f = c->followers; f != NULL; f = f->next)
        if (f->hold && f->cursor.offset < needed)
            needed = f->cursor.offset;
    return needed;
}

/* Makes room by forgetting the oldest; false when somebody still needs it. */
static bool is_oldest_needed(const struct command *c)
{
    return needed_from(c) < journal_second(&c->journal);
}

/* false: only the block being filled is left */
static bool forget_oldest(struct command *c)
{
    for (struct follower *f = c->followers; f != NULL; f = f->next)
        if (f->cursor.block == c->journal.head)
            f->cursor.block = NULL;
    return journal_forget(&c->journal);
}

static bool make_room(struct command *c)
{
    while (journal_full(&c->journal)) {
        if (is_oldest_needed(c))
            return false;
        if (!forget_oldest(c))
            return true;
    }
    return true;
}

/* Where there is no memory, what nobody needs any more is worth less than what comes. */
static uint8_t *take_room(struct command *c, uint8_t stream, size_t *room)
{
    uint8_t *to = journal_room(&c->journal, stream, room);

    while (to == NULL && !is_oldest_needed(c) && forget_oldest(c))
        to = journal_room(&c->journal, stream, room);
    return to;
}

static void watch_pipes(struct command *c)
{
    uint32_t events = make_room(c) ? EPOLLIN : 0;

    if (c->out.source.fd >= 0)
        source_watch(&c->out.source, events);
    if (c->err.source.fd >= 0)
        source_watch(&c->err.source, events);
}

static void record_ending(struct command *c)
{
    if (WIFEXITED(c->status)) {
        c->how = EXITED;
        c->how_value = (uint32_t)WEXITSTATUS(c->status);
    } else {
        c->how = KILLED;
        c->how_value = (uint32_t)WTERMSIG(c->status);
        if (c->timed_out) {
            c->how = TIMED_OUT;
            c->how_value = c->limit_ms;
        } else if (WTERMSIG(c->status) == SIGKILL && !c->killed_by_us && stats_oom_kills() > c->oom_before) {
            c->how = OUT_OF_MEMORY;
            c->how_value = 0;
        }
    }
    c->out.source.ready = c->err.source.ready = discard; /* its background children live on, unheard */
    if (c->out.source.fd >= 0)
        source_watch(&c->out.source, EPOLLIN);
    if (c->err.source.fd >= 0)
        source_watch(&c->err.source, EPOLLIN);
    source_close(&c->in);
    if (c->input != NULL && c->input->channel == NULL)
        input_free(c->input);
    else if (c->input != NULL)
        channel_close(c->input->channel, OK, "");
    wake_followers(c);
}

static bool drained(const struct pipe_end *p)
{
    return p->source.fd < 0 || p->last_bytes == 0;
}

static void end_when_drained(struct command *c)
{
    if (c->reaped && !c->killing && c->how == RUNNING && drained(&c->out) && drained(&c->err)) {
        record_ending(c);
        forget_old();
    }
}

static void read_output(struct source *s, uint32_t events)
{
    struct pipe_end *p = (struct pipe_end *)s;
    struct command *c = p->command;
    size_t room;
    uint8_t *to;

    (void)events;
    if (!make_room(c)) {
        watch_pipes(c);
        return;
    }
    to = take_room(c, p->stream, &room);
    if (to == NULL) { /* the pipe stays readable, and no event tells when there is memory; a reader that moves on is looked at before */
        source_watch(s, 0);
        c->starved = now_ms() + STARVED_REST_MS;
        return;
    }
    if (p->last_bytes >= 0 && room > (size_t)p->last_bytes)
        room = (size_t)p->last_bytes;
    ssize_t n = read(s->fd, to, room);
    if (n > 0) {
        journal_added(&c->journal, (size_t)n);
        if (p->last_bytes > 0)
            p->last_bytes -= n;
        wake_followers(c);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) { /* a terminal says EIO when its last user is gone */
        source_close(s);
    } else if (p->last_bytes > 0) {
        p->last_bytes = 0;
    }
    end_when_drained(c);
}

enum { TERMINAL_HOLDS = 65536 + 4096 }; /* what the kernel keeps between a terminal's two ends */

/* FIONREAD does not count what a terminal still carries from one end to the other, and no event may follow: only a read fetches it.
 * Beyond the journal's bound if need be; a background child that writes on cannot make it longer than this. */
static void drain_terminal(struct command *c)
{
    size_t left = TERMINAL_HOLDS, room;
    uint8_t *to;

    while (left > 0 && (to = take_room(c, c->out.stream, &room)) != NULL) {
        ssize_t n = read(c->out.source.fd, to, room < left ? room : left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        journal_added(&c->journal, (size_t)n);
        left -= (size_t)n;
    }
    wake_followers(c);
}

bool command_reaped(pid_t pid, int status)
{
    for (struct command *c = commands; c != NULL; c = c->next) {
        if (c->supervisor != pid || c->reaped)
            continue;
        c->reaped = true;
        c->status = status;
        c->deadline = INT64_MAX;
        for (struct pipe_end *p = &c->out;; p = &c->err) {
            int waiting = 0;
            if (p->source.fd >= 0 && (c->flags & F_TERMINAL) != 0)
                drain_terminal(c);
            else if (p->source.fd >= 0 && ioctl(p->source.fd, FIONREAD, &waiting) < 0)
                waiting = 0;
            p->last_bytes = waiting;
            if (p == &c->err)
                break;
        }
        if (c->report.fd >= 0 && c->starting != NULL)
            c->report.ready(&c->report, 0);
        end_when_drained(c);
        return true;
    }
    return false;
}

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
    fcntl(ends[0], F_SETPIPE_SZ, 1 << 20); /* may be refused; then it is slower */
    p->source.fd = ends[0];
    *theirs = ends[1];
    return source_watch(&p->source, EPOLLIN);
}

static bool open_terminal(struct command *c, struct ends *e, uint16_t rows, uint16_t columns)
{
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return false;
    c->out.source.fd = fd;
    return unlockpt(fd) == 0 && ptsname_r(fd, e->terminal, sizeof e->terminal) == 0 && ioctl(fd, TIOCSWINSZ, &size) == 0
           && (c->in.fd = fcntl(fd, F_DUPFD_CLOEXEC, 3)) >= 0 && source_watch(&c->out.source, EPOLLIN);
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

static void write_input(struct source *s, uint32_t events);

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

    if (!get_end(r) || argc == 0 || argv[0][0] == 0 || flags > 7 || bound < 65536 || bound > 64u << 20) {
        channel_close(ch, INVALID, "START has a field out of its range");
        goto out;
    }
    if (find(id) != NULL) {
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
                          .out = {.source = {.fd = -1, .ready = read_output}, .command = c, .stream = 1, .last_bytes = -1},
                          .err = {.source = {.fd = -1, .ready = read_output}, .command = c, .stream = 2, .last_bytes = -1},
                          .in = {.fd = -1, .ready = write_input}, .report = {.fd = -1, .ready = report_ready},
                          .journal = {.bound = bound}, .oom_before = stats_oom_kills()};
    memcpy(c->id, id, 16);
    if ((flags & F_HOLD) != 0)
        c->ghost = 0;
    bool opened = (flags & F_TERMINAL) != 0 ? open_terminal(c, &ends, rows, columns) : open_pipes(c, &ends);
    struct spawn s = {.argv = argv, .env = env, .cwd = cwd, .in = ends.in, .out = ends.out, .err = ends.err,
                      .terminal = (flags & F_TERMINAL) != 0 ? ends.terminal : NULL};
    c->supervisor = opened ? spawn_supervised(&s, &c->report.fd) : -1;
    close_ends(&ends);
    if (c->supervisor < 0 || !source_watch(&c->report, EPOLLIN)) {
        free_command(c);
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

/* ---- FOLLOW */

static bool follow_pump(struct channel *ch)
{
    struct follower *f = ch->self;
    struct command *c = f->command;
    struct bytes b = {0};
    const uint8_t *at;
    uint8_t stream;

    if (!channel_can_send(ch, 32))
        return false;
    if (f->streams != 0 && f->cursor.offset < c->journal.start) {
        put_u64(&b, f->cursor.offset);
        put_u64(&b, c->journal.start);
        f->cursor = (struct cursor){.offset = c->journal.start};
        channel_event(ch, GAP, &b);
        bytes_free(&b);
        return true;
    }
    int64_t credit = ch->send_credit - OVERHEAD - 9;
    size_t most = credit < CHUNK ? (size_t)credit : CHUNK;
    uint64_t before = f->cursor.offset;
    size_t length = f->streams == 0 ? 0 : journal_read(&c->journal, &f->cursor, f->streams, most, &stream, &at);
    if (length > 0) {
        uint64_t offset = f->cursor.offset;
        f->cursor.offset += length; /* before sending: a full journal may move on now */
        channel_output(ch, stream, offset, at, length);
    }
    if (f->cursor.offset != before && c->how == RUNNING)
        watch_pipes(c);
    if (length > 0)
        return true;
    if (c->how == RUNNING)
        return false;
    put_u8(&b, c->how);
    put_u32(&b, c->how_value);
    put_u64(&b, c->journal.end);
    channel_event(ch, ENDED, &b);
    bytes_free(&b);
    channel_close(ch, OK, "");
    return true;
}

static void follow_gone(struct channel *ch, bool cut)
{
    struct follower *f = ch->self;
    struct command *c = f->command;

    for (struct follower **at = &c->followers; *at != NULL; at = &(*at)->next)
        if (*at == f) {
            *at = f->next;
            break;
        }
    if (cut && f->hold && f->cursor.offset < c->ghost)
        c->ghost = f->cursor.offset;
    free(f);
    if (c->how == RUNNING)
        watch_pipes(c);
}

void command_follow(struct channel *ch, struct reader *r)
{
    struct command *c = find(get_raw(r, 16));
    uint64_t offset = get_u64(r);
    uint8_t streams = get_u8(r), hold = get_u8(r);
    struct follower *f;

    if (!get_end(r) || streams > 3 || hold > 1) {
        channel_close(ch, INVALID, "FOLLOW has a field out of its range");
        return;
    }
    if (c == NULL) {
        channel_close(ch, NOT_FOUND, "no such command");
        return;
    }
    f = calloc(1, sizeof *f);
    if (f == NULL) {
        channel_close(ch, LIMIT, "no memory");
        return;
    }
    *f = (struct follower){.next = c->followers, .channel = ch, .command = c, .cursor = {.offset = offset}, .streams = streams, .hold = hold == 1};
    c->followers = f;
    if (f->hold)
        c->ghost = NOWHERE;
    ch->self = f;
    ch->pump = follow_pump;
    ch->gone = follow_gone;
    channel_reply(ch, NULL);
    channel_wake(ch);
}

/* ---- INPUT */

/* Every byte was written: the end may follow it, and nobody need stay for it. */
static void input_written(struct input *i)
{
    struct command *c = i->command;
    bool ended = i->ended;

    if (ended)
        source_close(&c->in);
    if (i->channel == NULL)
        input_free(i);
    else if (ended)
        channel_close(i->channel, OK, "");
}

static void write_input(struct source *s, uint32_t events)
{
    struct command *c = (struct command *)(void *)((char *)s - offsetof(struct command, in));
    struct input *i = c->input;

    (void)events;
    if (i == NULL) {
        source_watch(s, 0);
        return;
    }
    ssize_t n = i->pending.length == 0 ? 0 : write(s->fd, i->pending.at, i->pending.length);
    if (n < 0 && errno != EAGAIN && errno != EINTR) { /* nobody reads it any more */
        i->ended = true;
        input_written(i);
        return;
    }
    if (n > 0) {
        size_t of_others = i->inherited < (size_t)n ? i->inherited : (size_t)n;
        bytes_drop(&i->pending, (size_t)n);
        i->inherited -= of_others;
        if (i->channel != NULL && (size_t)n > of_others)
            channel_grant(i->channel, (uint32_t)((size_t)n - of_others));
    }
    source_watch(s, i->pending.length > 0 ? EPOLLOUT : 0);
    if (i->pending.length == 0 && (i->ended || i->channel == NULL))
        input_written(i);
}

static enum error input_data(struct channel *ch, const uint8_t *data, size_t length)
{
    struct input *i = ch->self;

    channel_grant(ch, OVERHEAD);
    if (i->ended)
        return INVALID;
    if (!bytes_add(&i->pending, data, length))
        return LIMIT;
    source_watch(&i->command->in, EPOLLOUT);
    return OK;
}

static enum error input_eof(struct channel *ch)
{
    struct input *i = ch->self;

    if (i->ended)
        return INVALID;
    i->ended = true;
    if ((i->command->flags & F_TERMINAL) != 0 && !bytes_add(&i->pending, "\4", 1)) /* what Ctrl-D sends */
        return LIMIT;
    source_watch(&i->command->in, EPOLLOUT);
    return OK;
}

static void input_gone(struct channel *ch, bool cut)
{
    struct input *i = ch->self;

    (void)cut;
    i->channel = NULL;
    if (i->command->in.fd < 0 || (i->pending.length == 0 && !i->ended))
        input_free(i);
}

void command_input(struct channel *ch, struct reader *r)
{
    struct command *c = find(get_raw(r, 16));
    struct input *i;

    if (!get_end(r))
        channel_close(ch, INVALID, "INPUT has a field out of its range");
    else if (c == NULL)
        channel_close(ch, NOT_FOUND, "no such command");
    else if ((c->flags & (F_STDIN | F_TERMINAL)) == 0)
        channel_close(ch, STATE, "it was started without standard input");
    else if (c->input != NULL && (c->input->channel != NULL || c->input->pending.length > WINDOW))
        channel_close(ch, LIMIT, "somebody else writes to it already");
    else if ((i = c->input != NULL ? c->input : calloc(1, sizeof *i)) == NULL)
        channel_close(ch, LIMIT, "no memory");
    else {
        channel_reply(ch, NULL);
        if (c->in.fd < 0) {
            free(i);
            channel_close(ch, OK, "");
            return;
        }
        i->channel = ch;
        i->command = c;
        i->inherited = i->pending.length; /* of the channel before: granted to nobody */
        c->input = i;
        ch->self = i;
        ch->data = input_data;
        ch->eof = input_eof;
        ch->gone = input_gone;
    }
}

/* ---- the rest */

static struct command *found(struct channel *ch, struct reader *r, const uint8_t *id)
{
    struct command *c = get_end(r) ? find(id) : NULL;

    if (c == NULL)
        channel_close(ch, r->bad || r->left > 0 ? INVALID : NOT_FOUND, r->bad || r->left > 0 ? "a field out of its range" : "no such command");
    return c;
}

static void done(struct channel *ch)
{
    channel_reply(ch, NULL);
    channel_close(ch, OK, "");
}

void command_signal(struct channel *ch, struct reader *r)
{
    const uint8_t *id = get_raw(r, 16);
    uint8_t number = get_u8(r), tree = get_u8(r);
    struct command *c = found(ch, r, id);

    if (c == NULL)
        return;
    if (number < 1 || number > 64 || tree > 1) {
        channel_close(ch, INVALID, "no such signal");
        return;
    }
    if (!c->reaped) {
        c->killed_by_us |= number == SIGKILL;
        if (tree == 1 && number == SIGKILL) {
            reply_when_killed(ch, c->supervisor);
            return;
        }
        if (tree == 1)
            signal_tree(c->supervisor, number);
        else if (c->pid > 0)
            kill(-c->pid, number);
    }
    done(ch);
}

void command_resize(struct channel *ch, struct reader *r)
{
    const uint8_t *id = get_raw(r, 16);
    struct winsize size = {.ws_row = get_u16(r), .ws_col = get_u16(r)};
    struct command *c = found(ch, r, id);

    if (c == NULL)
        return;
    if ((c->flags & F_TERMINAL) == 0) {
        channel_close(ch, STATE, "it has no terminal");
        return;
    }
    if (c->out.source.fd >= 0)
        ioctl(c->out.source.fd, TIOCSWINSZ, &size);
    done(ch);
}

static void put_status(struct bytes *b, const struct command *c)
{
    size_t argc = 0;

    bytes_add(b, c->id, 16);
    while (c->argv[argc] != NULL)
        argc++;
    put_u32(b, (uint32_t)argc);
    for (size_t i = 0; i < argc; i++)
        put_str(b, c->argv[i]);
    put_u32(b, (uint32_t)c->pid);
    put_u64(b, (uint64_t)c->started);
    put_u8(b, c->how);
    put_u32(b, c->how_value);
    put_u64(b, c->journal.start);
    put_u64(b, c->journal.end);
}

static void status_reply(struct channel *ch, struct bytes *b)
{
    if (b->length > MAX_PAYLOAD) {
        channel_close(ch, TOO_LARGE, "too much to list");
    } else {
        channel_reply(ch, b);
        channel_close(ch, OK, "");
    }
    bytes_free(b);
}

void command_list(struct channel *ch, struct reader *r)
{
    struct bytes b = {0};
    uint32_t count = 0;

    if (!get_end(r)) {
        channel_close(ch, INVALID, "COMMANDS has no fields");
        return;
    }
    for (struct command *c = commands; c != NULL; c = c->next)
        count++;
    put_u32(&b, count);
    for (struct command *c = commands; c != NULL; c = c->next)
        put_status(&b, c);
    status_reply(ch, &b);
}

void command_status(struct channel *ch, struct reader *r)
{
    const uint8_t *id = get_raw(r, 16);
    struct command *c = found(ch, r, id);
    struct bytes b = {0};

    if (c != NULL) {
        put_status(&b, c);
        status_reply(ch, &b);
    }
}

void command_forget(struct channel *ch, struct reader *r)
{
    const uint8_t *id = get_raw(r, 16);
    struct command *c = found(ch, r, id);

    if (c == NULL)
        return;
    if (c->how == RUNNING || c->followers != NULL) {
        channel_close(ch, STATE, "it still runs, or somebody follows it");
        return;
    }
    free_command(c);
    done(ch);
}

bool commands_running(void)
{
    for (struct command *c = commands; c != NULL; c = c->next)
        if (!c->reaped)
            return true;
    return false;
}

int64_t commands_next_deadline(void)
{
    int64_t next = INT64_MAX;

    for (struct command *c = commands; c != NULL; c = c->next) {
        if (c->deadline < next)
            next = c->deadline;
        if (c->starved < next)
            next = c->starved;
    }
    return next;
}

static void killing_done(void *self)
{
    struct command *c = self;

    c->killing = false;
    end_when_drained(c);
}

void commands_expire(void)
{
    int64_t now = now_ms();

    for (struct command *c = commands; c != NULL; c = c->next) {
        if (c->starved <= now) {
            c->starved = INT64_MAX;
            watch_pipes(c);
        }
        if (c->deadline <= now) {
            c->timed_out = true;
            c->deadline = now + 20; /* again, should anything have slipped through */
            if (!c->killing)
                c->killing = kill_tree(c->supervisor, killing_done, c);
            kill(c->supervisor, SIGCONT); /* in a frozen sandbox it is stopped too, and has an ending to pass on */
        }
    }
}
