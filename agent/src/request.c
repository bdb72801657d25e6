/* request.c: which kind of OPEN is whose. It calls all that answer requests, and none of them knows it. */
#include "agent.h"

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

static bool thaw(void)
{
    thaw_all();
    return true;
}

/* COMMANDS, STATUS, STATS, PING, PROCESSES; and FOLLOW, until it says that it holds output. */
static bool only_looks(uint8_t kind)
{
    return kind == 2 || kind == 6 || kind == 7 || kind == 35 || kind == 37 || kind == 41;
}

void request_open(struct channel *ch, uint8_t kind, struct reader *r)
{
    ch->looks = only_looks(kind);
    if (!ch->looks)
        links_used();
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
    case 24: sftp_open(ch, r); break;
    case 32: port_dial(ch, r); break;
    case 33: plain(ch, r, freeze_all); break;
    case 34: plain(ch, r, thaw); break;
    case 35: stats_report(ch, r); break;
    case 36: lease_set(ch, r); break;
    case 37: plain(ch, r, NULL); break;
    case 38: kill_all(ch, r); break;
    case 39: port_listen(ch, r); break;
    case 40: port_accept(ch, r); break;
    case 41: processes_list(ch, r); break;
    case 42: process_signal(ch, r); break;
    default: channel_close(ch, UNSUPPORTED, "no such kind of request");
    }
}
