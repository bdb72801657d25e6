/* files.h: what the files of file requests know of each other: paths.c walks, files.c looks and moves, remove.c removes,
 * transfer.c reads and writes. */
#ifndef SANDJAR_FILES_H
#define SANDJAR_FILES_H

#include "agent.h"

struct paths { /* of one request */
    char *base, *one, *other;
};
bool paths_get(struct channel *ch, struct reader *r, struct paths *p, bool two); /* false: ch is closed */
void paths_free(struct paths *p);
int open_parent(const char *base, const char *path, char name[256]); /* of a path's last part; -1: no such folder, or no such part */
int make_folders(const char *base, const char *path);

/* These close ch, by errno. */
void file_fail(struct channel *ch);
void file_done(struct channel *ch, int result);

#endif
