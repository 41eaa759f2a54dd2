"""Records one whole show as the server tells it, to viewers and to staff, for the reducers that are not written in Python.

`python -m tests.contract.record_journals` writes `journals/*.json` anew, each with `position`, `snapshot`, `pushes` and `end`: the snapshot
with the pushes applied must equal `end`; beside them what the show's replay tells again. Times stand still or move by fixed steps, and
generated ids are numbered, so that the same server always records the same.
"""

import asyncio
import json
import re
import tempfile
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from msgspec import to_builtins

from server.auctions import book as bidding
from server.auctions.rules import Step, Terms
from server.catalogue.stockroom import Adding
from server.catalogue.wanted import WantedProduct, WantedVariant
from server.comments.erasing import erase_many as erase_comments
from server.comments.moderating import ToQuestion
from server.comments.rules import Approve, Remove
from server.db.migrations import migrate
from server.embedded import start_postgres
from server.giveaways.claiming import Claiming
from server.giveaways.entering import Entering
from server.giveaways.moving import Moving as GiveawayMoving
from server.giveaways.moving import To
from server.giveaways.rules import terms_of
from server.http.versions import ANY_VERSION
from server.journal.intents import intent_of
from server.offers.service import Wanted
from server.polls import rules as polled
from server.polls.moving import Moving
from server.polls.voting import Voting
from server.posts import rules as approving
from server.posts.files_repository import insert_upload
from server.posts.rules import CONSENT
from server.posts.service import Draft
from server.posts.showing import Showing
from server.posts.tables import PostUploadRow
from server.questions.erasing import erase_many
from server.questions.rules import Begin, Hold, Merge, Undo
from server.questions.tasks import Give, TakeOff
from server.replay.service import Replays
from server.reports.repository import Item
from server.sanctions import rules as sanctioning
from server.shop.order_counts import OrderCounts
from server.shop.shelf import read_shelf
from server.shows.line_up_repository import LineUpItem
from server.shows.recording import Recording
from server.shows.recordings import Recordings as ShowRecordings
from server.surveys.rules import wording_of
from tests.support.reducer import Seen, assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, HOST, MODERATOR, Stage, open_stage

JOURNALS = Path(__file__).parent / "journals"
SHOW = "evening"
GENERATED_ID = re.compile(r'"(q|p|sv|po|gv|vp|f|au|cm|sn)_[0-9a-f]{32}"')

Recordings = dict[str, dict[str, Any]]


async def record(database_url: str) -> Recordings:
    """Play a show on the empty database at `database_url` and return its recordings by file name."""
    async with open_stage(database_url) as stage:
        await stage.add_show(SHOW, state="scheduled", moderation="pre", video_mp4="/media/show.mp4")
        await play_beginning(stage)
        old = await see(stage.database, SHOW)
        await play_rest(stage)
        public, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
        end = await see(stage.database, SHOW)
        replay = await Replays(stage.database, stage.clock).moments(SHOW, None, after=0, limit=500)
    return {
        "a_replay.json": {"moments": to_builtins(replay.moments)},
        "a_show_for_viewers.json": _recording(old, old.public, public, end.public),
        "a_show_for_staff.json": _recording(old, old.staff, staff, end.staff),
    }


async def play_beginning(stage: Stage) -> None:
    """What was there before: an announcement, an open question that is pinned, and one that waits."""
    await stage.shows.announce(SHOW, HOST, "We begin at eight")
    early = await ask(stage, "v_1", "Aki", "Will there be mugs?")
    await stage.questions.approve(SHOW, MODERATOR, early, 0)
    await stage.questions.pin(SHOW, HOST, early)
    await ask(stage, "v_2", "Ren", "送料はいくらですか？")


