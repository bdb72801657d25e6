"""A program in a sandbox that answers well, badly, or not at all: as its path says. Standard library only."""
import base64
import hashlib
import re
import socket
import sys
import threading
import urllib.parse

heard = {}  # what was said once, for whoever asks later


class Asked:
    def __init__(self, connection):
        self.file = connection.makefile("rb")
        self.connection = connection
        self.head = b""
        while not self.head.endswith(b"\r\n\r\n"):
            line = self.file.readline()
            if not line:
                raise EOFError
            self.head += line
        method, target, _ = self.head.split(b"\r\n")[0].decode("latin-1").split(" ")
        self.method = method
        self.path, _, self.query = target.partition("?")

    def header(self, name):
        found = re.search(rb"(?im)^%s: *(.*)\r$" % name.encode(), self.head)
        return found and found.group(1).decode("latin-1")

    def body(self):
        if self.header("Transfer-Encoding"):
            while size := int(self.line(), 16):
                yield self.exactly(size)
                self.line()
            self.line()
            return
        left = int(self.header("Content-Length") or 0)
        while left:
            some = self.exactly(min(left, 65536))
            left -= len(some)
            yield some

    def line(self):
        return self.exactly_or_cut(self.file.readline(), 1)

    def exactly(self, count):
        return self.exactly_or_cut(self.file.read(count), count)

    @staticmethod
    def exactly_or_cut(some, least):
        if len(some) < least:
            heard["cut"] = b"yes"
            raise EOFError
        return some

    def say(self, text):
        self.connection.sendall(text if isinstance(text, bytes) else text.encode("latin-1"))

    def ok(self, body, headers=""):
        body = body if isinstance(body, bytes) else body.encode("latin-1")
        self.say(f"HTTP/1.1 200 OK\r\n{headers}Content-Length: {len(body)}\r\n\r\n")
        self.say(body)


def head(asked):
    asked.ok(asked.head, "Content-Type: text/plain\r\n")


def heard_of(asked):
    asked.ok(heard.get(asked.query, b"nothing"))


def raw(asked):
    """Says what the query says, in Python's escapes, and nothing else."""
    asked.say(urllib.parse.unquote(asked.query).encode().decode("unicode_escape"))


def headers(asked):
    """As raw, but only headers, of an answer that is well."""
    asked.ok("well", urllib.parse.unquote(asked.query).encode().decode("unicode_escape"))


def upload(asked):
    digest, size = hashlib.sha256(), 0
    heard["begun"] = b"yes"
    for some in asked.body():
        digest.update(some)
        size += len(some)
    heard["whole"] = b"yes"
    asked.ok(f"{size} {digest.hexdigest()}")


def forget(asked):
    heard.clear()
    asked.ok("forgotten")


def early(asked):
    asked.say("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")


def deaf(asked):
    heard["deaf"] = b"yes"
    threading.Event().wait()  # reads no more, says nothing


def hung(asked):
    """Agrees to a WebSocket, and never looks at it again."""
    asked.say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n")
    threading.Event().wait()


def endless(asked):
    asked.say("HTTP/1.1 200 OK\r\n\r\n")
    try:
        while True:
            asked.say(b"x" * 65536)
    finally:
        ended.append(asked)


def how_many_ended(asked):
    asked.ok(str(len(ended)))


def forever(asked):
    """Endless what the query says, and no end of the head."""
    asked.say("HTTP/1.1 200 OK\r\n" if asked.query == "a: b\\r\\n" else "")
    while True:
        asked.say(asked.query.encode().decode("unicode_escape") * 1000)


def trickle(asked):
    asked.say("HTTP/1.1 200 OK\r\nA: ")
    while not stopping.wait(0.05):
        asked.say("x")


def events(asked):
    """One event, and another one when the client has said that it has the first."""
    asked.say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    asked.say("data: first\n\n")
    told.wait()
    told.clear()
    asked.say("data: second\n\n")


def tell(asked):
    told.set()
    asked.ok("told")


def until_gone(asked):
    asked.say("HTTP/1.1 200 OK\r\n\r\nhere")
    heard["gone"] = asked.file.read() or b"gone"


def websocket(asked):
    """Echoes frames, whatever their kind; of those that say bye, ends the connection."""
    key = asked.header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    protocol = asked.header("Sec-WebSocket-Protocol")
    asked.say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              f"Sec-WebSocket-Accept: {accept}\r\n"
              + (f"Sec-WebSocket-Protocol: {protocol}\r\n" if protocol else "")
              + "\r\n")
    asked.say(b"\x81\x07welcome")
    while True:
        first, length = asked.exactly(2)
        length &= 127
        size = {126: 2, 127: 8}.get(length, 0)
        extended = asked.exactly(size)
        length = int.from_bytes(extended, "big") if size else length
        mask = asked.exactly(4)
        data = asked.exactly(length)
        data = (int.from_bytes(data, "big") ^ int.from_bytes((mask * (length // 4 + 1))[:length], "big")).to_bytes(length, "big")
        coded = 126 if 126 <= length < 65536 else 127 if length >= 65536 else length
        asked.say(bytes([first, coded]) + extended + data)
        if first & 15 == 8 or data == b"bye":
            return


told, stopping, ended = threading.Event(), threading.Event(), []


def serve(connection):
    try:
        with connection:
            asked = Asked(connection)
            name = asked.path.strip("/").split("/")[0] or "head"
            globals().get(name, head)(asked)
    except (EOFError, OSError):
        pass


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1000)
print("ready", flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
