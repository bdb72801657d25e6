/* kill.c: requests that are answered when all that they kill is dead. */
#include "agent.h"

#include <stdlib.h>
#include <unistd.h>

static void killed(void *self)
{
    struct channel **at = self;

    if (*at != NULL) {
        (*at)->self = NULL;
        channel_reply(*at, NULL);
        channel_close(*at, OK, "");
    }
    free(at);
}

static void killing_unheard(struct channel *ch, bool cut)
{
    (void)cut;
    if (ch->self != NULL)
        *(struct channel **)ch->self = NULL; /* it goes on */
}

void reply_when_killed(struct channel *ch, pid_t root)
{
    struct channel **at = calloc(1, sizeof(struct channel *));

    if (at != NULL) {
        *at = ch;
        ch->self = at;
        ch->gone = killing_unheard;
    }
    if (at == NULL || !kill_tree(root, killed, at)) {
        channel_close(ch, LIMIT, "no memory");
        free(at);
    }
}

void kill_all(struct channel *ch, struct reader *r)
{
    if (get_end(r))
        reply_when_killed(ch, getpid());
    else
        channel_close(ch, INVALID, "this kind has no fields");
}
