"""What the Python peers' servers share: uvicorn beside a TCP port whose every line is a message."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn


async def serve(app: Any, port: int, publish_port: int, publish: Callable[[str], Awaitable[None]]) -> None:
    """Serve `app` on `port`, and give each line that arrives at `publish_port` to `publish`, one after the other."""

    async def read(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            await publish(line.decode().rstrip("\n"))

    await asyncio.start_server(read, "127.0.0.1", publish_port)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, backlog=4096, log_level="warning", access_log=False
    )
    await uvicorn.Server(config).serve()


def run(app: Any, port: int, publish_port: int, publish: Callable[[str], Awaitable[None]]) -> None:
    """Run `serve` on the loop that uvicorn itself would choose."""
    import uvloop

    uvloop.run(serve(app, port, publish_port, publish))
