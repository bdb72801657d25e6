/* link.h: what the files of a link know of each other: listen.c takes it, link.c reads and feeds it, channel.c speaks on it. */
#ifndef SANDJAR_LINK_H
#define SANDJAR_LINK_H

#include "agent.h"

struct link {
    struct source source; /* first: a source is its link */
    struct link *next;
    bool proven, broken, dirty, pumping;
    int64_t accepted;
    uint8_t nonce[32];
    struct bytes in, out;
    size_t out_sent; /* of out */
    struct channel *channels;
    uint32_t channel_count;
};

void link_accepted(int fd); /* owns it */
void frame_send(struct link *l, uint8_t type, uint32_t channel, const void *fields, size_t fields_length, const void *data, size_t length);
void channel_free(struct channel *c, bool cut);

/* ---- listen.c */
int64_t listener_deadline(void);
void listener_expire(void);

#endif
