/* sftp_request.c: what a packet asks for, done with the rights of the sandbox's user, and the paths as that user sees them. */
#include "sftp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { AT_ONCE = 200 }; /* entries in an answer */

static struct handle {
    int fd; /* of a file; -1: none */
    bool append;
    DIR *dir;
} handles[SFTP_HANDLES];

static void put_answer(struct call *q, uint8_t type)
{
    put_u8(q->out, type);
    put_u32(q->out, q->id);
}

/* ---- what requests have in common */

/* No name is the folder where one begins. */
static void get_path(struct reader *r, char path[PATH_MAX])
{
    uint32_t length = get_u32(r);
    const uint8_t *raw = get_raw(r, length);

    strcpy(path, ".");
    if (raw == NULL || length >= PATH_MAX || memchr(raw, 0, length) != NULL) {
        r->bad = true;
    } else if (length > 0) {
        memcpy(path, raw, length);
        path[length] = 0;
    }
}

static struct handle *get_handle(struct reader *r)
{
    uint32_t length = get_u32(r), number = length == 4 ? get_u32(r) : SFTP_HANDLES;

    if (number >= SFTP_HANDLES || (handles[number].dir == NULL && handles[number].fd <= 0)) {
        r->bad = true;
        return NULL;
    }
    return &handles[number];
}

static int put_handle(struct call *q, struct handle of)
{
    for (uint32_t i = 0; i < SFTP_HANDLES; i++)
        if (handles[i].dir == NULL && handles[i].fd <= 0) {
            handles[i] = of;
            put_answer(q, SFTP_HANDLE);
            put_u32(q->out, 4);
            put_u32(q->out, i);
            return SFTP_OK;
        }
    if (of.dir != NULL)
        closedir(of.dir);
    else
        close(of.fd);
    errno = EMFILE;
    return SFTP_BY_ERRNO;
}

static int status(int result)
{
    return result < 0 ? SFTP_BY_ERRNO : SFTP_OK;
}

/* ---- files */

static int open_flags(uint32_t wanted)
{
    bool read = (wanted & 1) != 0, write = (wanted & 2) != 0;
    int flags = read && write ? O_RDWR : write ? O_WRONLY : O_RDONLY;

    if ((wanted & 4) != 0)
        flags |= O_APPEND;
    if ((wanted & 8) != 0)
        flags |= O_CREAT;
    if ((wanted & 16) != 0)
        flags |= O_TRUNC;
    if ((wanted & 32) != 0)
        flags |= O_EXCL;
    return flags | O_NOCTTY | O_NONBLOCK | O_CLOEXEC; /* a pipe that nobody reads stops nobody */
}

static int do_open(struct call *q)
{
    char path[PATH_MAX];
    struct sftp_attrs a;
    struct stat st;

    get_path(&q->in, path);
    uint32_t wanted = get_u32(&q->in);
    get_attrs(&q->in, &a);
    if (q->in.bad)
        return SFTP_BAD_MESSAGE;
    int fd = open(path, open_flags(wanted), (a.flags & ATTR_MODE) != 0 ? a.mode : 0666);
    if (fd < 0)
        return SFTP_BY_ERRNO;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        errno = EISDIR;
        return SFTP_BY_ERRNO;
    }
    return put_handle(q, (struct handle){.fd = fd, .append = (wanted & 4) != 0});
}

static int do_close(struct call *q)
{
    struct handle *h = get_handle(&q->in);

    if (h == NULL)
        return SFTP_BAD_MESSAGE;
    int result = h->dir != NULL ? closedir(h->dir) : close(h->fd);
    *h = (struct handle){.fd = -1};
    return status(result);
}

