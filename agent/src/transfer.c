/* transfer.c: READ and WRITE, in constant memory, no faster than the other side takes it. A write is seen whole or not at all. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

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
        file_fail(ch);
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
    bool good = paths_get(ch, r, &p, false);
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
        file_fail(ch);
    } else if (!S_ISREG(st.st_mode)) {
        channel_close(ch, WRONG_TYPE, "not a regular file");
    } else if (lseek(fd, (off_t)offset, SEEK_SET) < 0) {
        file_fail(ch);
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
    paths_free(&p);
}

/* ---- WRITE */

enum { WRITE_WINDOW = 4 * WINDOW }; /* nothing of it waits here: a frame is written before the next is looked at */

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
        file_fail(ch);
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
    bool good = paths_get(ch, r, &p, false);
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
        file_fail(ch);
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
    channel_grant(ch, WRITE_WINDOW - WINDOW);
out:
    paths_free(&p);
}
