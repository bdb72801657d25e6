/* request.c: which kind of OPEN is whose, and errno in the words of PROTOCOL.md. */
#include "agent.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void plain(struct channel *ch, struct reader *r, bool (*work)(void))
{
    if (!get_end(r)) {
        channel_close(ch, INVALID, "this kind has no fields");
    } else if (work != NULL && !work()) {
        channel_close(ch, IO, "not all processes could be stopped");
    } else {
        channel_reply(ch, NULL);
        channel_close(ch, OK, "");
    }
}

static void killed(void *self)
{
    struct channel **at = self;

    if (*at != NULL) {
        (*at)->self = NULL;
        channel_reply(*at, NULL);
        channel_close(*at, OK, "");
    }
    free(at);
}

static void killing_unheard(struct channel *ch, bool cut)
{
    (void)cut;
    if (ch->self != NULL)
        *(struct channel **)ch->self = NULL; /* it goes on */
}

static bool thaw(void)
{
    thaw_all();
    return true;
}

void reply_when_killed(struct channel *ch, pid_t root)
{
    struct channel **at = calloc(1, sizeof(struct channel *));

    if (at != NULL) {
        *at = ch;
        ch->self = at;
        ch->gone = killing_unheard;
    }
    if (at == NULL || !kill_tree(root, killed, at)) {
        channel_close(ch, LIMIT, "no memory");
        free(at);
    }
}

static void kill_all(struct channel *ch, struct reader *r)
{
    if (get_end(r))
        reply_when_killed(ch, getpid());
    else
        channel_close(ch, INVALID, "this kind has no fields");
}

void request_open(struct channel *ch, uint8_t kind, struct reader *r)
{
    switch (kind) {
    case 1: command_start(ch, r); break;
    case 2: command_follow(ch, r); break;
    case 3: command_input(ch, r); break;
    case 4: command_signal(ch, r); break;
    case 5: command_resize(ch, r); break;
    case 6: command_list(ch, r); break;
    case 7: command_status(ch, r); break;
    case 8: command_forget(ch, r); break;
    case 16: file_read(ch, r); break;
    case 17: file_write(ch, r); break;
    case 18: file_stat(ch, r); break;
    case 19: file_list(ch, r); break;
    case 20: file_mkdirs(ch, r); break;
    case 21: file_move(ch, r); break;
    case 22: file_remove(ch, r); break;
    case 23: file_watch(ch, r); break;
    case 32: port_dial(ch, r); break;
    case 33: plain(ch, r, freeze_all); break;
    case 34: plain(ch, r, thaw); break;
    case 35: stats_report(ch, r); break;
    case 36: lease_set(ch, r); break;
    case 37: plain(ch, r, NULL); break;
    case 38: kill_all(ch, r); break;
    default: channel_close(ch, UNSUPPORTED, "no such kind of request");
    }
}

enum error error_of(int number)
{
    switch (number) {
    case 0: return OK;
    case ENOENT: return NOT_FOUND;
    case EEXIST: return EXISTS;
    case EACCES:
    case EPERM:
    case EROFS: return DENIED;
    case ENOTDIR:
    case EISDIR:
    case ENOTEMPTY: return WRONG_TYPE;
    case EXDEV: /* openat2: the path leaves its base */
    case ELOOP:
    case EINVAL:
    case ENAMETOOLONG: return INVALID;
    case ENOSPC:
    case EDQUOT: return DISK_FULL;
    case EFBIG: return TOO_LARGE;
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE: return LIMIT;
    case ENOSYS: return UNSUPPORTED;
    default: return IO;
    }
}

const char *error_text(int number, enum error e)
{
    switch (e) {
    case OK: return "";
    case INVALID: return number == EXDEV || number == ELOOP ? "the path leaves the workspace" : "not a possible path";
    case NOT_FOUND: return "no such file or folder";
    case EXISTS: return "it is there already";
    case DENIED: return "permission denied";
    case WRONG_TYPE:
        return number == EISDIR ? "it is a folder" : number == ENOTDIR ? "not a folder" : number == ENOTEMPTY ? "the folder is not empty" : "not a regular file";
    case TOO_LARGE: return "too large";
    case DISK_FULL: return "no space left";
    case REFUSED: return "nothing listens there";
    case LIMIT: return "no room for one more";
    case UNSUPPORTED: return "this kernel cannot do it";
    case STATE: return "not possible now";
    case IO: return strerror(number);
    }
    return "";
}
