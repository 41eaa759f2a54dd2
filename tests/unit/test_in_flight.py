"""Of the commands that wait for something a viewer has so many under way, by HTTP as by socket: counted before they wait."""

import asyncio

from server.errors import RefusedError
from server.hub.connection import Connection
from server.hub.dispatch import Dispatcher
from server.hub.room import Room
from server.protocol.codes import Code
from server.protocol.question_commands import Vote
from server.running.limits import hub_for
from server.settings import Settings
from server.viewers.stream import new_stream

LINE = b'{"id":1,"type":"vote","question":"q_1"}'


async def test_as_many_commands_by_http_wait_at_once_as_by_a_socket() -> None:
    hub, free = hub_for(Settings(commands_in_flight_max=3)), asyncio.Event()

    async def wait(connection: Connection, command: Vote) -> bytes:
        await free.wait()
        return b"{}"

    dispatcher = Dispatcher(hub, {Vote: wait})
    desk = new_stream(hub.admission.limits, hub, "203.0.113.1")
    desk.expires_at = hub.wall() + 1000
    desk.room = Room("demo", "demo", "e", 0, guests_allowed=True, state="live", ring_length=1)
    now = asyncio.get_running_loop().time()
    asked = [asyncio.ensure_future(dispatcher.carry_out(desk, LINE, now)) for _ in range(8)]
    await asyncio.sleep(0)
    assert desk.in_flight == 3
    free.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert answers[:3] == [b"{}"] * 3
    assert [each.code for each in answers[3:] if isinstance(each, RefusedError)] == [Code.TOO_FAST] * 5
    assert desk.in_flight == 0
    assert await dispatcher.carry_out(desk, LINE, now) == b"{}"
