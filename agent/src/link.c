/* link.c: connections of engines: frames in, and whose turn it is to send. A peer that breaks a rule of PROTOCOL.md loses its link and nothing
 * else. Nothing here blocks. */
#include "link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PROOF_LIMIT_MS = 10000, READ_AHEAD = 262144 };

static struct link *links;
static void (*opened)(struct channel *, uint8_t kind, struct reader *);
static int64_t last_use;

/* ---- frames in */

static bool channel_open(struct link *l, uint32_t number, struct reader *r)
{
    uint8_t kind = get_u8(r);
    struct channel *c;

    if (number == 0 || r->bad || channel_find(l, number) != NULL)
        return false;
    c = channel_new(l, number);
    if (c == NULL)
        return false;
    if (l->channel_count > MAX_CHANNELS)
        channel_close(c, LIMIT, "too many channels on this link");
    else
        opened(c, kind, r);
    return true;
}

static bool frame_take(struct link *l, uint8_t type, uint32_t number, struct reader *r)
{
    struct channel *c;

    if (!l->proven)
        return link_prove(l, type, number, r);
    if (type == OPEN)
        return channel_open(l, number, r);
    c = channel_find(l, number);
    if (number == 0 || (type != DATA && type != END_OF_FILE && type != CREDIT && type != CLOSE && type != TAKEN))
        return false;
    if (c == NULL)
        return true; /* it crossed our CLOSE */
    if (!c->looks)
        links_used();
    switch (type) {
    case DATA:
        return channel_receive(c, r->at, r->left);
    case END_OF_FILE:
        return channel_ended(c, r);
    case CREDIT:
        return channel_credited(c, r);
    case TAKEN: {
        uint64_t offset = get_u64(r);
        return get_end(r) && c->taken != NULL && c->taken(c, offset);
    }
    default:
        if (r->left > 0)
            return false;
        channel_close(c, OK, "");
        return true;
    }
}

/* Returns how many of the bytes were whole frames. */
static size_t link_take(struct link *l, const uint8_t *bytes, size_t count)
{
    size_t at = 0;

    while (!l->broken && count - at >= HEADER) {
        const uint8_t *head = bytes + at;
        uint32_t length = load_u32(head);
        if (length > MAX_PAYLOAD || (!l->proven && length != 64)) {
            link_break(l);
            break;
        }
        if (count - at - HEADER < length)
            break;
        struct reader r = {.at = head + HEADER, .left = length};
        if (!frame_take(l, head[4], load_u32(head + 5), &r))
            link_break(l);
        at += HEADER + length;
    }
    return at;
}

/* All links read into the same room and keep for themselves only what is no whole frame yet: then an idle link costs nothing, and a busy
 * one neither copies what it gets nor asks the kernel for new memory all the time. */
static void link_read(struct link *l)
{
    static uint8_t room[HEADER + MAX_PAYLOAD + READ_AHEAD];
    size_t count = l->in.length;
    ssize_t n = recv(l->source.fd, room + count, sizeof room - count, 0);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        link_break(l);
        return;
    }
    if (n < 0)
        return;
    if (count > 0)
        memcpy(room, l->in.at, count);
    bytes_free(&l->in);
    count += (size_t)n;
    size_t taken = link_take(l, room, count);
    if (!l->broken && !bytes_add(&l->in, room + taken, count - taken))
        link_break(l);
}

static void link_ready(struct source *s, uint32_t events)
{
    struct link *l = (struct link *)s;

    if ((events & EPOLLOUT) != 0) {
        link_flush(l);
        l->dirty = true;
    }
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !l->broken && link_hears(l))
        link_read(l);
    else if ((events & (EPOLLHUP | EPOLLERR)) != 0)
        link_break(l);
}

static void link_free(struct link *l)
{
    for (struct link **at = &links; *at != NULL; at = &(*at)->next)
        if (*at == l) {
            *at = l->next;
            break;
        }
    while (l->channels != NULL)
        channel_free(l->channels, true);
    source_close(&l->source);
    bytes_free(&l->in);
    bytes_free(&l->out);
    free(l);
}

/* Gives each channel that was woken a frame in turn until the socket is full or nobody has anything. It goes on where it ended: from the
 * same one each time, those behind would wait while those before have more. */
static void link_pump(struct link *l)
{
    uint32_t without = 0; /* so many in a row have nothing */

    while (without < l->channel_count && l->out.length == 0 && !l->broken) {
        struct channel *c = l->turn == NULL ? l->channels : l->turn;
        l->turn = c->next; /* pumping c may close c, and nothing else */
        if (c->awake && c->pump != NULL && c->pump(c)) {
            without = 0; /* and c may be gone */
        } else {
            c->awake = false;
            without++;
        }
    }
}

void links_pump(void)
{
    for (struct link *l = links, *next; l != NULL; l = next) {
        next = l->next;
        if (l->dirty && !l->broken) {
            l->dirty = false;
            link_pump(l);
        }
        if (l->broken)
            link_free(l);
    }
}

/* ---- new ones */

void link_accepted(int fd)
{
    int all = 0, unproven = 0, one = 1;
    struct link *oldest = NULL, *l;
    struct bytes hello = {0};

    for (l = links; l != NULL; l = l->next) { /* newest first, so the last seen is the oldest */
        all++;
        if (!l->proven && !l->broken) {
            unproven++;
            oldest = l;
        }
    }
    if (oldest != NULL && (unproven >= MAX_UNPROVEN || all >= MAX_LINKS))
        link_break(oldest);
    l = all >= MAX_LINKS && oldest == NULL ? NULL : calloc(1, sizeof *l);
    if (l == NULL) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* fails on Unix sockets, which need it not */
    l->source = (struct source){.fd = fd, .ready = link_ready};
    l->accepted = now_ms();
    l->next = links;
    links = l;
    if (getrandom(l->nonce, sizeof l->nonce, 0) != sizeof l->nonce || !source_watch(&l->source, EPOLLIN)) {
        link_break(l);
        return;
    }
    put_u16(&hello, 1);
    bytes_add(&hello, l->nonce, sizeof l->nonce);
    frame_send(l, HELLO, 0, NULL, 0, hello.at, hello.length);
    bytes_free(&hello);
}

void links_begin(void (*when_opened)(struct channel *, uint8_t, struct reader *))
{
    opened = when_opened;
    links_used(); /* an idle time begins with the agent */
}

int64_t links_last_use(void)
{
    return last_use;
}

void links_used(void)
{
    last_use = now_ms();
}

int64_t links_next_deadline(void)
{
    int64_t next = INT64_MAX;

    for (struct link *l = links; l != NULL; l = l->next)
        if (!l->proven && l->accepted + PROOF_LIMIT_MS < next)
            next = l->accepted + PROOF_LIMIT_MS;
    return next;
}

void links_expire(void)
{
    int64_t now = now_ms();

    for (struct link *l = links; l != NULL; l = l->next)
        if (!l->proven && l->accepted + PROOF_LIMIT_MS <= now)
            link_break(l);
}
