/* remove.c: REMOVE: a file, or a tree however large and deep, which a process of its own removes and stalls nobody. Links are not followed. */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEEPEST = 256 }; /* folders that are open at once */

struct removal {
    int top;             /* what is too deep to be reached step by step is moved up here */
    unsigned int moves;  /* for names */
    unsigned int waiting; /* of those moved here that are still to be removed */
};

static int move_up(struct removal *r, int folder, const char *name)
{
    char fresh[64];

    do {
        snprintf(fresh, sizeof fresh, ".sandjar-removing-%u", r->moves++);
        if (syscall(SYS_renameat2, folder, name, r->top, fresh, RENAME_NOREPLACE) == 0) {
            r->waiting++;
            return 0;
        }
    } while (errno == EEXIST);
    return -1;
}

static int remove_entries(struct removal *r, int fd, int depth);

static int remove_one(struct removal *r, int folder, const char *name, int depth)
{
    if (unlinkat(folder, name, 0) == 0)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -1;
    if (unlinkat(folder, name, AT_REMOVEDIR) == 0)
        return 0;
    if (errno != ENOTEMPTY && errno != EEXIST)
        return -1;
    if (depth == DEEPEST)
        return move_up(r, folder, name);
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || remove_entries(r, fd, depth + 1) < 0)
        return -1;
    return unlinkat(folder, name, AT_REMOVEDIR);
}

/* Owns fd. */
static int remove_entries(struct removal *r, int fd, int depth)
{
    DIR *dir = fdopendir(fd);
    int result = 0;

    if (dir == NULL) {
        close(fd);
        return -1;
    }
    if (depth == 1)
        r->top = fd;
    do {
        if (depth == 1)
            r->waiting = 0;
        rewinddir(dir);
        for (struct dirent *e; result == 0 && (e = readdir(dir)) != NULL;)
            if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
                result = remove_one(r, fd, e->d_name, depth);
    } while (result == 0 && depth == 1 && r->waiting > 0);
    int number = errno;
    closedir(dir);
    errno = number;
    return result;
}

static int remove_tree(int folder, const char *name)
{
    struct removal r = {.top = -1};

    return remove_one(&r, folder, name, 0);
}

static void removed(void *self, int status)
{
    struct channel **at = self;

    if (*at != NULL) {
        (*at)->self = NULL;
        errno = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
        file_done(*at, errno == 0 ? 0 : -1);
    }
    free(at);
}

static void remove_gone(struct channel *ch, bool cut)
{
    (void)cut;
    if (ch->self != NULL)
        *(struct channel **)ch->self = NULL; /* the removing goes on */
}

void file_remove(struct channel *ch, struct reader *r)
{
    struct paths p;
    char name[256];

    if (paths_get(ch, r, &p, false)) {
        int folder = open_parent(p.base, p.one, name);
        struct channel **at = NULL;
        if (folder < 0) {
            file_fail(ch);
        } else if (unlinkat(folder, name, 0) == 0) {
            file_done(ch, 0);
        } else if (errno != EISDIR && errno != EPERM) {
            file_fail(ch);
        } else if ((at = calloc(1, sizeof(struct channel *))) == NULL) {
            channel_close(ch, LIMIT, "no memory");
        } else {
            pid_t pid = fork();
            if (pid == 0) {
                int result = remove_tree(folder, name);
                _exit(result == 0 ? 0 : errno);
            }
            if (pid < 0) {
                free(at);
                channel_close(ch, LIMIT, "no process can be started");
            } else {
                *at = ch;
                ch->self = at;
                ch->gone = remove_gone;
                reap_expect(pid, removed, at);
            }
        }
        if (folder >= 0)
            close(folder);
    }
    paths_free(&p);
}
