/* processes.c: PROCESSES, what runs in the sandbox whoever started it, and SIGNAL_PROCESS. The agent's own (supervisors, helpers) are neither told
 * nor signalled.
 * The words of a process lie in its own memory, and whoever reads them may be made to wait for it: a helper does that, for a second at most. What
 * it has not come to by then, or where there is no room for a helper, is told without its words. */
#include "command.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    MAX_PROCESSES = 2048,
    AT_ONCE = 16, /* helpers, in a sandbox that may have few processes */
    SECONDS = 1,
    LONGEST_WORDS = 4096,
    ENTRY = 80, /* of a process beside its words, at most */
    TICK_MS = 10, /* USER_HZ is 100 on all that we run on */
};

struct words { /* of one process, as /proc/PID/cmdline has them */
    uint32_t length;
    uint8_t cut; /* there were more */
    uint8_t at[];
};

struct listing {
    struct channel *channel; /* NULL: nobody waits for it any more */
    struct table told;
    uint8_t *words; /* one struct for each that is told, shared with the helper; NULL: none */
    size_t stride, shared;
    pid_t helper;
};

static int at_once;

/* The wall clock may be set; the name of a process must remain what it is. */
static int64_t started_at(const struct process *p)
{
    static int64_t boot;

    if (boot == 0)
        boot = wall_ms() - now_ms();
    return boot + (int64_t)p->started * TICK_MS;
}

static bool is_ours(pid_t pid)
{
    for (const struct command *c = commands; c != NULL; c = c->next)
        if (!c->reaped && c->supervisor == pid && c->pid != pid)
            return true;
    return pid == getpid() || reap_expects(pid);
}

static const struct command *command_of(const struct process *p)
{
    for (const struct command *c = commands; c != NULL; c = c->next)
        if (!c->reaped && c->supervisor == p->branch)
            return c;
    return NULL;
}

static struct table to_be_told(void)
{
    struct table t = processes_below(getpid());
    size_t count = 0;

    for (size_t i = 0; i < t.count; i++)
        if (t.at[i].kin == BELOW && !is_ours(t.at[i].pid))
            t.at[count++] = t.at[i];
    t.count = count;
    return t;
}

static struct words *words_of(const struct listing *l, size_t i)
{
    return l->words == NULL ? NULL : (struct words *)(void *)(l->words + i * l->stride);
}

/* ---- the helper */

static void read_words(const struct process *p, struct words *w, size_t room)
{
    char path[64], more;
    struct process now;
    size_t length = 0;
    ssize_t n;

    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)p->pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    while (length < room && (n = read(fd, w->at + length, room - length)) > 0)
        length += (size_t)n;
    bool cut = length == room && read(fd, &more, 1) == 1;
    close(fd);
    if (process_read(p->pid, &now) && now.started == p->started) { /* the number may be another's by now */
        w->cut = cut;
        w->length = (uint32_t)length;
    }
}

static _Noreturn void read_all_words(const struct listing *l)
{
    sigset_t just;

    close_above(2); /* nobody shall wait for an end that we have too */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "sandjar-list");
    sigemptyset(&just);
    sigaddset(&just, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &just, NULL);
    alarm(SECONDS);
    for (size_t i = 0; i < l->told.count; i++)
        read_words(&l->told.at[i], words_of(l, i), l->stride - sizeof(struct words));
    _exit(0);
}

/* ---- PROCESSES */

/* What the helper says, as far as there is room for it: nothing that becomes of the helper harms us. */
static uint32_t length_of(const struct listing *l, const struct words *w)
{
    size_t room = l->stride - sizeof *w;

    return w == NULL ? 0 : w->length < room ? w->length : (uint32_t)room;
}

static void put_process(struct bytes *b, const struct listing *l, size_t i)
{
    static const uint8_t none[16];
    const struct process *p = &l->told.at[i];
    const struct command *c = command_of(p);
    const struct words *w = words_of(l, i);
    uint32_t length = length_of(l, w);

    put_u32(b, (uint32_t)p->pid);
    put_u32(b, process_find(&l->told, p->parent) == NULL ? 0 : (uint32_t)p->parent);
    put_u64(b, (uint64_t)started_at(p));
    put_u8(b, (uint8_t)p->state);
    put_u64(b, p->cpu * TICK_MS * 1000);
    put_u64(b, p->resident * (uint64_t)sysconf(_SC_PAGESIZE));
    bytes_add(b, c == NULL ? none : c->id, 16);
    put_str(b, p->name);
    put_u8(b, w != NULL && w->cut);
    put_u32(b, length);
    if (length > 0)
        bytes_add(b, w->at, length);
}

