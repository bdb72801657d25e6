/* install.c: the agent puts a copy of itself into a folder, so that an image needs no shell and nothing else to bring it in. The copy
 * appears whole or not at all, also when two do it at once. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <unistd.h>

static bool copy(int from, int to)
{
    ssize_t n;

    do
        n = sendfile(to, from, NULL, 1 << 20);
    while (n > 0 || (n < 0 && errno == EINTR));
    return n == 0 && fchmod(to, 0555) == 0;
}

bool install_into(const char *folder)
{
    char temporary[4096], final[4096];
    int from, to;
    bool done;

    if (snprintf(temporary, sizeof temporary, "%s/agent.%d", folder, (int)getpid()) >= (int)sizeof temporary) {
        errno = ENAMETOOLONG;
        return false;
    }
    snprintf(final, sizeof final, "%s/agent", folder);
    from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    to = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    done = from >= 0 && to >= 0 && copy(from, to);
    if (to >= 0)
        done = close(to) == 0 && done && rename(temporary, final) == 0;
    if (from >= 0)
        close(from);
    return done;
}
