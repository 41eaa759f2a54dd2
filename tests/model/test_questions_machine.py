"""Questions on PostgreSQL, whatever is done: two moderators race at two processes while viewers ask, vote and take back."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import RefusedError
from server.ids import new_id
from server.protocol.codes import Code
from server.questions.rules import (
    EDGES,
    Answer,
    Approve,
    Begin,
    Dismiss,
    Hold,
    Merge,
    Question,
    Restore,
    Undo,
)
from server.questions.tasks import Act, Release, TakeClaim, Task
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import HOST, MODERATOR, Stage, open_stage

R = TypeVar("R")
VIEWERS = st.sampled_from(["v_1", "v_2", "v_3", "v_4"])
PLACES = st.integers(0, 3)
ACTS: list[Act] = [
    Approve(),
    Hold(),
    Begin(),
    Answer("Yes"),
    Answer("For few", private=True),
    Answer(None),
    Dismiss("spam"),
    Restore(),
    Undo(),
    TakeClaim("c_1"),
    Release(),
]
EXPECTED = {Code.CONFLICT, Code.NOT_FOUND, Code.INVALID}


@dataclass(frozen=True)
class Asks:
    viewer: str


@dataclass(frozen=True)
class Votes:
    viewer: str
    place: int


@dataclass(frozen=True)
class TakesBack:
    place: int


@dataclass(frozen=True)
class Race:
    """What the host and the moderator do to one question at once; None merges it into the one at `into`."""

    place: int
    acts: tuple[Act | None, Act | None]
    into: int


Step = Asks | Votes | TakesBack | Race
STEPS = st.one_of(
    st.builds(Asks, VIEWERS),
    st.builds(Votes, VIEWERS, PLACES),
    st.builds(TakesBack, PLACES),
    *[st.builds(Race, PLACES, st.tuples(*[st.sampled_from([*ACTS, None, None, None])] * 2), PLACES)] * 3,
)


@dataclass
class Told:
    """What was acknowledged: who asked, who voted for what, and how often each question was moved."""

    askers: dict[str, str] = field(default_factory=dict)
    voters: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    moves: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def at(self, place: int) -> str:
        return list(self.askers)[place % len(self.askers)]


async def race(stages: tuple[Stage, Stage], show: str, step: Race, told: Told) -> None:
    which, into = told.at(step.place), told.at(step.into)
    tasks = [
        Task(actor, Merge(into) if act is None else act, which)
        for actor, act in zip((HOST, MODERATOR), step.acts, strict=True)
    ]
    doing = [acknowledged(s.questions._moderate(show, task)) for s, task in zip(stages, tasks, strict=True)]
    for task, result in zip(tasks, await asyncio.gather(*doing), strict=True):
        if result is not None:
            told.moves[which] += type(task.action) in EDGES


async def acknowledged(doing: Coroutine[Any, Any, R]) -> R | None:
    """What came of it; None when it was refused as it may be."""
    try:
        return await doing
    except RefusedError as error:
        if error.code not in EXPECTED:
            raise
        return None


async def take(stages: tuple[Stage, Stage], show: str, step: Step, told: Told) -> None:
    stage, second = stages
    match step:
        case Asks(viewer):
            asked = await second.questions.ask(show, viewer, "Aki", "Is it soft?")
            told.askers[asked.id] = viewer
        case Votes(viewer, place):
            which = told.at(place)
            if await acknowledged(second.questions.vote(show, viewer, which)) is not None:
                told.voters[which].add(viewer)
        case TakesBack(place):
            which = told.at(place)
            if await acknowledged(stage.questions.withdraw(show, told.askers[which], which)):
                told.moves[which] += 1
        case Race():
            await race(stages, show, step, told)


async def play(stages: tuple[Stage, Stage], steps: list[Step]) -> None:
    show, told = new_id("show"), Told()
    stage, _ = stages
    await stage.add_show(show, moderation="pre")
    old = await see(stage.database, show)
    for viewer in ("v_1", "v_2", "v_3"):
        told.askers[(await stage.questions.ask(show, viewer, "Aki", "Is it warm?")).id] = viewer
    await stage.questions.approve(show, HOST, told.at(0), 0)
    await stage.questions.approve(show, HOST, told.at(1), 0)
    told.moves |= {told.at(0): 1, told.at(1): 1}
    for step in steps:
        await take(stages, show, step, told)
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, show, old)
    assert "For few" not in str(public)
    check(await stage.questions.list_queue(show, None, after=None, limit=100), told)


def check(questions: list[Question], told: Told) -> None:
    known = {question.id: question for question in questions}
    for question in questions:
        parts = [each.id for each in questions if each.merged_into == question.id]
        voters = set().union(*(told.voters[id] for id in (question.id, *parts)))
        assert (question.votes, question.merged) == (len(voters), len(parts))
        assert question.version == told.moves[question.id]
        assert (question.merged_into is not None) == (question.state == "merged")
        if question.merged_into is not None:
            assert known[question.merged_into].state not in ("merged", "withdrawn")
        if question.state not in ("pending", "open", "answering"):
            assert question.claim is None


def test_two_moderators_race_and_everything_stays_right(database_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def enter() -> tuple[Stage, Stage]:
            stage = await stack.enter_async_context(open_stage(database_url))
            return stage, await stack.enter_async_context(open_stage(database_url, empty=True))

        stages = runner.run(enter())

        @settings(max_examples=25, deadline=None)
        @given(st.lists(STEPS, min_size=6, max_size=14))
        def all_goes_well(steps: list[Step]) -> None:
            runner.run(play(stages, steps))

        all_goes_well()
        runner.run(stack.aclose())
