/* frame.c: frames out. Straight to the socket while nothing is queued before, else into the link's queue; a peer that does not read stalls
 * itself. Nothing here blocks, and nothing frees: a link that broke is only marked. */
#include "link.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { MAX_QUEUED = 1 << 20 };

void link_break(struct link *l)
{
    l->broken = true; /* freed at the end of the turn: callers up the stack still use it */
    l->dirty = true;
}

/* An engine that does not read its answers gets no more of them: nor is it listened to, or the loop would spin on what it says. */
bool link_hears(const struct link *l)
{
    return l->out.length - l->out_sent < MAX_QUEUED;
}

static void link_watch(struct link *l)
{
    if (!l->broken && !source_watch(&l->source, (link_hears(l) ? EPOLLIN : 0u) | (l->out.length > 0 ? EPOLLOUT : 0u)))
        link_break(l);
}

void link_flush(struct link *l)
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
