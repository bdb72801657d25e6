/* error.c: errno in the words of PROTOCOL.md. */
#include "agent.h"

#include <errno.h>
#include <string.h>

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
