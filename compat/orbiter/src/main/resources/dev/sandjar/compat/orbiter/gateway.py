"""Hands MCP on: POST /NAME over HTTP (streamable HTTP, one JSON answer each) becomes a line to the server NAME, which is started by its first
request and again after it ended. GET /health says that this lives, GET / which servers there are. What it serves it reads from stdin."""
import http.server
import json
import os
import queue
import socketserver
import subprocess
import sys
import threading
import time

LARGEST = 16 << 20  # bytes of a message, in either direction
SETUP = json.load(sys.stdin)


class Unanswered(Exception):
    pass


class Server:
    """One at a time asks, so an answer is always that of the last question."""

    def __init__(self, name, spec):
        self.name, self.spec = name, spec
        self.lock = threading.Lock()
        self.process = None
        self.lines = None
        self.last_id = 0
        self.initialized = None  # the first client's request, and what it was answered

    def ask(self, message):
        with self.lock:
            if message["method"] == "initialize" and self.alive() and self.initialized:
                return self.initialized[1]
            self.start()
            if message["method"] != "initialize" and self.initialized is None:
                self.initialize({"protocolVersion": "2025-03-26", "capabilities": {},
                                 "clientInfo": {"name": "sandjar-gateway", "version": "1"}})
            if message["method"] == "initialize":
                return self.initialize(message.get("params"))
            return self.exchange(message["method"], message.get("params"))

    def tell(self, message):
        with self.lock:
            if self.alive() and message.get("method") != "notifications/initialized":
                self.write(message)

    def initialize(self, params):
        answer = self.exchange("initialize", params)
        self.write({"jsonrpc": "2.0", "method": "notifications/initialized"})
        self.initialized = (params, answer)
        return answer

    def exchange(self, method, params):
        self.last_id += 1
        question = {"jsonrpc": "2.0", "id": self.last_id, "method": method}
        if params is not None:
            question["params"] = params
        self.write(question)
        end = time.monotonic() + self.spec["timeout"]
        while True:
            try:
                line = self.lines.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                self.stop()
                raise Unanswered("did not answer within %s seconds" % self.spec["timeout"])
            if line is None:
                self.stop()
                raise Unanswered("has ended")
            if len(line) > LARGEST:
                raise Unanswered("sent a message of more than %d bytes" % LARGEST)
            try:
                message = json.loads(line)
            except ValueError:
                continue  # what it prints beside
            if isinstance(message, dict) and message.get("id") == self.last_id and "method" not in message:
                return message

    def write(self, message):
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            self.stop()
            raise Unanswered("has ended")

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def start(self):
        if self.alive():
            return
        self.initialized = None
        self.process = subprocess.Popen(
            self.spec["argv"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=self.spec["cwd"] or None, env={**os.environ, **self.spec["env"]}, start_new_session=True)
        self.lines = queue.Queue(maxsize=4)
        threading.Thread(target=self.read, args=(self.process, self.lines), daemon=True).start()

    @staticmethod
    def read(process, lines):
        while True:
            line = process.stdout.readline(LARGEST + 1)
            lines.put(line or None)
            if not line:
                return
            while not line.endswith(b"\n"):  # the rest of what is too long
                line = process.stdout.readline(LARGEST)
                if not line:
                    lines.put(None)
                    return

    def stop(self):
        if self.process is not None:
            try:
                os.killpg(self.process.pid, 9)
            except ProcessLookupError:
                pass
            self.process.wait()
        self.process = None


SERVERS = {name: Server(name, spec) for name, spec in SETUP["servers"].items()}


class Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self):
        if self.path == "/health":
            self.reply(200, {"status": "ok"})
        elif self.path == "/":
            self.reply(200, {"servers": sorted(SERVERS)})
        elif self.path.strip("/") in SERVERS:
            self.reply(405, {"error": "there is no stream of messages; POST each request"})
        else:
            self.reply(404, {"error": "no such server"})

    def do_POST(self):
        server = SERVERS.get(self.path.strip("/"))
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LARGEST:
            self.close_connection = True
            return self.reply(413 if length.isdigit() else 411, {"error": "Content-Length: at most %d" % LARGEST})
        body = self.rfile.read(int(length))
        if server is None:
            return self.reply(404, {"error": "no such server"})
        if self.headers.get("Origin"):
            return self.reply(403, {"error": "not for browsers"})
        try:
            message = json.loads(body)
            if not isinstance(message, dict) or not isinstance(message.get("method", ""), str):
                raise ValueError
        except ValueError:
            return self.reply(400, fault(None, -32700, "not one JSON-RPC message"))
        if "id" not in message or "method" not in message:
            self.answered(lambda: server.tell(message) or (202, None), None)
        else:
            self.answered(lambda: (200, {**server.ask(message), "id": message["id"]}), message["id"])

    def answered(self, work, identity):
        try:
            self.reply(*work())
        except (Unanswered, OSError) as error:
            self.reply(200, fault(identity, -32000, "MCP server %s: %s" % (self.path.strip("/"), error)))

    def reply(self, status, body):
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def fault(identity, code, text):
    return {"jsonrpc": "2.0", "id": identity, "error": {"code": code, "message": text}}


class Doors(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self):  # without looking a name up
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]


listener = Doors(("0.0.0.0", SETUP["port"]), Door)
print("listening", flush=True)
listener.serve_forever()
