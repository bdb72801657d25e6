/* pace.c: when output is read. Each piece would wake us, and we the engine. What comes after a pause is read at once; when pieces come often,
 * they are read together, after a rest in which none of those that were just read becomes more than half full at the pace it had. */
#include "command.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { OFTEN = 4 /* pieces in a millisecond */, SHORTEST_REST = 200000, LONGEST_REST = 1000000, SECOND = 1000000000 /* ns */ };

static struct loop *outputs;
static struct source rest_over = {.fd = -1};
static struct {
    int64_t begun; /* the millisecond in which pieces are counted */
    int count, before;
    int64_t fills; /* of the pipes that were read in this turn: how long until the first is half full; 0: one was not emptied */
} pace = {.fills = INT64_MAX};

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

static void count(int64_t now)
{
    if (now - pace.begun > LONGEST_REST) {
        pace.before = now - pace.begun < 3 * LONGEST_REST ? pace.count : 0;
        pace.count = 0;
        pace.begun = now;
    }
    pace.count++;
}

void pace_read(struct pipe_end *p, size_t length, bool emptied)
{
    int64_t now = now_ns();
    int64_t gap = now - p->last_read < SECOND ? now - p->last_read : SECOND;
    int64_t fills = emptied ? p->holds / 2 * gap / (int64_t)length : 0;

    p->last_read = now;
    if (fills < pace.fills)
        pace.fills = fills;
    count(now);
}

void pace_dropped(void)
{
    count(now_ns());
}

static void rest_end(struct source *timer, uint32_t events)
{
    uint64_t times;

    (void)events;
    if (read(timer->fd, &times, sizeof times) > 0)
        loop_pause(outputs, false);
}

static void rest_if_often(void)
{
    int64_t rest = pace.fills < SHORTEST_REST ? SHORTEST_REST : pace.fills < LONGEST_REST ? pace.fills : LONGEST_REST;
    const struct itimerspec once = {.it_value.tv_nsec = rest};

    if (pace.fills > 0 && (pace.count > OFTEN || pace.before > OFTEN) && timerfd_settime(rest_over.fd, 0, &once, NULL) == 0)
        loop_pause(outputs, true);
    pace.fills = INT64_MAX;
}

bool pace_begin(struct source *s)
{
    if (outputs == NULL) {
        rest_over = (struct source){.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), .ready = rest_end};
        if (rest_over.fd < 0)
            return false;
        outputs = source_watch(&rest_over, EPOLLIN) ? loop_inner(rest_if_often) : NULL;
        if (outputs == NULL) {
            source_close(&rest_over);
            return false;
        }
    }
    s->in = outputs;
    return source_watch(s, EPOLLIN);
}

void pace_hurry(void)
{
    if (outputs != NULL)
        loop_pause(outputs, false);
}
