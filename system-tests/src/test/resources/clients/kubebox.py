"""What kubebox 0.3.5 and 0.0.15 do, with the libraries that they use: python3 kubebox.py URL. Says what does not work."""

import asyncio
import sys

import aiohttp
import socketio

url = sys.argv[1]
LIMIT = 30


def expect(what, seen, wanted):
    if seen != wanted:
        raise SystemExit(f"{what}: {seen!r} instead of {wanted!r}")


class Client:
    """One socket for all sessions; a queue for each process whose stream was asked for."""

    def __init__(self, http):
        self.http = http
        self.queues = {}
        self.initialized = asyncio.Event()
        self.status = asyncio.Queue()
        self.errors = asyncio.Queue()

    async def connect(self):
        self.socket = socketio.AsyncClient()
        self.socket.on("initialized", self.on_initialized)
        self.socket.on("command_output", self.on_output)
        self.socket.on("command_exit", self.on_output)
        self.socket.on("status", self.status.put)
        self.socket.on("command_error", self.errors.put)
        await self.socket.connect(url, transports=["websocket"])  # a second at most for the namespace
        return self

    async def on_initialized(self, data):
        expect("initialized", data["status"], "success")
        self.initialized.set()

    async def on_output(self, data):
        assert isinstance(data["process_id"], int), data
        await self.queues[data["process_id"]].put(data)  # unknown ones are errors

    async def post(self, route, **json):
        async with self.http.post(url + route, json=json) as response:
            return response.status, await response.json()

    async def get(self, path, **query):
        async with self.http.get(url + path, params=query) as response:
            return response.status, await response.json()

    async def initialize(self, session, path):
        expect("initialize", await self.post("/initialize", session_id=session, path=path), (200, {"session_id": session}))
        self.initialized.clear()
        await self.socket.emit("initialize", {"session_id": session})
        await asyncio.wait_for(self.initialized.wait(), LIMIT)

    async def run(self, session, command, mode, **more):
        body = {"session_id": session, "command": command, "mode": mode, "path": None, "timeout": None, **more}
        status, reply = await self.post("/run_command", **body)
        expect(command, status, 200)
        return reply

    async def stream(self, session, command):
        reply = await self.run(session, command, "stream")
        await self.follow(session, reply["process_id"])
        return reply["process_id"]

    async def follow(self, session, process):
        assert type(process) is int, process
        self.queues[process] = asyncio.Queue()
        await self.socket.emit("start_command_stream", {"session_id": session, "process_id": process})

    async def next(self, process):
        return await asyncio.wait_for(self.queues[process].get(), LIMIT)

    async def rest(self, process):
        """(type, output) until it ends, and its exit code."""
        lines = []
        while True:
            event = await self.next(process)
            if "exit_code" in event:
                return lines, event["exit_code"]
            lines.append((event["type"], event["output"]))

    async def is_running(self, session, process):
        await self.socket.emit("check_status", {"session_id": session, "process_id": process})
        return (await asyncio.wait_for(self.status.get(), LIMIT))["running"]


async def commands(client):
    await client.initialize("first", "")
    wait = await client.run("first", "printf out; printf err >&2; exit 3", "wait")
    expect("wait", wait, {"stdout": "out", "stderr": "err", "exit_code": 3, "finished": False})
    wait = await client.run("first", "sleep 60", "wait", timeout=1)
    expect("timeout", wait, {"error": "Command timed out", "finished": False})

    process = await client.stream("first", "echo one; echo two >&2; printf three; exit 7")
    lines, code = await client.rest(process)
    expect("stream", sorted(lines), [("stderr", "two\n"), ("stdout", "one\n"), ("stdout", "three")])
    expect("exit code", code, 7)

    several = [await client.stream("first", f"for i in 1 2 3; do echo {n}.$i; done") for n in range(10)]
    for n, process in enumerate(several):
        expect("several at once", await client.rest(process), ([("stdout", f"{n}.{i}\n") for i in (1, 2, 3)], 0))

    process = (await client.run("first", "seq 10000 29999; echo end", "background"))["process_id"]
    while await client.is_running("first", process):
        pass
    await client.follow("first", process)
    lines, code = await client.rest(process)
    expect("background", (len(lines), lines[0], lines[-1], code), (20001, ("stdout", "10000\n"), ("stdout", "end\n"), 0))


