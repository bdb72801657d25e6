/* proof.c: engine and agent prove to each other that they have the sandbox's key, before anything else is said. */
#include "link.h"

#include <string.h>

int64_t started_ms;

static uint8_t key[KEY_LENGTH];

void proof_set_key(const uint8_t given[KEY_LENGTH])
{
    memcpy(key, given, KEY_LENGTH);
}

static void proof(const char *who, const uint8_t *first, const uint8_t *second, uint8_t out[32])
{
    uint8_t text[96];
    size_t length = strlen(who);

    memcpy(text, who, length);
    memcpy(text + length, first, 32);
    memcpy(text + length + 32, second, 32);
    hmac_sha256(key, sizeof key, text, length + 64, out);
}

bool link_prove(struct link *l, uint8_t type, uint32_t channel, struct reader *r)
{
    const uint8_t *nonce = get_raw(r, 32), *theirs = get_raw(r, 32);
    uint8_t expected[32], differ = 0;
    struct bytes b = {0};

    if (type != AUTH || channel != 0 || !get_end(r))
        return false;
    proof("sandjar engine 1", l->nonce, nonce, expected);
    for (int i = 0; i < 32; i++)
        differ |= (uint8_t)(expected[i] ^ theirs[i]);
    if (differ != 0)
        return false;
    proof("sandjar agent 1", nonce, l->nonce, expected);
    bytes_add(&b, expected, 32);
    put_u32(&b, KNOWS_OR_SH | KNOWS_CUT);
    put_u64(&b, (uint64_t)started_ms);
    frame_send(l, WELCOME, 0, NULL, 0, b.at, b.length);
    bytes_free(&b);
    bytes_reserve(&l->out, KEPT); /* when memory runs out a frame under way still finds room; without it the link serves as well until then */
    l->proven = true;
    return true;
}
