/* reap.c: every child that ends is waited for exactly once: commands, helpers of ours, and orphans that were given to us as PID 1. */
#include "agent.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { AT_ONCE = 64 };

static struct helper {
    struct helper *next;
    pid_t pid;
    void (*ended)(void *, int);
    void *self;
} *helpers;

void reap_expect(pid_t pid, void (*ended)(void *, int), void *self)
{
    struct helper *h = calloc(1, sizeof *h);

    if (h == NULL)
        abort();
    *h = (struct helper){.next = helpers, .pid = pid, .ended = ended, .self = self};
    helpers = h;
}

bool reap_expects(pid_t pid)
{
    for (struct helper *h = helpers; h != NULL; h = h->next)
        if (h->pid == pid)
            return true;
    return false;
}

static void helper_reaped(pid_t pid, int status)
{
    for (struct helper **at = &helpers; *at != NULL; at = &(*at)->next)
        if ((*at)->pid == pid) {
            struct helper *h = *at;
            *at = h->next;
            if (h->ended != NULL)
                h->ended(h->self, status);
            free(h);
            return;
        }
}

void reap_children(bool (*is_command)(pid_t, int))
{
    int status, count = 0;
    pid_t pid;

    while (count < AT_ONCE && (pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (!is_command(pid, status))
            helper_reaped(pid, status); /* or an orphan that was given to us as PID 1 */
        count++;
    }
    if (count == AT_ONCE)
        raise(SIGCHLD); /* the rest in the next turn: of thousands each takes the kernel a millisecond */
}