async def play_rest(stage: Stage) -> None:
    """Every kind of push at least once."""
    questions, shop = stage.questions, stage.shop
    (waiting,) = await questions.list_queue(SHOW, "pending", after=None, limit=1)
    await stage.shows.start(SHOW, HOST)
    await questions.approve(SHOW, MODERATOR, waiting.id, 0)
    washable = await ask(stage, "v_3", "Guest 4821", "Is it washable?")
    spam = await ask(stage, "v_4", "Guest 1000", "Cheap watches!!!")
    await questions.dismiss(SHOW, MODERATOR, spam, 0, "spam")
    await questions.approve(SHOW, MODERATOR, washable, 0)
    for voter in ("v_1", "v_2", "v_4"):
        await questions.vote(SHOW, voter, washable)
    await questions.vote(SHOW, "v_3", waiting.id)
    stage.tick()
    await questions.answer(SHOW, HOST, washable, 1, text="Yes, at 30°.", live=False)
    await questions.answer(SHOW, HOST, waiting.id, 1, text=None, live=True)
    await questions.restore(SHOW, HOST, waiting.id, 2)
    await questions.pin(SHOW, HOST, washable)
    await questions.dismiss(SHOW, MODERATOR, washable, 2, "duplicate")
    await questions.restore(SHOW, MODERATOR, washable, 3)
    await questions.pin(SHOW, HOST, waiting.id)
    await questions.unpin(SHOW, HOST, None)
    await questions.restore(SHOW, MODERATOR, spam, 1)
    await questions.dismiss(SHOW, MODERATOR, spam, 2, "spam")
    await play_teamwork(stage, waiting.id)
    await play_stages(stage, waiting.id)
    await play_sales(stage)
    await play_catalogue(stage)
    await play_surveys(stage)
    await play_polls(stage)
    chances = count(1)
    with patch("secrets.token_hex", lambda length: f"{next(chances):0{2 * length}x}"):
        await play_giveaways(stage)
    await play_posts(stage)
    await play_offers(stage)
    await play_auctions(stage)
    await play_comments(stage)
    stage.tick()
    await stage.shows.announce(SHOW, HOST, "Thank you 🙏\nSee you next week")
    standing = await stage.shows.announce(SHOW, MODERATOR, "One more minute")
    await stage.shows.remove_announcement(SHOW, HOST, standing)
    await stage.questions.ask(SHOW, "m_host", "Mika", "Shall I show the back?", role="host")
    await play_sanctions(stage, spam)
    await stage.journal.commit(SHOW, erase_many, [washable])
    await play_arrivals(stage)
    await shop.unpin_product(SHOW, HOST, None)
    line_up = (LineUpItem("p_bowl", 900), LineUpItem("p_apron"))
    await stage.planning.arrange(SHOW, CHANNEL, HOST, line_up, ANY_VERSION)
    await shop.pin_product(SHOW, HOST, "p_apron")
    await stage.shows.end(SHOW, HOST)
    await play_again(stage)


async def play_again(stage: Stage) -> None:
    """The show is watched again, and somebody asks."""
    recording = Recording(mp4="/media/show.mp4", starts_ms=-1_000)
    await ShowRecordings(stage.journal, stage.database, read_products=read_shelf).set(
        SHOW, CHANNEL, HOST, recording, ANY_VERSION
    )
    stage.tick()
    asked = await stage.questions.ask(SHOW, "v_9", "Nao", "Is it still sold?", replay_ms=0)
    await stage.questions.approve(SHOW, MODERATOR, asked.id, 0)


async def play_teamwork(stage: Stage, open_one: str) -> None:
    """Two who work side by side, and an author who takes theirs back."""
    questions = stage.questions
    own = (await questions.ask(SHOW, "v_5", "Yu", "Is there a gift box?", product=None, anonymous=True)).id
    await questions.withdraw(SHOW, "v_5", own)
    await questions.claim(SHOW, MODERATOR, open_one, connection_id="c_1")
    await questions.leave(SHOW, MODERATOR, "c_1")
    twin = (await questions.ask(SHOW, "v_6", "Nao", "How much is shipping?", product=None)).id
    await questions.approve(SHOW, MODERATOR, twin, 0)
    for voter in ("v_3", "v_7"):
        await questions.vote(SHOW, voter, twin)
    await questions.move(SHOW, MODERATOR, twin, 1, Merge(open_one))
    await questions.label(SHOW, MODERATOR, open_one, ["shipping"])
    await questions.move(SHOW, MODERATOR, twin, 2, Undo())
    await questions.move(SHOW, HOST, open_one, None, Begin())
    await questions.answer(SHOW, HOST, open_one, None, text=None, live=True)
    await questions.move(SHOW, HOST, open_one, None, Undo())
    await questions.answer(SHOW, HOST, open_one, None, text="By post.", live=False, private=True)
    await questions.move(SHOW, HOST, open_one, None, Undo())
    await questions.restore(SHOW, HOST, open_one, None)
    await questions.move(SHOW, MODERATOR, open_one, None, Hold())
    await questions.move(SHOW, MODERATOR, open_one, None, Undo())


