/* channel.c: what is said and heard on one channel, and what it costs of its credit. A channel that was closed is gone at once: its kind lets
 * go of all that it held. */
#include "link.h"

#include <errno.h>
#include <stdlib.h>

bool channel_can_send(const struct channel *c, size_t payload)
{
    return c->send_credit >= (int64_t)(payload + OVERHEAD);
}

void channel_reply(struct channel *c, const struct bytes *payload)
{
    frame_send(c->link, REPLY, c->number, NULL, 0, payload == NULL ? NULL : payload->at, payload == NULL ? 0 : payload->length);
}

void channel_data(struct channel *c, const void *data, size_t length)
{
    c->send_credit -= (int64_t)(length + OVERHEAD);
    frame_send(c->link, DATA, c->number, NULL, 0, data, length);
}

void channel_output(struct channel *c, uint8_t stream, uint64_t offset, const void *data, size_t length)
{
    uint8_t fields[9] = {stream};

    store_u64(fields + 1, offset);
    c->send_credit -= (int64_t)(length + sizeof fields + OVERHEAD);
    frame_send(c->link, OUTPUT, c->number, fields, sizeof fields, data, length);
}

void channel_event(struct channel *c, uint8_t event, const struct bytes *fields)
{
    c->send_credit -= (int64_t)(fields->length + 1 + OVERHEAD);
    frame_send(c->link, EVENT, c->number, &event, 1, fields->at, fields->length);
}

void channel_eof(struct channel *c)
{
    frame_send(c->link, END_OF_FILE, c->number, NULL, 0, NULL, 0);
}

void channel_grant(struct channel *c, uint32_t credit)
{
    uint8_t raw[4];

    c->owed_credit += credit;
    if (c->owed_credit < WINDOW / 4)
        return; /* the engine has three quarters of a window left at least: enough for its largest frame */
    store_u32(raw, c->owed_credit);
    c->receive_credit += c->owed_credit;
    c->owed_credit = 0;
    frame_send(c->link, CREDIT, c->number, raw, sizeof raw, NULL, 0);
}

void channel_wake(struct channel *c)
{
    c->link->dirty = c->awake = true;
}

/* ---- coming and going */

struct channel *channel_find(struct link *l, uint32_t number)
{
    for (struct channel *c = l->channels; c != NULL; c = c->next)
        if (c->number == number)
            return c;
    return NULL;
}

struct channel *channel_new(struct link *l, uint32_t number)
{
    struct channel *c = calloc(1, sizeof *c);

    if (c != NULL) {
        *c = (struct channel){.link = l, .number = number, .send_credit = WINDOW, .receive_credit = WINDOW, .next = l->channels};
        l->channels = c;
        l->channel_count++;
    }
    return c;
}

void channel_free(struct channel *c, bool cut)
{
    struct link *l = c->link;

    for (struct channel **at = &l->channels; *at != NULL; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            break;
        }
    if (l->turn == c)
        l->turn = c->next;
    l->channel_count--;
    if (c->gone != NULL)
        c->gone(c, cut);
    free(c);
}

void channel_close(struct channel *c, enum error e, const char *message)
{
    struct bytes b = {0};

    if (e != OK) {
        put_u16(&b, (uint16_t)e);
        put_str(&b, message);
    }
    frame_send(c->link, CLOSE, c->number, NULL, 0, b.at, b.length);
    bytes_free(&b);
    channel_free(c, false);
}

/* ---- what the engine says; false breaks the rules */

bool channel_receive(struct channel *c, const uint8_t *data, size_t length)
{
    c->receive_credit -= (int64_t)(length + OVERHEAD);
    if (length == 0 || length > CHUNK || c->receive_credit < 0)
        return false;
    if (c->data == NULL)
        return false;
    enum error e = c->data(c, data, length);
    if (e != OK)
        channel_close(c, e, error_text(errno, e));
    return true;
}

bool channel_credited(struct channel *c, struct reader *r)
{
    uint32_t more = get_u32(r);

    if (!get_end(r) || more == 0 || c->send_credit + (int64_t)more > MAX_CREDIT)
        return false;
    c->send_credit += more;
    channel_wake(c);
    return true;
}

bool channel_ended(struct channel *c, const struct reader *r)
{
    if (r->left > 0 || c->eof == NULL)
        return false;
    enum error e = c->eof(c);
    if (e != OK)
        channel_close(c, e, error_text(errno, e));
    return true;
}