async def kill(client):
    process = await client.stream("first", "echo started; sleep 1000 & sleep 1000")
    expect("started", (await client.next(process))["output"], "started\n")
    expect("running", await client.is_running("first", process), True)
    status, killed = await client.post("/kill_command", session_id="first", process_id=process)
    expect("kill", (status, killed), (200, {"status": "killed", "exit_code": -9}))
    expect("killed", await client.rest(process), ([], -9))
    expect("not running", await client.is_running("first", process), False)
    expect("unknown", await client.is_running("first", 999999), None)
    left = await client.run("first", "pgrep -c sleep", "wait")
    expect("its children", left["stdout"], "0\n")
    for _ in range(3):
        await client.run("first", "sleep 1000", "background")
    killed = await client.post("/kill_all_processes", session_id="first")
    expect("kill all", killed, (200, {"success": True, "failed_processes": []}))
    expect("all killed", (await client.run("first", "pgrep -c sleep", "wait"))["stdout"], "0\n")


async def files(client):
    await client.initialize("files", "some/folder")
    one = {"session_id": "files", "file_path": "a/b.txt"}
    expect("no parent", (await client.post("/write_file", **one, content="x"))[0], 500)
    done = (200, {"status": "success"})
    expect("write", await client.post("/write_file", **one, content="hällo\n", make_dirs=True), done)
    expect("read", await client.get("/read_file", **one), (200, {"content": "hällo\n"}))
    expect("make_dirs", await client.post("/make_dirs", session_id="files", file_path="c/d"), done)
    expect("exists", await client.get("/file_exists", session_id="files", file_path="c"), (200, {"exists": True}))
    where = await client.run("files", "pwd; printf '\\377' > binary; touch c/d/e.py", "wait")
    expect("cwd", where["stdout"], "/workspace/some/folder\n")
    async with client.http.get(url + "/get_file", params={"session_id": "files", "file_path": "binary"}) as response:
        expect("get_file", await response.read(), b"\xff")
    status, paths = await client.get("/get_all_file_paths", session_id="files")
    expect("all paths", (status, sorted(paths)), (200, ["a/b.txt", "binary", "c/d/e.py"]))
    query = [("session_id", "files"), ("regexes", r"\.py$"), ("regexes", "^a/")]
    async with client.http.get(url + "/get_all_file_paths", params=query) as response:
        expect("regexes", sorted(await response.json()), ["a/b.txt", "c/d/e.py"])
    expect("delete", await client.post("/delete_file", **one), done)
    expect("gone", await client.get("/read_file", **one), (404, {"detail": "File not found"}))


async def reconnect(client):
    process = await client.stream("first", "mkfifo pipe; echo before; cat pipe; echo after")
    expect("before", (await client.next(process))["output"], "before\n")
    await client.socket.disconnect()
    again = await Client(client.http).connect()
    await again.follow("first", process)
    expect("again from the beginning", (await again.next(process))["output"], "before\n")
    await again.run("first", "echo through > pipe", "wait")
    expect("after", await again.rest(process), ([("stdout", "through\n"), ("stdout", "after\n")], 0))
    await again.socket.emit("start_command_stream", {"session_id": "no such", "process_id": 1})
    error = await asyncio.wait_for(again.errors.get(), LIMIT)
    expect("error", (error["error"], error["process_id"]), ("Session not found", 1))
    await again.socket.disconnect()


async def main():
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=10, limit_per_host=5)) as http:
        client = await Client(http).connect()
        expect("GET /", await client.get("/"), (200, {"message": "Hello, World!"}))
        for part in (commands, kill, files, reconnect):
            await part(client)
    print("all of it works")


asyncio.run(main())
