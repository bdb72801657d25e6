/* link.c: connections of engines: proving each other, frames in and out, channels and their credit. A peer that breaks a
 * rule of PROTOCOL.md loses its link and nothing else; one that does not read stalls itself. Nothing here blocks. */
#include "link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PROOF_LIMIT_MS = 10000, READ_AHEAD = 262144, MAX_QUEUED = 1 << 20 };

static struct link *links;
static uint8_t key[KEY_LENGTH];
static int64_t last_traffic;

/* ---- sending */

static void link_break(struct link *l)
{
    l->broken = true; /* freed at the end of the turn: callers up the stack still use it */
    l->dirty = true;
}

/* An engine that does not read its answers gets no more of them: nor is it listened to, or the loop would spin on what it says. */
static bool link_hears(const struct link *l)
{
    return l->out.length - l->out_sent < MAX_QUEUED;
}

static void link_watch(struct link *l)
{
    if (!l->broken && !source_watch(&l->source, (link_hears(l) ? EPOLLIN : 0u) | (l->out.length > 0 ? EPOLLOUT : 0u)))
        link_break(l);
}

static void link_flush(struct link *l)
{
    while (l->out_sent < l->out.length && !l->broken) {
        ssize_t n = send(l->source.fd, l->out.at + l->out_sent, l->out.length - l->out_sent, MSG_NOSIGNAL);
        if (n > 0) {
            l->out_sent += (size_t)n;
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else {
            if (errno != EAGAIN)
                link_break(l);
            break;
        }
    }
    if (l->out_sent > l->out.length / 2) { /* not each time: what is left must be moved */
        bytes_drop(&l->out, l->out_sent);
        l->out_sent = 0;
    }
    link_watch(l);
}

/* Straight to the socket while nothing is queued before it, else into the queue. */
void frame_send(struct link *l, uint8_t type, uint32_t channel, const void *fields, size_t fields_length, const void *data, size_t length)
{
    uint8_t head[HEADER + 64];
    size_t head_length = HEADER + fields_length;
    size_t sent = 0;

    if (l->broken)
        return;
    store_u32(head, (uint32_t)(fields_length + length));
    head[4] = type;
    store_u32(head + 5, channel);
    if (fields_length > 0)
        memcpy(head + HEADER, fields, fields_length);
    if (l->out.length == 0) {
        struct iovec parts[2] = {{head, head_length}, {(void *)(uintptr_t)data, length}};
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = length > 0 ? 2 : 1};
        ssize_t n = sendmsg(l->source.fd, &message, MSG_NOSIGNAL);
        if (n >= 0)
            sent = (size_t)n;
        else if (errno != EAGAIN && errno != EINTR) {
            link_break(l);
            return;
        }
    }
    if (sent == head_length + length)
        return;
    size_t head_sent = sent < head_length ? sent : head_length;
    size_t data_sent = sent - head_sent;
    if (!bytes_add(&l->out, head + head_sent, head_length - head_sent)
        || (data_sent < length && !bytes_add(&l->out, (const uint8_t *)data + data_sent, length - data_sent))
        || l->out.length - l->out_sent > 64 * (size_t)MAX_QUEUED)
        link_break(l);
    link_watch(l);
}

static struct channel *channel_find(struct link *l, uint32_t number)
{
    for (struct channel *c = l->channels; c != NULL; c = c->next)
        if (c->number == number)
            return c;
    return NULL;
}

static bool channel_open(struct link *l, uint32_t number, struct reader *r)
{
    uint8_t kind = get_u8(r);
    struct channel *c;

    if (number == 0 || r->bad || channel_find(l, number) != NULL)
        return false;
    c = calloc(1, sizeof *c);
    if (c == NULL)
        return false;
    *c = (struct channel){.link = l, .number = number, .send_credit = WINDOW, .receive_credit = WINDOW, .next = l->channels};
    l->channels = c;
    if (++l->channel_count > MAX_CHANNELS)
        channel_close(c, LIMIT, "too many channels on this link");
    else
        request_open(c, kind, r);
    return true;
}