static int do_read(struct call *q)
{
    struct handle *h = get_handle(&q->in);
    uint64_t offset = get_u64(&q->in);
    uint32_t length = get_u32(&q->in);

    if (h == NULL || h->dir != NULL || q->in.bad)
        return SFTP_BAD_MESSAGE;
    if (length > SFTP_DATA)
        length = SFTP_DATA;
    put_answer(q, SFTP_DATA_REPLY);
    put_u32(q->out, 0);
    if (!bytes_reserve(q->out, q->out->length + length)) {
        errno = ENOMEM;
        return SFTP_BY_ERRNO;
    }
    ssize_t n = pread(h->fd, q->out->at + q->out->length, length, (off_t)offset);
    if (n <= 0 && length > 0)
        return n == 0 ? SFTP_EOF : SFTP_BY_ERRNO;
    store_u32(q->out->at + q->out->length - 4, (uint32_t)n);
    q->out->length += (size_t)n;
    return SFTP_OK;
}

static int do_write(struct call *q)
{
    struct handle *h = get_handle(&q->in);
    uint64_t offset = get_u64(&q->in);
    uint32_t length = get_u32(&q->in);
    const uint8_t *data = get_raw(&q->in, length);

    if (h == NULL || h->dir != NULL || q->in.bad)
        return SFTP_BAD_MESSAGE;
    for (size_t done = 0; done < length;) {
        ssize_t n = h->append ? write(h->fd, data + done, length - done) : pwrite(h->fd, data + done, length - done, (off_t)(offset + done));
        if (n < 0)
            return SFTP_BY_ERRNO;
        done += (size_t)n;
    }
    return SFTP_OK;
}

/* ---- what a file is */

static int put_stat_of(struct call *q, const struct stat *st, int result)
{
    if (result < 0)
        return SFTP_BY_ERRNO;
    put_answer(q, SFTP_ATTRS);
    put_attrs(q->out, st);
    return SFTP_OK;
}

static int stat_path(struct call *q, bool follow)
{
    char path[PATH_MAX];
    struct stat st;

    get_path(&q->in, path);
    return q->in.bad ? SFTP_BAD_MESSAGE : put_stat_of(q, &st, fstatat(AT_FDCWD, path, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW));
}

static int do_stat(struct call *q)
{
    return stat_path(q, true);
}

static int do_lstat(struct call *q)
{
    return stat_path(q, false);
}

static int do_fstat(struct call *q)
{
    struct handle *h = get_handle(&q->in);
    struct stat st;

    return h == NULL ? SFTP_BAD_MESSAGE : put_stat_of(q, &st, fstat(h->dir != NULL ? dirfd(h->dir) : h->fd, &st));
}

static int set_path(struct call *q, bool follow)
{
    char path[PATH_MAX];
    struct sftp_attrs a;

    get_path(&q->in, path);
    get_attrs(&q->in, &a);
    return q->in.bad ? SFTP_BAD_MESSAGE : status(apply_attrs(&a, -1, path, follow));
}

static int do_setstat(struct call *q)
{
    return set_path(q, true);
}

static int do_fsetstat(struct call *q)
{
    struct handle *h = get_handle(&q->in);
    struct sftp_attrs a;

    get_attrs(&q->in, &a);
    if (h == NULL || q->in.bad)
        return SFTP_BAD_MESSAGE;
    return status(apply_attrs(&a, h->dir != NULL ? dirfd(h->dir) : h->fd, NULL, true));
}

/* ---- folders */

static int do_opendir(struct call *q)
{
    char path[PATH_MAX];

    get_path(&q->in, path);
    if (q->in.bad)
        return SFTP_BAD_MESSAGE;
    DIR *dir = opendir(path);
    return dir == NULL ? SFTP_BY_ERRNO : put_handle(q, (struct handle){.fd = -1, .dir = dir});
}

