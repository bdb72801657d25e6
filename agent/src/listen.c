/* listen.c: where engines knock: a Unix socket or a TCP port. Without a descriptor to spare they wait, at no cost, until there is one. */
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LISTENER_REST_MS = 200 };

static struct source listener = {.fd = -1};
static int64_t listener_rests = INT64_MAX; /* until then */

static void accept_one(struct source *s, uint32_t events)
{
    int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    (void)events;
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
        /* whoever knocks stays readable, and no event tells when there is room for it */
        source_watch(s, 0);
        listener_rests = now_ms() + LISTENER_REST_MS;
    }
    if (fd >= 0)
        link_accepted(fd);
}

int64_t listener_deadline(void)
{
    return listener_rests;
}

void listener_expire(void)
{
    if (listener_rests <= now_ms())
        listener_rests = source_watch(&listener, EPOLLIN) ? INT64_MAX : now_ms() + LISTENER_REST_MS;
}

static bool listen_on(int fd, const struct sockaddr *address, socklen_t length)
{
    if (fd < 0 || bind(fd, address, length) < 0 || listen(fd, 64) < 0)
        return false;
    listener = (struct source){.fd = fd, .ready = accept_one};
    return source_watch(&listener, EPOLLIN);
}

static bool unix_address(struct sockaddr_un *address, const char *path)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(address->sun_path, path);
    return true;
}

bool links_greet(const char *path)
{
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool done = fd >= 0 && unix_address(&address, path) && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    int number = errno;

    if (fd >= 0)
        close(fd);
    errno = number;
    return done;
}

bool links_listen_unix(const char *path)
{
    struct sockaddr_un address;

    if (!unix_address(&address, path))
        return false;
    unlink(path); /* of an agent before us, after a restart of the whole sandbox */
    return listen_on(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), (struct sockaddr *)&address, sizeof address);
}

bool links_listen_tcp(const char *address_and_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char host[64];
    const char *colon = strrchr(address_and_port, ':');
    int fd, one = 1;

    if (colon == NULL || (size_t)(colon - address_and_port) >= sizeof host) {
        errno = EINVAL;
        return false;
    }
    memcpy(host, address_and_port, (size_t)(colon - address_and_port));
    host[colon - address_and_port] = 0;
    char *end;
    long port = strtol(colon + 1, &end, 10);
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1 || *end != 0 || end == colon + 1 || port < 1 || port > 65535) {
        errno = EINVAL;
        return false;
    }
    address.sin_port = htons((uint16_t)port);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    return listen_on(fd, (struct sockaddr *)&address, sizeof address);
}
