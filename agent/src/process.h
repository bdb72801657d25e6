/* process.h: what /proc shows of the sandbox's processes. process.c reads it, stops and kills by it; processes.c tells of it. */
#ifndef SANDJAR_PROCESS_H
#define SANDJAR_PROCESS_H

#include "agent.h"

struct process {
    pid_t pid, parent, group;
    pid_t branch; /* the child of the root that it is, or descends from; 0 unless below */
    char state;   /* as in proc(5) */
    char name[16];
    uint64_t started, cpu; /* in ticks: since the machine's start, and used */
    uint64_t resident;     /* pages */
    enum { UNKNOWN, VISITED, NO_KIN, BELOW } kin;
};

struct table { /* by pid */
    struct process *at;
    size_t count;
};

bool process_read(pid_t pid, struct process *p); /* false: there is none */
struct process *process_find(const struct table *t, pid_t pid);
struct table processes_below(pid_t root); /* all there are; kin says which are below. Its memory is the caller's */

#endif
