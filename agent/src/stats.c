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

/* A number that one of these files has, behind a word if there is one. The file is opened before any command runs: the sandbox's root may put
 * others in its place, and what they say would be believed. */
struct figure {
    const char *word;
    const char *const paths[4];
    int fd;
};

static struct figure memory = {
    .fd = -1,
    .paths = {"/run/sandjar/cgroup/memory/memory.usage_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes",
              "/run/sandjar/cgroup/memory.current", "/sys/fs/cgroup/memory.current"},
};
static struct figure memory_limit = {
    .fd = -1,
    .paths = {"/run/sandjar/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
              "/run/sandjar/cgroup/memory.max", "/sys/fs/cgroup/memory.max"},
};
static struct figure pids = {
    .fd = -1,
    .paths = {"/run/sandjar/cgroup/pids/pids.current", "/sys/fs/cgroup/pids/pids.current",
              "/run/sandjar/cgroup/pids.current", "/sys/fs/cgroup/pids.current"},
};
static struct figure oom_kills = {
    .fd = -1,
    .word = "oom_kill ",
    .paths = {"/run/sandjar/cgroup/memory/memory.oom_control", "/sys/fs/cgroup/memory/memory.oom_control",
              "/run/sandjar/cgroup/memory.events", "/sys/fs/cgroup/memory.events"},
};
static struct figure cpu_nanos = {
    .fd = -1,
    .paths = {"/run/sandjar/cgroup/cpuacct/cpuacct.usage", "/sys/fs/cgroup/cpuacct/cpuacct.usage"},
};
static struct figure cpu_micros = {
    .fd = -1,
    .word = "usage_usec ",
    .paths = {"/run/sandjar/cgroup/cpu.stat", "/sys/fs/cgroup/cpu.stat"},
};

static uint64_t read_figure(const struct figure *f, uint64_t otherwise)
{
    char text[4096];
    ssize_t n = f->fd < 0 ? -1 : pread(f->fd, text, sizeof text - 1, 0);

    if (n < 0)
        return otherwise;
    text[n] = 0;
    const char *at = f->word == NULL ? text : strstr(text, f->word);
    if (at == NULL)
        return otherwise;
    at += f->word == NULL ? 0 : strlen(f->word);
    return isdigit((unsigned char)*at) ? strtoull(at, NULL, 10) : otherwise;
}

static void open_figure(struct figure *f)
{
    for (size_t i = 0; i < sizeof f->paths / sizeof *f->paths && f->paths[i] != NULL && f->fd < 0; i++)
        f->fd = open(f->paths[i], O_RDONLY | O_CLOEXEC);
}

void stats_init(void)
{
    struct figure *const all[] = {&memory, &memory_limit, &pids, &oom_kills, &cpu_nanos, &cpu_micros};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        open_figure(all[i]);
}

uint64_t stats_oom_kills(void)
{
    return read_figure(&oom_kills, 0);
}

uint64_t stats_memory_limit(void)
{
    uint64_t most = read_figure(&memory_limit, 0);

    return most >= UINT64_C(1) << 62 ? 0 : most;
}

static uint64_t cpu_used(void)
{
    uint64_t nanos = read_figure(&cpu_nanos, UINT64_MAX);

    return nanos != UINT64_MAX ? nanos / 1000 : read_figure(&cpu_micros, 0);
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
    struct bytes b = {0};

    if (!get_end(r)) {
        channel_close(ch, INVALID, "STATS has no fields");
        return;
    }
    uint64_t processes = read_figure(&pids, 0);
    put_u64(&b, cpu_used());
    put_u64(&b, read_figure(&memory, 0));
    put_u64(&b, stats_memory_limit());
    put_u32(&b, processes > 0 ? (uint32_t)processes : count_processes());
    put_u64(&b, disk_used());
    put_u64(&b, stats_oom_kills());
    channel_reply(ch, &b);
    bytes_free(&b);
    channel_close(ch, OK, "");
}
