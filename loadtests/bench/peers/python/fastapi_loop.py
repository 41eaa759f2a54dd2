"""FastAPI as its documentation has it: a list of sockets and `await send_text` in a loop."""

import sys
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from loadtests.bench.peers.python.lines import run

app = FastAPI()
sockets: dict[WebSocket, None] = {}
counts: dict[str, int] = {}


@app.websocket("/")
async def room(socket: WebSocket) -> None:
    """Hold a viewer, and count what it sends."""
    await socket.accept()
    sockets[socket] = None
    try:
        while True:
            command = await socket.receive_json()
            counts[command["kind"]] = counts.get(command["kind"], 0) + command["n"]
    except WebSocketDisconnect:
        del sockets[socket]


async def publish(text: str) -> None:
    """Send to each in turn."""
    for socket in list(sockets):
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.send_text(text)


run(app, int(sys.argv[1]), int(sys.argv[2]), publish)
