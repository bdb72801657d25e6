/* paths.c: paths of requests. A confined path never leaves its base: the kernel walks it (openat2 with RESOLVE_BENEATH), so no rename in
 * between can change that. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
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
int open_parent(const char *base, const char *path, char name[256])
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

int make_folders(const char *base, const char *path)
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
