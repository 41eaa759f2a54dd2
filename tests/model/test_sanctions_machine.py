"""Sanctions on PostgreSQL, whatever is done: two of the staff act at two processes, time passes, and only what holds is felt."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from server.access.repository import read_terms
from server.errors import RefusedError
from server.ids import new_id
from server.protocol.codes import Code
from server.protocol.sanctioned import SanctionKind
from server.sanctions.rules import Terms
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, HOST, MODERATOR, Stage, open_stage

VIEWERS = st.sampled_from(["v_1", "v_2", "v_3"])
SHOWS = st.integers(0, 1)
PLACES = st.integers(0, 9)
KINDS: tuple[SanctionKind, ...] = ("timeout", "mute", "shadow", "ban")


@dataclass(frozen=True)
class Gives:
    """One of the two gives it, or both at once."""

    show: int
    viewer: str
    terms: Terms
    both: bool


@dataclass(frozen=True)
class Lifts:
    place: int


@dataclass(frozen=True)
class Unbans:
    show: int
    viewer: str


@dataclass(frozen=True)
class Appeals:
    place: int
    viewer: str


@dataclass(frozen=True)
class Answers:
    place: int
    lift: bool


@dataclass(frozen=True)
class Passes:
    seconds: int


TERMS = st.one_of(
    st.builds(Terms, st.just("timeout"), st.integers(10, 600)),
    st.builds(Terms, st.sampled_from(["mute", "shadow"])),
    st.builds(Terms, st.just("ban"), st.none() | st.integers(10, 600), whole_channel=st.booleans()),
)
Step = Gives | Lifts | Unbans | Appeals | Answers | Passes
STEPS = st.one_of(
    *[st.builds(Gives, SHOWS, VIEWERS, TERMS, st.booleans())] * 2,
    st.builds(Lifts, PLACES),
    st.builds(Unbans, SHOWS, VIEWERS),
    st.builds(Appeals, PLACES, VIEWERS),
    st.builds(Answers, PLACES, st.booleans()),
    st.builds(Passes, st.sampled_from([5, 30, 300])),
)


@dataclass
class Known:
    """A sanction as it has to stand."""

    id: str
    show: str
    viewer: str
    kind: SanctionKind
    ends_at: datetime | None
    whole_channel: bool
    lifted: bool = False
    appeal: str | None = None

    def holds(self, show: str, now: datetime) -> bool:
        ended = self.ends_at is not None and self.ends_at <= now
        return not self.lifted and not ended and (self.whole_channel or self.show == show)


@dataclass
class World:
    stages: tuple[Stage, Stage]
    shows: tuple[str, str]
    known: dict[str, Known] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.stages[0].clock.at

    def at(self, place: int) -> Known | None:
        return list(self.known.values())[place % len(self.known)] if self.known else None

    def holding(self, show: str, viewer: str, kind: str) -> list[Known]:
        return [
            k for k in self.known.values() if (k.viewer, k.kind) == (viewer, kind) and k.holds(show, self.now)
        ]

    async def take(self, step: Step) -> None:
        first, second = self.stages
        match step:
            case Passes(seconds):
                first.tick(seconds)
                second.tick(seconds)
            case Gives():
                await self._give(step)
            case Unbans(place, viewer):
                show = self.shows[place]
                for ban in self.holding(show, viewer, "ban"):
                    self._end(ban)
                await first.sanctions.unban(show, HOST, viewer)
            case Lifts(place) if known := self.at(place):
                standing = await second.sanctions.lift(CHANNEL, MODERATOR, known.id)
                assert standing.lifted
                self._end(known)
            case Appeals(place, viewer) if appealed := self.at(place):
                await self._appeal(appealed, viewer)
            case Answers(place, lift) if answered := self.at(place):
                await self._answer(answered, lift=lift)
            case _:
                pass

    async def _appeal(self, known: Known, viewer: str) -> None:
        appeal = self.stages[0].sanctions.appeal(known.show, viewer, known.id, "Not me")
        may = known.viewer == viewer and known.kind != "shadow"
        if await acknowledged(appeal) is None:
            assert not may or (known.appeal is None and not known.holds(known.show, self.now))
        else:
            assert may
            known.appeal = known.appeal or "open"

    async def _answer(self, known: Known, *, lift: bool) -> None:
        answer = self.stages[1].sanctions.answer(CHANNEL, HOST, known.id, lift=lift)
        if await acknowledged(answer) is not None:
            assert known.appeal is not None
            if lift:
                self._end(known)
            known.appeal = "lifted" if lift else "kept"

    def _end(self, known: Known) -> None:
        if not known.lifted:
            known.lifted = True
            known.appeal = "lifted" if known.appeal == "open" else known.appeal

    async def _give(self, step: Gives) -> None:
        show, terms, now = self.shows[step.show], step.terms, self.now
        acting = zip(self.stages, (HOST, MODERATOR), strict=True)
        giving = [stage.sanctions.give(show, who, terms, viewer_id=step.viewer) for stage, who in acting]
        if not step.both:
            giving.pop().close()
        standings = await asyncio.gather(*giving)
        (id,) = {each.sanction for each in standings}  # both at once give one
        for other in self.known.values():
            if (other.show, other.viewer, other.kind) == (show, step.viewer, terms.kind) and other.id != id:
                assert other.lifted or (other.ends_at is not None and other.ends_at <= now)
                other.lifted = True
        known = self.known.setdefault(id, Known(id, show, step.viewer, terms.kind, None, False))
        known.ends_at = terms.end(now)
        known.whole_channel = known.whole_channel or terms.whole_channel

    async def check(self) -> None:
        """Whoever may not write is refused, whoever is out is out, and everything is kept as it was acknowledged."""
        stage = self.stages[1]
        for show in self.shows:
            for viewer in ("v_1", "v_2", "v_3"):
                async with stage.database.read() as connection:
                    terms = await read_terms(connection, show, viewer, self.now)
                assert terms is not None
                assert (viewer in terms.banned) == bool(self.holding(show, viewer, "ban"))
                muted = [*self.holding(show, viewer, "timeout"), *self.holding(show, viewer, "mute")]
                asked = await acknowledged(stage.questions.ask(show, viewer, "Aki", "Is it warm?"))
                assert (asked is None) == bool(muted)
                if asked is not None:
                    (kept,) = await stage.questions.list_queue(show, None, after=None, limit=1)
                    hidden = kept.id == asked.id and kept.state == "shadowed"
                    assert hidden == bool(self.holding(show, viewer, "shadow"))
        rows = await stage.sanctions.list_of(CHANNEL, after=None, limit=100, appealed=False)
        for row in rows:
            if (known := self.known.get(row.id)) is not None:
                assert (row.lifted_at is not None, row.ends_at, row.appeal_state) == (
                    known.lifted,
                    known.ends_at,
                    known.appeal,
                )


async def acknowledged(doing: Coroutine[Any, Any, Any]) -> Any:
    """What came of it; None when it was refused as it may be."""
    try:
        return await doing
    except RefusedError as error:
        if error.code not in {Code.CONFLICT, Code.NOT_FOUND, Code.MUTED}:
            raise
        return None


async def play(stages: tuple[Stage, Stage], steps: list[Step]) -> None:
    world = World(stages, (new_id("show"), new_id("show")))
    async with stages[0].database.write() as connection:
        await connection.exec_driver_sql("DELETE FROM sanction")
    for show in world.shows:
        await stages[0].add_show(show)
    before = [await see(stages[0].database, show) for show in world.shows]
    for step in steps:
        await world.take(step)
    await world.check()
    for show, old in zip(world.shows, before, strict=True):
        await assert_snapshot_plus_pushes_equals_fresh(stages[0].database, show, old)


def test_only_what_holds_is_felt_whoever_gives_and_lifts_it(database_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def enter() -> tuple[Stage, Stage]:
            stage = await stack.enter_async_context(open_stage(database_url))
            return stage, await stack.enter_async_context(open_stage(database_url, empty=True))

        stages = runner.run(enter())

        @settings(max_examples=25, deadline=None)
        @given(st.lists(STEPS, min_size=4, max_size=12))
        def all_goes_well(steps: list[Step]) -> None:
            runner.run(play(stages, steps))

        all_goes_well()
        runner.run(stack.aclose())
