/* sftp_attrs.c: what SFTP says of a file. */
#include "sftp.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

void get_attrs(struct reader *r, struct sftp_attrs *a)
{
    *a = (struct sftp_attrs){.flags = get_u32(r)};
    if ((a->flags & ATTR_SIZE) != 0)
        a->size = get_u64(r);
    if ((a->flags & ATTR_OWNER) != 0)
        get_u64(r);
    if ((a->flags & ATTR_MODE) != 0)
        a->mode = get_u32(r) & 07777;
    if ((a->flags & ATTR_TIMES) != 0) {
        a->accessed = get_u32(r);
        a->modified = get_u32(r);
    }
    if ((a->flags & (uint32_t)ATTR_EXTENDED) != 0)
        for (uint32_t pairs = get_u32(r); pairs > 0 && !r->bad; pairs--)
            for (int text = 0; text < 2; text++)
                get_raw(r, get_u32(r));
}

void put_attrs(struct bytes *b, const struct stat *st)
{
    put_u32(b, ATTR_SIZE | ATTR_OWNER | ATTR_MODE | ATTR_TIMES);
    put_u64(b, (uint64_t)st->st_size);
    put_u32(b, st->st_uid);
    put_u32(b, st->st_gid);
    put_u32(b, st->st_mode);
    put_u32(b, (uint32_t)st->st_atim.tv_sec);
    put_u32(b, (uint32_t)st->st_mtim.tv_sec);
}

static char type_letter(mode_t mode)
{
    return S_ISDIR(mode) ? 'd' : S_ISLNK(mode) ? 'l' : S_ISREG(mode) ? '-' : S_ISFIFO(mode) ? 'p' : S_ISSOCK(mode) ? 's' : S_ISCHR(mode) ? 'c' : 'b';
}

void put_entry(struct bytes *b, const char *name, const struct stat *st)
{
    char bits[11] = "?rwxrwxrwx", when[32] = "", line[512];
    struct tm tm;

    bits[0] = type_letter(st->st_mode);
    for (int i = 0; i < 9; i++)
        if ((st->st_mode & (0400u >> i)) == 0)
            bits[i + 1] = '-';
    bool recent = st->st_mtim.tv_sec > time(NULL) - 182 * 86400;
    if (gmtime_r(&st->st_mtim.tv_sec, &tm) != NULL)
        strftime(when, sizeof when, recent ? "%b %e %H:%M" : "%b %e  %Y", &tm);
    snprintf(line, sizeof line, "%s %3u %-8u %-8u %8lld %s %.255s", bits, (unsigned)st->st_nlink, (unsigned)st->st_uid, (unsigned)st->st_gid,
             (long long)st->st_size, when, name);
    put_str(b, name);
    put_str(b, line);
    put_attrs(b, st);
}

int apply_attrs(const struct sftp_attrs *a, int fd, const char *path, bool follow)
{
    struct timespec times[2] = {{.tv_sec = a->accessed}, {.tv_sec = a->modified}};
    int link = follow ? 0 : AT_SYMLINK_NOFOLLOW;

    if ((a->flags & ATTR_SIZE) != 0 && (fd >= 0 ? ftruncate(fd, (off_t)a->size) : truncate(path, (off_t)a->size)) < 0)
        return -1;
    if ((a->flags & ATTR_MODE) != 0 && (fd >= 0 ? fchmod(fd, a->mode) : fchmodat(AT_FDCWD, path, a->mode, link)) < 0)
        return -1;
    if ((a->flags & ATTR_TIMES) != 0 && (fd >= 0 ? futimens(fd, times) : utimensat(AT_FDCWD, path, times, link)) < 0)
        return -1;
    return 0;
}
