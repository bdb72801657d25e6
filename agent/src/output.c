/* output.c: what a command writes goes into its journal before it is sent to anybody; its ending comes only from wait, and is recorded after
 * the last byte and before it is told. A reader that stops stalls the command only if it was started to HOLD. Nothing here spins: a pipe
 * that cannot be read now is not watched. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STARVED_REST_MS = 100, LARGE_PIPE = 1 << 20, MOST_LARGE_PIPES = 16 };

static void wake_followers(struct command *c)
{
    for (struct follower *f = c->followers; f != NULL; f = f->next)
        channel_wake(f->channel);
}

static uint64_t needed_from(const struct command *c)
{
    uint64_t needed = c->ghost;

    if ((c->flags & F_HOLD) == 0)
        return NOWHERE;
    for (const struct follower *f = c->followers; f != NULL; f = f->next)
        if (f->hold && follower_position(f) < needed)
            needed = follower_position(f);
    return needed;
}

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

/* First of those that have much, so that nobody waits for what is worth nothing. */
static void forget_unneeded(void)
{
    for (struct command *c = commands; c != NULL; c = c->next)
        while (journal_beyond_share(&c->journal) && !is_oldest_needed(c) && forget_oldest(c)) {
        }
    for (struct command *c = commands; c != NULL; c = c->next)
        while (journals_full() && !is_oldest_needed(c) && forget_oldest(c)) {
        }
}

/*
 * Where memory is short, one that no reader holds waits early; a reader may say late what he has taken. One that has ended has little left.
 * Before one waits because all hold much, all give up what nobody needs.
 */
static bool waits_for_reader(const struct command *c, uint8_t stream)
{
    if (!is_oldest_needed(c))
        return false;
    if (journal_full(&c->journal, stream))
        return true;
    if (c->reaped || c->ghost == NOWHERE || !journal_grows_beyond_share(&c->journal, stream))
        return false;
    forget_unneeded();
    return journal_beyond_share(&c->journal);
}

/* By forgetting the oldest; false when somebody still needs it. */
static bool make_room(struct command *c, uint8_t stream)
{
    size_t before = c->journal.held;

    if (waits_for_reader(c, stream))
        return false;
    while ((journal_full(&c->journal, stream) || journal_grows_beyond_share(&c->journal, stream)) && before - c->journal.held < BLOCK_HOLDS)
        if (is_oldest_needed(c) || !forget_oldest(c))
            break;
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

static void watch(struct pipe_end *p)
{
    struct command *c = p->command;

    if (p->source.fd < 0)
        return;
    bool waits = waits_for_reader(c, p->stream);
    source_watch(&p->source, waits ? 0 : EPOLLIN);
    if (waits && !journal_full(&c->journal, p->stream)) /* no event tells when others need less */
        c->starved = now_ms() + STARVED_REST_MS;
}

void output_watch(struct command *c)
{
    watch(&c->out);
    watch(&c->err);
}

/* A pipe that is found full becomes larger. Only a few do: all of a user's pages in pipes are counted, and beyond the bound new pipes get two. */
static void grow_pipe(struct pipe_end *p)
{
    int large = 0;

    for (const struct command *c = commands; c != NULL; c = c->next)
        large += (c->out.holds == LARGE_PIPE && c->out.source.fd >= 0) + (c->err.holds == LARGE_PIPE && c->err.source.fd >= 0);
    if (large < MOST_LARGE_PIPES && fcntl(p->source.fd, F_SETPIPE_SZ, LARGE_PIPE) == LARGE_PIPE)
        p->holds = LARGE_PIPE;
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
    links_used();
    c->out.source.ready = c->err.source.ready = output_discard; /* its background children live on, unheard */
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

void command_end_when_drained(struct command *c)
{
    if (c->reaped && !c->killing && c->how == RUNNING && drained(&c->out) && drained(&c->err)) {
        record_ending(c);
        commands_forget_old();
    }
}

void output_ready(struct source *s, uint32_t events)
{
    struct pipe_end *p = (struct pipe_end *)s;
    struct command *c = p->command;
    size_t room;
    uint8_t *to;

    if (p->last_bytes == 0) { /* the other stream is still drained; what a background child writes is for nobody */
        output_discard(s, events);
        return;
    }
    if (!make_room(c, p->stream)) {
        output_watch(c);
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
        if (p->last_bytes < 0) {
            pace_read(p, (size_t)n, (size_t)n < room && n < p->holds);
            if ((size_t)n == room && room > CHUNK / 2 && p->holds < LARGE_PIPE)
                grow_pipe(p);
        }
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) { /* a terminal says EIO when its last user is gone */
        source_close(s);
    } else if (p->last_bytes > 0) {
        p->last_bytes = 0;
    }
    command_end_when_drained(c);
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

/* Code inside may kill the supervisor, which has the same user. The command is our own child then, and its ending is still to come. */
static bool outlives_supervisor(struct command *c, int status)
{
    siginfo_t info;

    if (c->report.fd >= 0)
        c->report.ready(&c->report, 0);
    return WIFSIGNALED(status) && c->pid > 0 && c->pid != c->supervisor && waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

bool command_reaped(pid_t pid, int status)
{
    for (struct command *c = commands; c != NULL; c = c->next) {
        if (c->supervisor != pid || c->reaped)
            continue;
        if (outlives_supervisor(c, status)) {
            c->supervisor = c->pid;
            return true;
        }
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
        output_watch(c);
        pace_hurry();
        command_end_when_drained(c);
        return true;
    }
    return false;
}
