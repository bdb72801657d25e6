/* relay.c: bytes between a channel and a socket, each direction by itself. */
#include "agent.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

struct relay {
    struct source source; /* first */
    struct channel *channel;
    bool input_ended, output_ended, shut; /* input is what the socket says */
    struct bytes pending;
};

static void update(struct relay *r)
{
    source_watch(&r->source, (r->pending.length > 0 ? EPOLLOUT : 0u) | (r->input_ended ? 0u : EPOLLIN));
}

static bool both_ended(struct relay *r)
{
    if (!r->input_ended || !r->shut)
        return false;
    channel_close(r->channel, OK, "");
    return true;
}

static bool relay_pump(struct channel *ch)
{
    static uint8_t buffer[CHUNK];
    struct relay *r = ch->self;

    if (both_ended(r))
        return true;
    if (r->input_ended || !channel_can_send(ch, 1))
        return false;
    size_t most = (size_t)(ch->send_credit - OVERHEAD);
    ssize_t n = recv(r->source.fd, buffer, most < CHUNK ? most : CHUNK, 0);
    if (n > 0) {
        channel_data(ch, buffer, (size_t)n);
        return true;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        update(r);
        return false;
    }
    if (n < 0) { /* reset: what came before may not pass for all there was */
        channel_close(ch, IO, "the connection was reset");
        return true;
    }
    r->input_ended = true;
    channel_eof(ch);
    if (!both_ended(r))
        update(r);
    return true;
}

static void flush(struct relay *r)
{
    while (r->pending.length > 0) {
        ssize_t n = send(r->source.fd, r->pending.at, r->pending.length, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0) {
            r->shut = r->output_ended = true;
            r->pending.length = 0;
            break;
        }
        bytes_drop(&r->pending, (size_t)n);
        channel_grant(r->channel, (uint32_t)n);
    }
    if (r->output_ended && r->pending.length == 0 && !r->shut) {
        shutdown(r->source.fd, SHUT_WR);
        r->shut = true;
    }
    if (!both_ended(r))
        update(r);
}

static void relay_ready(struct source *s, uint32_t events)
{
    struct relay *r = (struct relay *)s;

    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !r->input_ended) {
        source_watch(s, r->pending.length > 0 ? EPOLLOUT : 0); /* the pump asks for more when it has taken this */
        channel_wake(r->channel);
    }
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0 && (r->pending.length > 0 || r->input_ended))
        flush(r);
}

static enum error relay_data(struct channel *ch, const uint8_t *data, size_t length)
{
    struct relay *r = ch->self;

    if (r->output_ended)
        return r->shut ? OK : INVALID; /* the other end is gone; what crossed is dropped */
    channel_grant(ch, OVERHEAD);
    if (!bytes_add(&r->pending, data, length))
        return LIMIT;
    update(r);
    return OK;
}

static enum error relay_eof(struct channel *ch)
{
    struct relay *r = ch->self;

    r->output_ended = true;
    source_watch(&r->source, r->source.events | EPOLLOUT);
    if (r->pending.length == 0 && !r->shut) {
        shutdown(r->source.fd, SHUT_WR);
        r->shut = true;
        if (!r->input_ended)
            update(r);
    }
    if (r->input_ended && r->shut)
        channel_wake(ch);
    return OK;
}

static void relay_gone(struct channel *ch, bool cut)
{
    struct relay *r = ch->self;

    if (!cut && r->pending.length > 0) /* as a kernel's close: what was given before it is sent, as far as there is room */
        (void)!send(r->source.fd, r->pending.at, r->pending.length, MSG_NOSIGNAL);
    source_close(&r->source);
    bytes_free(&r->pending);
    free(r);
}

void relay_begin(struct channel *ch, int fd)
{
    struct relay *r = calloc(1, sizeof *r);
    struct source from = {.fd = fd, .ready = relay_ready};

    ch->gone = NULL; /* what it was before has let go */
    if (r == NULL) {
        source_close(&from);
        channel_close(ch, LIMIT, "no memory");
        return;
    }
    *r = (struct relay){.source = from, .channel = ch};
    ch->self = r;
    ch->data = relay_data;
    ch->eof = relay_eof;
    ch->pump = relay_pump;
    ch->gone = relay_gone;
    channel_reply(ch, NULL);
    update(r);
}
