"""Polls on PostgreSQL, whatever is done: viewers vote at two processes while host and time close polls, and while one process dies."""

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import RefusedError
from server.ids import new_id
from server.polls import rules
from server.polls.moving import Moving
from server.polls.repository import read_polls, read_votes
from server.polls.voting import Voting
from server.protocol.codes import Code
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, HOST, MODERATOR, Stage, open_stage

EXPECTED = {
    Code.POLL_CLOSED,
    Code.ALREADY_VOTED,
    Code.INVALID,
    Code.CONFLICT,
    Code.NOT_FOUND,
    Code.OUTCOME_UNKNOWN,
}
VIEWERS = st.sampled_from(["v_1", "v_2", "v_3", "v_4", "v_5"])
CHOICES = st.lists(st.integers(0, 3), max_size=3).map(tuple)
PLACES = st.integers(0, 2)


@dataclass(frozen=True)
class Votes:
    """A viewer votes at one of the processes."""

    viewer: str
    place: int
    choices: tuple[int, ...]
    process: int


@dataclass(frozen=True)
class Moves:
    """A member of staff opens, closes or hides a poll."""

    place: int
    to: str
    process: int


@dataclass(frozen=True)
class Rewords:
    place: int


@dataclass(frozen=True)
class Passes:
    """Time passes, and both processes look what is over."""

    seconds: int


@dataclass(frozen=True)
class Race:
    """All of this at once; with `dies` the second process is gone after so many turns of the loop."""

    acts: tuple["Votes | Moves", ...]
    dies: int | None


ACTS = st.one_of(
    *[st.builds(Votes, VIEWERS, PLACES, CHOICES, st.integers(0, 1))] * 3,
    st.builds(Moves, PLACES, st.sampled_from(["open", "closed", "hidden"]), st.integers(0, 1)),
)
Step = Votes | Moves | Rewords | Passes | Race
STEPS = st.one_of(
    ACTS,
    st.builds(Rewords, PLACES),
    st.builds(Passes, st.integers(1, 20)),
    st.builds(Race, st.lists(ACTS, min_size=2, max_size=8).map(tuple), st.none() | st.integers(0, 60)),
)
WORDINGS = [
    rules.wording_of("single", "Which?", ("A", "B", "C"), changeable=True, seconds=30),
    rules.wording_of("multiple", "Which ones?", ("A", "B", "C", "D"), picks_max=2, results="always"),
    rules.wording_of("quiz", "Which is it?", ("A", "B"), right=0, results="closed", seconds=15),
]


@dataclass
class World:
    stages: list[Stage]
    show: str
    polls: list[str] = field(default_factory=list)
    said: defaultdict[tuple[str, str], list[tuple[int, ...]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """What each viewer was told is kept, by poll and viewer."""
    unsure: defaultdict[tuple[str, str], set[tuple[int, ...]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    """What may be kept though nobody was told."""


async def vote(world: World, act: Votes) -> None:
    which = (world.polls[act.place], act.viewer)
    asked = tuple(sorted(act.choices))
    known = asked in world.unsure[which]
    world.unsure[which].add(asked)
    try:
        voting = Voting(act.viewer, which[0], act.choices)
        voted = await world.stages[act.process].polls.vote(world.show, voting)
    except RefusedError as error:
        if error.code not in EXPECTED:
            raise
        if error.code is not Code.OUTCOME_UNKNOWN and not known:
            world.unsure[which].discard(asked)
    else:
        assert voted.choices == asked
        world.said[which].append(asked)
        world.unsure[which].discard(asked)


async def move(world: World, act: Moves) -> None:
    actor = HOST if act.process else MODERATOR
    moving = Moving(actor, world.polls[act.place], act.to)  # type: ignore[arg-type]
    try:
        await world.stages[act.process].polls.move(world.show, moving)
    except RefusedError as error:
        if error.code not in EXPECTED:
            raise


async def do(world: World, act: Votes | Moves) -> None:
    await (vote(world, act) if isinstance(act, Votes) else move(world, act))


async def race(world: World, step: Race, database_url: str, stack: AsyncExitStack) -> None:
    tasks = [asyncio.ensure_future(do(world, act)) for act in step.acts]
    if step.dies is not None:
        for _ in range(step.dies):
            await asyncio.sleep(0)
        second = world.stages[1]
        for committer in second.journal._committers:
            committer.cancel()
        gone = [
            task for task, act in zip(tasks, step.acts, strict=True) if act.process == 1 and not task.done()
        ]
        for task in gone:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        new = await stack.enter_async_context(open_stage(database_url, empty=True))
        new.clock.at = second.clock.at
        world.stages[1] = new
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        assert result is None or isinstance(result, asyncio.CancelledError), result


async def take(world: World, step: Step, database_url: str, stack: AsyncExitStack) -> None:
    match step:
        case Votes() | Moves():
            await do(world, step)
        case Rewords(place):
            try:
                await world.stages[0].polls.change(world.polls[place], CHANNEL, HOST, WORDINGS[place])
            except RefusedError as error:
                if error.code is not Code.CONFLICT:
                    raise
        case Passes(seconds):
            for stage in world.stages:
                stage.tick(seconds)
            await asyncio.gather(*(stage.polls.settle() for stage in world.stages))
        case Race():
            await race(world, step, database_url, stack)


async def check(world: World) -> None:
    """Counts equal the rows, and rows hold what was acknowledged, each viewer's once."""
    async with world.stages[0].database.read() as connection:
        polls = await read_polls(connection, world.show)
        votes = await read_votes(connection, world.show)
    for poll in polls:
        mine = [each for each in votes if each.poll_id == poll.id]
        counts = tuple(sum(nth in each.choices for each in mine) for nth in range(len(poll.wording.choices)))
        assert (poll.tally.counts, poll.tally.voters, poll.tally.apart) == (counts, len(mine), 0)
        if poll.state == "closed":
            assert poll.told == poll.tally
    kept = {(each.poll_id, each.viewer_id): each.choices for each in votes}
    assert set(world.said) <= set(kept), "an acknowledged vote is kept"
    fixed = {poll.id for poll in polls if not poll.wording.changeable}
    for which, choices in kept.items():
        assert choices in {*world.said[which], *world.unsure[which]}
        assert which[0] not in fixed or set(world.said[which]) <= {choices}


async def play(stages: tuple[Stage, Stage], steps: list[Step], database_url: str) -> None:
    world = World(list(stages), new_id("show"))
    await stages[0].add_show(world.show)
    stages[1].clock.at = stages[0].clock.at
    for wording in WORDINGS:
        world.polls.append((await stages[0].polls.prepare(world.show, CHANNEL, HOST, wording)).id)
    old = await see(stages[0].database, world.show)
    await move(world, Moves(0, "open", 0))
    async with AsyncExitStack() as stack:
        for step in steps:
            await take(world, step, database_url, stack)
            await check(world)
    await assert_snapshot_plus_pushes_equals_fresh(stages[0].database, world.show, old)


def test_counts_are_the_rows_whoever_votes_closes_and_dies(database_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def enter() -> tuple[Stage, Stage]:
            stage = await stack.enter_async_context(open_stage(database_url))
            return stage, await stack.enter_async_context(open_stage(database_url, empty=True))

        stages = runner.run(enter())

        @settings(max_examples=15, deadline=None)
        @given(st.lists(STEPS, min_size=6, max_size=14))
        def all_goes_well(steps: list[Step]) -> None:
            runner.run(play(stages, steps, database_url))

        all_goes_well()
        runner.run(stack.aclose())
