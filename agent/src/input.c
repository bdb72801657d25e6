/* input.c: INPUT: bytes to a command's standard input, in order. What was sent is written, and then the end if that was sent, also when the
 * channel is closed or cut meanwhile. */
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

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

void input_ready(struct source *s, uint32_t events)
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
    struct command *c = command_find(get_raw(r, 16));
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
