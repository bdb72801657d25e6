/* journal.c: what a command wrote, newest bytes up to a bound, in blocks of one stream each. Bytes are read from a pipe
 * straight into a block and sent straight out of it. All journals together have a bound, too: beyond it none that has
 * more than little grows by what nobody needs. */
#include "agent.h"

#include <stdlib.h>
#include <sys/mman.h>

struct block {
    struct block *next;
    uint64_t offset; /* of the first byte */
    uint32_t length, capacity;
    uint8_t stream;
    uint8_t at[];
};

enum {
    SMALLEST = 512,
    LARGEST = CHUNK,
    MOST_SPARE = 4,
    RESERVE = 512 * 1024,
    LITTLE = 256 * 1024,
    LITTLE_IN_A_CROWD = 64 * 1024,
    LEAST_OF_ENDED = 8 << 20,
};

static size_t held_by_all, most_of_all = SIZE_MAX;

/* Large blocks come and go fast while much is written: not each is mapped and unmapped. */
static struct block *spare;
static int spare_count;

/* Not in our forks, each of which would keep what we forget, and have us copy what we change. */
static struct block *block_map(void)
{
    void *at = mmap(NULL, BLOCK_HOLDS, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    if (at == MAP_FAILED)
        return NULL;
    madvise(at, BLOCK_HOLDS, MADV_DONTFORK);
    return at;
}

/* Not the last memory: a link that finds none for a frame would be cut, and whoever empties the journal with it. */
static struct block *block_take(uint32_t capacity)
{
    struct block *b = spare;

    if (capacity != LARGEST)
        return malloc(sizeof *b + capacity);
    if (b == NULL) {
        void *reserve = malloc(RESERVE);
        b = reserve == NULL ? NULL : block_map();
        free(reserve);
        return b;
    }
    spare = b->next;
    spare_count--;
    return b;
}

static void block_give(struct block *b)
{
    if (b->capacity == LARGEST && spare_count < MOST_SPARE) {
        b->next = spare;
        spare = b;
        spare_count++;
    } else if (b->capacity == LARGEST) {
        munmap(b, BLOCK_HOLDS);
    } else {
        free(b);
    }
}

static size_t block_holds(uint32_t capacity)
{
    return capacity == LARGEST ? BLOCK_HOLDS : sizeof(struct block) + capacity;
}

void journals_bound(size_t most)
{
    most_of_all = most;
}

/* One that has as much as it may fits in any case. */
size_t journals_most_of_ended(void)
{
    return most_of_all / 2 < LEAST_OF_ENDED ? LEAST_OF_ENDED : most_of_all / 2;
}

bool journals_full(void)
{
    return held_by_all >= most_of_all;
}

static void count_more(struct journal *j, size_t more)
{
    j->held += more;
    held_by_all += more;
}

static void count_less(struct journal *j, size_t less)
{
    j->held -= less;
    held_by_all -= less;
}

static bool is_tail_closed(const struct journal *j, uint8_t stream)
{
    return j->tail == NULL || j->tail->stream != stream || j->tail->length == j->tail->capacity;
}

uint8_t *journal_room(struct journal *j, uint8_t stream, size_t *room)
{
    struct block *b = j->tail;

    if (is_tail_closed(j, stream)) {
        uint32_t capacity = b == NULL || b->stream != stream || b->length < b->capacity ? SMALLEST : b->capacity * 4;
        if (capacity < SMALLEST)
            capacity = SMALLEST;
        if (capacity > LARGEST)
            capacity = LARGEST;
        if (capacity > j->bound / 4) /* so that forgetting one leaves most */
            capacity = (uint32_t)(j->bound / 4);
        b = block_take(capacity);
        if (b == NULL)
            return NULL;
        *b = (struct block){.offset = j->end, .capacity = capacity, .stream = stream};
        if (j->tail == NULL)
            j->head = b;
        else
            j->tail->next = b;
        j->tail = b;
        count_more(j, block_holds(capacity));
    }
    *room = b->capacity - b->length;
    return b->at + b->length;
}

void journal_added(struct journal *j, size_t length)
{
    j->tail->length += (uint32_t)length;
    j->end += length;
}

/* The oldest block goes when the next is needed, and becomes it. */
bool journal_full(const struct journal *j, uint8_t stream)
{
    return j->held >= j->bound && is_tail_closed(j, stream);
}

/* Each has little whatever the others have; when many have, that is less. */
bool journal_beyond_share(const struct journal *j)
{
    return journals_full() && j->held >= (held_by_all / 2 >= most_of_all ? LITTLE_IN_A_CROWD : LITTLE);
}

bool journal_grows_beyond_share(const struct journal *j, uint8_t stream)
{
    return journal_beyond_share(j) && is_tail_closed(j, stream);
}

bool journal_forget(struct journal *j)
{
    struct block *b = j->head;

    if (b == NULL || b == j->tail)
        return false;
    j->head = b->next;
    j->start = b->offset + b->length;
    count_less(j, block_holds(b->capacity));
    block_give(b);
    return true;
}

uint64_t journal_second(const struct journal *j)
{
    return j->head == NULL ? j->end : j->head->offset + j->head->length;
}

size_t journal_read(const struct journal *j, struct cursor *c, uint8_t streams, size_t most, uint8_t *stream, const uint8_t **at)
{
    struct block *b = c->block != NULL && c->block->offset <= c->offset ? c->block : j->head;

    for (; b != NULL; b = b->next) {
        c->block = b;
        if (b->offset + b->length <= c->offset)
            continue;
        if ((b->stream & streams) == 0) {
            c->offset = b->offset + b->length;
            continue;
        }
        size_t skip = (size_t)(c->offset - b->offset);
        size_t length = b->length - skip;
        *stream = b->stream;
        *at = b->at + skip;
        return length < most ? length : most;
    }
    return 0;
}

void journal_free(struct journal *j)
{
    count_less(j, j->held);
    while (j->head != NULL) {
        struct block *next = j->head->next;
        block_give(j->head);
        j->head = next;
    }
    j->tail = NULL;
}
