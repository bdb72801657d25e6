/* unit.c: reading and writing payloads, and the arithmetic of the journal, at their edges. Ends with 1 at the first thing that is wrong. */
#include "../src/agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(what) check((what), #what, __LINE__)

static void check(bool right, const char *what, int line)
{
    if (!right) {
        fprintf(stderr, "unit.c:%d: %s\n", line, what);
        exit(1);
    }
}

static void numbers_are_read_as_they_were_put(void)
{
    struct bytes b = {0};

    CHECK(put_u8(&b, 0xfe) && put_u16(&b, 0xfedc) && put_u32(&b, 0xfedcba98) && put_u64(&b, UINT64_MAX - 1) && put_str(&b, "word"));
    struct reader r = {.at = b.at, .left = b.length};
    CHECK(get_u8(&r) == 0xfe && get_u16(&r) == 0xfedc && get_u32(&r) == 0xfedcba98 && get_u64(&r) == UINT64_MAX - 1);
    char *s = get_str(&r);
    CHECK(s != NULL && strcmp(s, "word") == 0 && get_end(&r));
    free(s);
    CHECK(get_u8(&r) == 0 && r.bad && !get_end(&r)); /* and stays bad */
    bytes_free(&b);
}

static void every_cut_of_a_list_is_bad(void)
{
    struct bytes b = {0};
    size_t count = 0;

    put_u32(&b, 2);
    put_str(&b, "one");
    put_str(&b, "");
    for (size_t cut = 0; cut < b.length; cut++) {
        struct reader r = {.at = b.at, .left = cut};
        CHECK(get_list(&r, 2, &count) == NULL && r.bad);
    }
    struct reader r = {.at = b.at, .left = b.length};
    char **list = get_list(&r, 2, &count);
    CHECK(list != NULL && count == 2 && strcmp(list[0], "one") == 0 && list[1][0] == 0 && list[2] == NULL);
    free_list(list);
    r = (struct reader){.at = b.at, .left = b.length};
    CHECK(get_list(&r, 1, &count) == NULL && r.bad); /* more than allowed */
    bytes_free(&b);
}

static void a_length_beyond_the_payload_takes_no_memory(void)
{
    static const uint8_t most[] = {0xff, 0xff, 0xff, 0xff, 'a'}, nul[] = {0, 0, 0, 2, 'a', 0};
    struct reader r = {.at = most, .left = sizeof most};
    size_t count;

    CHECK(get_str(&r) == NULL && r.bad);
    r = (struct reader){.at = most, .left = sizeof most};
    CHECK(get_list(&r, UINT32_MAX, &count) == NULL && r.bad);
    r = (struct reader){.at = nul, .left = sizeof nul};
    CHECK(get_str(&r) == NULL && r.bad); /* a word with a NUL */
}

static void dropping_keeps_the_rest(void)
{
    struct bytes b = {0};

    bytes_add(&b, "abcdef", 6);
    bytes_drop(&b, 2);
    CHECK(b.length == 4 && memcmp(b.at, "cdef", 4) == 0);
    bytes_drop(&b, 4);
    CHECK(b.length == 0);
    bytes_free(&b);
}

static void put(struct journal *j, uint8_t stream, uint64_t count)
{
    while (count > 0) {
        size_t room;
        uint8_t *to = journal_room(j, stream, &room);
        CHECK(to != NULL && room > 0);
        size_t n = room < count ? room : (size_t)count;
        for (size_t i = 0; i < n; i++)
            to[i] = (uint8_t)((j->end + i) % 251);
        journal_added(j, n);
        count -= n;
    }
}

/* Reads all that is wanted from there, in pieces; each byte tells its offset. */
static uint64_t read_all(const struct journal *j, uint64_t from, uint8_t streams, size_t most)
{
    struct cursor c = {.offset = from};
    const uint8_t *at;
    uint64_t sum = 0;
    uint8_t stream;
    size_t n;

    while ((n = journal_read(j, &c, streams, most, &stream, &at)) > 0) {
        CHECK(n <= most && (stream & streams) != 0);
        for (size_t i = 0; i < n; i++)
            CHECK(at[i] == (uint8_t)((c.offset + i) % 251));
        c.offset += n;
        sum += n;
    }
    CHECK(c.offset == j->end);
    return sum;
}

static void each_stream_is_read_by_itself_and_both_together(void)
{
    struct journal j = {.bound = 1 << 20};

    put(&j, 1, 1000);
    put(&j, 2, 70000);
    put(&j, 1, 3);
    CHECK(read_all(&j, 0, 3, 7) == 71003 && read_all(&j, 0, 1, CHUNK) == 1003 && read_all(&j, 0, 2, CHUNK) == 70000);
    CHECK(read_all(&j, 999, 3, CHUNK) == 70004 && read_all(&j, 71003, 3, CHUNK) == 0);
    journal_free(&j);
}

static void beyond_the_bound_of_all_only_those_who_have_little_take_more(void)
{
    struct journal first = {.bound = 4 << 20}, second = {.bound = 4 << 20};

    journals_bound(1 << 20);
    CHECK(!journal_beyond_share(&first));
    put(&first, 1, 3 << 20);
    CHECK(journal_grows_beyond_share(&first, 2) && !journal_beyond_share(&second));
    for (int i = 0; i < 10000; i++) {
        while (journal_grows_beyond_share(&second, 1) && journal_forget(&second)) {
        }
        put(&second, 1, 512);
    }
    CHECK(second.held > 30 * 1024 && second.held < 160 * 1024); /* a crowd: three times what all may have */
    journal_free(&first);
    CHECK(!journal_beyond_share(&second));
    journal_free(&second);
    journals_bound(SIZE_MAX);
}

static void forgetting_moves_the_start_and_never_the_end(void)
{
    struct journal j = {.bound = 65536};

    CHECK(!journal_forget(&j) && journal_second(&j) == 0);
    for (int i = 0; i < 500; i++) {
        uint8_t stream = (uint8_t)(1 + i % 2);
        while (journal_full(&j, stream)) {
            uint64_t second = journal_second(&j);
            CHECK(journal_forget(&j) && j.start == second);
        }
        put(&j, stream, 997);
        CHECK(j.end == (uint64_t)(i + 1) * 997 && j.held < j.bound + j.bound / 2);
        CHECK(read_all(&j, j.start, 3, 100) == j.end - j.start);
    }
    while (journal_forget(&j)) {
    }
    CHECK(j.start < j.end); /* what is being filled stays */
    journal_free(&j);
}

int main(void)
{
    numbers_are_read_as_they_were_put();
    every_cut_of_a_list_is_bad();
    a_length_beyond_the_payload_takes_no_memory();
    dropping_keeps_the_rest();
    each_stream_is_read_by_itself_and_both_together();
    beyond_the_bound_of_all_only_those_who_have_little_take_more();
    forgetting_moves_the_start_and_never_the_end();
    return 0;
}
