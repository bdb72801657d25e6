/* sftp.h: SSH's file transfer protocol, version 3 (draft-ietf-secsh-filexfer-02, with OpenSSH's extensions), for one client, in a process of
 * its own: sftp.c begins that and takes packets, sftp_request.c does what they ask for, sftp_attrs.c reads and says what a file is. */
#ifndef SANDJAR_SFTP_H
#define SANDJAR_SFTP_H

#include "agent.h"

enum {
    SFTP_PACKET = 262144, /* the longest, without its length, as in OpenSSH */
    SFTP_DATA = SFTP_PACKET - 1024,
    SFTP_HANDLES = 256,
};

enum sftp_type {
    SFTP_INIT = 1, SFTP_VERSION, SFTP_OPEN, SFTP_CLOSE, SFTP_READ, SFTP_WRITE, SFTP_LSTAT, SFTP_FSTAT, SFTP_SETSTAT, SFTP_FSETSTAT, SFTP_OPENDIR,
    SFTP_READDIR, SFTP_REMOVE, SFTP_MKDIR, SFTP_RMDIR, SFTP_REALPATH, SFTP_STAT, SFTP_RENAME, SFTP_READLINK, SFTP_SYMLINK,
    SFTP_STATUS = 101, SFTP_HANDLE, SFTP_DATA_REPLY, SFTP_NAME, SFTP_ATTRS, SFTP_EXTENDED = 200, SFTP_EXTENDED_REPLY
};
enum sftp_status { SFTP_OK, SFTP_EOF, SFTP_NO_SUCH_FILE, SFTP_DENIED, SFTP_FAILURE, SFTP_BAD_MESSAGE, SFTP_UNSUPPORTED = 8 };
enum { SFTP_BY_ERRNO = -1 };

/* ---- sftp_request.c: the payload of an answer that is more than a status goes into out, after type and id. A status, or SFTP_BY_ERRNO. */
struct call {
    uint32_t id;
    struct reader in; /* the request's fields */
    struct bytes *out;
};
int sftp_request(uint8_t type, struct call *q);
void sftp_version(struct bytes *out); /* the answer to INIT */

/* ---- sftp_attrs.c */
struct sftp_attrs {
    uint32_t flags; /* which of the others were said */
    uint64_t size;
    uint32_t mode, accessed, modified;
};
enum { ATTR_SIZE = 1, ATTR_OWNER = 2, ATTR_MODE = 4, ATTR_TIMES = 8, ATTR_EXTENDED = (int)0x80000000u };
void get_attrs(struct reader *r, struct sftp_attrs *a); /* owners are refused by the kernel, and so passed over */
void put_attrs(struct bytes *b, const struct stat *st);
void put_entry(struct bytes *b, const char *name, const struct stat *st); /* of a list, as ls -l has it too */
int apply_attrs(const struct sftp_attrs *a, int fd, const char *path, bool follow); /* of fd, or where that is -1 of path; -1: errno */

#endif
