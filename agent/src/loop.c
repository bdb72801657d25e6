/* loop.c: one epoll loop. A source is told what is ready, once for each turn; whoever is told may close any source,
 * its own too: what was closed in a turn is not told of any more in it. */
#include "agent.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

static struct {
    int epoll;
    struct epoll_event turn[64];
    int count, at;
} loop;

void loop_init(void)
{
    loop.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop.epoll < 0)
        abort();
}

static void untell(const struct source *s)
{
    for (int i = loop.at + 1; i < loop.count; i++)
        if (loop.turn[i].data.ptr == s)
            loop.turn[i].data.ptr = NULL;
}

bool source_watch(struct source *s, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.ptr = s};
    int op = s->events == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;

    if (s->events == events)
        return true;
    if (epoll_ctl(loop.epoll, op, s->fd, &e) < 0)
        return false;
    s->events = events;
    if (events == 0)
        untell(s);
    return true;
}

void source_close(struct source *s)
{
    if (s->fd < 0)
        return;
    source_watch(s, 0);
    close(s->fd);
    s->fd = -1;
}

static int64_t clock_ms(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t now_ms(void)
{
    return clock_ms(CLOCK_BOOTTIME);
}

int64_t wall_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

void loop_once(int64_t until)
{
    int64_t left = until - now_ms();

    if (left < 0)
        left = 0;
    if (left > 60000)
        left = 60000; /* epoll's clock stands still while the machine sleeps: look again */
    loop.count = epoll_wait(loop.epoll, loop.turn, 64, (int)left);
    for (loop.at = 0; loop.at < loop.count; loop.at++) {
        struct source *s = loop.turn[loop.at].data.ptr;
        if (s != NULL)
            s->ready(s, loop.turn[loop.at].events);
    }
    loop.count = 0;
}
