/* dial.c: TCP connections to the sandbox's own loopback, both directions by themselves. */
#include "agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct port {
    struct source source; /* first */
    struct channel *channel;
    uint16_t number;
    bool v6, connected, input_ended, output_ended, shut;
    struct bytes pending;
};

static void update(struct port *p)
{
    uint32_t events = (p->pending.length > 0 || !p->connected ? EPOLLOUT : 0u) | (p->connected && !p->input_ended ? EPOLLIN : 0u);

    source_watch(&p->source, events);
}

static bool begin(struct port *p)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(p->number), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(p->number), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int one = 1;

    p->source.fd = socket(p->v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (p->source.fd < 0)
        return false;
    setsockopt(p->source.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    int r = p->v6 ? connect(p->source.fd, (struct sockaddr *)&v6, sizeof v6) : connect(p->source.fd, (struct sockaddr *)&v4, sizeof v4);
    if (r < 0 && errno != EINPROGRESS) {
        source_close(&p->source);
        return false;
    }
    update(p);
    return true;
}

static bool both_ended(struct port *p)
{
    if (!p->input_ended || !p->shut)
        return false;
    channel_close(p->channel, OK, "");
    return true;
}

static bool port_pump(struct channel *ch)
{
    static uint8_t buffer[CHUNK];
    struct port *p = ch->self;

    if (!p->connected || p->input_ended || !channel_can_send(ch, 1))
        return false;
    size_t most = (size_t)(ch->send_credit - OVERHEAD);
    ssize_t n = recv(p->source.fd, buffer, most < CHUNK ? most : CHUNK, 0);
    if (n > 0) {
        channel_data(ch, buffer, (size_t)n);
        return true;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        update(p);
        return false;
    }
    if (n < 0) { /* reset: what came before may not pass for all there was */
        channel_close(ch, IO, "the connection was reset");
        return true;
    }
    p->input_ended = true;
    channel_eof(ch);
    if (!both_ended(p))
        update(p);
    return true;
}

static void flush(struct port *p)
{
    while (p->pending.length > 0) {
        ssize_t n = send(p->source.fd, p->pending.at, p->pending.length, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0) {
            p->shut = p->output_ended = true;
            p->pending.length = 0;
            break;
        }
        bytes_drop(&p->pending, (size_t)n);
        channel_grant(p->channel, (uint32_t)n);
    }
    if (p->output_ended && p->pending.length == 0 && !p->shut) {
        shutdown(p->source.fd, SHUT_WR);
        p->shut = true;
    }
    if (!both_ended(p))
        update(p);
}

static void connected(struct port *p)
{
    int error = 0;
    socklen_t length = sizeof error;

    getsockopt(p->source.fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error == 0) {
        p->connected = true;
        channel_reply(p->channel, NULL);
        update(p);
        return;
    }
    source_close(&p->source);
    if (!p->v6) {
        p->v6 = true;
        if (begin(p))
            return;
    }
    channel_close(p->channel, REFUSED, "nothing listens on that port");
}

static void port_ready(struct source *s, uint32_t events)
{
    struct port *p = (struct port *)s;

    if (!p->connected) {
        connected(p);
        return;
    }
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !p->input_ended) {
        source_watch(s, p->pending.length > 0 ? EPOLLOUT : 0); /* the pump asks for more when it has taken this */
        channel_wake(p->channel);
    }
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0 && (p->pending.length > 0 || p->input_ended))
        flush(p);
}

static enum error port_data(struct channel *ch, const uint8_t *data, size_t length)
{
    struct port *p = ch->self;

    if (!p->connected || p->output_ended)
        return p->shut ? OK : INVALID; /* the program has ended; what crossed is dropped */
    channel_grant(ch, OVERHEAD);
    if (!bytes_add(&p->pending, data, length))
        return LIMIT;
    update(p);
    return OK;
}

static enum error port_eof(struct channel *ch)
{
    struct port *p = ch->self;

    p->output_ended = true;
    if (p->connected) {
        source_watch(&p->source, p->source.events | EPOLLOUT);
        if (p->pending.length == 0 && !p->shut) {
            shutdown(p->source.fd, SHUT_WR);
            p->shut = true;
            if (!p->input_ended)
                update(p);
        }
    }
    if (p->input_ended && p->shut)
        channel_wake(ch);
    return OK;
}

static void port_gone(struct channel *ch, bool cut)
{
    struct port *p = ch->self;

    (void)cut;
    source_close(&p->source);
    bytes_free(&p->pending);
    free(p);
}

static bool port_pump_or_end(struct channel *ch)
{
    return both_ended(ch->self) || port_pump(ch);
}

void port_dial(struct channel *ch, struct reader *r)
{
    uint16_t number = get_u16(r);
    struct port *p = calloc(1, sizeof *p);

    if (!get_end(r) || number == 0 || p == NULL) {
        channel_close(ch, p == NULL ? LIMIT : INVALID, "no such port");
        free(p);
        return;
    }
    *p = (struct port){.source = {.fd = -1, .ready = port_ready}, .channel = ch, .number = number};
    ch->self = p;
    ch->data = port_data;
    ch->eof = port_eof;
    ch->pump = port_pump_or_end;
    ch->gone = port_gone;
    if (!begin(p)) {
        p->v6 = true;
        if (!begin(p))
            channel_close(ch, REFUSED, "nothing listens on that port");
    }
}
