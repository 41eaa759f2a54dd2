"""Sockets that wait are accepted together, on the loop that serves. Turns of the loop are counted, not time."""

import asyncio
import os
import socket
from contextlib import ExitStack

import pytest
import uvicorn
import uvloop

from server.running.serving import ACCEPTED_IN_A_TURN, LiveServer, another
from tests.support.live_server import without_signals

WAITING = 3 * ACCEPTED_IN_A_TURN
START_TURNS_MAX = 3


async def no_application(scope: object, receive: object, send: object) -> None:
    raise AssertionError("nobody sends a request")


async def turns_to_accept(waiting: int) -> int:
    """Serve, let so many sockets come at once, and return after how many turns all of them were in."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=waiting)
    address = listening.getsockname()
    config = uvicorn.Config(no_application, lifespan="off", ws="none", log_level="warning")
    server = without_signals(LiveServer(config))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await server.listening.wait()
    with ExitStack() as stack:
        for _ in range(waiting):
            stack.enter_context(socket.create_connection(address))
        turns = 0
        while len(server.server_state.connections) < waiting:
            await asyncio.sleep(0)
            turns += 1
    server.should_exit = True
    await serving
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    return turns


def test_sockets_that_wait_are_accepted_in_a_few_turns_and_none_after_the_end() -> None:
    assert uvloop.run(turns_to_accept(WAITING)) <= WAITING / ACCEPTED_IN_A_TURN + START_TURNS_MAX


def test_a_process_that_starts_lets_nobody_block_who_shares_its_socket() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        os.set_blocking(listening.fileno(), False)  # a process that serves already has done so
        with another(listening):
            assert not os.get_blocking(listening.fileno())
