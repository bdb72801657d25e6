/* sftp.c: begins a session of SFTP: a process that answers its packets over a socket of its own, and a channel that carries them. */
#include "sftp.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool read_all(int fd, uint8_t *to, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t n = read(fd, to + done, length - done);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static bool write_all(int fd, const uint8_t *from, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t n = write(fd, from + done, length - done);
        if (n < 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static enum sftp_status status_of(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case EBADF: return SFTP_NO_SUCH_FILE;
    case EACCES:
    case EPERM: return SFTP_DENIED;
    case EINVAL:
    case ENAMETOOLONG: return SFTP_BAD_MESSAGE;
    case ENOSYS:
    case EOPNOTSUPP: return SFTP_UNSUPPORTED;
    default: return SFTP_FAILURE;
    }
}

static const char *text_of(enum sftp_status status)
{
    switch (status) {
    case SFTP_OK: return "Success";
    case SFTP_EOF: return "End of file";
    case SFTP_UNSUPPORTED: return "Operation unsupported";
    default: return "Bad message";
    }
}

static void put_status(struct bytes *out, uint32_t id, int result)
{
    int number = errno;
    enum sftp_status status = result == SFTP_BY_ERRNO ? status_of(number) : (enum sftp_status)result;

    put_u8(out, SFTP_STATUS);
    put_u32(out, id);
    put_u32(out, status);
    put_str(out, result == SFTP_BY_ERRNO ? strerror(number) : text_of(status));
    put_str(out, "en");
}

/* Answers one packet; what follows the length of its answer is in out. False: there is no going on. */
static bool answer(struct reader *r, struct bytes *out, bool *greeted)
{
    uint8_t type = get_u8(r);

    if (!*greeted) { /* the version of the client is what it is: this one is all we speak */
        *greeted = type == SFTP_INIT;
        if (*greeted)
            sftp_version(out);
        return *greeted;
    }
    uint32_t id = get_u32(r);
    if (r->bad)
        return false;
    struct call call = {.id = id, .in = *r, .out = out};
    size_t before = out->length;
    int result = sftp_request(type, &call);
    if (result == SFTP_OK && out->length > before)
        return true;
    out->length = before;
    put_status(out, id, result);
    return true;
}

static void serve_packets(int fd)
{
    static uint8_t packet[SFTP_PACKET];
    uint8_t head[4];
    struct bytes out = {0};
    bool greeted = false;

    while (read_all(fd, head, sizeof head)) {
        uint32_t length = load_u32(head);
        if (length == 0 || length > sizeof packet || !read_all(fd, packet, length))
            return;
        struct reader r = {.at = packet, .left = length};
        out.length = 0;
        put_u32(&out, 0);
        if (!answer(&r, &out, &greeted))
            return;
        store_u32(out.at, (uint32_t)out.length - 4);
        if (!write_all(fd, out.at, out.length))
            return;
    }
}

static _Noreturn void session(int fd)
{
    struct sigaction normal = {.sa_handler = SIG_DFL};
    sigset_t empty;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "sandjar-sftp");
    for (int i = 1; i < NSIG; i++)
        sigaction(i, &normal, NULL);
    signal(SIGXFSZ, SIG_IGN); /* a file that becomes too large is an error to its client, and no end */
    sigemptyset(&empty);
    sigprocmask(SIG_SETMASK, &empty, NULL);
    dup2(fd, 3); /* above the standard streams, which are /dev/null */
    close_above(3);
    serve_packets(3);
    _exit(0);
}

void sftp_open(struct channel *ch, struct reader *r)
{
    int ends[2];

    if (!get_end(r)) {
        channel_close(ch, INVALID, "this kind has no fields");
        return;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
        channel_close(ch, LIMIT, "no sockets");
        return;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK); /* ours; the other's may wait */
    pid_t pid = fork_as_command();
    if (pid == 0)
        session(ends[1]);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        channel_close(ch, LIMIT, "no process can be started");
        return;
    }
    reap_expect(pid, NULL, NULL);
    relay_begin(ch, ends[0]);
}