async def play_stages(stage: Stage, first: str) -> None:
    """Two hosts get questions, one of whom leaves the show."""
    questions = stage.questions
    await stage.name_hosts("Aya", "Ren", show=SHOW)
    second = await ask(stage, "v_8", "Emi", "Do you ship to Okinawa?")
    await questions.approve(SHOW, MODERATOR, second, 0)
    for question, host in ((first, "m_Aya"), (second, "m_Aya"), (second, "m_Ren")):
        await questions.stage(SHOW, MODERATOR, question, Give(host))
    await questions.move(SHOW, HOST, second, None, Begin())
    await questions.answer(SHOW, HOST, second, None, text=None, live=True)
    await questions.move(SHOW, HOST, second, None, Undo())
    await questions.stage(SHOW, MODERATOR, first, TakeOff("m_Aya"))
    await stage.name_hosts("Aya", show=SHOW)


async def play_sales(stage: Stage) -> None:
    """Pins, sales until nothing is left, a restock, and how many have bought."""
    await stage.shop.pin_product(SHOW, HOST, "p_bowl")
    for viewer, product, quantity in (("v_1", "p_bowl", 2), ("v_2", "p_apron", 3), ("v_3", "p_bowl", 1)):
        await stage.buy(viewer, product, quantity=quantity, key=f"key-{viewer}", show=SHOW)
    await stage.shop.restock(SHOW, HOST, "p_bowl", 10)
    for n in range(5):
        await stage.buy(f"v_{20 + n}", "p_bowl", key=f"key-v_{20 + n}", show=SHOW)
    await OrderCounts(stage.journal, stage.database, stage.clock).run_once()


async def play_catalogue(stage: Stage) -> None:
    """A product with variants comes, one of them is sold and restocked; another product costs more, and one is gone."""
    cups = WantedProduct(
        title="Cup",
        price_minor=1500,
        images=("/media/a.webp", "/media/b.webp"),
        options=("Glaze",),
        variants=tuple(WantedVariant(options={"Glaze": glaze}, stock=2, sku=glaze) for glaze in ("白", "藍")),
    )
    made = await stage.catalogue.create("demo", HOST, cups)
    await stage.shop.close()
    white, indigo = made.variants
    await stage.buy("v_5", white.id, key="key-v_5-cup", show=SHOW)
    await stage.shop.close()
    await stage.stockroom.change("demo", HOST, indigo.id, Adding(3))
    await stage.shop.close()
    for id, wanted in (
        ("p_apron", WantedProduct(price_minor=1200, compare_at_minor=1500)),
        ("p_bowl", WantedProduct(active=False)),
    ):
        await stage.catalogue.change("demo", HOST, id, wanted, lambda version, current: None)
        await stage.shop.close()


async def play_surveys(stage: Stage) -> None:
    """Two surveys are opened, of which the host closes the second."""
    first = wording_of("choice", "Which glaze next?", choices=("白", "藍"))
    second = wording_of("nps", "How likely are you to recommend us?", why=True)
    surveys = [
        await stage.surveys.prepare(SHOW, CHANNEL, HOST, asked, at_end=False) for asked in (first, second)
    ]
    for survey in surveys:
        await stage.surveys.open(SHOW, HOST, survey.id)
    await stage.surveys.close(SHOW, HOST, surveys[-1].id)


