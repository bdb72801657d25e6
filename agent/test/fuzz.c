/* fuzz.c: the frame parser and the decoder of every kind of request, fed by libFuzzer: after the handshake a link takes whatever bytes come.
 * Requests are decoded by the agent's own code and not carried out: no program starts, no path opens, no port is dialled or listened on, because a fuzzer
 * that starts programs and removes files is no good neighbour. */
#include "../src/link.c"

#include "../src/files.h"
#include "../src/process.h"

pid_t spawn_supervised(const struct spawn *s, int *report)
{
    volatile size_t sum = strlen(s->cwd); /* every word is there and ends */

    for (char **word = s->argv; *word != NULL; word++)
        sum += strlen(*word);
    for (char **entry = s->env; *entry != NULL; entry++)
        sum += strlen(*entry);
    (void)report;
    (void)sum;
    return -1;
}

pid_t fork_as_command(void)
{
    errno = EAGAIN;
    return -1;
}

void close_above(int fd)
{
    (void)fd;
}

static int no_such(const char *base, const char *path)
{
    volatile size_t sum = strlen(base) + strlen(path);

    (void)sum;
    errno = ENOENT;
    return -1;
}

int open_beneath(const char *base, const char *path, int flags, mode_t mode)
{
    (void)flags;
    (void)mode;
    return no_such(base, path);
}

int open_parent(const char *base, const char *path, char name[256])
{
    name[0] = 0;
    return no_such(base, path);
}

int make_folders(const char *base, const char *path)
{
    return no_such(base, path);
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    (void)fd;
    (void)address;
    (void)length;
    errno = ECONNREFUSED;
    return -1;
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
    (void)fd;
    (void)address;
    (void)length;
    errno = EADDRINUSE;
    return -1;
}

bool kill_tree(pid_t root, void (*done)(void *), void *self)
{
    (void)root;
    done(self);
    return true;
}

void signal_tree(pid_t root, int number)
{
    (void)root;
    (void)number;
}

bool freeze_all(void)
{
    return true;
}

void thaw_all(void)
{
}

struct table processes_below(pid_t root)
{
    (void)root;
    return (struct table){0};
}

struct process *process_find(const struct table *t, pid_t pid)
{
    (void)t;
    (void)pid;
    return NULL;
}

bool process_read(pid_t pid, struct process *p)
{
    (void)pid;
    (void)p;
    return false;
}

bool reap_expects(pid_t pid)
{
    (void)pid;
    return true; /* whatever is found is ours, and none is signalled */
}

void reap_expect(pid_t pid, void (*ended)(void *, int), void *self)
{
    (void)pid;
    (void)ended;
    (void)self;
}

static void arrive(struct link *l, int peer, const uint8_t *bytes, size_t count)
{
    if (count > 0 && send(peer, bytes, count, 0) != (ssize_t)count)
        abort();
    link_read(l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool begun;
    int ends[2];

    if (!begun) {
        loop_init();
        links_begin(request_open);
    }
    begun = true;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
        abort();
    struct link *l = calloc(1, sizeof *l);
    if (l == NULL)
        abort();
    l->source = (struct source){.fd = ends[0], .ready = link_ready};
    l->proven = size % 8 != 0; /* now and then without a handshake */
    links = l;
    /* in two pieces, so that every cut is tried too */
    size_t cut = size > 0 ? data[0] % (size + 1) : 0;
    arrive(l, ends[1], data, cut);
    if (!l->broken)
        arrive(l, ends[1], data + cut, size - cut);
    link_free(l);
    close(ends[1]);
    return 0;
}
