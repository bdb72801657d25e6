/* command.h: what the files of a command know of each other: start.c begins it, control.c signals and lists, follow.c tells of it, input.c feeds
 * it, output.c keeps what it writes, command.c knows it, drain.c reads what it leaves, pace.c says when. Each calls only those that stand after it
 * here. */
#ifndef SANDJAR_COMMAND_H
#define SANDJAR_COMMAND_H

#include "agent.h"

enum { F_STDIN = 1, F_TERMINAL = 2, F_HOLD = 4, F_OR_SH = 8 };
#define NOWHERE UINT64_MAX

struct pipe_end {
    struct source source; /* first */
    struct command *command;
    uint8_t stream;
    int64_t holds;      /* bytes; whoever has read less has emptied it */
    int64_t last_read;  /* ns, on the monotonic clock */
    int64_t last_bytes; /* after the command's end: what was in the pipe then and is still to be read; -1: still running */
};

struct follower {
    struct follower *next;
    struct channel *channel;
    struct command *command;
    struct cursor cursor;
    uint8_t streams;
    bool hold;
    bool confirmed;       /* the engine says what it has taken, and lets go */
    bool told;            /* of the ending */
    uint64_t sent, taken; /* up to where; taken may be ahead: by an earlier link */
};

struct input { /* outlives its channel until what was sent is written */
    struct channel *channel; /* NULL: it has let go */
    struct command *command;
    struct bytes pending;
    size_t inherited; /* of pending: came by an earlier channel */
    bool ended;
};

struct command {
    struct command *next; /* oldest first */
    uint8_t id[16];
    char **argv;
    uint32_t flags;
    pid_t supervisor, pid; /* the same once the supervisor was killed from inside */
    int64_t started;
    uint64_t oom_before;
    uint32_t limit_ms;
    int64_t deadline;
    bool timed_out, killed_by_us, reaped;
    bool killing;   /* the ending is told when nothing of the tree is left */
    int64_t starved; /* when to look for memory again; INT64_MAX: there was some */
    int status;
    uint8_t how;
    uint32_t how_value;
    struct pipe_end out, err; /* a terminal uses out alone */
    struct source in, report;
    struct channel *starting; /* waits for the pid */
    struct input *input;
    struct journal journal;
    struct follower *followers;
    uint64_t ghost; /* a holding position that no open follower owns */
};

extern struct command *commands; /* oldest first */
struct command *command_find(const uint8_t *id);
void command_free(struct command *c);
void commands_forget_old(void);
uint64_t follower_position(const struct follower *f); /* from where on it needs the journal */
void input_free(struct input *i);

/* ---- output.c */
void output_ready(struct source *s, uint32_t events); /* of a pipe_end */
void output_watch(struct command *c);                 /* looks again whether the journal has room */
void command_end_when_drained(struct command *c);

/* ---- drain.c */
void output_discard(struct source *s, uint32_t events);
void output_leave(struct source *s); /* the command is forgotten */

/* ---- pace.c */
bool pace_begin(struct source *s); /* an output; false: the kernel has no more */
void pace_read(struct pipe_end *p, size_t length, bool emptied); /* so much came out of it */
void pace_dropped(void); /* something came that is for nobody */
void pace_hurry(void);   /* rests no longer */

/* ---- input.c */
void input_ready(struct source *s, uint32_t events); /* of a command's in */

#endif
