"""Polls in the journal and in the ledger: opened, voted in once a viewer, counted exactly, closed with one result."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from server.errors import RefusedError
from server.http.versions import Match
from server.hub.crowd import Doubt
from server.journal.intents import intent_of
from server.ledger.rollup_repository import verify_rollups
from server.polls.moving import Moving
from server.polls.repository import read_votes
from server.polls.rules import Poll, Wording, wording_of
from server.polls.voting import Voted, Voting
from server.protocol.codes import Code
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, ELSEWHERE, HOST, MODERATOR, SHOW, Stage, refused

COLOURS = wording_of("single", "Which colour next?", ("Blue", "Red"), changeable=True)
QUIZ = wording_of("quiz", "From which year is the bowl?", ("1950", "1970", "1990"), right=1, results="closed")
SEVERAL = wording_of(
    "multiple", "What shall we show?", ("Cups", "Bowls", "Plates"), picks_max=2, results="always"
)
EVENING = "evening"


async def prepare(stage: Stage, wording: Wording = COLOURS, *, show: str = SHOW, opened: bool = True) -> str:
    poll = await stage.polls.prepare(show, CHANNEL, HOST, wording)
    if opened:
        await move(stage, poll.id, show=show)
    return poll.id


async def move(
    stage: Stage, poll: str, to: Any = "open", *, show: str = SHOW, version: int | None = None
) -> Poll:
    return await stage.polls.move(show, Moving(HOST, poll, to, version))


async def vote(stage: Stage, poll: str, viewer: str, *choices: int, show: str = SHOW, **others: Any) -> Voted:
    return await stage.polls.vote(show, Voting(viewer, poll, choices, **others))


async def polls_of(stage: Stage, show: str = SHOW) -> dict[str, Poll]:
    return {poll.id: poll for poll in await stage.polls.list_of(show, CHANNEL)}


async def test_a_poll_is_opened_voted_in_and_closed_and_a_receiver_can_follow(stage: Stage) -> None:
    poll = await prepare(stage, opened=False)
    old = await see(stage.database, SHOW)
    assert "poll" not in old.public
    await move(stage, poll)
    assert (await vote(stage, poll, "v_ann", 0)).counts == (1, 0)
    voted = await vote(stage, poll, "v_ben", 1)
    assert (voted.voters, voted.counts) == (2, (1, 1))
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in public] == ["poll.opened", "poll.counted"], (
        "the second so soon is not told yet"
    )
    assert "counts" not in public[-1], "who has not voted reads none"
    await stage.polls.settle()
    stage.tick()
    await stage.polls.settle()
    await stage.polls.settle()
    public, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["voters"] for push in public[1:]] == [1, 2]
    assert staff[-1]["counts"] == [1, 1]
    await vote(stage, poll, "v_ann", 1)
    await move(stage, poll, "closed")
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    result = public[-1]["poll"]
    assert (result["state"], result["counts"], result["voters"], result["ended"]) == (
        "closed",
        [0, 2],
        2,
        "host",
    )
    await move(stage, poll, "hidden")
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert "poll" not in (await see(stage.database, SHOW)).public
    acts = [row.action for row in await stage.audits()]
    assert acts == ["poll.prepare", "poll.open", "poll.close", "poll.hide"]


async def test_another_poll_takes_the_place_of_the_one_that_is_open(stage: Stage) -> None:
    first, second = await prepare(stage), await prepare(stage, SEVERAL, opened=False)
    old = await see(stage.database, SHOW)
    await move(stage, second)
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in public] == ["poll.closed", "poll.opened"]
    assert public[0]["poll"]["ended"] == "next"
    assert {id: (poll.state, poll.shown) for id, poll in (await polls_of(stage)).items()} == {
        first: ("closed", False),
        second: ("open", True),
    }
    assert (await vote(stage, second, "v_ann", 2, 0)).choices == (0, 2)
    stage.tick()
    await vote(stage, second, "v_ben", 0)
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert public[-1]["counts"] == [2, 0, 1], "everybody reads them"


async def test_a_vote_is_a_persons_once_over_processes_keys_and_a_sign_in(
    stage: Stage, second: Stage
) -> None:
    poll = await prepare(stage, QUIZ)
    intent = intent_of("v_ann", "k-0123456789", poll)
    for process in (stage, second):
        voted = await process.polls.vote(SHOW, Voting("v_ann", poll, (0,)), intent=intent)
        assert (voted.choices, voted.voters, voted.counts) == ((0,), 1, None)
    assert (await vote(second, poll, "v_ann", 0)).voters == 1
    with pytest.raises(RefusedError) as error:
        await vote(stage, poll, "v_ann", 1)
    assert (error.value.code, error.value.data) == (Code.ALREADY_VOTED, {"choices": [0]})
    async with stage.database.write() as connection:
        alias = "INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES ('x_1', :show, 'v_ann', 'u_ann', now())"
        await connection.execute(text(alias), {"show": SHOW})
    with refused(Code.ALREADY_VOTED):
        await vote(stage, poll, "u_ann", 2)
    facts = [(viewer, target) for kind, viewer, target, _ in await stage.facts() if kind == "poll_answer"]
    assert facts == [("v_ann", poll)]
    async with stage.database.read() as connection:
        assert await connection.scalar(text("SELECT sum(poll_answers) FROM rollup")) == 1
    await move(stage, poll, "closed")
    (own,) = await stage.polls.own(SHOW, ["u_ann", "v_ann"])
    assert (own.poll_id, own.choices, own.right) == (poll, (0,), False)
    assert (await second.polls.vote(SHOW, Voting("v_ann", poll, (0,)), intent=intent)).choices == (0,)


async def test_rollups_hold_who_voted_and_staffs_and_doubtful_votes_count_apart(stage: Stage) -> None:
    poll = await prepare(stage)
    await vote(stage, poll, "v_ann", 1)
    mine = await vote(stage, poll, "v_bot", 0, doubt=Doubt.BURST)
    assert (mine.voters, mine.counts) == (2, (1, 1)), "who counts apart is not told so"
    await vote(stage, poll, HOST.viewer_id, 0, staff=True)
    tally = (await polls_of(stage))[poll].tally
    assert (tally.counts, tally.voters, tally.apart) == ((0, 1), 1, 2)
    await vote(stage, poll, "v_bot", 1)
    tally = (await polls_of(stage))[poll].tally
    assert (tally.counts, tally.voters, tally.apart) == ((0, 2), 2, 1), "who is in doubt no more counts"
    async with stage.database.read() as connection:
        assert await verify_rollups(connection) == []
        assert len(await read_votes(connection, SHOW)) == 3


async def test_a_poll_closes_by_its_time_once_whoever_looks_first(stage: Stage, second: Stage) -> None:
    poll = await prepare(stage, wording_of("single", "Now?", ("Yes", "No"), seconds=30))
    old = await see(stage.database, SHOW)
    for process in (stage, second):
        process.tick(30)
    with refused(Code.POLL_CLOSED):
        await vote(stage, poll, "v_ann", 0)
    await asyncio.gather(stage.polls.settle(), second.polls.settle(), move(second, poll, "closed"))
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in public] == ["poll.closed"]
    with refused(Code.POLL_CLOSED):
        await move(stage, poll)


async def test_a_poll_may_be_changed_until_the_first_vote(stage: Stage) -> None:
    poll = await prepare(stage)
    old = await see(stage.database, SHOW)
    changed = await stage.polls.change(poll, CHANNEL, HOST, SEVERAL, match=Match('"2"'))
    assert (changed.version, changed.tally.counts) == (3, (0, 0, 0))
    with refused(Code.CONFLICT):
        await stage.polls.change(poll, CHANNEL, HOST, COLOURS, match=Match('"2"'))
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert public[-1]["poll"]["choices"] == ["Cups", "Bowls", "Plates"]
    with refused(Code.CONFLICT) as late:
        await vote(stage, poll, "v_ann", 1, version=2)
    assert late.value.data["current"] == {"state": "open", "voters": 0, "version": 3}
    await vote(stage, poll, "v_ann", 2, version=3)
    with pytest.raises(RefusedError) as error:
        await stage.polls.change(poll, CHANNEL, HOST, COLOURS)
    assert error.value.code is Code.CONFLICT
    assert error.value.data["current"] == {"state": "open", "voters": 1, "version": 3}
    for wording in (COLOURS, None):
        with refused(Code.NOT_FOUND):
            await stage.polls.change(poll, ELSEWHERE, HOST, wording)
    with refused(Code.CONFLICT):
        await stage.polls.change(poll, CHANNEL, HOST, None)
    ready = await prepare(stage, opened=False)
    await stage.polls.change(ready, CHANNEL, HOST, None)
    assert list(await polls_of(stage)) == [poll]


@pytest.mark.parametrize(
    ("wording", "choices"),
    [(COLOURS, (2,)), (COLOURS, (0, 1)), (SEVERAL, (0, 0)), (SEVERAL, (0, 1, 2)), (COLOURS, ())],
)
async def test_what_is_no_answer_is_invalid_and_nothing_is_kept(
    stage: Stage, wording: Wording, choices: tuple[int, ...]
) -> None:
    poll = await prepare(stage, wording)
    with refused(Code.INVALID):
        await vote(stage, poll, "v_ann", *choices)
    assert (await polls_of(stage))[poll].tally.voters == 0
    assert await stage.polls.own(SHOW, ["v_ann"]) == []


async def test_votes_and_moves_that_do_not_fit_each_have_a_code(stage: Stage) -> None:
    await stage.add_show(EVENING, state="scheduled")
    ready, elsewhere = await prepare(stage, opened=False), await prepare(stage, show=EVENING, opened=False)
    with refused(Code.NOT_FOUND):
        await vote(stage, ready, "v_ann", 0)
    for poll in (elsewhere, "po_none"):
        with refused(Code.NOT_FOUND):
            await vote(stage, poll, "v_ann", 0)
        with refused(Code.NOT_FOUND):
            await move(stage, poll)
    with refused(Code.SHOW_NOT_LIVE):
        await move(stage, elsewhere, show=EVENING)
    for to in ("closed", "hidden"):
        with refused(Code.CONFLICT):
            await move(stage, ready, to)
    with refused(Code.CONFLICT):
        await move(stage, ready, version=7)
    await move(stage, ready, version=1)
    with refused(Code.CONFLICT):
        await move(stage, ready, "hidden")
    with refused(Code.NOT_FOUND):
        await stage.polls.list_of(SHOW, ELSEWHERE)


async def test_a_poll_closes_with_its_show_and_its_result_stays(stage: Stage) -> None:
    poll = await prepare(stage, QUIZ)
    await vote(stage, poll, "v_ann", 1)
    await stage.shows.end(SHOW, HOST)
    shown = (await see(stage.database, SHOW)).public["poll"]
    assert (shown["state"], shown["ended"], shown["counts"], shown["right"]) == (
        "closed",
        "show_ended",
        [0, 1, 0],
        1,
    )
    with refused(Code.POLL_CLOSED):
        await vote(stage, poll, "v_ben", 1)


async def test_a_rehearsal_leaves_polls_as_they_were_prepared(stage: Stage) -> None:
    await stage.add_show(EVENING, state="scheduled")
    poll = await prepare(stage, show=EVENING, opened=False)
    await stage.shows.step(EVENING, HOST, "rehearse", CHANNEL)
    await move(stage, poll, show=EVENING)
    voted = await vote(stage, poll, MODERATOR.viewer_id, 1, show=EVENING, staff=True)
    assert voted.counts == (0, 1), "staff try it out"
    await stage.shows.start(EVENING, HOST)
    after = (await polls_of(stage, EVENING))[poll]
    assert (after.state, after.shown, after.tally.voters) == ("ready", False, 0)
    assert await stage.polls.own(EVENING, [MODERATOR.viewer_id]) == []


async def test_who_has_voted_sees_the_counts_and_nobody_else(stage: Stage) -> None:
    poll = await prepare(stage)
    for viewer in ("v_ann", "v_ben"):
        await vote(stage, poll, viewer, 0)
    seeing = stage.polls.seeing
    assert (await seeing.see(SHOW, "v_cat", poll, staff=False)).counts is None
    assert (await seeing.see(SHOW, "v_ann", poll, staff=False)).counts == (2, 0)
    assert (await seeing.see(SHOW, HOST.viewer_id, poll, staff=True)).counts == (2, 0)
    with refused(Code.NOT_FOUND):
        await seeing.see(EVENING, "v_ann", poll, staff=False)


async def test_two_thousand_votes_in_two_processes_are_counted_exactly_and_told_a_few_times(
    stage: Stage, second: Stage
) -> None:
    poll = await prepare(stage, wording_of("single", "Which?", tuple("abcdefghij")))
    old = await see(stage.database, SHOW)
    voters = [f"v_{n:04d}" for n in range(2000)]
    await asyncio.gather(
        *(vote(each, poll, voter, int(voter[-1])) for voter in voters for each in (stage, second))
    )
    found = await polls_of(second)
    assert found[poll].tally.counts == (200,) * 10
    fresh = await see(stage.database, SHOW)
    assert fresh.offset - old.offset == 1, "the clock stands still: told once"
