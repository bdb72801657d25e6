/* link.h: what the files of a link know of each other: listen.c takes it, link.c reads and feeds it, proof.c lets it in, channel.c speaks on it,
 * frame.c sends. Each calls only those that stand after it here. */
#ifndef SANDJAR_LINK_H
#define SANDJAR_LINK_H

#include "agent.h"

struct link {
    struct source source; /* first: a source is its link */
    struct link *next;
    bool proven, broken, dirty;
    int64_t accepted;
    uint8_t nonce[32];
    struct bytes in, out;
    size_t out_sent; /* of out */
    struct channel *channels;
    struct channel *turn; /* the next to be pumped; NULL: the first */
    uint32_t channel_count;
};

/* ---- link.c */
void link_accepted(int fd); /* owns it */

/* ---- proof.c */
bool link_prove(struct link *l, uint8_t type, uint32_t channel, struct reader *r); /* false: it is none */

/* ---- channel.c */
struct channel *channel_find(struct link *l, uint32_t number);
struct channel *channel_new(struct link *l, uint32_t number); /* NULL: no memory */
void channel_free(struct channel *c, bool cut);
bool channel_receive(struct channel *c, const uint8_t *data, size_t length); /* these three: false breaks the rules */
bool channel_credited(struct channel *c, struct reader *r);
bool channel_ended(struct channel *c, const struct reader *r);

/* ---- frame.c */
void frame_send(struct link *l, uint8_t type, uint32_t channel, const void *fields, size_t fields_length, const void *data, size_t length);
void link_flush(struct link *l);
bool link_hears(const struct link *l);
void link_break(struct link *l);

#endif
