/* bytes.c: growing buffers, and reading hostile payloads: a reader never passes its end, and says so only when asked. */
#include "agent.h"

#include <stdlib.h>
#include <string.h>

void bytes_free(struct bytes *b)
{
    free(b->at);
    *b = (struct bytes){0};
}

bool bytes_reserve(struct bytes *b, size_t capacity)
{
    if (capacity > b->capacity) {
        uint8_t *grown = realloc(b->at, capacity);
        if (grown == NULL)
            return false;
        b->at = grown;
        b->capacity = capacity;
    }
    return true;
}

bool bytes_add(struct bytes *b, const void *from, size_t length)
{
    size_t capacity = b->capacity == 0 ? 256 : b->capacity;

    while (capacity < b->length + length)
        capacity *= 2;
    if (length > 0 && !bytes_reserve(b, capacity))
        return false;
    if (length > 0)
        memcpy(b->at + b->length, from, length);
    b->length += length;
    return true;
}

void bytes_drop(struct bytes *b, size_t length)
{
    b->length -= length;
    if (b->length == 0 && b->capacity > KEPT) { /* an idle link shall cost next to nothing */
        uint8_t *small = realloc(b->at, KEPT);
        if (small != NULL)
            *b = (struct bytes){.at = small, .capacity = KEPT};
    }
    if (b->length > 0 && length > 0)
        memmove(b->at, b->at + length, b->length);
}

void store_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

void store_u32(uint8_t *p, uint32_t v)
{
    store_u16(p, (uint16_t)(v >> 16));
    store_u16(p + 2, (uint16_t)v);
}

void store_u64(uint8_t *p, uint64_t v)
{
    store_u32(p, (uint32_t)(v >> 32));
    store_u32(p + 4, (uint32_t)v);
}

uint32_t load_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

bool put_u8(struct bytes *b, uint8_t v)
{
    return bytes_add(b, &v, 1);
}

bool put_u16(struct bytes *b, uint16_t v)
{
    uint8_t raw[2];
    store_u16(raw, v);
    return bytes_add(b, raw, sizeof raw);
}

bool put_u32(struct bytes *b, uint32_t v)
{
    uint8_t raw[4];
    store_u32(raw, v);
    return bytes_add(b, raw, sizeof raw);
}

bool put_u64(struct bytes *b, uint64_t v)
{
    uint8_t raw[8];
    store_u64(raw, v);
    return bytes_add(b, raw, sizeof raw);
}

bool put_str(struct bytes *b, const char *s)
{
    size_t length = strlen(s);
    return put_u32(b, (uint32_t)length) && bytes_add(b, s, length);
}

const uint8_t *get_raw(struct reader *r, size_t length)
{
    if (r->bad || r->left < length) {
        r->bad = true;
        return NULL;
    }
    r->at += length;
    r->left -= length;
    return r->at - length;
}

uint8_t get_u8(struct reader *r)
{
    const uint8_t *p = get_raw(r, 1);
    return p == NULL ? 0 : *p;
}

uint16_t get_u16(struct reader *r)
{
    const uint8_t *p = get_raw(r, 2);
    return p == NULL ? 0 : (uint16_t)((uint32_t)p[0] << 8 | p[1]);
}

uint32_t get_u32(struct reader *r)
{
    const uint8_t *p = get_raw(r, 4);
    return p == NULL ? 0 : load_u32(p);
}

uint64_t get_u64(struct reader *r)
{
    uint64_t high = get_u32(r);
    return high << 32 | get_u32(r);
}

char *get_str(struct reader *r)
{
    uint32_t length = get_u32(r);
    const uint8_t *raw = get_raw(r, length);
    if (raw == NULL || memchr(raw, 0, length) != NULL) {
        r->bad = true;
        return NULL;
    }
    char *s = malloc((size_t)length + 1);
    if (s == NULL) {
        r->bad = true;
        return NULL;
    }
    memcpy(s, raw, length);
    s[length] = 0;
    return s;
}

char **get_list(struct reader *r, uint32_t most, size_t *count)
{
    uint32_t length = get_u32(r);
    if (r->bad || length > most || length > r->left / 4) {
        r->bad = true;
        return NULL;
    }
    char **list = calloc((size_t)length + 1, sizeof *list);
    if (list == NULL) {
        r->bad = true;
        return NULL;
    }
    for (uint32_t i = 0; i < length; i++)
        list[i] = get_str(r);
    if (r->bad) {
        free_list(list);
        r->bad = true;
        return NULL;
    }
    *count = length;
    return list;
}

void free_list(char **list)
{
    for (char **s = list; s != NULL && *s != NULL; s++)
        free(*s);
    free(list);
}

bool get_end(struct reader *r)
{
    return !r->bad && r->left == 0;
}
