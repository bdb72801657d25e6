/* agent.h: what the files of the agent know of each other. PROTOCOL.md says what it all means. */
#ifndef SANDJAR_AGENT_H
#define SANDJAR_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

enum {
    MAX_PAYLOAD = 262144,
    HEADER = 9,
    WINDOW = 262144,
    OVERHEAD = 64, /* what a streaming frame costs beside its payload */
    CHUNK = 65536, /* raw bytes in one DATA or OUTPUT */
    KEPT = 2 * CHUNK, /* of a buffer that is empty */
    MAX_CREDIT = 16 << 20,
    KEY_LENGTH = 32,
    MAX_LINKS = 16,
    MAX_UNPROVEN = 8,
    MAX_CHANNELS = 1024,
    MAX_ENDED = 64,
    MAX_AWAITED = 512, /* that have ended, and were not read yet */
    MAX_JOURNALS_BYTES = 64 << 20, /* and a quarter of the memory; half of that of those that have ended */
    MAX_ENTRIES = 20000,
    MAX_WATCHES = 64,
};

enum feature { KNOWS_OR_SH = 1, KNOWS_CUT = 2 }; /* bits of WELCOME */

enum frame_type { HELLO = 1, AUTH, WELCOME, OPEN, REPLY, DATA, OUTPUT, EVENT, END_OF_FILE, CREDIT, CLOSE, TAKEN };
enum error { OK, INVALID, NOT_FOUND, EXISTS, DENIED, WRONG_TYPE, TOO_LARGE, DISK_FULL, REFUSED, LIMIT, UNSUPPORTED, STATE, IO };
enum how { RUNNING, EXITED, KILLED, TIMED_OUT, OUT_OF_MEMORY };
enum event_kind { GAP = 1, ENDED = 2, WRITTEN = 3, CHANGED = 4 };

/* ---- loop.c */
struct loop;
struct source {
    int fd;
    uint32_t events; /* what epoll watches now; 0: nothing */
    void (*ready)(struct source *, uint32_t events);
    struct loop *in; /* NULL: the one that is never paused */
};
void loop_init(void);
struct loop *loop_inner(void (*turned)(bool all)); /* another within it; after each of its turns it is told whether nothing was left; NULL: the kernel has no more */
void loop_pause(struct loop *inner, bool pause); /* paused, what is ready waits and wakes nobody */
bool source_watch(struct source *s, uint32_t events); /* changes what is watched; false: no memory in the kernel */
void source_close(struct source *s);
void loop_once(int64_t until_ms); /* waits until then at most, on the clock of now_ms */
int64_t now_ms(void);             /* CLOCK_BOOTTIME: counts while the machine sleeps */
int64_t wall_ms(void);

/* ---- bytes.c */
struct bytes { /* grows; owned */
    uint8_t *at;
    size_t length, capacity;
};
void bytes_free(struct bytes *b);
bool bytes_reserve(struct bytes *b, size_t capacity);
bool bytes_add(struct bytes *b, const void *from, size_t length);
void bytes_drop(struct bytes *b, size_t length); /* from the front */
bool put_u8(struct bytes *b, uint8_t v);
bool put_u16(struct bytes *b, uint16_t v);
bool put_u32(struct bytes *b, uint32_t v);
bool put_u64(struct bytes *b, uint64_t v);
bool put_str(struct bytes *b, const char *s);
uint32_t load_u32(const uint8_t *p);
void store_u16(uint8_t *p, uint16_t v);
void store_u32(uint8_t *p, uint32_t v);
void store_u64(uint8_t *p, uint64_t v);

struct reader { /* of one payload; bad once anything was missing */
    const uint8_t *at;
    size_t left;
    bool bad;
};
uint8_t get_u8(struct reader *r);
uint16_t get_u16(struct reader *r);
uint32_t get_u32(struct reader *r);
uint64_t get_u64(struct reader *r);
const uint8_t *get_raw(struct reader *r, size_t length);
char *get_str(struct reader *r);                       /* owned by the caller; NULL: bad */
char **get_list(struct reader *r, uint32_t most, size_t *count); /* NULL-terminated, owned */
void free_list(char **list);
bool get_end(struct reader *r); /* nothing left and nothing was missing */

