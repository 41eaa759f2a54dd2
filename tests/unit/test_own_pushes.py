"""Private pushes reach every connection of one viewer, on every process, and nobody else."""

from collections.abc import Collection
from typing import cast

from server.hub.connection import Connection
from server.hub.hub import Hub
from server.hub.room import Room
from server.running.limits import hub_for
from server.settings import Settings
from server.viewers.own_pushes import OwnPushes
from tests.support.silent_transport import SilentTransport, silent_connection

LINE = {"type": "payment.changed", "payment": "pay_1"}


def enter(hub: Hub, viewer: str) -> Connection:
    """Let a viewer in by one more connection."""
    room = hub.rooms.get("demo")
    if room is None:
        room = Room("demo", "demo", "k1", 0, guests_allowed=True, state="live", ring_length=10)
        hub.add_room(room)
    connection = silent_connection(hub.new_connection_id())
    connection.viewer_id = viewer
    hub.enter(connection, room, room.lane_for(connection))
    return connection


def heard(connection: Connection) -> bool:
    return b"pay_1" in cast("SilentTransport", connection.transport).written


async def known_as(show_id: str, viewers: Collection[str]) -> dict[str, str]:
    """Return that one guest of the show has signed in since."""
    return {"v_guest": "v_mine"} if show_id == "demo" and "v_guest" in viewers else {}


async def test_a_private_push_to_a_guest_reaches_who_they_are_after_they_signed_in() -> None:
    here, there = hub_for(Settings()), hub_for(Settings())
    others = OwnPushes(there, lambda *_: None, known_as)
    pushes = OwnPushes(here, others.hear_word, known_as)
    mine = [enter(here, "v_guest"), enter(here, "v_mine"), enter(there, "v_mine")]
    strangers = [enter(here, "v_other"), enter(there, "v_other")]
    pushes.push("demo", "v_guest", LINE)
    await pushes.close()
    assert all(map(heard, mine))
    assert not any(map(heard, strangers))


async def test_a_private_push_reaches_all_connections_of_its_viewer_on_all_processes() -> None:
    here, there = hub_for(Settings()), hub_for(Settings())
    others = OwnPushes(there, lambda *_: None, known_as)
    pushes = OwnPushes(here, others.hear_word, known_as)
    mine = [enter(here, "v_mine"), enter(here, "v_mine"), enter(there, "v_mine")]
    gone, strangers = enter(here, "v_mine"), [enter(here, "v_other"), enter(there, "v_other")]
    here.leave(gone)
    pushes.push("demo", "v_mine", LINE)
    pushes.push("elsewhere", "v_mine", LINE)
    others.hear_word("demo", b"\x92another word")
    await pushes.close()
    assert all(map(heard, mine))
    assert not any(map(heard, [gone, *strangers]))
    for connection in mine[:2]:
        here.leave(connection)
    assert here.rooms["demo"].of_viewer("v_mine") == ()


async def test_what_is_pushed_at_once_reaches_other_processes_in_one_word() -> None:
    here, there = hub_for(Settings()), hub_for(Settings())
    others = OwnPushes(there, lambda *_: None, known_as)
    words: list[bytes] = []
    pushes = OwnPushes(here, lambda _, word: words.append(word), known_as)
    theirs = [enter(there, viewer) for viewer in ("v_1", "v_2")]
    stranger = enter(there, "v_3")
    for viewer in ("v_1", "v_2"):
        pushes.push("demo", viewer, LINE)
    await pushes.close()
    (word,) = words
    others.hear_word("demo", word)
    assert all(map(heard, theirs))
    assert not heard(stranger)