static void tell(struct listing *l)
{
    struct channel *ch = l->channel;
    struct bytes b = {0};

    ch->self = NULL;
    ch->gone = NULL;
    if (!bytes_reserve(&b, MAX_PAYLOAD)) {
        channel_close(ch, LIMIT, "no memory");
        return;
    }
    put_u32(&b, (uint32_t)l->told.count);
    for (size_t i = 0; i < l->told.count; i++)
        put_process(&b, l, i);
    channel_reply(ch, &b);
    bytes_free(&b);
    channel_close(ch, OK, "");
}

static void listing_free(struct listing *l)
{
    if (l->words != NULL)
        munmap(l->words, l->shared);
    free(l->told.at);
    free(l);
}

static void helper_ended(void *self, int status)
{
    struct listing *l = self;

    (void)status;
    at_once--;
    if (l->channel != NULL)
        tell(l);
    listing_free(l);
}

static void listing_gone(struct channel *ch, bool cut)
{
    struct listing *l = ch->self;

    (void)cut;
    l->channel = NULL;
    kill(l->helper, SIGKILL); /* it is not reaped yet: then it had been told */
}

/* What the reply has room for is divided evenly, so that nobody's words crowd out another's. */
static void share_words(struct listing *l)
{
    size_t room = (MAX_PAYLOAD - sizeof(uint32_t)) / l->told.count - ENTRY;

    l->stride = (sizeof(struct words) + (room < LONGEST_WORDS ? room : LONGEST_WORDS)) & ~(size_t)7;
    l->shared = l->told.count * l->stride;
    l->words = mmap(NULL, l->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (l->words == MAP_FAILED)
        l->words = NULL;
}

void processes_list(struct channel *ch, struct reader *r)
{
    if (!get_end(r)) {
        channel_close(ch, INVALID, "PROCESSES has no fields");
        return;
    }
    struct listing *l = at_once < AT_ONCE ? calloc(1, sizeof *l) : NULL;
    if (l == NULL) {
        channel_close(ch, LIMIT, "too many lists at once");
        return;
    }
    *l = (struct listing){.channel = ch, .told = to_be_told()};
    if (l->told.count > MAX_PROCESSES) {
        channel_close(ch, TOO_LARGE, "more than 2048 processes");
        listing_free(l);
        return;
    }
    if (l->told.count > 0)
        share_words(l);
    l->helper = l->words == NULL ? -1 : fork_as_command();
    if (l->helper == 0)
        read_all_words(l);
    if (l->helper < 0) {
        tell(l);
        listing_free(l);
        return;
    }
    at_once++;
    ch->self = l;
    ch->gone = listing_gone;
    reap_expect(l->helper, helper_ended, l);
}

/* ---- SIGNAL_PROCESS */

static enum error send_signal(int pidfd, pid_t pid, int number)
{
    for (struct command *c = commands; c != NULL; c = c->next)
        c->killed_by_us |= number == SIGKILL && !c->reaped && c->pid == pid;
    if ((pidfd >= 0 ? (int)syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0) : kill(pid, number)) == 0)
        return OK;
    return errno == ESRCH ? NOT_FOUND : error_of(errno);
}

/* The handle comes first: what is seen afterwards under that number is what the handle has, or something younger that was not meant. A kernel
 * without such handles leaves microseconds in which the number may become another's. */
static enum error signal_one(pid_t pid, int64_t started, int number)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
        return LIMIT;
    struct table t = processes_below(getpid());
    const struct process *p = process_find(&t, pid);
    enum error e = is_ours(pid) ? DENIED : p == NULL || p->kin != BELOW || started_at(p) != started ? NOT_FOUND : OK;

    if (e == OK)
        e = send_signal(pidfd, pid, number);
    free(t.at);
    if (pidfd >= 0)
        close(pidfd);
    return e;
}

void process_signal(struct channel *ch, struct reader *r)
{
    uint32_t pid = get_u32(r);
    int64_t started = (int64_t)get_u64(r);
    uint8_t number = get_u8(r);

    if (!get_end(r) || pid < 1 || pid > INT32_MAX || number < 1 || number > 64) {
        channel_close(ch, INVALID, "SIGNAL_PROCESS has a field out of its range");
        return;
    }
    enum error e = signal_one((pid_t)pid, started, number);
    if (e == OK)
        channel_reply(ch, NULL);
    channel_close(ch, e, e == OK ? "" : e == NOT_FOUND ? "no such process" : e == DENIED ? "a process of the agent's own" : "it cannot be signalled");
}
