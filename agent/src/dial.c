/* dial.c: TCP connections to the sandbox's own loopback. */
#include "agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

struct dial {
    struct source source; /* first */
    struct channel *channel;
    uint16_t port;
    bool v6;
};

static bool begin(struct dial *d)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(d->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(d->port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int one = 1;

    d->source.fd = socket(d->v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (d->source.fd < 0)
        return false;
    setsockopt(d->source.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    int r = d->v6 ? connect(d->source.fd, (struct sockaddr *)&v6, sizeof v6) : connect(d->source.fd, (struct sockaddr *)&v4, sizeof v4);
    if (r < 0 && errno != EINPROGRESS) {
        source_close(&d->source);
        return false;
    }
    source_watch(&d->source, EPOLLOUT);
    return true;
}

/* Loopback is 127.0.0.1 first, then ::1. */
static void begin_or_refuse(struct dial *d)
{
    if (begin(d))
        return;
    if (!d->v6) {
        d->v6 = true;
        if (begin(d))
            return;
    }
    channel_close(d->channel, REFUSED, "nothing listens on that port");
}

static void dial_gone(struct channel *ch, bool cut)
{
    struct dial *d = ch->self;

    (void)cut;
    source_close(&d->source);
    free(d);
}

static void dial_ready(struct source *s, uint32_t events)
{
    struct dial *d = (struct dial *)s;
    struct channel *ch = d->channel;
    int error = 0;
    socklen_t length = sizeof error;

    (void)events;
    getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error == 0) {
        source_watch(s, 0); /* the relay watches it from now on */
        int fd = s->fd;
        free(d);
        relay_begin(ch, fd);
        return;
    }
    source_close(s);
    if (d->v6) {
        channel_close(ch, REFUSED, "nothing listens on that port");
    } else {
        d->v6 = true;
        begin_or_refuse(d);
    }
}

static enum error not_yet(struct channel *ch, const uint8_t *data, size_t length)
{
    (void)ch;
    (void)data;
    (void)length;
    return INVALID;
}

static enum error ended_early(struct channel *ch)
{
    (void)ch;
    return INVALID;
}

void port_dial(struct channel *ch, struct reader *r)
{
    uint16_t port = get_u16(r);
    struct dial *d = calloc(1, sizeof *d);

    if (!get_end(r) || port == 0 || d == NULL) {
        channel_close(ch, d == NULL ? LIMIT : INVALID, "no such port");
        free(d);
        return;
    }
    *d = (struct dial){.source = {.fd = -1, .ready = dial_ready}, .channel = ch, .port = port};
    ch->self = d;
    ch->data = not_yet;
    ch->eof = ended_early;
    ch->gone = dial_gone;
    begin_or_refuse(d);
}
