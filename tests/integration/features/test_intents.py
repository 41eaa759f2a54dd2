"""The same key is the same command: carried out once, with the same answer each time, from any process at any time."""

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, get_args

import pytest
from sqlalchemy import text

from server.access.roles import Role
from server.access.sign_in import SignIn
from server.auctions.commands import AuctionCommands
from server.auctions.rules import Step, Terms
from server.comments.commands import CommentCommands
from server.comments.rules import Remove
from server.giveaways.commands import GiveawayCommands
from server.giveaways.entering import Entering
from server.giveaways.moving import Moving as GiveawayMoving
from server.giveaways.moving import To
from server.giveaways.rules import terms_of
from server.journal.intents import Forgetting, Intent, intent_of
from server.ledger.recorder import Recorder
from server.offers.commands import OfferCommands
from server.offers.service import Wanted
from server.pace.rates import rates_of
from server.pace.service import Pace
from server.polls import rules as polled
from server.polls.commands import PollCommands
from server.polls.moving import Moving
from server.posts.commands import PostCommands
from server.posts.rules import CONSENT, Approve
from server.posts.service import Draft
from server.posts.showing import Showing
from server.protocol.auction_commands import PlaceBid
from server.protocol.codec import decode_command
from server.protocol.codes import Code
from server.protocol.command_kinds import Keyed
from server.protocol.commands import (
    AnyCommand,
    Buy,
    Click,
    HoldExchange,
    Impression,
    Join,
    OfferSee,
    Pay,
    PayCancel,
    Ping,
    PlaceHold,
    Playing,
    React,
    Share,
    SurveyShown,
)
from server.protocol.poll_commands import PollSee
from server.protocol.question_commands import QuestionAnswering, QuestionClaim, QuestionRelease
from server.protocol.waitlist_commands import WaitlistJoin
from server.questions.commands import QuestionCommands
from server.questions.tasks import Give
from server.reports.commands import ReportCommands
from server.reports.repository import Item
from server.sanctions.commands import SanctionCommands
from server.sanctions.rules import Terms as SanctionTerms
from server.settings import Settings
from server.shop.commands import ShopCommands
from server.shows.commands import ShowCommands
from server.shows.plans import Plan
from server.surveys.commands import SurveyCommands
from server.surveys.rules import Wording
from server.waitlist.commands import WaitlistCommands
from tests.support.reducer import see
from tests.support.stage import CHANNEL, HOST, MODERATOR, SHOW, Stage, refused

MAY_BE_LOST = {
    React,
    Click,
    Impression,
    QuestionAnswering,
    Ping,
    Join,
    Playing,
    SurveyShown,
    OfferSee,
    PollSee,
}
THE_SAME_AGAIN = {PayCancel, QuestionClaim, QuestionRelease}
"""Sent again it finds done what it asks for."""
KEY = "key-000001"
ELSEWHERE = "another_show"


@dataclass(frozen=True)
class Speaker:
    """A member of staff who has joined a show."""

    show_id: str = SHOW
    viewer_id: str = "m_1"
    role: Role = "host"
    id: str = "c_1"
    host: str = "203.0.113.7"
    channel_id: str = CHANNEL
    guest: bool = False
    name: str = "Mika"


async def _take(flush: bytes) -> bool:
    """Where flushes would go."""
    return True


async def say(stage: Stage, speaker: Speaker, **command: Any) -> dict[str, Any]:
    """Carry out a command that arrived as a line, and return the reply."""
    decoded = decode_command(json.dumps({"id": 1, **command}).encode())
    tables: tuple[Any, ...] = (
        QuestionCommands(stage.questions),
        ShopCommands(stage.shop, stage.holds, stage.exchanges),
        WaitlistCommands(stage.waitlist),
        ShowCommands(stage.shows),
        AuctionCommands(stage.auctions),
        OfferCommands(stage.offers, Recorder(_take, process_id="p", clock=stage.clock)),
        PollCommands(stage.polls, doubt_of=lambda _: None),
        GiveawayCommands(stage.giveaways, doubt_of=lambda _: None),
        PostCommands(stage.posts),
        CommentCommands(stage.comments),
        SanctionCommands(stage.sanctions),
        ReportCommands(stage.reports, Pace(rates_of(Settings()), limited=False)),
        SurveyCommands(stage.surveys, Recorder(_take, process_id="p", clock=stage.clock)),
    )
    (handler,) = [table[type(decoded)] for t in tables if type(decoded) in (table := dict(t.table()))]
    reply = await handler(speaker, decoded)
    assert reply is not None
    answer: dict[str, Any] = json.loads(reply)
    return answer


