/* drain.c: output that nobody will read: of background children whose command has ended or is forgotten. They may write on, so it is read, and
 * dropped. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

void output_discard(struct source *s, uint32_t events)
{
    static uint8_t waste[CHUNK];
    ssize_t n = read(s->fd, waste, sizeof waste);

    (void)events;
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        source_close(s);
    pace_dropped();
}

static void discard_alone(struct source *s, uint32_t events)
{
    output_discard(s, events);
    if (s->fd < 0)
        free(s);
}

void output_leave(struct source *s)
{
    struct source *alone = s->fd < 0 ? NULL : calloc(1, sizeof *alone);

    if (alone == NULL) {
        source_close(s);
        return;
    }
    source_watch(s, 0);
    fcntl(s->fd, F_SETPIPE_SZ, CHUNK); /* no longer counted as a large one */
    *alone = (struct source){.fd = s->fd, .ready = discard_alone};
    s->fd = -1;
    if (!pace_begin(alone)) {
        source_close(alone);
        free(alone);
    }
}
