"""What a process holds of a viewer: nothing that only those need who have not joined, nothing twice, nothing of the gone."""

import asyncio
import weakref
from dataclasses import replace

import pytest

from server.access.tokens import Tokens
from server.clock import SystemClock
from server.hub.crowd import STANDINGS_MAX, Crowd
from server.hub.hub import Hub
from server.hub.room import Room
from server.hub.waiting import Waiting
from server.running.limits import crowd_limits_of, hub_for
from server.settings import Settings
from server.viewers.join import introduce
from tests.support.silent_transport import silent_connection

LIMITS = crowd_limits_of(Settings())
TOKENS = Tokens("a secret of the tests that is long enough", SystemClock())


def room_of(hub: Hub) -> Room:
    room = Room("demo", "demo", "k1", 0, guests_allowed=True, state="live", ring_length=10)
    hub.add_room(room)
    return room


@pytest.mark.parametrize("joins", [True, False])
async def test_who_is_gone_is_held_by_nothing(joins: bool) -> None:
    hub, connection = hub_for(Settings()), silent_connection("c")
    hub.opened(connection)
    if joins:
        room = room_of(hub)
        hub.enter(connection, room, room.lane_for(connection))
    hub.closed(connection)
    held = weakref.ref(connection)
    del connection
    assert held() is None
    assert hub.waiting.open == hub.admission.open == 0


async def test_who_does_not_join_is_closed_then_dropped_and_waited_for_until_gone() -> None:
    settings = Settings()
    hub, late, joined = hub_for(settings), silent_connection("late"), silent_connection("joined")
    now, room = asyncio.get_running_loop().time(), room_of(hub)
    for connection in (late, joined):
        connection.heard_at = now
        hub.opened(connection)
    hub.enter(joined, room, room.lane_for(joined))
    hub.keep_house(now + settings.join_seconds / 2)
    assert not late.is_ending
    hub.keep_house(now + settings.join_seconds + 1)
    assert (late.is_ending, late.lost, hub.waiting.open) == (True, False, 1)
    hub.keep_house(now + 2 * settings.join_seconds + 2)
    assert late.lost
    hub.closed(late)
    assert hub.waiting.open == 0
    assert not joined.is_ending


class _Peer:
    """A connection from which nothing has come."""

    def drop(self) -> None:
        raise AssertionError("it has spoken")


def test_who_has_spoken_is_expected_no_longer() -> None:
    waiting = Waiting(per_host_max=0, head_seconds=5.0)
    spoken, silent, later = _Peer(), _Peer(), _Peer()
    for peer, now in ((spoken, 0.0), (silent, 0.0), (later, 3.0)):
        waiting.expect(peer, now)
    waiting.hear(spoken)
    held = weakref.ref(spoken)
    del spoken, peer
    assert held() is None
    assert waiting.overdue(4.9) == []
    assert waiting.overdue(5.0) == [silent]
    assert waiting.overdue(6.0) == []
    assert waiting.overdue(8.0) == [later]


def test_a_new_guest_has_one_id_for_all_that_is_theirs() -> None:
    crowd, room = Crowd(LIMITS), room_of(hub_for(Settings()))
    fresh = TOKENS.new_guest("demo", name=None, remember=False)
    for identity in (fresh, TOKENS.verify(TOKENS.sign(fresh)), TOKENS.renew(fresh)):
        connection = silent_connection("c")
        introduce(connection, identity, room, crowd)
        assert identity.sign_in_id == fresh.viewer_id
        assert connection.sign_in_id is connection.viewer_id
    assert TOKENS.renew(fresh).token_id != fresh.token_id


def test_no_standing_is_kept_where_nobody_can_be_doubted() -> None:
    crowd = Crowd(replace(LIMITS, burst_guests=0, watch_seconds=0))
    assert crowd.find("v", guest=True) is None
    assert crowd.known("v") is None


def test_who_comes_again_is_not_among_the_first_to_be_forgotten() -> None:
    crowd = Crowd(LIMITS)
    kept = crowd.find("v0", guest=True)
    for n in range(1, STANDINGS_MAX):
        crowd.find(f"v{n}", guest=True)
    assert crowd.find("v0", guest=True) is kept
    crowd.find("one more", guest=True)
    assert crowd.known("v0") is kept
    assert crowd.known("v1") is None