/* ---- sha256.c */
void hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *data, size_t length, uint8_t out[32]);

/* ---- listen.c, link.c, proof.c, channel.c */
struct link;
struct channel {
    struct link *link;
    uint32_t number;
    int64_t send_credit;    /* what we may still spend */
    int64_t receive_credit; /* what the engine may still spend */
    uint32_t owed_credit;   /* what it has back, but was not told yet */
    bool awake;             /* may have something to send */
    bool looks;             /* what the engine says on it is no use of the sandbox */
    struct channel *next;
    /* what the channel's kind does; all may be NULL */
    bool (*pump)(struct channel *);                                  /* sends one frame; false: has nothing, or no credit */
    enum error (*data)(struct channel *, const uint8_t *, size_t);   /* an error closes the channel */
    enum error (*eof)(struct channel *);
    bool (*taken)(struct channel *, uint64_t offset); /* false breaks the rules; so does NULL */
    void (*gone)(struct channel *, bool cut); /* frees what self points to */
    void *self;
};
bool links_listen_unix(const char *path);
bool links_listen_tcp(const char *address_and_port);
bool links_greet(const char *path); /* connects to a Unix socket and lets go: whoever waits there knows that we listen */
int64_t listener_deadline(void);
void listener_expire(void);
extern int64_t started_ms; /* wall clock */
void proof_set_key(const uint8_t key[KEY_LENGTH]);
void links_begin(void (*opened)(struct channel *, uint8_t kind, struct reader *)); /* takes what engines ask for; it may close the channel */
int64_t links_next_deadline(void);
void links_expire(void);
void links_pump(void); /* sends what became ready since the last call */
int64_t links_last_use(void);
void links_used(void); /* as the traffic of a use is */

bool channel_can_send(const struct channel *c, size_t payload);
void channel_reply(struct channel *c, const struct bytes *payload);
void channel_data(struct channel *c, const void *data, size_t length);
void channel_output(struct channel *c, uint8_t stream, uint64_t offset, const void *data, size_t length);
void channel_event(struct channel *c, uint8_t event, const struct bytes *fields);
void channel_eof(struct channel *c);
void channel_grant(struct channel *c, uint32_t credit);
void channel_close(struct channel *c, enum error e, const char *message); /* c is gone afterwards */
void channel_wake(struct channel *c); /* its pump may have something now */

/* ---- request.c: what links_begin is given */
void request_open(struct channel *c, uint8_t kind, struct reader *r);

/* ---- kill.c */
void reply_when_killed(struct channel *c, pid_t root); /* kills all below root */
void kill_all(struct channel *c, struct reader *r);

/* ---- error.c */
enum error error_of(int number);
const char *error_text(int number, enum error e);

/* ---- journal.c */
struct block;
struct journal {
    struct block *head, *tail;
    uint64_t start, end; /* offsets of the oldest byte kept, and after the newest */
    size_t held;         /* memory in use */
    size_t bound;
};
struct cursor { /* where a follower is */
    uint64_t offset;
    struct block *block; /* may be NULL: look from the head */
};
enum { BLOCK_HOLDS = CHUNK + 4096 };  /* the largest: whole pages, with its head */
void journals_bound(size_t most);     /* bytes, of all together; before there is one */
size_t journals_most_of_ended(void);  /* of that */
bool journals_full(void);
uint8_t *journal_room(struct journal *j, uint8_t stream, size_t *room); /* NULL: no memory */
void journal_added(struct journal *j, size_t length);                  /* as many bytes were put there */
bool journal_full(const struct journal *j, uint8_t stream); /* no room for more of it without forgetting */
bool journal_beyond_share(const struct journal *j); /* all together have as much as they may, and this one has not little */
bool journal_grows_beyond_share(const struct journal *j, uint8_t stream); /* more of it would need another block, and it is */
bool journal_forget(struct journal *j); /* the oldest block; false when there is only the one being filled */
uint64_t journal_second(const struct journal *j); /* offset after the oldest block */
/* bytes at the cursor of the wanted streams; skips the others; 0: none yet */
size_t journal_read(const struct journal *j, struct cursor *c, uint8_t streams, size_t most, uint8_t *stream, const uint8_t **at);
void journal_free(struct journal *j);

