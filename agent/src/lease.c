/* lease.c: the sandbox ends by itself when nobody prolongs it: the agent is PID 1, and with it the kernel takes the rest. */
#include "agent.h"

#include <unistd.h>

static int64_t end = INT64_MAX;
static int64_t idle; /* 0: for ever */

void lease_set(struct channel *ch, struct reader *r)
{
    uint64_t lifetime = get_u64(r), longest_idle = get_u64(r);

    if (!get_end(r) || lifetime > UINT32_MAX || longest_idle > UINT32_MAX) {
        channel_close(ch, INVALID, "LEASE has a field out of its range");
        return;
    }
    end = lifetime == 0 ? INT64_MAX : now_ms() + (int64_t)lifetime;
    idle = (int64_t)longest_idle;
    channel_reply(ch, NULL);
    channel_close(ch, OK, "");
}

int64_t lease_deadline(void)
{
    int64_t idle_end = idle == 0 || commands_running() ? INT64_MAX : links_last_use() + idle;

    return idle_end < end ? idle_end : end;
}

void lease_expire(void)
{
    if (lease_deadline() <= now_ms())
        _exit(0);
}
