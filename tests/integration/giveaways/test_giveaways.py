"""Giveaways in the journal: entered once a person, drawn so that anybody can repeat it, passed on when nobody claims."""

import asyncio
import hashlib
import hmac
from typing import Any

import pytest
from sqlalchemy import text

from server.errors import RefusedError
from server.giveaways.bodies import as_proof
from server.giveaways.claiming import Claimed, Claiming
from server.giveaways.entering import Entered, Entering
from server.giveaways.moving import Moved, Moving
from server.giveaways.rules import Terms, terms_of
from server.giveaways.verifying import faults_of
from server.http.versions import Match
from server.hub.crowd import Doubt
from server.journal.intents import intent_of
from server.polls.moving import Moving as PollMoving
from server.polls.rules import wording_of
from server.polls.voting import Voting
from server.protocol.codes import Code
from server.protocol.given_away import LeftOut
from server.protocol.sanctioned import SanctionKind
from server.sanctions import rules as sanctioning
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, ELSEWHERE, HOST, MODERATOR, SHOW, Stage, refused

BOWL = terms_of("A bowl", winners_max=2, claim_seconds=60, per_address_max=2)


async def prepare(stage: Stage, terms: Terms = BOWL, *, show: str = SHOW, opened: bool = True) -> str:
    made = await stage.giveaways.prepare(show, CHANNEL, HOST, terms)
    if opened:
        await move(stage, made.id, show=show)
    return made.id


async def move(
    stage: Stage,
    giveaway: str,
    to: Any = "open",
    version: int | None = None,
    *,
    show: str = SHOW,
    **others: Any,
) -> Moved:
    return await stage.giveaways.move(show, Moving(HOST, giveaway, to, version, **others))


async def draw(stage: Stage, giveaway: str) -> None:
    for to in ("closed", "drawn"):
        await move(stage, giveaway, to)


async def enter(stage: Stage, giveaway: str, viewer: str, **others: Any) -> Entered:
    entering = Entering(viewer, giveaway, others.pop("name", viewer.title()), **others)
    return await stage.giveaways.enter(SHOW, entering)


async def claim(stage: Stage, giveaway: str, viewer: str, contact: str = "") -> Claimed:
    return await stage.giveaways.claim(SHOW, Claiming(viewer, giveaway, contact))


async def sign_in(stage: Stage, guest: str, as_: str) -> None:
    async with stage.database.write() as connection:
        alias = "INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES (:guest, :show, :guest, :as_, now())"
        await connection.execute(text(alias), {"show": SHOW, "guest": guest, "as_": as_})


def drawn_by_hand(seed: str, tickets: list[str]) -> list[str]:
    """PROTOCOL.md 2.25 once more, from its words alone."""
    rest = sorted(tickets)
    digest = hashlib.sha256("".join(ticket + "\n" for ticket in rest).encode()).hexdigest()
    numbers: list[int] = []
    for counter in range(8 * len(rest) + 8):
        block = hmac.new(bytes.fromhex(seed), f"{digest}:{counter}".encode(), hashlib.sha256).digest()
        numbers += [int.from_bytes(block[8 * n : 8 * n + 8], "big") for n in range(4)]
    for place in range(len(rest) - 1):
        n = len(rest) - place
        while numbers[0] >= 2**64 - 2**64 % n:
            numbers.pop(0)
        chosen = place + numbers.pop(0) % n
        rest[place], rest[chosen] = rest[chosen], rest[place]
    return rest


async def test_a_draw_is_committed_to_before_and_repeated_by_anybody(stage: Stage, second: Stage) -> None:
    giveaway = await prepare(stage, opened=False)
    old = await see(stage.database, SHOW)
    assert "giveaway" not in old.public
    await move(stage, giveaway)
    viewers = [f"viewer-{n:02d}" for n in range(20)]
    tickets = {viewer: (await enter(stage, giveaway, viewer)).ticket for viewer in viewers}
    assert (await enter(second, giveaway, "viewer-07")).ticket == tickets["viewer-07"]
    stage.tick()
    await stage.giveaways.settle()
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    commitment = public[0]["giveaway"]["commitment"]
    assert public[-1]["entries"] == 20
    assert "seed" not in str(public)
    await move(stage, giveaway, "closed")
    with refused(Code.NOT_FOUND):
        await stage.giveaways.prove(SHOW, giveaway)
    await move(stage, giveaway, "drawn")
    with refused(Code.GIVEAWAY_CLOSED):
        await enter(stage, giveaway, "v_late")
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    told = public[-1]["giveaway"]
    proof = as_proof(await second.giveaways.prove(SHOW, giveaway))
    assert sorted(tickets.values()) == proof.tickets
    assert hashlib.sha256(bytes.fromhex(told["seed"])).hexdigest() == commitment == told["commitment"]
    order = drawn_by_hand(told["seed"], proof.tickets)
    assert [won["ticket"] for won in told["winners"]] == order[:2] == proof.winners
    assert faults_of(proof, commitment=commitment, ticket=tickets["viewer-03"]) == []
    assert all(viewer not in str(public) for viewer in viewers), "tickets name nobody"
    assert (await move(second, giveaway, "drawn")).version == told["version"], "it is not drawn again"


