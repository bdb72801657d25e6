/* pace.c: when output is read. Each piece would wake us, and we the engine. What comes after a pause is read at once; when pieces come often,
 * they are read together, after a rest in which none of those that were just read becomes more than half full at the pace it had; the more there
 * are, the longer. */
#include "command.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { MS = 1000000 /* ns */, SECOND = 1000 * MS, OFTEN = 4 /* pieces in a millisecond */ };
enum { SHORTEST_REST = MS / 5, USUAL_REST = MS, REST_FOR_A_PIECE = MS / 8, LONGEST_REST = 4 * MS };

static struct loop *outputs;
static struct source rest_over = {.fd = -1};
static struct {
    int64_t begun; /* the millisecond in which pieces are counted */
    int count, before;
    int since;     /* pieces since the last rest, or since all was read without one */
    int64_t fills; /* of the pipes that were read since then: how long until the first is half full; 0: one was not emptied */
} pace = {.fills = INT64_MAX};

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

static void count(int64_t now)
{
    if (now - pace.begun > MS) {
        pace.before = now - pace.begun < LONGEST_REST + 2 * MS ? pace.count : 0;
        pace.count = 0;
        pace.begun = now;
    }
    pace.count++;
    pace.since++;
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

static int64_t between(int64_t least, int64_t n, int64_t most)
{
    return n < least ? least : n > most ? most : n;
}

static void rest_if_often(bool all)
{
    int64_t longest = between(USUAL_REST, (int64_t)pace.since * REST_FOR_A_PIECE, LONGEST_REST);
    const struct itimerspec once = {.it_value.tv_nsec = between(SHORTEST_REST, pace.fills, longest)};

    if (!all)
        return;
    if (pace.fills > 0 && (pace.count > OFTEN || pace.before > OFTEN) && timerfd_settime(rest_over.fd, 0, &once, NULL) == 0)
        loop_pause(outputs, true);
    pace.fills = INT64_MAX;
    pace.since = 0;
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