GIVEAWAY_STEPS: dict[str, tuple[To, ...]] = {
    "open": (),
    "enter": ("open",),
    "close": ("open",),
    "cancel": ("open",),
    "draw": ("open", "closed"),
    "claim": ("open", "closed", "drawn"),
    "hide": ("open", "cancelled"),
}
"""What each command about giveaways needs to have happened before."""


async def prepare_giveaways(stage: Stage, name: str) -> tuple[str, str]:
    """Return two giveaways, the first of which the command fits."""
    one, two = [
        (await stage.giveaways.prepare(SHOW, CHANNEL, HOST, bowl)).id for bowl in [terms_of("A bowl")] * 2
    ]
    for to in GIVEAWAY_STEPS[name.partition(".")[2]]:
        await stage.giveaways.move(SHOW, GiveawayMoving(HOST, one, to))
        if to == "open" and name == "giveaway.claim":
            await stage.giveaways.enter(SHOW, Entering("m_1", one, "Aki"))
    return one, two


async def prepare_posts(stage: Stage, name: str) -> tuple[str, str]:
    """Return two posts that are approved, the first of which the command fits."""
    aki = stage.tokens.new_member(CHANNEL, "viewer", name="Aki")
    sent = [await stage.posts.send(SHOW, aki, Draft("p_apron", "It fits", None, CONSENT)) for _ in range(2)]
    for post in sent:
        await stage.posts.moderate(CHANNEL, MODERATOR, post.id, Approve())
    if name == "post.hide":
        await stage.posts.show(SHOW, Showing(HOST, sent[0].id, shown=True))
    return sent[0].id, sent[1].id


async def prepare_comments(stage: Stage, name: str) -> tuple[str, str]:
    """Return two comments, the first of which the command fits."""
    show = "pre" if name == "comment.approve" else SHOW
    if show == "pre":
        await stage.add_show(show, moderation="pre")
    writer = "m_1" if name == "comment.withdraw" else "v_1"
    one, two = [(await stage.comments.write(show, writer, "Aki", f"Hello {n}")).id for n in range(2)]
    if name == "comment.undo":
        await stage.comments.move(SHOW, MODERATOR, one, None, Remove("spam"))
    return one, two


async def prepare_safety(stage: Stage, name: str) -> tuple[str, str]:
    """Return questions of two viewers, or sanctions on them, with what the command is about there."""
    one, two = [(await stage.questions.ask(SHOW, viewer, "Aki", "So?")).id for viewer in ("v_1", "v_2")]
    if name == "report.settle":
        await stage.reports.report(SHOW, "v_3", Item("question", one), "spam")
    if name not in ("viewer.unban", "sanction.lift", "appeal.answer"):
        return one, two
    given = [
        await stage.sanctions.give(SHOW, HOST, SanctionTerms("ban"), viewer_id=viewer)
        for viewer in ("v_1", "v_2")
    ]
    if name == "appeal.answer":
        await stage.sanctions.appeal(SHOW, "v_1", given[0].sanction, "It was my brother.")
    return given[0].sanction, given[1].sanction


