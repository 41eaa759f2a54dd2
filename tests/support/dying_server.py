"""`python -m tests.support.dying_server PORT`: a real server process that is killed between its first commit and its publish.

Settings come from the environment. The kill is SIGKILL by its own hand, at exactly the point where the transaction is committed and no
other process has been told.
"""

import asyncio
import os
import signal
import socket
import sys

from server.app import create_app
from server.bus.bus import Bus
from server.running.serving import server_for
from server.settings import Settings


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(port: int) -> None:
    Bus.publish = die  # type: ignore[method-assign, assignment]
    settings = Settings()
    listening = socket.create_server(("127.0.0.1", port))
    await server_for(create_app(settings), settings).serve(sockets=[listening])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
