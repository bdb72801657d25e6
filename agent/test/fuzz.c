/* fuzz.c: the frame parser and every way to read a payload, fed by libFuzzer: after the handshake a link takes whatever bytes come. Requests
 * are decoded as their kinds are, and not carried out: a fuzzer that starts programs and removes files is no good neighbour. */
#include "../src/link.c"

int64_t started_ms;

const char *error_text(int number, enum error e)
{
    (void)number;
    (void)e;
    return "";
}

static enum error take(struct channel *c, const uint8_t *data, size_t length)
{
    volatile uint8_t sum = 0;

    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + data[i]);
    channel_grant(c, (uint32_t)length + OVERHEAD);
    return OK;
}

static enum error end(struct channel *c)
{
    (void)c;
    return OK;
}

void request_open(struct channel *c, uint8_t kind, struct reader *r)
{
    size_t count = 0;

    if (kind == 1) {
        get_raw(r, 16);
        free_list(get_list(r, 4096, &count));
        free_list(get_list(r, 4096, &count));
        free(get_str(r));
        get_u32(r);
        get_u64(r);
    } else if (kind < 16) {
        get_raw(r, 16);
        get_u64(r);
        get_u8(r);
    } else {
        free(get_str(r));
        free(get_str(r));
        get_u16(r);
    }
    if (!get_end(r)) {
        channel_close(c, INVALID, "a field out of its range");
        return;
    }
    channel_reply(c, NULL);
    if (kind % 2 == 0) {
        c->data = take;
        c->eof = end;
    } else {
        channel_close(c, OK, "");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool begun;
    int ends[2];

    if (!begun)
        loop_init();
    begun = true;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
        abort();
    struct link *l = calloc(1, sizeof *l);
    if (l == NULL)
        abort();
    l->source = (struct source){.fd = ends[0], .ready = link_ready};
    l->proven = size % 8 != 0; /* now and then without a handshake */
    links = l;
    /* in two pieces, so that every cut is tried too */
    size_t cut = size > 0 ? data[0] % (size + 1) : 0;
    bytes_add(&l->in, data, cut);
    link_take(l);
    if (!l->broken) {
        bytes_add(&l->in, data + cut, size - cut);
        link_take(l);
    }
    link_free(l);
    close(ends[1]);
    return 0;
}
