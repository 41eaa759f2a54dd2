"""The recorder: what it adds up, what it hands over, and what happens while nobody takes it."""

from datetime import UTC, datetime, timedelta

import pytest

from server.clock import ManualClock
from server.ledger import metrics
from server.ledger import recorder as recorder_module
from server.ledger.flush import Flush, decode_flush
from server.ledger.recorder import CLICKS_APART, FLUSH_ROWS, HEARTBEAT, ROLL_CALL_SECONDS, Recorder

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Taker:
    """Takes what a recorder hands over, or says that it could not."""

    def __init__(self) -> None:
        self.flushes: list[Flush] = []
        self.away = False

    async def append(self, blob: bytes) -> bool:
        if not self.away:
            self.flushes.append(decode_flush(blob))
        return not self.away


class Bench:
    """A recorder, its taker and its clock."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON)
        self.taker = Taker()
        self.recorder = Recorder(self.taker.append, process_id="one", clock=self.clock)

    async def flushed(self) -> Flush:
        """Flush after one second, and return the one flush that came of it."""
        before = len(self.taker.flushes)
        self.clock.at += timedelta(seconds=1)
        await self.recorder.flush()
        (flush,) = self.taker.flushes[before:]
        return flush


async def test_taps_of_a_viewer_are_added_up() -> None:
    bench = Bench()
    for _ in range(500):
        bench.recorder.count("show", "anna", "c1", "reaction", "heart", 3)
    bench.recorder.count("show", "anna", "c1", "reaction", "wow")
    bench.recorder.count("show", "bob", "c2", "reaction", "heart")
    flush = await bench.flushed()
    assert [(t.viewer_id, t.target, t.n) for t in flush.tallies] == [
        ("anna", "heart", 1500),
        ("anna", "wow", 1),
        ("bob", "heart", 1),
    ]
    assert flush.tallies[0].at == NOON
    assert flush.alive_until == NOON + timedelta(seconds=1)


async def test_clicks_keep_their_moments_and_many_are_added_up() -> None:
    bench = Bench()
    for _ in range(CLICKS_APART + 20):
        bench.clock.at += timedelta(milliseconds=1)
        bench.recorder.count("show", "anna", "c1", "click", "p_1")
    bench.recorder.count("show", "anna", "c1", "click", "p_2")
    clicks = (await bench.flushed()).tallies
    assert [(t.kind, t.target, t.n) for t in clicks] == [
        *[("click", "p_1", 1)] * (CLICKS_APART - 1),
        ("click", "p_1", 21),
        ("click", "p_2", 1),
    ]
    moments = [t.at for t in clicks[:-1]]
    assert moments == [NOON + timedelta(milliseconds=n) for n in range(1, CLICKS_APART + 1)]


async def test_consent_and_suspicion_of_a_viewer_add_up() -> None:
    bench = Bench()
    bench.recorder.attend("show", "anna", "c1", guest=True, remembered=False, source=None)
    bench.recorder.attend("show", "anna", "c2", guest=True, remembered=True, source="mail", suspect=True)
    (attendance,) = (await bench.flushed()).attendances
    assert (attendance.guest, attendance.remembered, attendance.suspect, attendance.source) == (
        True,
        True,
        True,
        "mail",
    )


async def test_the_first_link_and_the_newest_consent_are_kept() -> None:
    bench = Bench()
    for link, consent_at in (
        (None, NOON),
        ("s_1", None),
        ("s_2", NOON + timedelta(seconds=1)),
        (None, NOON),
    ):
        bench.recorder.attend(
            "show",
            "anna",
            "c1",
            guest=True,
            remembered=True,
            source=None,
            share=link,
            consent_at=consent_at,
        )
    (attendance,) = (await bench.flushed()).attendances
    assert (attendance.share, attendance.consent_at) == ("s_1", NOON + timedelta(seconds=1))


async def test_of_two_withdrawals_the_later_one_is_told() -> None:
    bench = Bench()
    bench.recorder.consent("show", "anna", "c1", given=False)
    bench.clock.at += timedelta(seconds=1)
    bench.recorder.consent("show", "anna", "c1", given=True)
    bench.clock.at += timedelta(seconds=1)
    bench.recorder.consent("show", "anna", "c1", given=False)
    told = {t.kind: t.at for t in (await bench.flushed()).tallies}
    assert told == {
        "consent_given": NOON + timedelta(seconds=1),
        "consent_withdrawn": NOON + timedelta(seconds=2),
    }


async def test_a_stretch_is_told_when_it_opens_and_when_it_ends() -> None:
    bench = Bench()
    bench.recorder.start_playing("show", "anna", "c1", NOON)
    bench.recorder.start_playing("show", "anna", "c1", NOON + timedelta(seconds=5))
    (opened,) = (await bench.flushed()).stretches
    assert (opened.started_at, opened.ended_at) == (NOON, None)
    bench.recorder.stop_playing("show", "anna", "c1", NOON + timedelta(seconds=9))
    bench.recorder.stop_playing("show", "anna", "c1", NOON + timedelta(seconds=10))
    (ended,) = (await bench.flushed()).stretches
    assert (ended.started_at, ended.ended_at) == (NOON, NOON + timedelta(seconds=9))


async def test_joining_another_show_ends_the_stretch_of_the_first() -> None:
    bench = Bench()
    bench.recorder.start_playing("first", "anna", "c1", NOON)
    bench.recorder.start_playing("second", "anna", "c1", NOON + timedelta(seconds=1))
    first, second = (await bench.flushed()).stretches
    assert (first.show_id, first.ended_at) == ("first", second.started_at)
    assert (second.show_id, second.ended_at) == ("second", None)


async def test_the_end_of_a_show_ends_its_stretches_and_no_others() -> None:
    bench = Bench()
    bench.recorder.start_playing("show", "anna", "c1", NOON)
    bench.recorder.start_playing("other", "bob", "c2", NOON)
    bench.recorder.end_show("show", NOON + timedelta(seconds=1))
    flush = await bench.flushed()
    assert {s.show_id: s.ended_at for s in flush.stretches} == {
        "show": NOON + timedelta(seconds=1),
        "other": None,
    }


async def test_stopping_and_starting_in_one_instant_gives_two_stretches() -> None:
    bench = Bench()
    for _ in range(3):
        bench.recorder.start_playing("show", "anna", "c1", NOON)
        bench.recorder.stop_playing("show", "anna", "c1", NOON)
    stretches = (await bench.flushed()).stretches
    assert len({(s.connection_id, s.started_at) for s in stretches}) == 3
    assert all(s.ended_at is not None and s.ended_at >= s.started_at for s in stretches)


async def test_what_nobody_takes_is_merged_and_handed_over_later_under_the_same_number() -> None:
    bench = Bench()
    bench.taker.away = True
    for _ in range(4):
        bench.recorder.count("show", "anna", "c1", "reaction", "heart")
        await bench.recorder.flush()
    bench.taker.away = False
    await bench.recorder.flush()
    assert [f.number for f in bench.taker.flushes] == [1, 2]
    assert [sum(t.n for t in f.tallies) for f in bench.taker.flushes] == [1, 3]


async def test_a_big_flush_comes_in_parts_of_which_only_the_last_vouches_for_the_time() -> None:
    bench = Bench()
    for i in range(2 * FLUSH_ROWS + 1):
        bench.recorder.count("show", f"v_{i}", "c", "click", "p_1")
    bench.clock.at += timedelta(seconds=1)
    await bench.recorder.flush()
    flushes = bench.taker.flushes
    assert [len(f.tallies) for f in flushes] == [FLUSH_ROWS, FLUSH_ROWS, 1]
    assert [f.alive_until for f in flushes] == [NOON, NOON, NOON + timedelta(seconds=1)]


async def test_a_full_recorder_leaves_out_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "ROWS_MAX", 2)
    bench = Bench()
    for viewer in ("anna", "bob", "carl", "anna"):
        bench.recorder.count("show", viewer, "c", "click", "p_1")
    assert {t.viewer_id: t.n for t in (await bench.flushed()).tallies} == {"anna": 2, "bob": 1}


async def test_a_flood_of_one_viewer_displaces_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "ROWS_MAX", 40_000)
    bench, shed = Bench(), metrics.VIEWER_SHED._value.get()
    bench.taker.away = True
    for n in range(50_000):
        bench.recorder.count("show", "flood", "c", "impression", f"p_{n}")
        bench.recorder.share("show", "flood", "c", f"s_{n}", "copy")
        bench.recorder.start_playing("show", "flood", f"c{n}", NOON)
    bench.recorder.consent("show", "flood", "c", given=False)
    for n in range(10_000):
        bench.recorder.count("show", f"v_{n}", "c", "click", "p_1")
        bench.recorder.attend("show", f"v_{n}", "c", guest=True, remembered=False, source=None)
    bench.taker.away = False
    await bench.recorder.flush()
    tallies = [tally for flush in bench.taker.flushes for tally in flush.tallies]
    of_others = {tally.viewer_id for tally in tallies if tally.viewer_id != "flood"}
    assert len(of_others) == sum(len(flush.attendances) for flush in bench.taker.flushes) == 10_000
    assert len(tallies) - len(of_others) <= 101
    assert "consent_withdrawn" in {tally.kind for tally in tallies}
    assert metrics.VIEWER_SHED._value.get() > shed
    bench.recorder.count("show", "flood", "c", "reaction", "heart")  # the next interval is a new one
    assert [t.viewer_id for t in (await bench.flushed()).tallies] == ["flood"]


async def test_a_crowd_that_floods_leaves_room_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "ROWS_MAX", 40_000)
    bench = Bench()
    for n in range(200):
        for viewer in range(400):
            bench.recorder.count("show", f"flood_{viewer}", "c", "impression", f"p_{n}")
    for n in range(10_000):
        bench.recorder.count("show", f"v_{n}", "c", "click", "p_1")
    await bench.recorder.flush()
    tallies = [tally for flush in bench.taker.flushes for tally in flush.tallies]
    assert sum(tally.viewer_id.startswith("v_") for tally in tallies) == 10_000


async def test_an_idle_process_falls_silent_but_not_while_somebody_watches() -> None:
    bench = Bench()
    bench.recorder.start_playing("show", "anna", "c1", NOON)
    bench.clock.at += 2 * HEARTBEAT
    assert (await bench.flushed()).stretches
    assert not (await bench.flushed()).stretches
    bench.recorder.stop_playing("show", "anna", "c1", bench.clock.at)
    await bench.flushed()
    await bench.recorder.flush()
    assert len(bench.taker.flushes) == 3


async def test_all_open_stretches_are_named_once_a_minute() -> None:
    bench = Bench()
    bench.recorder.count("show", "anna", "c1", "click", "p_1")
    assert (await bench.flushed()).still_open == []
    bench.recorder.start_playing("show", "anna", "c1", NOON)
    assert (await bench.flushed()).still_open is None
    bench.clock.at += timedelta(seconds=ROLL_CALL_SECONDS)
    still_open = (await bench.flushed()).still_open
    assert still_open is not None
    assert [s.connection_id for s in still_open] == ["c1"]


async def test_closing_ends_stretches_and_says_so() -> None:
    bench = Bench()
    bench.recorder.start_playing("show", "anna", "c1", NOON)
    bench.clock.at += timedelta(seconds=3)
    await bench.recorder.close()
    (flush,) = bench.taker.flushes
    assert flush.ended
    assert [s.ended_at for s in flush.stretches] == [bench.clock.at]
