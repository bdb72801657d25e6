/* files.c: STAT, LIST, MKDIRS and MOVE, with the rights of the agent's user. Links are never followed in the last step. */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
