"""A server of the protocol made of what kubebox's own is made of: python-socketio. Says its port, then what it sees of its clients."""
import asyncio

import socketio
from aiohttp import web

sio = socketio.AsyncServer(async_mode="aiohttp", ping_interval=0.2, ping_timeout=1, max_http_buffer_size=10_000_000)
app = web.Application()
sio.attach(app)
sockets = {}
processes = {}


async def initialize(request):
    session = (await request.json())["session_id"]
    processes[session] = {}
    return web.json_response({"session_id": session})


async def run_command(request):
    asked = await request.json()
    process = await asyncio.create_subprocess_shell(
        asked["command"], stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    processes[asked["session_id"]][process.pid] = process
    return web.json_response({"process_id": process.pid})


@sio.on("initialize")
async def bind(sid, data):
    sockets[data["session_id"]] = sid
    await sio.emit("initialized", {"status": "success", "session_id": data["session_id"]}, to=sid)


@sio.on("start_command_stream")
async def start(sid, data):
    asyncio.create_task(pump(data["session_id"], data["process_id"]))


async def pump(session, pid):
    process = processes[session][pid]
    about = {"session_id": session, "process_id": pid}

    async def lines(stream, name):
        async for line in stream:
            await sio.emit("command_output", {"output": line.decode(), "type": name, **about}, to=sockets[session])

    await asyncio.gather(lines(process.stdout, "stdout"), lines(process.stderr, "stderr"))
    await sio.emit("command_exit", {"exit_code": await process.wait(), **about}, to=sockets[session])


@sio.on("check_status")
async def status(sid, data):
    process = processes.get(data["session_id"], {}).get(data["process_id"])
    running = None if process is None else process.returncode is None
    await sio.emit("status", {"running": running, "session_id": data["session_id"]}, to=sid)


@sio.on("disconnect")
async def disconnect(sid):
    print("disconnected", flush=True)


async def main():
    app.router.add_post("/initialize", initialize)
    app.router.add_post("/run_command", run_command)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
