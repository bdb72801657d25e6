"""A terminal with a program in it, as somebody sits at. Arguments: rows, columns, the program and its arguments. Each line of input is
`type TEXT` (as Python writes a string), `await TEXT` (until the screen has said it since the last one), `resize ROWS COLUMNS`, `deaf` (nothing is answered from here on), `hangup` (the terminal is closed) or
`exit` (says the exit code). What the program asks it (`answers`) it answers in order, as terminals do, but as late as one may: when it is asked how it is,
or before something is typed."""

import ast
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import threading

how_are_you = b"\x1b[5n"
answers = {how_are_you: b"\x1b[0n", b"\x1b[c": b"\x1b[?1;2c"}
question = re.compile(b"|".join(re.escape(asked) for asked in answers))


def resize(rows, columns):
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))


ready, go = os.pipe()
closed, close = os.pipe()
pid, screen = pty.fork()
if pid == 0:
    os.read(ready, 1)  # once it has its size
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may ignore it, as nohup does
    os.execvp(sys.argv[3], sys.argv[3:])
resize(sys.argv[1], sys.argv[2])
os.write(go, b"x")
changed = threading.Condition()
seen = b""
late = b""
over = False
deaf = False


def answer():
    global late
    with changed:
        os.write(screen, late)
        late = b""


def look():
    global seen, late, over
    unanswered = b""
    while not over:
        try:
            piece = b"" if closed in select.select([screen, closed], [], [])[0] else os.read(screen, 65536)
        except OSError:
            piece = b""
        unanswered += piece
        with contextlib.suppress(OSError):  # whoever asked may be gone
            for asked in [] if deaf else question.findall(unanswered):
                with changed:
                    late += answers[asked]
                if asked == how_are_you:
                    answer()
        unanswered = question.split(unanswered)[-1][-3:]
        with changed:
            seen += piece
            over = not piece
            changed.notify_all()
    os.close(screen)


looking = threading.Thread(target=look, daemon=True)
looking.start()
for line in sys.stdin:
    verb, _, rest = line.rstrip("\n").partition(" ")
    if verb == "type":
        answer()
        os.write(screen, ast.literal_eval(rest).encode("latin-1"))
    elif verb == "resize":
        resize(*rest.split())
    elif verb == "deaf":
        deaf = True
    elif verb == "await":
        wanted = ast.literal_eval(rest).encode("latin-1")
        with changed:
            changed.wait_for(lambda: wanted in seen or over, 30)
            if wanted not in seen:
                sys.exit(f"never saw {wanted} in {seen}")
            seen = seen[seen.index(wanted) + len(wanted):]
        print("seen", flush=True)
    elif verb == "hangup":
        os.write(close, b"x")
        looking.join()
    elif verb == "exit":
        looking.join(30)
        print("exit", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
