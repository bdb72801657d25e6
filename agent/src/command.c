/* command.c: which commands are known, from START until they are forgotten. A running one is never forgotten; of the ended ones the newest
 * are kept, within bounds of number and memory: more of those that somebody still has to read. */
#include "command.h"

#include <stdlib.h>
#include <string.h>

struct command *commands;

struct command *command_find(const uint8_t *id)
{
    for (struct command *c = commands; c != NULL && id != NULL; c = c->next)
        if (memcmp(c->id, id, 16) == 0)
            return c;
    return NULL;
}

void command_free(struct command *c)
{
    for (struct command **at = &commands; *at != NULL; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            break;
        }
    output_leave(&c->out.source);
    output_leave(&c->err.source);
    source_close(&c->in);
    source_close(&c->report);
    journal_free(&c->journal);
    free_list(c->argv);
    free(c);
}

static bool is_kept(const struct command *c)
{
    return c->how == RUNNING || c->followers != NULL;
}

/* Nobody has read it yet who is expected to. */
static bool is_awaited(const struct command *c)
{
    return c->ghost != NOWHERE;
}

/* The oldest first, of those that are awaited or of the others. */
static void forget_old(bool awaited, size_t most)
{
    size_t count = 0, held = 0;

    for (struct command *c = commands; c != NULL; c = c->next)
        if (!is_kept(c)) {
            count += is_awaited(c) == awaited;
            held += c->journal.held;
        }
    for (struct command *c = commands, *next; c != NULL && (count > most || held > journals_most_of_ended()); c = next) {
        next = c->next;
        if (is_kept(c) || is_awaited(c) != awaited)
            continue;
        count--;
        held -= c->journal.held;
        command_free(c);
    }
}

void commands_forget_old(void)
{
    forget_old(false, MAX_ENDED);
    forget_old(true, MAX_AWAITED);
}

uint64_t follower_position(const struct follower *f)
{
    return f->confirmed && f->taken < f->sent ? f->taken : f->cursor.offset;
}

void input_free(struct input *i)
{
    i->command->input = NULL;
    bytes_free(&i->pending);
    free(i);
}

bool commands_running(void)
{
    for (struct command *c = commands; c != NULL; c = c->next)
        if (!c->reaped)
            return true;
    return false;
}
