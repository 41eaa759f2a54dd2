"""Recordings of shows: which fit a show, which places of it they hold, and when the show has a replay."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.replayed import Replay
from server.shows.recording import SLACK_MS, Recording, ends_ms, replay_of, require_fits, require_place

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR_MS = 3_600_000


@dataclass
class Show:
    """A show of an hour, as far as its recording goes."""

    recording: dict[str, Any] | None = None
    state: str = "ended"
    started_at: datetime | None = START
    ended_at: datetime | None = START + timedelta(hours=1)


def recorded(state: str = "ended", **fields: Any) -> Show:
    return Show(asdict(Recording(**{"mp4": "/media/show.mp4", **fields})), state)


def why_not(show: Show, show_ms: int | None) -> Code | None:
    try:
        require_place(show, show_ms)
    except RefusedError as refused:
        return refused.code
    return None


def test_an_ended_show_with_a_recording_that_is_shown_has_a_replay() -> None:
    assert replay_of(recorded(starts_ms=-500, length_ms=9)) == Replay("", "/media/show.mp4", -500, 9)
    assert replay_of(recorded(shown=False)) is None
    assert replay_of(Show()) is None
    assert replay_of(recorded("live")) is None


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"mp4": ""}, "hls"),
        ({"starts_ms": HOUR_MS}, "starts_ms"),
        ({"starts_ms": -10_000, "length_ms": 10_000}, "length_ms"),
    ],
)
def test_a_recording_has_an_address_and_frames_of_the_show(fields: dict[str, Any], at: str) -> None:
    with pytest.raises(RefusedError) as refused:
        require_fits(Show(), Recording(**{"mp4": "/media/show.mp4", **fields}))
    assert (refused.value.code, refused.value.data["at"]) == (Code.INVALID, at)


@pytest.mark.parametrize(
    "fields", [{}, {"starts_ms": HOUR_MS - 1}, {"starts_ms": -10_000, "length_ms": 10_001}]
)
def test_one_frame_of_the_show_is_enough(fields: dict[str, Any]) -> None:
    require_fits(Show(), Recording(**{"mp4": "/media/show.mp4", **fields}))


def test_a_replay_is_asked_about_where_the_recording_is() -> None:
    show = recorded(starts_ms=1_000, length_ms=60_000)
    places = (999, 1_000, 61_000 + SLACK_MS, 61_001 + SLACK_MS, None)
    assert [why_not(show, place) for place in places] == [
        Code.INVALID,
        None,
        None,
        Code.INVALID,
        Code.INVALID,
    ]


def test_a_recording_of_unknown_length_may_go_on_behind_the_end_of_the_show() -> None:
    places = (-1, 0, HOUR_MS, 2 * HOUR_MS)
    assert [why_not(recorded(), place) for place in places] == [Code.INVALID, None, None, None]
    assert ends_ms(Show(), Replay("", "/media/show.mp4", 0, None)) == HOUR_MS


def test_without_a_replay_nothing_is_asked_after_the_end() -> None:
    assert why_not(recorded(shown=False), 0) is Code.SHOW_NOT_LIVE
