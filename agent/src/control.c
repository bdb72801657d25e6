/* control.c: what is told of commands, signals to them, and their time limits. */
#include "command.h"

#include <signal.h>
#include <string.h>
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

enum { WORD = 4, STATUS = 16 + WORD + 4 + 8 + 1 + 4 + 8 + 8 + 1 }; /* bytes, besides the words */

/* How much of a word there is room for; it is not cut within a sign. */
static size_t fitting(const char *word, size_t room)
{
    size_t length = strlen(word);

    if (length <= room)
        return length;
    while (room > 0 && ((unsigned char)word[room] & 0xc0) == 0x80)
        room--;
    return room;
}

/* As many words as there is room for, the last perhaps in part; true when that is not all. */
static bool put_words(struct bytes *b, char **argv, size_t room)
{
    size_t at = b->length;
    uint32_t argc = 0;
    bool cut = false;

    put_u32(b, 0);
    for (; argv[argc] != NULL && !cut && room > WORD; argc++) {
        size_t length = fitting(argv[argc], room - WORD);
        cut = argv[argc][length] != '\0';
        put_u32(b, (uint32_t)length);
        bytes_add(b, argv[argc], length);
        room -= WORD + length;
    }
    if (b->length > at)
        store_u32(b->at + at, argc);
    return cut || argv[argc] != NULL;
}

/* Whether words were left out. */
static bool put_status(struct bytes *b, const struct command *c, size_t room)
{
    bytes_add(b, c->id, 16);
    bool cut = put_words(b, c->argv, room);
    put_u32(b, (uint32_t)c->pid);
    put_u64(b, (uint64_t)c->started);
    put_u8(b, c->how);
    put_u32(b, c->how_value);
    put_u64(b, c->journal.start);
    put_u64(b, c->journal.end);
    return cut;
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
    bool cuts = r->left > 0 && get_u8(r) == 1;
    size_t room = SIZE_MAX;

    if (!get_end(r)) {
        channel_close(ch, INVALID, "COMMANDS has one field, which is 1");
        return;
    }
    for (struct command *c = commands; c != NULL; c = c->next)
        count++;
    if (cuts && count > 0)
        room = MAX_PAYLOAD / count > STATUS + WORD ? MAX_PAYLOAD / count - STATUS - WORD : 0;
    put_u32(&b, count);
    for (struct command *c = commands; c != NULL; c = c->next) {
        bool cut = put_status(&b, c, room);
        if (cuts)
            put_u8(&b, cut);
    }
    status_reply(ch, &b);
}

void command_status(struct channel *ch, struct reader *r)
{
    const uint8_t *id = get_raw(r, 16);
    struct command *c = found(ch, r, id);
    struct bytes b = {0};

    if (c != NULL) {
        put_status(&b, c, SIZE_MAX);
        status_reply(ch, &b);
    }
}

static bool is_followed(const struct command *c)
{
    for (const struct follower *f = c->followers; f != NULL; f = f->next)
        if (!f->told)
            return true;
    return false;
}

void command_forget(struct channel *ch, struct reader *r)
{
    const uint8_t *id = get_raw(r, 16);
    struct command *c = found(ch, r, id);

    if (c == NULL)
        return;
    if (c->how == RUNNING || is_followed(c)) {
        channel_close(ch, STATE, "it still runs, or somebody follows it");
        return;
    }
    while (c != NULL && c->followers != NULL) { /* who have all of it */
        channel_close(c->followers->channel, OK, "");
        c = command_find(id); /* one too many by now? */
    }
    if (c != NULL)
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
            if (c->how == RUNNING)
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
