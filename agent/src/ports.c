/* ports.c: LISTEN and ACCEPT: ports of the sandbox's loopback at which programs inside reach the engine. The kernel keeps who waits to be taken. */
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { WAITING = 64 }; /* connections that nobody has accepted yet */

struct acceptor { /* one ACCEPT that waits */
    struct acceptor *next;
    struct channel *channel;
    struct listening *of; /* NULL once that is gone */
};

struct listening {
    struct source source; /* first */
    struct channel *channel;
    struct acceptor *first; /* oldest */
};

static void leave(struct acceptor *a)
{
    if (a->of == NULL)
        return;
    for (struct acceptor **at = &a->of->first; *at != NULL; at = &(*at)->next)
        if (*at == a) {
            *at = a->next;
            break;
        }
    if (a->of->first == NULL)
        source_watch(&a->of->source, 0);
    a->of = NULL;
}

static void acceptor_gone(struct channel *ch, bool cut)
{
    struct acceptor *a = ch->self;

    (void)cut;
    leave(a);
    free(a);
}

static void listening_ready(struct source *s, uint32_t events)
{
    struct listening *l = (struct listening *)s;
    struct acceptor *a = l->first;
    int one = 1;

    (void)events;
    int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            channel_close(a->channel, LIMIT, "no room for one more connection");
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct channel *ch = a->channel;
    leave(a);
    free(a);
    relay_begin(ch, fd);
}

static void listening_gone(struct channel *ch, bool cut)
{
    struct listening *l = ch->self;

    while (l->first != NULL) {
        struct acceptor *a = l->first;
        leave(a);
        if (!cut) /* else its channel goes too */
            channel_close(a->channel, STATE, "nobody listens any more");
    }
    source_close(&l->source);
    free(l);
}

static int bound(uint16_t *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(*port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof at;
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, WAITING) == 0 && getsockname(fd, (struct sockaddr *)&at, &length) == 0) {
        *port = ntohs(at.sin_port);
        return fd;
    }
    struct source failed = {.fd = fd};
    int number = errno;
    source_close(&failed);
    errno = number;
    return -1;
}

void port_listen(struct channel *ch, struct reader *r)
{
    uint16_t port = get_u16(r);
    struct listening *l = calloc(1, sizeof *l);
    struct bytes b = {0};

    if (!get_end(r) || l == NULL) {
        channel_close(ch, l == NULL ? LIMIT : INVALID, "no such port");
        free(l);
        return;
    }
    int fd = bound(&port);
    if (fd < 0) {
        enum error e = errno == EADDRINUSE ? EXISTS : error_of(errno);
        channel_close(ch, e, e == EXISTS ? "somebody listens on that port" : error_text(errno, e));
        free(l);
        return;
    }
    *l = (struct listening){.source = {.fd = fd, .ready = listening_ready}, .channel = ch};
    ch->self = l;
    ch->gone = listening_gone;
    put_u16(&b, port);
    channel_reply(ch, &b);
    bytes_free(&b);
}

void port_accept(struct channel *ch, struct reader *r)
{
    struct channel *of = channel_find(ch->link, get_u32(r));
    struct acceptor *a = calloc(1, sizeof *a);

    if (!get_end(r) || a == NULL || of == NULL || of->gone != listening_gone) {
        channel_close(ch, a == NULL ? LIMIT : INVALID, "nobody listens on that channel");
        free(a);
        return;
    }
    *a = (struct acceptor){.channel = ch, .of = of->self};
    ch->self = a;
    ch->gone = acceptor_gone;
    struct acceptor **last = &a->of->first;
    while (*last != NULL)
        last = &(*last)->next;
    *last = a;
    source_watch(&a->of->source, EPOLLIN);
}