/* ---- control.c, start.c, follow.c, input.c, output.c, command.c */
void command_start(struct channel *c, struct reader *r);
void command_follow(struct channel *c, struct reader *r);
void command_input(struct channel *c, struct reader *r);
void command_signal(struct channel *c, struct reader *r);
void command_resize(struct channel *c, struct reader *r);
void command_list(struct channel *c, struct reader *r);
void command_status(struct channel *c, struct reader *r);
void command_forget(struct channel *c, struct reader *r);
bool command_reaped(pid_t pid, int status); /* false: not one of ours */
void commands_expire(void);
int64_t commands_next_deadline(void);
bool commands_running(void);

/* ---- spawn.c */
struct spawn {
    char **argv, **env;
    const char *cwd;
    int in, out, err;  /* what becomes 0, 1, 2 */
    const char *terminal; /* the slave's path; NULL: none */
    bool or_sh;           /* sh instead of a program that is missing */
};
/* the supervisor's pid, or -1; *report gives the command's pid as one pid_t */
pid_t spawn_supervised(const struct spawn *s, int *report);
pid_t fork_as_command(void); /* a fork of ours that the kernel prefers to end, where it has too little memory */
void spawn_init(void);
void close_above(int fd);

/* ---- reap.c */
void reap_children(bool (*is_command)(pid_t pid, int status));
void reap_expect(pid_t pid, void (*ended)(void *, int status), void *self); /* ended may be NULL */
bool reap_expects(pid_t pid); /* it is a helper of ours, and no orphan */

/* ---- process.c */
/* Kills all below root, not root; done is called from kills_expire when all are dead, so that whoever is told of it finds none, or
 * half a second later: the kernel takes a while for large ones. False: no memory to wait, they are killed and done is not called. */
bool kill_tree(pid_t root, void (*done)(void *), void *self);
int64_t kills_next_deadline(void);
void kills_expire(void);
void signal_tree(pid_t root, int signal);
bool freeze_all(void);
void thaw_all(void);

/* ---- processes.c */
void processes_list(struct channel *c, struct reader *r);
void process_signal(struct channel *c, struct reader *r);

/* ---- paths.c, files.c, remove.c, transfer.c, watch.c, dial.c, ports.c, relay.c, sftp.c, stats.c */
int open_beneath(const char *base, const char *path, int flags, mode_t mode);
void put_stat(struct bytes *b, const struct stat *st);
void file_read(struct channel *c, struct reader *r);
void file_write(struct channel *c, struct reader *r);
void file_stat(struct channel *c, struct reader *r);
void file_list(struct channel *c, struct reader *r);
void file_mkdirs(struct channel *c, struct reader *r);
void file_move(struct channel *c, struct reader *r);
void file_remove(struct channel *c, struct reader *r);
void file_watch(struct channel *c, struct reader *r);
void port_dial(struct channel *c, struct reader *r);
void port_listen(struct channel *c, struct reader *r);
void port_accept(struct channel *c, struct reader *r);
void sftp_open(struct channel *c, struct reader *r);
void relay_begin(struct channel *c, int fd); /* replies, then carries bytes both ways; owns fd, a socket */
void stats_init(void); /* before any command runs */
void stats_report(struct channel *c, struct reader *r);
void stats_set_disk(const char *path); /* on a filesystem that is the sandbox's alone; NULL: none is */
uint64_t stats_oom_kills(void);
uint64_t stats_memory_limit(void); /* 0: there is none */

/* ---- install.c */
bool install_into(const char *folder); /* a copy of this program, as FOLDER/agent */

/* ---- lease.c */
void lease_set(struct channel *c, struct reader *r);
int64_t lease_deadline(void);
void lease_expire(void);

#endif
