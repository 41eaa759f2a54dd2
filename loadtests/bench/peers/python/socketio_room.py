"""python-socketio: `emit` to everybody. Its pings are put off, since the swarm does not answer them."""

import sys

import socketio

from loadtests.bench.peers.python.lines import run

room = socketio.AsyncServer(
    async_mode="asgi", transports=["websocket"], ping_interval=600, cors_allowed_origins="*"
)


async def publish(text: str) -> None:
    """Emit to all."""
    await room.emit("message", text)


run(socketio.ASGIApp(room), int(sys.argv[1]), int(sys.argv[2]), publish)
