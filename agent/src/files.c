/* files.c: files with the rights of the agent's user, in constant memory. A confined path never leaves its base: the kernel walks it
 * (openat2 with RESOLVE_BENEATH), so no rename in between can change that. A write is seen whole or not at all. */
#include "agent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int beneath(int base, const char *path, int flags, mode_t mode)
{
    struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC), .mode = (flags & O_CREAT) != 0 ? mode : 0,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};

    /* EAGAIN: something was renamed or mounted on this machine while the kernel walked over "..", so it cannot be sure */
    long fd = -1;
    for (int i = 0; i < 1000 && fd < 0; i++) {
        fd = syscall(SYS_openat2, base, path, &how, sizeof how);
        if (fd < 0 && errno != EAGAIN)
            break;
    }
    return (int)fd;
}

int open_beneath(const char *base, const char *path, int flags, mode_t mode)
{
    if (path[0] == 0 || strlen(path) > 4095 || (base[0] == 0) != (path[0] == '/')) {
        errno = EINVAL;
        return -1;
    }
    if (base[0] == 0)
        return open(path, flags | O_CLOEXEC, mode);
    int dir = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return -1;
    int fd = beneath(dir, path, flags, mode);
    int number = errno;
    close(dir);
    errno = number;
    return fd;
}

/* The folder that holds the last part of a path; -1: no such folder, or no such last part. */
static int open_parent(const char *base, const char *path, char name[256])
{
    char folder[4096];
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/')
        length--;
    size_t start = length;
    while (start > 0 && path[start - 1] != '/')
        start--;
    if (length > 4095 || length - start > 255 || length == start) {
        errno = length == start ? EINVAL : ENAMETOOLONG;
        return -1;
    }
    memcpy(name, path + start, length - start);
    name[length - start] = 0;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        errno = EINVAL;
        return -1;
    }
    memcpy(folder, path, start);
    folder[start] = 0;
    if (start == 0)
        strcpy(folder, ".");
    return open_beneath(base, folder, O_PATH | O_DIRECTORY, 0);
}

static int make_folders(const char *base, const char *path)
{
    char part[4096];
    size_t length = strlen(path);

    if (length == 0 || length > 4095) {
        errno = EINVAL;
        return -1;
    }
    for (size_t end = 1; end <= length; end++) {
        if (path[end] != '/' && path[end] != 0)
            continue;
        memcpy(part, path, end);
        part[end] = 0;
        int there = open_beneath(base, part, O_PATH | O_DIRECTORY, 0);
        if (there < 0 && errno == ENOENT) {
            char name[256];
            int parent = open_parent(base, part, name);
            if (parent < 0)
                return -1;
            int made = mkdirat(parent, name, 0777);
            int number = errno;
            close(parent);
            errno = number;
            if (made < 0 && errno != EEXIST)
                return -1;
            there = open_beneath(base, part, O_PATH | O_DIRECTORY, 0);
        }
        if (there < 0)
            return -1;
        close(there);
    }
    return 0;
}

