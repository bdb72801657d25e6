/* watch.c: changes in folders, by inotify, one instance for all watches. What a reader has no credit for becomes one OVERFLOW. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { MAX_PENDING = 1024 };

struct watch {
    struct watch *next;
    struct channel *channel;
    int wd;
    struct bytes pending; /* events back to back, each u32 length and its fields */
    uint32_t count;
    bool overflow;
};

static struct watch *watches;
static struct source notify = {.fd = -1};

static bool watch_pump(struct channel *ch)
{
    struct watch *w = ch->self;
    struct bytes b = {0};

    if (w->count > 0) {
        uint32_t length = load_u32(w->pending.at);
        if (!channel_can_send(ch, length + 1))
            return false;
        bytes_add(&b, w->pending.at + 4, length);
        bytes_drop(&w->pending, 4 + length);
        w->count--;
    } else if (w->overflow && channel_can_send(ch, 16)) {
        put_u8(&b, 4);
        put_str(&b, "");
        w->overflow = false;
    } else {
        return false;
    }
    channel_event(ch, CHANGED, &b);
    bytes_free(&b);
    return true;
}

static void tell(struct watch *w, uint8_t what, const char *name)
{
    struct bytes b = {0};

    if (w->count >= MAX_PENDING) {
        w->overflow = true;
    } else {
        put_u8(&b, what);
        put_str(&b, name);
        if (put_u32(&w->pending, (uint32_t)b.length) && bytes_add(&w->pending, b.at, b.length))
            w->count++;
        bytes_free(&b);
    }
    channel_wake(w->channel);
}

static void notify_ready(struct source *s, uint32_t events)
{
    _Alignas(struct inotify_event) char buffer[16384];
    ssize_t n = read(s->fd, buffer, sizeof buffer);

    (void)events;
    for (char *at = buffer; n > 0 && at < buffer + n;) {
        const struct inotify_event *e = (const struct inotify_event *)(void *)at;
        uint8_t what = (e->mask & (IN_CREATE | IN_MOVED_TO)) != 0 ? 1
                       : (e->mask & (IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF)) != 0 ? 3
                       : (e->mask & (IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE)) != 0 ? 2 : 0;
        for (struct watch *w = watches; w != NULL; w = w->next) {
            if ((e->mask & IN_Q_OVERFLOW) != 0) {
                w->overflow = true;
                channel_wake(w->channel);
            } else if (w->wd == e->wd && what != 0) {
                tell(w, what, e->len > 0 ? e->name : "");
            }
        }
        at += sizeof *e + e->len;
    }
}

static void watch_gone(struct channel *ch, bool cut)
{
    struct watch *gone = ch->self;
    bool shared = false;

    (void)cut;
    for (struct watch **at = &watches; *at != NULL; at = &(*at)->next)
        if (*at == gone) {
            *at = gone->next;
            break;
        }
    for (struct watch *w = watches; w != NULL; w = w->next)
        shared |= w->wd == gone->wd;
    if (!shared)
        inotify_rm_watch(notify.fd, gone->wd);
    bytes_free(&gone->pending);
    free(gone);
}

void file_watch(struct channel *ch, struct reader *r)
{
    char *base = get_str(r), *path = get_str(r), via[64];
    struct watch *w = NULL;
    size_t count = 0;
    int fd = -1;

    if (!get_end(r) || (base[0] != 0 && base[0] != '/')) {
        channel_close(ch, INVALID, "WATCH has a field out of its range");
        goto out;
    }
    for (w = watches; w != NULL; w = w->next)
        count += w->channel->link == ch->link;
    if (count >= MAX_WATCHES) {
        channel_close(ch, LIMIT, "too many watches on this link");
        goto out;
    }
    if (notify.fd < 0) {
        notify = (struct source){.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), .ready = notify_ready};
        if (notify.fd >= 0)
            source_watch(&notify, EPOLLIN);
    }
    fd = open_beneath(base, path, O_PATH | O_DIRECTORY, 0);
    w = fd < 0 || notify.fd < 0 ? NULL : calloc(1, sizeof *w);
    if (w != NULL) {
        snprintf(via, sizeof via, "/proc/self/fd/%d", fd);
        w->wd = inotify_add_watch(notify.fd, via, IN_CREATE | IN_MODIFY | IN_ATTRIB | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_ONLYDIR);
    }
    if (w == NULL || w->wd < 0) {
        int number = errno;
        enum error e = number == ENOSPC || number == EMFILE ? LIMIT : error_of(number);
        channel_close(ch, e, error_text(number, e));
        free(w);
        goto out;
    }
    w->channel = ch;
    w->next = watches;
    watches = w;
    ch->self = w;
    ch->pump = watch_pump;
    ch->gone = watch_gone;
    channel_reply(ch, NULL);
out:
    if (fd >= 0)
        close(fd);
    free(base);
    free(path);
}
