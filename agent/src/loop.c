/* loop.c: one epoll loop, and what waits within it as a whole. A source is told what is ready, once for each turn; whoever is told may close any
 * source, its own too: what was closed in a turn is not told of any more in it. */
#include "agent.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

struct loop {
    struct source source; /* first; of an inner one: itself in the outer */
    int epoll;
    struct epoll_event turn[64];
    int count, at;
    void (*turned)(bool all);
};

static struct loop outer;

void loop_init(void)
{
    outer.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (outer.epoll < 0)
        abort();
}

static struct loop *loop_of(const struct source *s)
{
    return s->in == NULL ? &outer : s->in;
}

static void untell(const struct source *s)
{
    struct loop *l = loop_of(s);

    for (int i = l->at + 1; i < l->count; i++)
        if (l->turn[i].data.ptr == s)
            l->turn[i].data.ptr = NULL;
}

bool source_watch(struct source *s, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.ptr = s};
    int op = s->events == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;

    if (s->events == events)
        return true;
    if (epoll_ctl(loop_of(s)->epoll, op, s->fd, &e) < 0)
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

/* Returns whether all that was ready was told. */
static bool loop_turn(struct loop *l, int wait_ms)
{
    enum { MOST = sizeof l->turn / sizeof *l->turn };
    int count = epoll_wait(l->epoll, l->turn, MOST, wait_ms);

    l->count = count;
    for (l->at = 0; l->at < l->count; l->at++) {
        struct source *s = l->turn[l->at].data.ptr;
        if (s != NULL)
            s->ready(s, l->turn[l->at].events);
    }
    l->count = 0;
    return count < MOST;
}

void loop_once(int64_t until)
{
    int64_t left = until - now_ms();

    if (left < 0)
        left = 0;
    if (left > 60000)
        left = 60000; /* epoll's clock stands still while the machine sleeps: look again */
    loop_turn(&outer, (int)left);
}

static void inner_ready(struct source *s, uint32_t events)
{
    struct loop *l = (struct loop *)s;

    (void)events;
    l->turned(loop_turn(l, 0));
}

struct loop *loop_inner(void (*turned)(bool all))
{
    struct loop *l = calloc(1, sizeof *l);

    if (l == NULL)
        return NULL;
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->source = (struct source){.fd = l->epoll, .ready = inner_ready};
    l->turned = turned;
    if (l->epoll >= 0 && source_watch(&l->source, EPOLLIN))
        return l;
    if (l->epoll >= 0)
        close(l->epoll);
    free(l);
    return NULL;
}

void loop_pause(struct loop *inner, bool pause)
{
    struct epoll_event e = {.events = pause ? 0 : EPOLLIN, .data.ptr = inner};

    if (inner->source.events != e.events && epoll_ctl(outer.epoll, EPOLL_CTL_MOD, inner->epoll, &e) == 0)
        inner->source.events = e.events; /* adding it anew would look at all that is in it */
}