void put_stat(struct bytes *b, const struct stat *st)
{
    uint8_t type = S_ISREG(st->st_mode) ? 1 : S_ISDIR(st->st_mode) ? 2 : S_ISLNK(st->st_mode) ? 3 : 4;

    put_u8(b, type);
    put_u64(b, (uint64_t)st->st_size);
    put_u32(b, st->st_mode & 07777);
    put_u64(b, (uint64_t)((int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000));
}

static void fail(struct channel *ch)
{
    int number = errno;
    enum error e = error_of(number);

    channel_close(ch, e, error_text(number, e));
}

static void done(struct channel *ch, int result)
{
    if (result < 0) {
        fail(ch);
    } else {
        channel_reply(ch, NULL);
        channel_close(ch, OK, "");
    }
}

struct paths { /* of one request */
    char *base, *one, *other;
};

static bool get_paths(struct channel *ch, struct reader *r, struct paths *p, bool two)
{
    p->base = get_str(r);
    p->one = get_str(r);
    p->other = two ? get_str(r) : NULL;
    if (!r->bad && (p->base[0] == 0 || p->base[0] == '/'))
        return true;
    channel_close(ch, INVALID, "a path out of its range");
    return false;
}

static void free_paths(struct paths *p)
{
    free(p->base);
    free(p->one);
    free(p->other);
}

/* ---- READ */

struct reading {
    int fd;
    uint64_t left;
};

static bool read_pump(struct channel *ch)
{
    static uint8_t buffer[CHUNK];
    struct reading *f = ch->self;
    size_t most = f->left < CHUNK ? (size_t)f->left : CHUNK;

    if (!channel_can_send(ch, 1) && f->left > 0)
        return false;
    if ((int64_t)most > ch->send_credit - OVERHEAD)
        most = (size_t)(ch->send_credit - OVERHEAD);
    ssize_t n = f->left == 0 ? 0 : read(f->fd, buffer, most);
    if (n > 0) {
        f->left -= (uint64_t)n;
        channel_data(ch, buffer, (size_t)n);
    } else if (n == 0) {
        channel_close(ch, OK, "");
    } else {
        fail(ch);
    }
    return true;
}

static void read_gone(struct channel *ch, bool cut)
{
    struct reading *f = ch->self;

    (void)cut;
    close(f->fd);
    free(f);
}

void file_read(struct channel *ch, struct reader *r)
{
    struct paths p;
    bool good = get_paths(ch, r, &p, false);
    uint64_t offset = get_u64(r), length = get_u64(r);
    struct reading *f = NULL;
    struct stat st;
    struct bytes b = {0};
    int fd = -1;

    if (!good)
        goto out;
    if (!get_end(r) || offset > INT64_MAX) {
        channel_close(ch, INVALID, "READ has a field out of its range");
        goto out;
    }
    fd = open_beneath(p.base, p.one, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0 || fstat(fd, &st) < 0) {
        fail(ch);
    } else if (!S_ISREG(st.st_mode)) {
        channel_close(ch, WRONG_TYPE, "not a regular file");
    } else if (lseek(fd, (off_t)offset, SEEK_SET) < 0) {
        fail(ch);
    } else if ((f = calloc(1, sizeof *f)) == NULL) {
        channel_close(ch, LIMIT, "no memory");
    } else {
        *f = (struct reading){.fd = fd, .left = length == 0 ? UINT64_MAX : length};
        fd = -1;
        ch->self = f;
        ch->pump = read_pump;
        ch->gone = read_gone;
        put_stat(&b, &st);
        channel_reply(ch, &b);
        bytes_free(&b);
        channel_wake(ch);
    }
out:
    if (fd >= 0)
        close(fd);
    free_paths(&p);
}

/* ---- WRITE */

struct writing {
    int folder, fd;
    char name[256], temporary[40];
    bool overwrite, ended;
};

static enum error write_data(struct channel *ch, const uint8_t *data, size_t length)
{
    struct writing *f = ch->self;

    if (f->ended)
        return INVALID;
    for (size_t at = 0; at < length;) {
        ssize_t n = write(f->fd, data + at, length - at);
        if (n < 0 && errno != EINTR)
            return error_of(errno);
        if (n > 0)
            at += (size_t)n;
    }
    channel_grant(ch, (uint32_t)length + OVERHEAD);
    return OK;
}

static bool written_pump(struct channel *ch)
{
    struct writing *f = ch->self;
    struct stat st;
    struct bytes b = {0};

    if (!f->ended || !channel_can_send(ch, 32))
        return false;
    if (fstat(f->fd, &st) < 0) {
        fail(ch);
        return true;
    }
    put_stat(&b, &st);
    channel_event(ch, WRITTEN, &b);
    bytes_free(&b);
    channel_close(ch, OK, "");
    return true;
}

static enum error write_eof(struct channel *ch)
{
    struct writing *f = ch->self;
    unsigned flags = f->overwrite ? 0 : 1; /* RENAME_NOREPLACE */

    if (f->ended)
        return INVALID;
    if (syscall(SYS_renameat2, f->folder, f->temporary, f->folder, f->name, flags) < 0)
        return error_of(errno);
    f->temporary[0] = 0;
    f->ended = true;
    channel_wake(ch);
    return OK;
}

static void write_gone(struct channel *ch, bool cut)
{
    struct writing *f = ch->self;

    (void)cut;
    if (f->temporary[0] != 0)
        unlinkat(f->folder, f->temporary, 0);
    close(f->fd);
    close(f->folder);
    free(f);
}

static int create_temporary(struct writing *f, mode_t mode)
{
    uint64_t random;

    if (getrandom(&random, sizeof random, 0) != sizeof random)
        return -1;
    snprintf(f->temporary, sizeof f->temporary, ".sandjar-%016llx", (unsigned long long)random);
    f->fd = openat(f->folder, f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (f->fd < 0)
        return -1;
    return fchmod(f->fd, mode);
}

static int open_target(const struct paths *p, bool parents, char name[256])
{
    int folder = open_parent(p->base, p->one, name);

    if (folder >= 0 || errno != ENOENT || !parents)
        return folder;
    size_t length = strlen(p->one) - strlen(name);
    char above[4096];
    memcpy(above, p->one, length);
    while (length > 1 && above[length - 1] == '/')
        length--;
    above[length] = 0;
    if (make_folders(p->base, above) < 0)
        return -1;
    return open_parent(p->base, p->one, name);
}

void file_write(struct channel *ch, struct reader *r)
{
    struct paths p;
    bool good = get_paths(ch, r, &p, false);
    uint32_t mode = get_u32(r);
    uint8_t overwrite = get_u8(r), parents = get_u8(r);
    struct writing *f = NULL;
    struct stat st;

    if (!good)
        goto out;
    if (!get_end(r) || mode > 07777 || overwrite > 1 || parents > 1) {
        channel_close(ch, INVALID, "WRITE has a field out of its range");
        goto out;
    }
    f = calloc(1, sizeof *f);
    if (f == NULL) {
        channel_close(ch, LIMIT, "no memory");
        goto out;
    }
    f->fd = -1;
    f->overwrite = overwrite == 1;
    f->folder = open_target(&p, parents == 1, f->name);
    if (f->folder < 0) {
        fail(ch);
        free(f);
        goto out;
    }
    bool there = fstatat(f->folder, f->name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    enum error e = there && !S_ISREG(st.st_mode) ? WRONG_TYPE : there && !f->overwrite ? EXISTS : OK;
    if (e == OK) {
        /* O_PATH folders serve *at calls, but only a real descriptor can be written below on every kernel */
        mode_t as_was = there ? st.st_mode & 07777 : 0644;
        if (create_temporary(f, mode == 0 ? as_was : (mode_t)mode) < 0)
            e = error_of(errno);
    }
    if (e != OK) {
        int number = errno;
        if (f->fd >= 0) {
            unlinkat(f->folder, f->temporary, 0);
            close(f->fd);
        }
        close(f->folder);
        free(f);
        channel_close(ch, e, error_text(number, e));
        goto out;
    }
    ch->self = f;
    ch->data = write_data;
    ch->eof = write_eof;
    ch->pump = written_pump;
    ch->gone = write_gone;
    channel_reply(ch, NULL);
out:
    free_paths(&p);
}

/* ---- STAT, LIST, MKDIRS, MOVE */

void file_stat(struct channel *ch, struct reader *r)
{
    struct paths p;
    struct stat st;
    struct bytes b = {0};

    if (get_paths(ch, r, &p, false)) {
        int fd = open_beneath(p.base, p.one, O_PATH | O_NOFOLLOW, 0);
        if (fd < 0 || fstat(fd, &st) < 0) {
            fail(ch);
        } else {
            put_stat(&b, &st);
            channel_reply(ch, &b);
            bytes_free(&b);
            channel_close(ch, OK, "");
        }
        if (fd >= 0)
            close(fd);
    }
    free_paths(&p);
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

    if (get_paths(ch, r, &p, false)) {
        int fd = open_beneath(p.base, p.one, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);
        DIR *dir = fd < 0 ? NULL : fdopendir(fd);
        l = calloc(1, sizeof *l);
        if (dir == NULL || l == NULL) {
            fail(ch);
            free(l);
            if (dir == NULL && fd >= 0)
                close(fd);
        } else {
            enum error e = read_entries(dir, &l->entries);
            if (e != OK) {
                bytes_free(&l->entries);
                free(l);
                channel_close(ch, e, e == TOO_LARGE ? "more than 100000 entries" : "no memory");
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
    free_paths(&p);
}

void file_mkdirs(struct channel *ch, struct reader *r)
{
    struct paths p;

    if (get_paths(ch, r, &p, false))
        done(ch, make_folders(p.base, p.one));
    free_paths(&p);
}

void file_move(struct channel *ch, struct reader *r)
{
    struct paths p;
    char from[256], to[256];

    if (get_paths(ch, r, &p, true)) {
        int source = open_parent(p.base, p.one, from);
        int target = source < 0 ? -1 : open_parent(p.base, p.other, to);
        int moved = target < 0 ? -1 : renameat(source, from, target, to);
        done(ch, moved);
        if (source >= 0)
            close(source);
        if (target >= 0)
            close(target);
    }
    free_paths(&p);
}

/* ---- REMOVE */

static int remove_tree(int folder, const char *name, int depth)
{
    if (unlinkat(folder, name, 0) == 0)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -1;
    if (unlinkat(folder, name, AT_REMOVEDIR) == 0)
        return 0;
    if ((errno != ENOTEMPTY && errno != EEXIST) || depth > 4096)
        return -1;
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL)
        return -1;
    int result = 0;
    for (struct dirent *e; result == 0 && (e = readdir(dir)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            result = remove_tree(dirfd(dir), e->d_name, depth + 1);
    int number = errno;
    closedir(dir);
    errno = number;
    return result < 0 ? -1 : unlinkat(folder, name, AT_REMOVEDIR);
}

static void removed(void *self, int status)
{
    struct channel **at = self;

    if (*at != NULL) {
        (*at)->self = NULL;
        errno = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
        done(*at, errno == 0 ? 0 : -1);
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

    if (get_paths(ch, r, &p, false)) {
        int folder = open_parent(p.base, p.one, name);
        struct channel **at = NULL;
        if (folder < 0) {
            fail(ch);
        } else if (unlinkat(folder, name, 0) == 0) {
            done(ch, 0);
        } else if (errno != EISDIR && errno != EPERM) {
            fail(ch);
        } else if ((at = calloc(1, sizeof(struct channel *))) == NULL) {
            channel_close(ch, LIMIT, "no memory");
        } else {
            pid_t pid = fork();
            if (pid == 0) {
                int result = remove_tree(folder, name, 0);
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
    free_paths(&p);
}
