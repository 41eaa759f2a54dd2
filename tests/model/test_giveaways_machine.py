"""Giveaways on PostgreSQL, whatever is done: viewers enter and claim at two processes while two hosts open, close, draw and cancel."""

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import RefusedError
from server.giveaways.bodies import as_proof
from server.giveaways.claiming import Claiming
from server.giveaways.entering import Entering
from server.giveaways.moving import Moving, To
from server.giveaways.rules import Giveaway, terms_of
from server.giveaways.verifying import faults_of
from server.ids import new_id
from server.protocol.codes import Code
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, HOST, MODERATOR, Stage, open_stage

EXPECTED = {Code.GIVEAWAY_CLOSED, Code.CONFLICT, Code.NOT_FOUND, Code.CLAIM_OVER}
VIEWERS = st.sampled_from(["v_1", "v_2", "v_3", "v_4", "v_5"])
PLACES, PROCESSES = st.integers(0, 1), st.integers(0, 1)
STEPS_ON: tuple[To, ...] = ("open", "closed", "drawn", "drawn", "cancelled", "hidden")
LEADS_ON: dict[str, set[str]] = {
    "ready": {"open"},
    "open": {"closed", "cancelled"},
    "closed": {"drawn", "cancelled"},
    "drawn": set(),
    "cancelled": set(),
}
"""Which states come next."""


@dataclass(frozen=True)
class Enters:
    viewer: str
    place: int
    process: int


@dataclass(frozen=True)
class Claims:
    viewer: str
    place: int
    process: int


@dataclass(frozen=True)
class Moves:
    place: int
    to: To
    process: int


@dataclass(frozen=True)
class Passes:
    """Time passes, and both processes look what is over."""

    seconds: int


@dataclass(frozen=True)
class Race:
    """All of this at once."""

    acts: tuple["Enters | Claims | Moves", ...]


ACTS = st.one_of(
    *[st.builds(Enters, VIEWERS, PLACES, PROCESSES)] * 3,
    st.builds(Claims, VIEWERS, PLACES, PROCESSES),
    *[st.builds(Moves, PLACES, st.sampled_from(STEPS_ON), PROCESSES)] * 2,
)
Act = Enters | Claims | Moves
Step = Act | Passes | Race
STEPS = st.one_of(
    ACTS,
    st.builds(Passes, st.integers(1, 40)),
    st.builds(Race, st.lists(ACTS, min_size=2, max_size=8).map(tuple)),
)
TERMS = [
    terms_of("A bowl", winners_max=2, claim_seconds=30),
    terms_of("A cup", seconds=30, claim_seconds=60),
]


@dataclass
class World:
    stages: tuple[Stage, Stage]
    show: str
    giveaways: list[str] = field(default_factory=list)
    tickets: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """What each viewer was answered, by giveaway and viewer."""
    before: dict[str, Giveaway] = field(default_factory=dict)


async def do(world: World, act: Act) -> None:
    giveaways, id = world.stages[act.process].giveaways, world.giveaways[act.place]
    try:
        match act:
            case Enters(viewer):
                entered = await giveaways.enter(world.show, Entering(viewer, id, viewer.title()))
                world.tickets[id, viewer].add(entered.ticket)
            case Claims(viewer):
                await giveaways.claim(world.show, Claiming(viewer, id))
            case Moves():
                await giveaways.move(world.show, Moving(HOST if act.process else MODERATOR, id, act.to))
    except RefusedError as error:
        if error.code not in EXPECTED:
            raise


async def take(world: World, step: Step) -> None:
    match step:
        case Passes(seconds):
            for stage in world.stages:
                stage.tick(seconds)
            await asyncio.gather(*(stage.giveaways.settle() for stage in world.stages))
        case Race(acts):
            await asyncio.gather(*(do(world, act) for act in acts))
        case _:
            await do(world, step)


def follows(before: str, after: str) -> bool:
    """Whether one state may come of the other, in any number of steps."""
    return before == after or any(follows(each, after) for each in LEADS_ON[before])


async def check(world: World) -> None:
    """Whoever was told of a ticket has that one alone; what was drawn stays drawn, and can be repeated."""
    one = world.stages[0].giveaways
    for giveaway in await one.list_of(world.show, CHANNEL):
        entries = await one.entries_of(giveaway.id, CHANNEL)
        kept = {(giveaway.id, each.viewer_id): {each.ticket} for each in entries}
        assert {who: told for who, told in world.tickets.items() if who[0] == giveaway.id} == kept
        assert giveaway.entries == len(entries)
        before = world.before.get(giveaway.id, giveaway)
        assert follows(before.state, giveaway.state)
        assert before.version <= giveaway.version
        assert (giveaway.seed is None) == (giveaway.state in ("ready", "cancelled"))
        if giveaway.state == "drawn":
            proof = as_proof(await one.prove(world.show, giveaway.id))
            assert faults_of(proof) == []
            drawn = [won.ticket for won in giveaway.winners]
            assert drawn[: len(before.winners)] == [won.ticket for won in before.winners]
        world.before[giveaway.id] = giveaway


async def play(stages: tuple[Stage, Stage], steps: list[Step]) -> None:
    world = World(stages, new_id("show"))
    await stages[0].add_show(world.show)
    stages[1].clock.at = stages[0].clock.at
    for terms in TERMS:
        made = await stages[0].giveaways.prepare(world.show, CHANNEL, HOST, terms)
        world.giveaways.append(made.id)
    old = await see(stages[0].database, world.show)
    await do(world, Moves(0, "open", 0))
    for step in steps:
        await take(world, step)
        await check(world)
    await assert_snapshot_plus_pushes_equals_fresh(stages[0].database, world.show, old)


def test_a_draw_holds_whoever_enters_claims_and_races_for_it(database_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def enter() -> tuple[Stage, Stage]:
            stage = await stack.enter_async_context(open_stage(database_url))
            return stage, await stack.enter_async_context(open_stage(database_url, empty=True))

        stages = runner.run(enter())

        @settings(max_examples=15, deadline=None)
        @given(st.lists(STEPS, min_size=6, max_size=14))
        def all_goes_well(steps: list[Step]) -> None:
            runner.run(play(stages, steps))

        all_goes_well()
        runner.run(stack.aclose())