async def play_polls(stage: Stage) -> None:
    """A poll is closed by the next one, which is hidden; a quiz closes by its time and its result is left."""
    choices = ("白", "藍", "Both")
    several = polled.wording_of("multiple", "What shall we show?", choices, results="always")
    quiz = polled.wording_of("quiz", "From which year?", choices, right=1, seconds=30)
    asked = (polled.wording_of("single", "Which glaze?", choices, changeable=True), several, quiz)
    polls = [(await stage.polls.prepare(SHOW, CHANNEL, HOST, each)).id for each in asked]
    for poll in polls:
        if poll == polls[-1]:
            await stage.polls.move(SHOW, Moving(HOST, polls[1], "closed"))
            await stage.polls.move(SHOW, Moving(HOST, polls[1], "hidden"))
        stage.tick()
        await stage.polls.move(SHOW, Moving(HOST, poll, "open"))
        for nth, voter in enumerate(("v_1", "v_2", "m_host")):
            await stage.polls.vote(SHOW, Voting(voter, poll, (nth,), staff=voter == "m_host"))
        stage.tick()
        await stage.polls.settle()
    stage.tick(30)
    await stage.polls.settle()


async def play_giveaways(stage: Stage) -> None:
    """One is drawn, passed on and claimed, one is called off and left shown; each takes the place of the one before."""
    bowl, cup = [
        (await stage.giveaways.prepare(SHOW, CHANNEL, HOST, terms_of(prize, claim_seconds=30))).id
        for prize in ("白い鉢 🎁", "A cup")
    ]
    await stage.giveaways.move(SHOW, GiveawayMoving(HOST, bowl, "open"))
    for nth in range(3):
        stage.tick()
        await stage.giveaways.enter(SHOW, Entering(f"v_{nth}", bowl, f"Guest {nth}"))
        await stage.giveaways.settle()
    steps: tuple[To, ...] = ("closed", "drawn")
    for to in steps:
        await stage.giveaways.move(SHOW, GiveawayMoving(HOST, bowl, to))
    stage.tick(30)
    await stage.giveaways.settle()
    (drawn,) = [each for each in await stage.giveaways.list_of(SHOW, CHANNEL) if each.id == bowl]
    await stage.giveaways.claim(SHOW, Claiming(drawn.winners[1].viewer_id, bowl))
    await stage.giveaways.move(SHOW, GiveawayMoving(HOST, bowl, "hidden"))
    await stage.giveaways.move(SHOW, GiveawayMoving(HOST, cup, "open"))
    await stage.giveaways.move(SHOW, GiveawayMoving(HOST, cup, "cancelled", reason="It broke"))


async def play_posts(stage: Stage) -> None:
    """One is shown, makes way for another, which is taken back, and is shown again; a third one is rejected."""
    aki = stage.tokens.new_member(CHANNEL, "viewer", name="Aki")
    picture = "0123456789" * 4
    async with stage.database.write() as connection:
        row = PostUploadRow(
            id=picture,
            channel_id=CHANNEL,
            viewer_id=aki.viewer_id,
            width=900,
            height=600,
            at=stage.clock.now(),
        )
        await insert_upload(connection, row)
    worn, small, soft = [
        await stage.posts.send(SHOW, aki, draft)
        for draft in (
            Draft("p_apron", "毎日着ています 🧣", picture, CONSENT),
            Draft("p_apron", "Too small for me", None, CONSENT, anonymous=True),
            Draft("p_apron", "As soft as it looks", None, CONSENT),
        )
    ]
    for post in (worn, small):
        stage.tick()
        await stage.posts.moderate(CHANNEL, MODERATOR, post.id, approving.Approve())
        await stage.posts.show(SHOW, Showing(HOST, post.id, shown=True))
    await stage.posts.withdraw(aki, small.id)
    await stage.posts.show(SHOW, Showing(HOST, worn.id, shown=True))
    await stage.posts.show(SHOW, Showing(HOST, worn.id, shown=False))
    await stage.posts.show(SHOW, Showing(HOST, worn.id, shown=True))
    await stage.posts.moderate(CHANNEL, MODERATOR, soft.id, approving.Reject("off_topic"))