static bool channel_receive(struct channel *c, const uint8_t *data, size_t length)
{
    c->receive_credit -= (int64_t)(length + OVERHEAD);
    if (length == 0 || length > CHUNK || c->receive_credit < 0)
        return false;
    if (c->data == NULL)
        return false;
    enum error e = c->data(c, data, length);
    if (e != OK)
        channel_close(c, e, error_text(errno, e));
    return true;
}

static bool channel_credited(struct channel *c, struct reader *r)
{
    uint32_t more = get_u32(r);

    if (!get_end(r) || more == 0 || c->send_credit + (int64_t)more > MAX_CREDIT)
        return false;
    c->send_credit += more;
    channel_wake(c);
    return true;
}

static bool channel_ended(struct channel *c, const struct reader *r)
{
    if (r->left > 0 || c->eof == NULL)
        return false;
    enum error e = c->eof(c);
    if (e != OK)
        channel_close(c, e, error_text(errno, e));
    return true;
}

/* ---- frames in */

static void proof(const char *who, const uint8_t *first, const uint8_t *second, uint8_t out[32])
{
    uint8_t text[96];
    size_t length = strlen(who);

    memcpy(text, who, length);
    memcpy(text + length, first, 32);
    memcpy(text + length + 32, second, 32);
    hmac_sha256(key, sizeof key, text, length + 64, out);
}

static bool link_prove(struct link *l, uint8_t type, uint32_t channel, struct reader *r)
{
    const uint8_t *nonce = get_raw(r, 32), *theirs = get_raw(r, 32);
    uint8_t expected[32], differ = 0;
    struct bytes b = {0};

    if (type != AUTH || channel != 0 || !get_end(r))
        return false;
    proof("sandjar engine 1", l->nonce, nonce, expected);
    for (int i = 0; i < 32; i++)
        differ |= (uint8_t)(expected[i] ^ theirs[i]);
    if (differ != 0)
        return false;
    proof("sandjar agent 1", nonce, l->nonce, expected);
    bytes_add(&b, expected, 32);
    put_u32(&b, 0);
    put_u64(&b, (uint64_t)started_ms);
    frame_send(l, WELCOME, 0, NULL, 0, b.at, b.length);
    bytes_free(&b);
    l->proven = true;
    return true;
}

static bool frame_take(struct link *l, uint8_t type, uint32_t number, struct reader *r)
{
    struct channel *c;

    if (!l->proven)
        return link_prove(l, type, number, r);
    last_traffic = now_ms();
    if (type == OPEN)
        return channel_open(l, number, r);
    c = channel_find(l, number);
    if (number == 0 || (type != DATA && type != END_OF_FILE && type != CREDIT && type != CLOSE && type != TAKEN))
        return false;
    if (c == NULL)
        return true; /* it crossed our CLOSE */
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

/* Gives each channel a frame in turn until the socket is full or nobody has anything. */
static void link_pump(struct link *l)
{
    bool sent = true;

    while (sent && l->out.length == 0 && !l->broken) {
        sent = false;
        for (struct channel *c = l->channels, *next; c != NULL && l->out.length == 0 && !l->broken; c = next) {
            next = c->next; /* pumping c may close c, and nothing else */
            if (c->pump != NULL && c->pump(c))
                sent = true;
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

void links_set_key(const uint8_t given[KEY_LENGTH])
{
    memcpy(key, given, KEY_LENGTH);
    last_traffic = now_ms(); /* an idle time begins with the agent */
}

int64_t links_last_traffic(void)
{
    return last_traffic;
}

int64_t links_next_deadline(void)
{
    int64_t next = listener_deadline();

    for (struct link *l = links; l != NULL; l = l->next)
        if (!l->proven && l->accepted + PROOF_LIMIT_MS < next)
            next = l->accepted + PROOF_LIMIT_MS;
    return next;
}

void links_expire(void)
{
    int64_t now = now_ms();

    listener_expire();
    for (struct link *l = links; l != NULL; l = l->next)
        if (!l->proven && l->accepted + PROOF_LIMIT_MS <= now)
            link_break(l);
}