async def prepare(stage: Stage, kind: type[Keyed]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return fields with which the command succeeds, and other ones; what it needs is there."""
    name = str(kind.__struct_config__.tag)
    one = (await stage.questions.ask(SHOW, "m_1", "Aki", "One?")).id
    two = (await stage.questions.ask(SHOW, "m_1", "Aki", "Two?")).id
    if name == "question.approve":
        await stage.add_show("pre", moderation="pre")
        one, two = [(await stage.questions.ask("pre", "v_1", "Aki", f"{n}?")).id for n in range(2)]
    elif name in ("question.restore", "question.undo"):
        await stage.questions.dismiss(SHOW, MODERATOR, one, None, "spam")
    elif name == "question.unpin":
        await stage.questions.pin(SHOW, MODERATOR, one)
    elif name in ("question.stage", "question.unstage"):
        await stage.name_hosts("Aya")
        if name == "question.unstage":
            await stage.questions.stage(SHOW, MODERATOR, one, Give("m_Aya"))
    elif name == "announce.remove":
        await stage.shows.announce(SHOW, MODERATOR, "Hello")
    elif name.startswith("survey."):
        asked = Wording("text", "What did you miss?")
        one, two = [
            (await stage.surveys.prepare(SHOW, CHANNEL, HOST, asked, at_end=False)).id for _ in range(2)
        ]
        if name != "survey.open":
            await stage.surveys.open(SHOW, HOST, one)
    elif name.startswith("poll."):
        which = polled.wording_of("single", "Which?", ("A", "B"), changeable=True)
        one, two = [(await stage.polls.prepare(SHOW, CHANNEL, HOST, which)).id for _ in range(2)]
        before: tuple[Literal["open", "closed"], ...] = (
            ("open",) if name != "poll.hide" else ("open", "closed")
        )
        for to in before if name != "poll.open" else ():
            await stage.polls.move(SHOW, Moving(HOST, one, to))
    elif name.startswith("giveaway."):
        one, two = await prepare_giveaways(stage, name)
    elif name.startswith("post."):
        one, two = await prepare_posts(stage, name)
    elif name.startswith("comment."):
        one, two = await prepare_comments(stage, name)
    elif name.startswith(("viewer.", "sanction.", "appeal.", "report")):
        one, two = await prepare_safety(stage, name)
    elif name in ("show.hand_over", "arrival.settle", "arrival.decline"):
        await stage.add_show("there")
        if name == "arrival.settle":
            await stage.shows.hand_over("there", HOST, SHOW)
    elif name == "hold.release":
        one, two = [(await stage.hold("m_1", ("p_apron", 1))).id for _ in range(2)]
    elif name == "waitlist.leave":
        one, two = [(await stage.join("m_1", each)).product_id for each in ("p_apron", "p_bowl")]
    elif name.startswith("auction."):
        one, two = [
            (await stage.auctions.prepare(SHOW, CHANNEL, HOST, Terms(each, 1, 100, (Step(0, 10),), 60))).id
            for each in ("p_apron", "p_bowl")
        ]
        if name == "auction.cancel":
            await stage.auctions.start(SHOW, HOST, one)
    elif name.startswith("offer."):
        one, two = [
            (await stage.offers.prepare(SHOW, CHANNEL, HOST, Wanted(each, 500))).id
            for each in ("p_apron", "p_bowl")
        ]
        if name == "offer.close":
            await stage.offers.open(SHOW, HOST, one)
    elif name == "product.unpin":
        await stage.shop.pin_product(SHOW, HOST, "p_apron")
    fields: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "ask": ({"text": "Why?"}, {"text": "When?"}),
        "announce": ({"text": "Hello"}, {"text": "Bye"}),
        "announce.remove": ({}, {"announcement": 1}),
        "question.answer": ({"question": one, "text": "Yes"}, {"question": one, "text": "No"}),
        "question.stage": ({"question": one, "host": "m_Aya"}, {"question": two, "host": "m_Aya"}),
        "question.merge": ({"question": one, "into": two}, {"question": two, "into": one}),
        "question.label": ({"question": one, "labels": ["size"]}, {"question": one, "labels": []}),
        "question.many": (
            {"acts": [{"act": "dismiss", "question": one}]},
            {"acts": [{"act": "dismiss", "question": two}]},
        ),
        "hold.release": ({"hold": one}, {"hold": two}),
        "waitlist.leave": ({"product": one}, {"product": two}),
        "product.pin": ({"product": "p_apron"}, {"product": "p_bowl"}),
        "product.unpin": ({"product": "p_apron"}, {"product": "p_bowl"}),
        "product.restock": ({"product": "p_apron", "add": 10}, {"product": "p_apron", "add": 11}),
        "survey.answer": ({"survey": one, "text": "Cups"}, {"survey": one, "text": "Mugs"}),
        "survey.open": ({"survey": one}, {"survey": two}),
        "poll.vote": ({"poll": one, "choices": [0]}, {"poll": one, "choices": [1]}),
        **{f"poll.{act}": ({"poll": one}, {"poll": two}) for act in ("open", "close", "hide")},
        **{f"giveaway.{act}": ({"giveaway": one}, {"giveaway": two}) for act in GIVEAWAY_STEPS},
        **{f"post.{act}": ({"post": one}, {"post": two}) for act in ("show", "hide")},
        "survey.close": ({"survey": one}, {"survey": two}),
        "auction.start": ({"auction": one}, {"auction": two}),
        "auction.cancel": ({"auction": one, "reason": "A"}, {"auction": one, "reason": "B"}),
        "offer.open": ({"offer": one}, {"offer": two}),
        "offer.close": ({"offer": one}, {"offer": two}),
        "comment": ({"text": "Hello"}, {"text": "Bye"}),
        **{
            f"comment.{act}": ({"comment": one}, {"comment": two})
            for act in ("withdraw", "react", "approve", "remove", "undo", "to_question")
        },
        "comments.switch": ({"comments": "off"}, {"comments": "known"}),
        "viewer.ban": ({"question": one}, {"question": two}),
        "viewer.unban": ({"viewer": "v_1"}, {"viewer": "v_2"}),
        "viewer.sanction": ({"question": one, "kind": "mute"}, {"question": one, "kind": "shadow"}),
        "sanction.lift": ({"sanction": one}, {"sanction": two}),
        "appeal.answer": ({"sanction": one, "lift": True}, {"sanction": one, "lift": False}),
        "report": (
            {"kind": "question", "item": one, "reason": "spam"},
            {"kind": "question", "item": two, "reason": "spam"},
        ),
        "report.settle": ({"kind": "question", "item": one}, {"kind": "question", "item": two}),
        "show.moderate": ({"slow_seconds": 5}, {"slow_seconds": 10}),
        "show.hand_over": ({"show": "there"}, {}),
        "arrival.settle": ({"show": "there"}, {"show": "elsewhere"}),
        "arrival.decline": ({"show": "there"}, {"show": "elsewhere"}),
        "show.start": ({}, {"type": "show.end"}),
        "show.end": ({}, {"type": "show.start"}),
    }
    same, other = fields.get(name, ({"question": one}, {"question": two}))
    return {"type": name, **same}, {"type": name, **other}


KEYED = [kind for kind in get_args(AnyCommand) if issubclass(kind, Keyed)]
IN_THE_JOURNAL = [kind for kind in KEYED if kind is not Share]


def test_every_command_that_has_a_result_takes_a_key() -> None:
    assert set(get_args(AnyCommand)) - MAY_BE_LOST - THE_SAME_AGAIN == {
        Buy,
        HoldExchange,
        PlaceBid,
        PlaceHold,
        Pay,
        WaitlistJoin,
        *KEYED,
    }


@pytest.mark.parametrize("kind", IN_THE_JOURNAL, ids=lambda kind: str(kind.__struct_config__.tag))
async def test_a_repeated_command_gets_its_first_answer_and_does_nothing(
    stage: Stage, second: Stage, kind: type[Keyed]
) -> None:
    command, other = await prepare(stage, kind)
    show = "pre" if "approve" in command["type"] else SHOW
    speaker = Speaker(show)
    first = await say(stage, speaker, key=KEY, **command)
    after, audits = await see(stage.database, show), len(await stage.audits())
    if kind.__struct_config__.tag != "announce":  # whatever has become of the show meanwhile
        await stage.shows.end(show, HOST)
        after, audits = await see(stage.database, show), len(await stage.audits())
    again = await asyncio.gather(*(say(p, speaker, key=KEY, **command) for p in (stage, second, second)))
    assert again == [first] * 3
    with refused(Code.KEY_REUSED):
        await say(second, speaker, key=KEY, **other)
    await stage.add_show(ELSEWHERE)
    with refused(Code.KEY_REUSED):
        await say(second, Speaker(ELSEWHERE), key=KEY, **command)
    assert await see(stage.database, show) == after
    assert len(await stage.audits()) == audits


async def test_the_same_command_twice_in_one_batch_is_carried_out_once(stage: Stage) -> None:
    command: dict[str, Any] = {"type": "product.restock", "product": "p_apron", "add": 10, "key": KEY}
    replies = await asyncio.gather(
        *(say(stage, Speaker(), **command) for _ in range(5)),
        say(stage, Speaker(viewer_id="m_2"), **command),
        say(stage, Speaker(), type="announce", text="Hello"),
    )
    assert len({reply["stock"] for reply in replies[:5]}) == 1
    assert (await stage.products())["p_apron"] == (30, 0)


async def test_one_key_in_two_shows_at_once_is_one_command(stage: Stage, second: Stage) -> None:
    await stage.add_show(ELSEWHERE)
    results = await asyncio.gather(
        *(
            say(process, Speaker(show), type="product.restock", product=product, add=10, key=f"key-{n:05}")
            for n in range(8)
            for process, show, product in ((stage, SHOW, "p_apron"), (second, ELSEWHERE, "p_bowl"))
        ),
        return_exceptions=True,
    )
    failures = [getattr(result, "code", result) for result in results if isinstance(result, Exception)]
    assert failures == [Code.KEY_REUSED] * 8
    products = await stage.products()
    assert products["p_apron"][0] - 10 + products["p_bowl"][0] - 3 == 80


async def test_a_refusal_keeps_no_key(stage: Stage) -> None:
    command: dict[str, Any] = {"type": "product.restock", "product": "p_bowl", "add": -5, "key": KEY}
    with refused(Code.SOLD_OUT):
        await say(stage, Speaker(), **command)
    await stage.shop.restock(SHOW, HOST, "p_bowl", 5)
    assert (await say(stage, Speaker(), **command))["stock"] == 3
    assert (await say(stage, Speaker(), **command))["stock"] == 3


async def test_keys_of_one_person_are_nothing_to_another(stage: Stage) -> None:
    one = await say(stage, Speaker(), type="ask", text="Why?", key=KEY)
    two = await say(stage, Speaker(viewer_id="m_2"), type="ask", text="When?", key=KEY)
    assert one["question"] != two["question"]


async def test_a_purchase_has_a_namespace_of_its_own(stage: Stage) -> None:
    await say(stage, Speaker(), type="ask", text="Why?", key=KEY)
    bought = await say(stage, Speaker(), type="buy", product="p_bowl", quantity=1, key=KEY)
    assert bought["order"].startswith("o_")


async def test_a_new_show_is_made_once_per_key(stage: Stage, second: Stage) -> None:
    plan = Plan(title="Autumn", host="Mika")

    async def create(process: Stage, plan: Plan, key: str) -> str:
        intent = intent_of("m_1", key, plan)
        return (await process.shows.create(CHANNEL, HOST, plan, intent=intent)).id

    created = await asyncio.gather(*(create(p, plan, KEY) for p in (stage, second) * 3))
    assert len(set(created)) == 1
    with refused(Code.KEY_REUSED):
        await create(second, Plan(title="Winter", host="Mika"), KEY)
    assert await create(stage, plan, "key-000002") not in created
    assert len(await stage.audits()) == 2


async def test_a_sign_in_code_is_used_once_per_key(stage: Stage) -> None:
    sign_in = SignIn(stage.database, stage.tokens, stage.clock)
    code = await sign_in.issue_code(CHANNEL, "host", subject="Mika")
    first = await sign_in.exchange(code, KEY)
    assert await sign_in.exchange(code, KEY) == first
    for key in (None, "key-000002"):
        with refused(Code.UNAUTHENTICATED):
            await sign_in.exchange(code, key)


async def test_old_keys_are_forgotten_and_young_ones_kept(stage: Stage) -> None:
    for n in range(3):
        await say(stage, Speaker(), type="ask", text="Why?", key=f"key-{n:05}")
        stage.tick(3600)
    forgetting = Forgetting(stage.database, stage.clock, timedelta(hours=1.5))
    assert await forgetting.run_once() == 2
    assert await forgetting.run_once() == 0
    async with stage.database.read() as connection:
        kept = list(await connection.scalars(text("SELECT key FROM intent")))
    assert kept == ["key-00002"]


def test_without_a_key_there_is_no_intent() -> None:
    assert intent_of("v_1", None, "anything") is None
    assert intent_of("v_1", KEY, 1) == Intent("v_1", KEY, intent_of("v_1", KEY, 1).parameters)  # type: ignore[union-attr]
    assert intent_of("v_1", KEY, 1) != intent_of("v_1", KEY, 2)
