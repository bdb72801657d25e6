/* follow.c: FOLLOW: a journal from any offset to one reader, as far as its credit goes; then the ending. What was forgotten is told as a GAP,
 * never left out in silence. Whoever says what it has taken says when it has all, too: until it lets go all that it was sent may be lost on its way. */
#include "command.h"

#include <stdlib.h>

static bool follow_pump(struct channel *ch)
{
    struct follower *f = ch->self;
    struct command *c = f->command;
    struct bytes b = {0};
    const uint8_t *at;
    uint8_t stream;

    if (f->told || !channel_can_send(ch, 32))
        return false;
    if (f->streams != 0 && f->cursor.offset < c->journal.start) {
        put_u64(&b, f->cursor.offset);
        put_u64(&b, c->journal.start);
        f->cursor = (struct cursor){.offset = c->journal.start};
        if (f->taken >= f->sent && f->taken < c->journal.start)
            f->taken = c->journal.start;
        f->sent = c->journal.start;
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
        if (f->taken >= f->sent && f->taken < offset)
            f->taken = offset; /* what lies between is of the other stream */
        f->sent = f->cursor.offset;
        channel_output(ch, stream, offset, at, length);
    }
    if (f->cursor.offset != before && c->how == RUNNING)
        output_watch(c);
    if (length > 0)
        return true;
    if (c->how == RUNNING)
        return false;
    put_u8(&b, c->how);
    put_u32(&b, c->how_value);
    put_u64(&b, c->journal.end);
    channel_event(ch, ENDED, &b);
    bytes_free(&b);
    f->told = true;
    if (!f->confirmed)
        channel_close(ch, OK, "");
    return true;
}

static void follow_gone(struct channel *ch, bool cut)
{
    struct follower *f = ch->self;
    struct command *c = f->command;
    bool succeeded = false; /* by whoever came after it, as one does whose old link is not known to be cut yet; the newest is first */

    for (struct follower **at = &c->followers; *at != NULL; at = &(*at)->next) {
        if (*at == f) {
            *at = f->next;
            break;
        }
        succeeded |= (*at)->hold;
    }
    if (cut && f->hold && !succeeded && follower_position(f) < c->ghost)
        c->ghost = follower_position(f);
    free(f);
    if (c->how == RUNNING)
        output_watch(c);
    else
        commands_forget_old();
}

static bool follow_taken(struct channel *ch, uint64_t offset)
{
    struct follower *f = ch->self;

    if (!f->confirmed)
        return false;
    if (offset > f->taken)
        f->taken = offset;
    if (f->command->how == RUNNING)
        output_watch(f->command);
    return true;
}

void command_follow(struct channel *ch, struct reader *r)
{
    struct command *c = command_find(get_raw(r, 16));
    uint64_t offset = get_u64(r);
    uint8_t streams = get_u8(r), hold = get_u8(r);
    struct follower *f;

    if (!get_end(r) || streams > 3 || hold > 2) {
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
    *f = (struct follower){.next = c->followers, .channel = ch, .command = c, .cursor = {.offset = offset}, .streams = streams,
                           .hold = hold > 0, .confirmed = hold == 2, .sent = offset, .taken = offset};
    c->followers = f;
    if (f->hold)
        c->ghost = NOWHERE;
    ch->self = f;
    ch->looks = !f->hold;
    if (f->hold)
        links_used();
    ch->pump = follow_pump;
    ch->taken = follow_taken;
    ch->gone = follow_gone;
    if (c->how == RUNNING)
        output_watch(c);
    channel_reply(ch, NULL);
    channel_wake(ch);
}