async def play_offers(stage: Stage) -> None:
    """Two offers are opened, of which the host closes the first; the other one closes with the show."""
    terms = Wanted("p_apron", 900, units_max=2, seconds=120)
    for wanted in (terms, replace(terms, audience="code", code="glaze")):
        stage.tick()
        for offer in await stage.offers.list_of(SHOW, CHANNEL):
            await stage.offers.close(SHOW, HOST, offer.id)
        made = await stage.offers.prepare(SHOW, CHANNEL, HOST, wanted)
        await stage.offers.open(SHOW, HOST, made.id)
        if wanted is terms:
            await stage.buy("v_6", "p_apron", key="key-v_6-apron", price=900, show=SHOW, offer=made.id)


async def play_auctions(stage: Stage) -> None:
    """One auction has two bidders, its end moves, and it is sold; another one is cancelled, a third ends with the show."""
    terms = Terms("p_apron", 1, 500, (Step(0, 50), Step(1_000, 100)), 60, reserve_minor=600)
    made = [await stage.auctions.prepare(SHOW, CHANNEL, HOST, terms) for _ in range(3)]
    first, second, third = [auction.id for auction in made]
    await stage.auctions.start(SHOW, HOST, first)
    for viewer, most in (("v_6", 800), ("v_7", 900)):
        stage.tick(27.5)
        await bid(stage, first, viewer, most)
    stage.tick(20)
    await stage.auctions.settle()
    await stage.auctions.start(SHOW, HOST, second)
    await stage.auctions.cancel(SHOW, HOST, second, "The apron has a hole")
    await stage.auctions.start(SHOW, HOST, third)
    await bid(stage, third, "v_8", 500)


async def play_comments(stage: Stage) -> None:
    """What waits is approved, one becomes a question, one is removed, one is taken back, and one is erased."""
    comments = stage.comments
    written = []
    for viewer, author, words in (
        ("v_1", "Aki", "かわいい！"),
        ("v_2", "Ren", "Is the glaze safe for food?"),
        ("v_3", "Guest 4821", "Cheap watches!!!"),
        ("v_5", "Yu", "Hello from Osaka"),
    ):
        stage.tick()
        written.append((await comments.write(SHOW, viewer, author, words)).id)
    await comments.write(SHOW, "m_host", "Mika", "Welcome, everybody", role="host")
    for comment in written:
        stage.tick()
        await comments.move(SHOW, MODERATOR, comment, 0, Approve())
    lovely, safe, watches, hello = written
    for viewer, kind in (("v_2", "heart"), ("v_3", "heart"), ("v_3", "clap")):
        await comments.react(SHOW, viewer, lovely, kind, on=True)
    await comments.react(SHOW, "v_3", lovely, "clap", on=False)
    await comments.move(SHOW, HOST, safe, 1, ToQuestion())
    await comments.move(SHOW, MODERATOR, watches, 1, Remove("spam"))
    await comments.withdraw(SHOW, "v_5", hello)
    await comments.switch(SHOW, HOST, "known")
    await stage.journal.commit(SHOW, erase_comments, [lovely])


async def play_sanctions(stage: Stage, spam: str) -> None:
    """Whoever wrote spam is out; others may not write for a while, are heard by staff alone, appeal, and are let off."""
    sanctions = stage.sanctions
    await sanctions.give(SHOW, MODERATOR, sanctioning.Terms("ban"), question_id=spam)
    await sanctions.give(
        SHOW, HOST, sanctioning.Terms("ban", 3600, "abuse", whole_channel=True), viewer_id="v_rude"
    )
    await sanctions.give(SHOW, HOST, sanctioning.Terms("ban", None, "abuse"), viewer_id="v_rude")
    await sanctions.unban(SHOW, HOST, "v_rude")
    brief = await sanctions.give(
        SHOW, MODERATOR, sanctioning.Terms("timeout", 60, "off_topic"), viewer_id="v_1"
    )
    await sanctions.appeal(SHOW, "v_1", brief.sanction, "I asked about the mug.")
    await sanctions.answer(CHANNEL, HOST, brief.sanction, lift=False)
    await play_reports(stage)
    shadow = await sanctions.give(SHOW, MODERATOR, sanctioning.Terms("shadow", None, "spam"), viewer_id="v_2")
    await sanctions.lift(CHANNEL, HOST, shadow.sanction)


