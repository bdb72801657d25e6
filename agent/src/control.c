/* control.c: what is told of commands, signals to them, and their time limits. */
#include "command.h"

#include <signal.h>
#include <sys/ioctl.h>

static struct command *found(struct channel *ch, struct reader *r, const uint8_t *id)
{
    struct command *c = get_end(r) ? command_find(id) : NULL;

    if (c == NULL)
        channel_close(ch, r->bad || r->left > 0 ? INVALID : NOT_FOUND, r->bad || r->left > 0 ? "a field out of its range" : "no such command");
    return c;
}

static void done(struct channel *ch)
{
    channel_reply(ch, NULL);
    channel_close(ch, OK, "");
}

/* After all below it were killed. A supervisor may be stopped, by a frozen sandbox or from inside, and has an ending to pass on. */
static void end_root(const struct command *c)
{
    kill(c->supervisor, c->supervisor == c->pid ? SIGKILL : SIGCONT);
}

/* At once, before it is looked for in /proc: beside thousands that want the processor that takes long. */
static void stand_still(const struct command *c)
{
    if (c->pid > 0 && c->pid != c->supervisor)
        kill(-c->pid, SIGSTOP);
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
            stand_still(c);
            reply_when_killed(ch, c->supervisor);
            end_root(c);
            return;
        }
        if (tree == 1) {
            signal_tree(c->supervisor, number);
            if (c->supervisor == c->pid)
                kill(c->pid, number);
        } else if (c->pid > 0) {
            kill(-c->pid, number);
        }
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
    command_free(c);
    done(ch);
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
    command_end_when_drained(c);
}

void commands_expire(void)
{
    int64_t now = now_ms();

    for (struct command *c = commands; c != NULL; c = c->next) {
        if (c->starved <= now) {
            c->starved = INT64_MAX;
            output_watch(c);
        }
        if (c->deadline <= now) {
            c->timed_out = true;
            c->deadline = now + 20; /* again, should anything have slipped through */
            if (!c->killing) {
                stand_still(c);
                c->killing = kill_tree(c->supervisor, killing_done, c);
            }
            end_root(c);
        }
    }
}
