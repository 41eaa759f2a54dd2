"""Posts on PostgreSQL, whatever is done: a viewer sends and takes back, two moderators decide and show in two shows, at two processes."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from server.access.tokens import Identity
from server.errors import RefusedError
from server.ids import new_id
from server.posts.rules import CONSENT, Approve, Move, Reject, Remove, Restore
from server.posts.service import Draft
from server.posts.showing import Showing
from server.protocol.codes import Code
from server.reports.repository import Item
from tests.support.reducer import Seen, assert_snapshot_plus_pushes_equals_fresh, read_pushes, see
from tests.support.stage import CHANNEL, HOST, MODERATOR, Stage, open_stage

EXPECTED = {Code.CONFLICT, Code.NOT_FOUND, Code.TOO_MANY}
PLACES, PROCESSES = st.integers(0, 2), st.integers(0, 1)
MOVES: tuple[Move, ...] = (Approve(), Approve(), Reject("spam"), Remove("rude"), Restore())


@dataclass(frozen=True)
class Sends:
    process: int


@dataclass(frozen=True)
class Withdraws:
    place: int
    process: int


@dataclass(frozen=True)
class Moves:
    place: int
    move: Move
    process: int


@dataclass(frozen=True)
class Shows:
    place: int
    show: int
    on: bool
    process: int


@dataclass(frozen=True)
class Race:
    """All of this at once."""

    acts: tuple["Act", ...]


@dataclass(frozen=True)
class Reports:
    """A viewer whom nobody has heard of reports a post; with the third one it is held."""

    place: int
    show: int
    process: int


Act = Sends | Withdraws | Moves | Shows | Reports
Step = Act | Race
ACTS = st.one_of(
    st.builds(Sends, PROCESSES),
    st.builds(Withdraws, PLACES, PROCESSES),
    *[st.builds(Moves, PLACES, st.sampled_from(MOVES), PROCESSES)] * 2,
    *[st.builds(Shows, PLACES, st.integers(0, 1), st.sampled_from([True, True, False]), PROCESSES)] * 2,
    st.builds(Reports, PLACES, st.integers(0, 1), PROCESSES),
)
STEPS = st.one_of(ACTS, st.builds(Race, st.lists(ACTS, min_size=2, max_size=6).map(tuple)))


@dataclass
class World:
    stages: tuple[Stage, Stage]
    shows: tuple[str, str]
    viewer: Identity
    sent: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    """What each post says, which nothing else does."""


async def do(world: World, act: Act) -> None:
    posts = world.stages[act.process].posts
    try:
        if isinstance(act, Sends):
            words = new_id("words")
            sent = await posts.send(world.shows[0], world.viewer, Draft("p_apron", words, None, CONSENT))
            world.sent.append(sent.id)
            world.said[sent.id] = words
            return
        if act.place >= len(world.sent):
            return
        id = world.sent[-1 - act.place]
        match act:
            case Withdraws():
                await posts.withdraw(world.viewer, id)
            case Moves():
                await posts.moderate(CHANNEL, HOST if act.process else MODERATOR, id, act.move)
            case Shows():
                await posts.show(world.shows[act.show], Showing(HOST, id, shown=act.on))
            case Reports():
                reports = world.stages[act.process].reports
                await reports.report(world.shows[act.show], new_id("v"), Item("post", id), "spam")
                await posts.clear()  # as the loop does that is told
    except RefusedError as error:
        if error.code not in EXPECTED:
            raise


async def check(world: World) -> None:
    """Nothing but what is approved is anywhere, and of what was taken back there is no word."""
    one = world.stages[0]
    async with one.database.read() as connection:
        rows = (
            await connection.execute(
                text("SELECT id, state, text FROM post WHERE show_id = :show"), {"show": world.shows[0]}
            )
        ).all()
    states = {row.id: row.state for row in rows}
    approved = {id for id, state in states.items() if state == "approved"}
    listed = await one.posts.approved(world.shows[0], "p_apron", after=None, limit=100)
    assert {post.id for post in listed} & set(world.sent) == approved
    assert all(row.text == ("" if row.state == "withdrawn" else world.said[row.id]) for row in rows)
    for show in world.shows:
        public, _ = await read_pushes(one.database, show, 0)
        told = str(public)
        assert not [id for id, said in world.said.items() if said in told and id not in approved]
        shown = (await see(one.database, show)).public.get("post")
        assert shown is None or shown["id"] in approved


async def play(stages: tuple[Stage, Stage], steps: list[Step]) -> None:
    world = World(
        stages, (new_id("show"), new_id("show")), stages[0].tokens.new_member(CHANNEL, "viewer", name="Aki")
    )
    for show in world.shows:
        await stages[0].add_show(show)
    old: list[Seen] = [await see(stages[0].database, show) for show in world.shows]
    await do(world, Sends(0))
    for step in steps:
        acts = step.acts if isinstance(step, Race) else (step,)
        await asyncio.gather(*(do(world, act) for act in acts))
        await check(world)
    for show, before in zip(world.shows, old, strict=True):
        await assert_snapshot_plus_pushes_equals_fresh(stages[0].database, show, before)


def test_nothing_is_shown_that_is_not_approved_whoever_races(database_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def enter() -> tuple[Stage, Stage]:
            stage = await stack.enter_async_context(open_stage(database_url))
            return stage, await stack.enter_async_context(open_stage(database_url, empty=True))

        stages = runner.run(enter())

        @settings(max_examples=10, deadline=None)
        @given(st.lists(STEPS, min_size=6, max_size=14))
        def all_goes_well(steps: list[Step]) -> None:
            runner.run(play(stages, steps))

        all_goes_well()
        runner.run(stack.aclose())
