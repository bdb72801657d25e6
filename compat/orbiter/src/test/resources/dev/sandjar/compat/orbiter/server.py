"""An MCP server over stdio, as small as one can be. Its tools show what a sandbox is, and how servers misbehave."""
import json
import os
import sys
import time

TOOLS = {
    "add": "adds a and b",
    "where": "says where it runs",
    "fail": "says that it failed",
    "crash": "ends",
    "hang": "never answers, and starts a process that would outlive it",
    "garbage": "prints what is no message, then answers",
    "flood": "answers with so many bytes",
    "read": "reads a file",
    "notify": "says that its tools have changed, then answers",
    "ask": "asks so many times, and reads no answer before it answers itself",
    "heard": "says how many lists were asked for, and how many answers came",
}
heard = {"lists": 0, "answers": 0}


def text(said, **more):
    return {"content": [{"type": "text", "text": said}], **more}


def call(name, arguments):
    if name == "add":
        total = arguments["a"] + arguments["b"]
        return text(str(total), structuredContent={"sum": total})
    if name == "where":
        return text(json.dumps({"cwd": os.getcwd(), "uid": os.getuid(), "token": os.environ.get("TOKEN"), "pid": os.getpid()}))
    if name == "fail":
        return text("no such thing", isError=True)
    if name == "crash":
        print("about to crash", file=sys.stderr, flush=True)
        os._exit(3)
    if name == "hang":
        os.system("setsid sh -c 'echo $$ > child; exec sleep 1000' &")
        time.sleep(1000)
    if name == "garbage":
        sys.stdout.write("this is no message\n{\"neither\": is this\n[1, 2\n\x00\x01\n42\nnull\n")
        return text("after the garbage")
    if name == "flood":
        return text("x" * arguments["bytes"])
    if name == "read":
        with open(arguments["path"]) as file:
            return text(file.read())
    if name == "notify":
        for count in range(100):
            sys.stdout.write('{"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}\n')
        return text("notified")
    if name == "ask":
        for count in range(arguments["times"]):
            sys.stdout.write('{"jsonrpc": "2.0", "id": "ask-%d", "method": "ping"}\n' % count)
        sys.stdout.flush()
        time.sleep(3) # in which answers come that it does not read
        return text("asked")
    if name == "heard":
        return text(json.dumps(heard))
    raise ValueError(name)


def answer(message):
    if message["method"] == "initialize":
        return {"protocolVersion": message["params"]["protocolVersion"], "capabilities": {"tools": {}},
                "serverInfo": {"name": "test", "version": "1"}}
    if message["method"] == "tools/list":
        heard["lists"] += 1
        return {"tools": [{"name": name, "description": what, "inputSchema": {"type": "object"}} for name, what in TOOLS.items()]}
    if message["method"] == "tools/call":
        return call(message["params"]["name"], message["params"].get("arguments", {}))
    return {}


for line in sys.stdin:
    question = json.loads(line)
    if "method" not in question:
        heard["answers"] += 1
    elif "id" in question:
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": question["id"], "result": answer(question)}) + "\n")
        sys.stdout.flush()
