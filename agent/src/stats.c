/* stats.c: what the sandbox uses, as its cgroup says, version 1 or 2, wherever the runtime has bound it. */
#include "agent.h"

#include <dirent.h>
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

static bool read_text(const char *path, char *to, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, to, size - 1);

    if (fd >= 0)
        close(fd);
    if (n < 0)
        return false;
    to[n] = 0;
    return true;
}

/* The number behind a word, or the whole text when there is no word. */
static uint64_t read_number(const char *const paths[], const char *word, uint64_t otherwise)
{
    char text[4096];

    for (; *paths != NULL; paths++) {
        if (!read_text(*paths, text, sizeof text))
            continue;
        const char *at = word == NULL ? text : strstr(text, word);
        if (at == NULL)
            continue;
        at += word == NULL ? 0 : strlen(word);
        if (isdigit((unsigned char)*at))
            return strtoull(at, NULL, 10);
    }
    return otherwise;
}

uint64_t stats_oom_kills(void)
{
    static const char *const v1[] = {"/run/sandjar/cgroup/memory/memory.oom_control", "/sys/fs/cgroup/memory/memory.oom_control", NULL};
    static const char *const v2[] = {"/run/sandjar/cgroup/memory.events", "/sys/fs/cgroup/memory.events", NULL};
    uint64_t kills = read_number(v1, "oom_kill ", UINT64_MAX);

    return kills != UINT64_MAX ? kills : read_number(v2, "oom_kill ", 0);
}

static uint64_t cpu_micros(void)
{
    static const char *const v1[] = {"/run/sandjar/cgroup/cpuacct/cpuacct.usage", "/sys/fs/cgroup/cpuacct/cpuacct.usage", NULL};
    static const char *const v2[] = {"/run/sandjar/cgroup/cpu.stat", "/sys/fs/cgroup/cpu.stat", NULL};
    uint64_t nanos = read_number(v1, NULL, UINT64_MAX);

    return nanos != UINT64_MAX ? nanos / 1000 : read_number(v2, "usage_usec ", 0);
}

static uint32_t count_processes(void)
{
    DIR *dir = opendir("/proc");
    uint32_t count = 0;

    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;)
        count += isdigit((unsigned char)e->d_name[0]) != 0;
    if (dir != NULL)
        closedir(dir);
    return count;
}

static const char *disk;

void stats_set_disk(const char *path)
{
    disk = path;
}

/* A filesystem that is shared with others says what all of them use: that is not known, rather than wrong. */
static uint64_t disk_used(void)
{
    struct statvfs fs;

    if (disk == NULL || statvfs(disk, &fs) < 0 || fs.f_bfree > fs.f_blocks)
        return UINT64_MAX;
    return (uint64_t)(fs.f_blocks - fs.f_bfree) * fs.f_frsize;
}

void stats_report(struct channel *ch, struct reader *r)
{
    static const char *const memory[] = {"/run/sandjar/cgroup/memory/memory.usage_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes",
                                         "/run/sandjar/cgroup/memory.current", "/sys/fs/cgroup/memory.current", NULL};
    static const char *const limit[] = {"/run/sandjar/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
                                        "/run/sandjar/cgroup/memory.max", "/sys/fs/cgroup/memory.max", NULL};
    static const char *const pids[] = {"/run/sandjar/cgroup/pids/pids.current", "/sys/fs/cgroup/pids/pids.current",
                                       "/run/sandjar/cgroup/pids.current", "/sys/fs/cgroup/pids.current", NULL};
    struct bytes b = {0};

    if (!get_end(r)) {
        channel_close(ch, INVALID, "STATS has no fields");
        return;
    }
    uint64_t most = read_number(limit, NULL, 0);
    uint64_t processes = read_number(pids, NULL, 0);
    put_u64(&b, cpu_micros());
    put_u64(&b, read_number(memory, NULL, 0));
    put_u64(&b, most >= UINT64_C(1) << 62 ? 0 : most);
    put_u32(&b, processes > 0 ? (uint32_t)processes : count_processes());
    put_u64(&b, disk_used());
    put_u64(&b, stats_oom_kills());
    channel_reply(ch, &b);
    bytes_free(&b);
    channel_close(ch, OK, "");
}