async def test_winners_alone_are_told_what_they_have_won_and_read_it_anywhere(stage: Stage) -> None:
    giveaway = await prepare(stage)
    for viewer in ("v_ann", "v_ben", "v_cho"):
        await enter(stage, giveaway, viewer)
    await draw(stage, giveaway)
    (listed,) = await stage.giveaways.list_of(SHOW, CHANNEL)
    won = [
        (viewer, line["rank"], line["state"]) for viewer, line in stage.told if line["type"] == "giveaway.own"
    ]
    assert won == [(each.viewer_id, each.rank, "won") for each in listed.winners]
    (own,) = await stage.giveaways.own(SHOW, [won[0][0]])
    assert own.won is not None
    assert own.won.rank == 0
    (lost,) = {"v_ann", "v_ben", "v_cho"} - {viewer for viewer, *_ in won}
    assert [each.won for each in await stage.giveaways.own(SHOW, [lost])] == [None]


async def test_who_does_not_claim_is_passed_over_for_whoever_comes_next(stage: Stage, second: Stage) -> None:
    giveaway = await prepare(stage)
    viewers = {(await enter(stage, giveaway, f"v_{n}")).ticket: f"v_{n}" for n in range(4)}
    await draw(stage, giveaway)
    proof = as_proof(await stage.giveaways.prove(SHOW, giveaway))
    order = [viewers[ticket] for ticket in drawn_by_hand(proof.seed, proof.tickets)]
    old = await see(stage.database, SHOW)
    assert (await claim(stage, giveaway, order[0], "1-2-3 Ginza")).rank == 0
    assert (await claim(stage, giveaway, order[0])).rank == 0
    with refused(Code.NOT_FOUND):
        await claim(stage, giveaway, order[2])
    stage.tick(60)
    second.clock.at = stage.clock.at
    with refused(Code.CLAIM_OVER):
        await claim(stage, giveaway, order[1])
    await asyncio.gather(stage.giveaways.settle(), second.giveaways.settle())
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    states = [(won["name"], won["state"]) for won in public[-1]["giveaway"]["winners"]]
    assert states == [(order[0].title(), "claimed"), (order[1].title(), "passed"), (order[2].title(), "won")]
    assert "Ginza" not in str(public)
    assert faults_of(as_proof(await stage.giveaways.prove(SHOW, giveaway))) == []
    await move(stage, giveaway, "hidden")
    await claim(stage, giveaway, order[2])
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    (listed,) = await stage.giveaways.list_of(SHOW, CHANNEL)
    assert listed.winners[0].contact == "1-2-3 Ginza"


async def test_suspects_are_left_out_and_nobody_but_hosts_reads_who_they_are(stage: Stage) -> None:
    giveaway = await prepare(stage)
    for viewer in ("v_a", "v_b", "v_c", "v_known"):
        stage.tick()
        await enter(stage, giveaway, viewer, address="10.0.0.9")
    await sign_in(stage, "v_known", "u_known")
    await sign_in(stage, "v_too", "u_known")
    await enter(stage, giveaway, "v_bot", doubt=Doubt.BURST)
    await enter(stage, giveaway, "v_early", doubt=Doubt.UNWATCHED)
    await enter(stage, giveaway, HOST.viewer_id, staff=True)
    laid: list[tuple[str, SanctionKind]] = [
        ("v_rude", "ban"),
        ("v_loud", "mute"),
        ("v_spam", "shadow"),
        ("v_calm", "timeout"),
    ]
    for viewer, kind in laid:
        await enter(stage, giveaway, viewer)
        terms = sanctioning.Terms(kind, 60 if kind == "timeout" else None)
        await stage.sanctions.give(SHOW, HOST, terms, viewer_id=viewer)
    stage.tick(61)
    await draw(stage, giveaway)
    why = {each.viewer_id: each.excluded for each in await stage.giveaways.entries_of(giveaway, CHANNEL)}
    assert {viewer for viewer, each in why.items() if each is None} == {"v_a", "v_b", "v_known", "v_calm"}
    assert {viewer: each for viewer, each in why.items() if each} == {
        "v_c": "address",
        "v_bot": "suspect",
        "v_early": "suspect",
        HOST.viewer_id: "staff",
        "v_rude": "banned",
        "v_loud": "muted",
        "v_spam": "shadowed",
    }
    (listed,) = await stage.giveaways.list_of(SHOW, CHANNEL)
    assert listed.left_out == LeftOut(staff=1, sanctioned=2, suspect=3, address=1), "no word of shadows"
    (row,) = [each for each in await stage.audits() if each.action == "giveaway.draw"]
    assert row.details["left_out"] == {"staff": 1, "sanctioned": 2, "suspect": 3, "address": 1}
    assert not any(viewer in str(row.details) for viewer in why)
    async with stage.database.read() as connection:
        assert await connection.scalar(text("SELECT count(address) FROM giveaway_entry")) == 0
    with refused(Code.NOT_FOUND):
        await stage.giveaways.entries_of(giveaway, ELSEWHERE)


