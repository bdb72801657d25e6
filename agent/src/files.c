/* files.c: STAT, LIST, MKDIRS, MOVE and REMOVE, with the rights of the agent's user. Links are never followed in the last step; a large tree
 * is removed by a process of its own and stalls nobody, however deep it is. */
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

void put_stat(struct bytes *b, const struct stat *st)
{
    uint8_t type = S_ISREG(st->st_mode) ? 1 : S_ISDIR(st->st_mode) ? 2 : S_ISLNK(st->st_mode) ? 3 : 4;

    put_u8(b, type);
    put_u64(b, (uint64_t)st->st_size);
    put_u32(b, st->st_mode & 07777);
    put_u64(b, (uint64_t)((int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000));
}

void file_fail(struct channel *ch)
{
    int number = errno;
    enum error e = error_of(number);

    channel_close(ch, e, error_text(number, e));
}

void file_done(struct channel *ch, int result)
{
    if (result < 0) {
        file_fail(ch);
    } else {
        channel_reply(ch, NULL);
        channel_close(ch, OK, "");
    }
}


bool paths_get(struct channel *ch, struct reader *r, struct paths *p, bool two)
{
    p->base = get_str(r);
    p->one = get_str(r);
    p->other = two ? get_str(r) : NULL;
    if (!r->bad && (p->base[0] == 0 || p->base[0] == '/'))
        return true;
    channel_close(ch, INVALID, "a path out of its range");
    return false;
}

void paths_free(struct paths *p)
{
    free(p->base);
    free(p->one);
    free(p->other);
}

/* ---- STAT, LIST, MKDIRS, MOVE */

void file_stat(struct channel *ch, struct reader *r)
{
    struct paths p;
    struct stat st;
    struct bytes b = {0};

    if (paths_get(ch, r, &p, false)) {
        int fd = open_beneath(p.base, p.one, O_PATH | O_NOFOLLOW, 0);
        if (fd < 0 || fstat(fd, &st) < 0) {
            file_fail(ch);
        } else {
            put_stat(&b, &st);
            channel_reply(ch, &b);
            bytes_free(&b);
            channel_close(ch, OK, "");
        }
        if (fd >= 0)
            close(fd);
    }
    paths_free(&p);
}

struct listing {
    struct bytes entries;
    size_t sent;
};

static bool list_pump(struct channel *ch)
{
    struct listing *l = ch->self;
    size_t left = l->entries.length - l->sent;

    if (left == 0) {
        channel_close(ch, OK, "");
        return true;
    }
    if (!channel_can_send(ch, 1))
        return false;
    size_t most = (size_t)(ch->send_credit - OVERHEAD);
    size_t n = left < CHUNK ? left : CHUNK;
    if (n > most)
        n = most;
    channel_data(ch, l->entries.at + l->sent, n);
    l->sent += n;
    return true;
}

static void list_gone(struct channel *ch, bool cut)
{
    struct listing *l = ch->self;

    (void)cut;
    bytes_free(&l->entries);
    free(l);
}

static enum error read_entries(DIR *dir, struct bytes *b)
{
    size_t count = 0;
    struct stat st;

    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (++count > MAX_ENTRIES)
            return TOO_LARGE;
        if (!put_str(b, e->d_name))
            return LIMIT;
        put_stat(b, &st);
    }
    return OK;
}

void file_list(struct channel *ch, struct reader *r)
{
    struct paths p;
    struct listing *l = NULL;

    if (paths_get(ch, r, &p, false)) {
        int fd = open_beneath(p.base, p.one, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);
        DIR *dir = fd < 0 ? NULL : fdopendir(fd);
        l = calloc(1, sizeof *l);
        if (dir == NULL || l == NULL) {
            file_fail(ch);
            free(l);
            if (dir == NULL && fd >= 0)
                close(fd);
        } else {
            enum error e = read_entries(dir, &l->entries);
            if (e != OK) {
                bytes_free(&l->entries);
                free(l);
                channel_close(ch, e, e == TOO_LARGE ? "more than 20000 entries" : "no memory");
            } else {
                ch->self = l;
                ch->pump = list_pump;
                ch->gone = list_gone;
                channel_reply(ch, NULL);
                channel_wake(ch);
            }
        }
        if (dir != NULL)
            closedir(dir);
    }
    paths_free(&p);
}

void file_mkdirs(struct channel *ch, struct reader *r)
{
    struct paths p;

    if (paths_get(ch, r, &p, false))
        file_done(ch, make_folders(p.base, p.one));
    paths_free(&p);
}

void file_move(struct channel *ch, struct reader *r)
{
    struct paths p;
    char from[256], to[256];

    if (paths_get(ch, r, &p, true)) {
        int source = open_parent(p.base, p.one, from);
        int target = source < 0 ? -1 : open_parent(p.base, p.other, to);
        int moved = target < 0 ? -1 : renameat(source, from, target, to);
        file_done(ch, moved);
        if (source >= 0)
            close(source);
        if (target >= 0)
            close(target);
    }
    paths_free(&p);
}

/* ---- REMOVE */

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