async def play_arrivals(stage: Stage) -> None:
    """Two shows hand their audiences over, of which one is read, and one taken back."""
    for nth, show in enumerate(("morning", "noon")):
        await stage.add_show(show, title=f"Show {nth}")
        stage.tick()
        await stage.shows.hand_over(show, HOST, SHOW)
    await stage.shows.settle_arrival(SHOW, MODERATOR, "morning")
    await stage.shows.hand_over("noon", HOST, None)
    await stage.shows.hand_over(SHOW, HOST, "noon")
    await stage.shows.decline_arrival("noon", HOST, SHOW)
    for show in ("morning", "noon"):
        await stage.shows.decline_arrival(SHOW, MODERATOR, show)
    await stage.shows.decline_arrival(SHOW, MODERATOR, "noon", undo=True)


async def play_reports(stage: Stage) -> None:
    """Three viewers report a question, which holds it; what was reported of another one is settled."""
    rude, plain = [await ask(stage, "v_9", "Guest 9", words) for words in ("You fools", "Is it blue?")]
    for question in (rude, plain):
        await stage.questions.approve(SHOW, MODERATOR, question, 0)
    for viewer, reason in (("v_1", "abuse"), ("v_2", "abuse"), ("v_3", "spam")):
        await stage.reports.report(SHOW, viewer, Item("question", rude), reason)
    await stage.reports.report(SHOW, "v_4", Item("question", plain), "other")
    await stage.reports.settle(SHOW, HOST, Item("question", plain), ignore=True)


async def bid(stage: Stage, auction: str, viewer: str, most: int) -> None:
    """Bid under a key of its own."""
    intent = intent_of(viewer, f"key-{viewer}-{most}", most)
    assert intent is not None
    await stage.auctions.bid(SHOW, bidding.Wanted(auction, viewer, most), intent=intent)


async def ask(stage: Stage, viewer: str, author: str, text: str) -> str:
    """Ask, a second after whatever was before, so that ids grow in the order of asking."""
    stage.tick()
    return (await stage.questions.ask(SHOW, viewer, author, text)).id


def _recording(old: Seen, snapshot: Any, pushes: Any, end: Any) -> dict[str, Any]:
    position = {"epoch": "epoch-1", "offset": old.offset}
    recording: dict[str, Any] = {"position": position, "snapshot": snapshot, "pushes": pushes, "end": end}
    return recording


def number_ids(recordings: Recordings) -> Recordings:
    """Return the recordings with each generated id replaced by its number; numbers are in the order of the ids."""
    written = json.dumps(recordings)
    ids = sorted({match.group() for match in GENERATED_ID.finditer(written)})
    names = {id: f'{id[: id.index("_") + 1]}{number:04d}"' for number, id in enumerate(ids, 1)}
    numbered: Recordings = json.loads(GENERATED_ID.sub(lambda match: names[match.group()], written))
    return numbered


def write(recordings: Recordings) -> None:
    """Write the recordings to their files."""
    JOURNALS.mkdir(exist_ok=True)
    for name, recording in recordings.items():
        written = json.dumps(recording, ensure_ascii=False, indent=1)
        (JOURNALS / name).write_text(written + "\n", "utf-8")


def main() -> None:
    """Record on a PostgreSQL of its own."""
    with tempfile.TemporaryDirectory(prefix="showfloor-") as directory:
        postgres = start_postgres(Path(directory) / "postgres")
        try:
            postgres.create_database("recording")
            url = postgres.url("recording")
            migrate(url)
            write(number_ids(asyncio.run(record(url))))
        finally:
            postgres.stop()


if __name__ == "__main__":
    main()