static int do_readdir(struct call *q)
{
    struct handle *h = get_handle(&q->in);
    struct stat st;
    uint32_t count = 0;

    if (h == NULL || h->dir == NULL)
        return SFTP_BAD_MESSAGE;
    put_answer(q, SFTP_NAME);
    put_u32(q->out, 0);
    size_t at = q->out->length - 4;
    for (struct dirent *e; count < AT_ONCE && (e = readdir(h->dir)) != NULL;)
        if (fstatat(dirfd(h->dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0) { /* else it went meanwhile */
            put_entry(q->out, e->d_name, &st);
            count++;
        }
    store_u32(q->out->at + at, count);
    return count == 0 ? SFTP_EOF : SFTP_OK;
}

/* ---- paths */

static int with_path(struct call *q, int (*work)(const char *))
{
    char path[PATH_MAX];

    get_path(&q->in, path);
    return q->in.bad ? SFTP_BAD_MESSAGE : status(work(path));
}

static int with_paths(struct call *q, int (*work)(const char *, const char *))
{
    char one[PATH_MAX], other[PATH_MAX];

    get_path(&q->in, one);
    get_path(&q->in, other);
    return q->in.bad ? SFTP_BAD_MESSAGE : status(work(one, other));
}

static int do_remove(struct call *q)
{
    return with_path(q, unlink);
}

static int do_rmdir(struct call *q)
{
    return with_path(q, rmdir);
}

static int do_mkdir(struct call *q)
{
    char path[PATH_MAX];
    struct sftp_attrs a;

    get_path(&q->in, path);
    get_attrs(&q->in, &a);
    return q->in.bad ? SFTP_BAD_MESSAGE : status(mkdir(path, (a.flags & ATTR_MODE) != 0 ? a.mode : 0777));
}

/* Version 3 replaces nothing. */
static int rename_anew(const char *from, const char *to)
{
    if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (link(from, to) == 0) /* a filesystem that cannot; folders it cannot link either */
        return unlink(from);
    return -1;
}

static int do_rename(struct call *q)
{
    return with_paths(q, rename_anew);
}

/* OpenSSH says the target first, and so do all who speak with it. */
static int do_symlink(struct call *q)
{
    return with_paths(q, symlink);
}

static int put_name(struct call *q, const char *name)
{
    put_answer(q, SFTP_NAME);
    put_u32(q->out, 1);
    put_str(q->out, name);
    put_str(q->out, name);
    put_u32(q->out, 0); /* no attributes */
    return SFTP_OK;
}

static int do_readlink(struct call *q)
{
    char path[PATH_MAX], target[PATH_MAX];

    get_path(&q->in, path);
    if (q->in.bad)
        return SFTP_BAD_MESSAGE;
    ssize_t n = readlink(path, target, sizeof target - 1);
    if (n < 0)
        return SFTP_BY_ERRNO;
    target[n] = 0;
    return put_name(q, target);
}

/* The last part may be missing: whoever uploads asks for the path of what is not there yet. */
static int put_realpath(struct call *q, const char *path)
{
    char real[PATH_MAX], folder[PATH_MAX], whole[PATH_MAX + 256];
    size_t length = strlen(path);

    if (realpath(path, real) != NULL)
        return put_name(q, real);
    const char *name = strrchr(path, '/');
    name = name == NULL ? path : name + 1;
    if (errno != ENOENT || length >= sizeof folder || strlen(name) > 255 || name[0] == 0)
        return SFTP_BY_ERRNO;
    snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
    if (realpath(folder[0] == 0 ? "." : folder, real) == NULL)
        return SFTP_BY_ERRNO;
    snprintf(whole, sizeof whole, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name);
    return put_name(q, whole);
}

static int do_realpath(struct call *q)
{
    char path[PATH_MAX];

    get_path(&q->in, path);
    return q->in.bad ? SFTP_BAD_MESSAGE : put_realpath(q, path);
}

/* ---- OpenSSH's extensions */

static int do_expand_path(struct call *q)
{
    char path[PATH_MAX], whole[2 * PATH_MAX];
    const char *home = getenv("HOME");

    get_path(&q->in, path);
    if (q->in.bad)
        return SFTP_BAD_MESSAGE;
    if (path[0] != '~' || (path[1] != 0 && path[1] != '/'))
        return put_realpath(q, path);
    snprintf(whole, sizeof whole, "%.4000s%s", home == NULL || home[0] == 0 ? "." : home, path + 1);
    return put_realpath(q, whole);
}

static int do_statvfs(struct call *q)
{
    char path[PATH_MAX];
    struct statvfs s;

    get_path(&q->in, path);
    if (q->in.bad)
        return SFTP_BAD_MESSAGE;
    if (statvfs(path, &s) < 0)
        return SFTP_BY_ERRNO;
    uint64_t fields[] = {s.f_bsize, s.f_frsize, s.f_blocks, s.f_bfree, s.f_bavail, s.f_files, s.f_ffree, s.f_favail, s.f_fsid,
                         s.f_flag & (ST_RDONLY | ST_NOSUID), s.f_namemax};
    put_answer(q, SFTP_EXTENDED_REPLY);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        put_u64(q->out, fields[i]);
    return SFTP_OK;
}

static int do_limits(struct call *q)
{
    put_answer(q, SFTP_EXTENDED_REPLY);
    put_u64(q->out, SFTP_PACKET);
    put_u64(q->out, SFTP_DATA);
    put_u64(q->out, SFTP_DATA);
    put_u64(q->out, SFTP_HANDLES);
    return SFTP_OK;
}

static int do_fsync(struct call *q)
{
    struct handle *h = get_handle(&q->in);

    return h == NULL || h->dir != NULL ? SFTP_BAD_MESSAGE : status(fsync(h->fd));
}

static int do_hardlink(struct call *q)
{
    return with_paths(q, link);
}

static int do_posix_rename(struct call *q)
{
    return with_paths(q, rename);
}

static int do_lsetstat(struct call *q)
{
    return set_path(q, false);
}

typedef int (*request)(struct call *q);

static const struct extension {
    const char *name, *version;
    request request;
} extensions[] = {
    {"posix-rename@openssh.com", "1", do_posix_rename}, {"statvfs@openssh.com", "2", do_statvfs},   {"hardlink@openssh.com", "1", do_hardlink},
    {"fsync@openssh.com", "1", do_fsync},               {"lsetstat@openssh.com", "1", do_lsetstat}, {"limits@openssh.com", "1", do_limits},
    {"expand-path@openssh.com", "1", do_expand_path},
};
enum { EXTENSIONS = sizeof extensions / sizeof extensions[0] };

static int do_extended(struct call *q)
{
    char *name = get_str(&q->in);
    request wanted = NULL;

    for (int i = 0; i < EXTENSIONS && name != NULL; i++)
        if (strcmp(extensions[i].name, name) == 0)
            wanted = extensions[i].request;
    free(name);
    return q->in.bad ? SFTP_BAD_MESSAGE : wanted == NULL ? SFTP_UNSUPPORTED : wanted(q);
}

void sftp_version(struct bytes *out)
{
    put_u8(out, SFTP_VERSION);
    put_u32(out, 3);
    for (int i = 0; i < EXTENSIONS; i++) {
        put_str(out, extensions[i].name);
        put_str(out, extensions[i].version);
    }
}

static const request requests[] = {
    [SFTP_OPEN] = do_open,         [SFTP_CLOSE] = do_close,     [SFTP_READ] = do_read,         [SFTP_WRITE] = do_write,
    [SFTP_LSTAT] = do_lstat,       [SFTP_FSTAT] = do_fstat,     [SFTP_SETSTAT] = do_setstat,   [SFTP_FSETSTAT] = do_fsetstat,
    [SFTP_OPENDIR] = do_opendir,   [SFTP_READDIR] = do_readdir, [SFTP_REMOVE] = do_remove,     [SFTP_MKDIR] = do_mkdir,
    [SFTP_RMDIR] = do_rmdir,       [SFTP_REALPATH] = do_realpath, [SFTP_STAT] = do_stat,       [SFTP_RENAME] = do_rename,
    [SFTP_READLINK] = do_readlink, [SFTP_SYMLINK] = do_symlink, [SFTP_EXTENDED] = do_extended,
};

int sftp_request(uint8_t type, struct call *q)
{
    request wanted = type < sizeof requests / sizeof requests[0] ? requests[type] : NULL;

    return wanted == NULL ? SFTP_UNSUPPORTED : wanted(q);
}