async def test_one_person_has_one_ticket_under_whatever_id(stage: Stage) -> None:
    giveaway = await prepare(stage)
    tickets = await asyncio.gather(*(enter(stage, giveaway, "v_guest") for _ in range(5)))
    assert len({each.ticket for each in tickets}) == 1
    await sign_in(stage, "v_guest", "u_ann")
    assert (await enter(stage, giveaway, "u_ann")).ticket == tickets[0].ticket
    stage.tick()
    await enter(stage, giveaway, "v_phone")
    await sign_in(stage, "v_phone", "u_ann")
    await draw(stage, giveaway)
    why = {each.viewer_id: each.excluded for each in await stage.giveaways.entries_of(giveaway, CHANNEL)}
    assert why == {"v_guest": None, "v_phone": "twice"}


async def test_whoever_enters_has_done_what_is_asked_for_in_this_show(stage: Stage) -> None:
    poll = (await stage.polls.prepare(SHOW, CHANNEL, HOST, wording_of("single", "Which?", ("A", "B")))).id
    await stage.polls.move(SHOW, PollMoving(HOST, poll, "open"))
    counted = """
        INSERT INTO rollup (show_id, viewer_id, reactions) VALUES (:show, 'v_ann', 1)
        ON CONFLICT (show_id, viewer_id) DO UPDATE SET reactions = 1
    """
    for task in ("question", "comment", "poll", "react", "buy"):
        giveaway = await prepare(stage, terms_of("A cup", task=task))
        with refused(Code.TASK_OPEN):
            await enter(stage, giveaway, "v_ann")
        match task:
            case "question":
                await stage.questions.ask(SHOW, "v_ann", "Ann", "Is it soft?")
            case "comment":
                await stage.comments.write(SHOW, "v_ann", "Ann", "So pretty")
            case "poll":
                await stage.polls.vote(SHOW, Voting("v_ann", poll, (0,)))
            case "react":
                async with stage.database.write() as connection:
                    await connection.execute(text(counted), {"show": SHOW})
            case "buy":
                await stage.buy("v_ann", "p_apron")
        assert (await enter(stage, giveaway, "v_ann")).entries == 1
        await draw(stage, giveaway)


async def test_steps_that_do_not_fit_each_have_a_code(stage: Stage) -> None:
    first, second = await prepare(stage), await prepare(stage, opened=False)
    with refused(Code.CONFLICT):
        await move(stage, second)
    for to in ("closed", "drawn", "cancelled", "hidden"):
        with refused(Code.CONFLICT):
            await move(stage, second, to)
    with refused(Code.CONFLICT):
        await move(stage, first, "drawn")
    with refused(Code.CONFLICT):
        await move(stage, first, "hidden")
    with refused(Code.CONFLICT):
        await move(stage, first, "closed", 1)
    with refused(Code.NOT_FOUND):
        await enter(stage, second, "v_ann")
    with refused(Code.CONFLICT):
        await stage.giveaways.remove(first, CHANNEL, HOST)
    with refused(Code.CONFLICT):
        await stage.giveaways.remove(second, CHANNEL, HOST, match=Match('"7"'))
    with refused(Code.NOT_FOUND):
        await stage.giveaways.remove(second, ELSEWHERE, HOST)
    await stage.giveaways.remove(second, CHANNEL, HOST)
    await stage.add_show("evening")
    with refused(Code.NOT_FOUND):
        await move(stage, first, "closed", show="evening")
    for terms in (terms_of("A cup", product_id="p_nowhere"),):
        with refused(Code.NOT_FOUND):
            await stage.giveaways.prepare(SHOW, CHANNEL, HOST, terms)
    with refused(Code.INVALID):
        terms_of("A cup", winners_max=21)
    await stage.shows.end(SHOW, HOST)
    with refused(Code.GIVEAWAY_CLOSED):
        await enter(stage, first, "v_ann")
    await move(stage, first, "drawn")
    (listed,) = await stage.giveaways.list_of(SHOW, CHANNEL)
    assert (listed.state, listed.winners) == ("drawn", ())
    with refused(Code.SHOW_NOT_LIVE):
        await prepare(stage)


