"""A terminal with a program in it, as somebody sits at. Arguments: rows, columns, the program and its arguments. Each line of input is
`type TEXT` (as Python writes a string), `await TEXT` (until the screen has said it since the last one), `resize ROWS COLUMNS`, `hangup` or `exit` (says the exit code)."""

import ast
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time


def resize(rows, columns):
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))


ready, go = os.pipe()
pid, screen = pty.fork()
if pid == 0:
    os.read(ready, 1)  # once it has its size
    os.execvp(sys.argv[3], sys.argv[3:])
resize(sys.argv[1], sys.argv[2])
os.write(go, b"x")
seen = b""


def more(limit):
    global seen
    if not select.select([screen], [], [], limit)[0]:
        return False
    try:
        piece = os.read(screen, 65536)
    except OSError:
        return False
    seen += piece
    return bool(piece)


for line in sys.stdin:
    verb, _, rest = line.rstrip("\n").partition(" ")
    if verb == "type":
        os.write(screen, ast.literal_eval(rest).encode("latin-1"))
    elif verb == "resize":
        resize(*rest.split())
    elif verb == "await":
        wanted = ast.literal_eval(rest).encode("latin-1")
        end = time.monotonic() + 30
        while wanted not in seen and time.monotonic() < end:
            if not more(1) and wanted not in seen and os.waitpid(pid, os.WNOHANG)[0]:
                break
        if wanted not in seen:
            sys.exit(f"never saw {wanted} in {seen}")
        seen = seen[seen.index(wanted) + len(wanted):]
        print("seen", flush=True)
    elif verb == "exit":
        while more(30):
            pass
        print("exit", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