async def test_a_cancelled_giveaway_says_why_and_nobody_has_won(stage: Stage) -> None:
    giveaway = await prepare(stage)
    old = await see(stage.database, SHOW)
    await enter(stage, giveaway, "v_ann", address="10.0.0.9")
    await move(stage, giveaway, "cancelled", reason="The bowl broke")
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    told = public[-1]["giveaway"]
    assert (told["state"], told["reason"]) == ("cancelled", "The bowl broke")
    with refused(Code.CONFLICT):
        await move(stage, giveaway, "drawn")
    with refused(Code.GIVEAWAY_CLOSED):
        await enter(stage, giveaway, "v_ben")
    async with stage.database.read() as connection:
        left = "SELECT count(seed) + (SELECT count(address) FROM giveaway_entry) FROM giveaway"
        assert await connection.scalar(text(left)) == 0
    await move(stage, giveaway, "hidden")
    await prepare(stage)
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)


async def test_of_two_hosts_who_draw_one_is_told_that_it_is_drawn(stage: Stage, second: Stage) -> None:
    giveaway = await prepare(stage)
    for n in range(6):
        await enter(stage, giveaway, f"v_{n}")
    version = (await move(stage, giveaway, "closed")).version
    answers = await asyncio.gather(
        stage.giveaways.move(SHOW, Moving(HOST, giveaway, "drawn", version)),
        second.giveaways.move(SHOW, Moving(MODERATOR, giveaway, "drawn", version)),
        return_exceptions=True,
    )
    (lost,) = [each for each in answers if isinstance(each, RefusedError)]
    assert (lost.code, lost.data["current"]["state"]) == (Code.CONFLICT, "drawn")
    assert [each.action for each in await stage.audits()].count("giveaway.draw") == 1
    intent = intent_of(HOST.viewer_id, "k-draw-0001", SHOW, giveaway)
    again = Moving(HOST, giveaway, "drawn")
    assert await stage.giveaways.move(SHOW, again, intent=intent) == await second.giveaways.move(
        SHOW, again, intent=intent
    )


async def test_its_time_closes_it_and_an_entry_is_in_the_draw_or_refused(stage: Stage, second: Stage) -> None:
    giveaway = await prepare(stage, terms_of("A bowl", seconds=10, per_address_max=0))
    racing = [enter(each, giveaway, f"v_{n}") for n in range(20) for each in (stage, second)]
    closing = stage.giveaways.move(SHOW, Moving(HOST, giveaway, "closed"))
    answers = await asyncio.gather(*racing[:20], closing, *racing[20:], return_exceptions=True)
    kept = {each.ticket for each in answers if isinstance(each, Entered)}
    assert {each.code for each in answers if isinstance(each, RefusedError)} <= {Code.GIVEAWAY_CLOSED}
    await move(stage, giveaway, "drawn")
    assert kept == set((await stage.giveaways.prove(SHOW, giveaway)).tickets)
    late = await prepare(stage, terms_of("A cup", seconds=10))
    stage.tick(10)
    with refused(Code.GIVEAWAY_CLOSED):
        await enter(stage, late, "v_ann")
    await stage.giveaways.settle()
    assert (await stage.giveaways.list_of(SHOW, CHANNEL))[-1].state == "closed"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": "00" * 32}, "committed"),
        ({"seed": "not hexadecimal"}, "hexadecimal"),
        ({"winners": ["ff" * 16]}, "other winners"),
        ({"winners": []}, "other winners"),
        ({"entries": 9}, "not all entries"),
        ({"digest": ""}, "digest"),
    ],
)
async def test_a_draw_that_was_tampered_with_is_found(
    stage: Stage, change: dict[str, Any], said: str
) -> None:
    giveaway = await prepare(stage)
    for n in range(5):
        await enter(stage, giveaway, f"v_{n}")
    await draw(stage, giveaway)
    proof = as_proof(await stage.giveaways.prove(SHOW, giveaway)).model_copy(update=change)
    assert said in " ".join(faults_of(proof))


async def test_after_a_rehearsal_nobody_has_entered_and_another_seed_is_made(stage: Stage) -> None:
    await stage.add_show("evening", state="scheduled")
    await stage.shows.step("evening", HOST, "rehearse", CHANNEL)
    giveaway = await prepare(stage, show="evening")
    entering = Entering(HOST.viewer_id, giveaway, "Mika", staff=True)
    await stage.giveaways.enter("evening", entering)
    for to in ("closed", "drawn"):
        await move(stage, giveaway, to, show="evening")
    (rehearsed,) = await stage.giveaways.list_of("evening", CHANNEL)
    assert [won.viewer_id for won in rehearsed.winners] == [HOST.viewer_id]
    await stage.shows.start("evening", HOST)
    (after,) = await stage.giveaways.list_of("evening", CHANNEL)
    assert (after.state, after.entries, after.seed, after.winners) == ("ready", 0, None, ())
