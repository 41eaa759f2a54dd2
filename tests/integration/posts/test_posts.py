"""Viewers' own posts in the journal: they wait, staff let them be seen, the host shows them, and their authors take them back."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import text

from server.access.tokens import Identity
from server.errors import RefusedError
from server.http.versions import Match
from server.journal.intents import intent_of
from server.pictures.store import PictureFiles
from server.posts.pictures import PostPictures
from server.posts.rules import (
    CONSENT,
    PER_PRODUCT_MAX,
    WAITING_MAX,
    Approve,
    Post,
    Reject,
    Remove,
    Restore,
)
from server.posts.service import Draft
from server.posts.showing import Placed, Showing
from server.protocol.codes import Code
from server.protocol.sanctioned import SanctionKind
from server.questions.pseudonyms import Pseudonyms
from server.reports.repository import Item
from server.sanctions import rules as sanctioning
from tests.support import drawn
from tests.support.pictures import pictures_in
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, read_pushes, see
from tests.support.stage import CHANNEL, ELSEWHERE, HOST, MODERATOR, SECRET, SHOW, Stage, refused

WORDS = "I wear it every day"
OTHER_SHOW = "second"
DRAFT = Draft("p_apron", WORDS, None, CONSENT)


def somebody(stage: Stage, name: str = "Aki", *, guest: bool = False, role: Any = "viewer") -> Identity:
    """Return who holds a token of the channel."""
    if guest:
        return stage.tokens.new_guest(CHANNEL, name=name, remember=False)
    return stage.tokens.new_member(CHANNEL, role, name=name)


async def send(
    stage: Stage, viewer: Identity | None = None, *, show: str = SHOW, intent: Any = None, **changes: Any
) -> Post:
    draft = replace(DRAFT, **changes)
    return await stage.posts.send(show, viewer or somebody(stage), draft, intent=intent)


async def approve(stage: Stage, post: Post) -> Post:
    return await stage.posts.moderate(CHANNEL, MODERATOR, post.id, Approve())


async def show(stage: Stage, post: Post, *, on: bool = True, where: str = SHOW, **others: Any) -> Placed:
    return await stage.posts.show(where, Showing(HOST, post.id, shown=on, **others))


async def seen(stage: Stage, product: str = "p_apron") -> list[str]:
    """Return the words beside a product, as everybody reads them."""
    return [post.text for post in await stage.posts.approved(SHOW, product, after=None, limit=50)]


async def journal_of(stage: Stage, show: str = SHOW) -> str:
    public, staff = await read_pushes(stage.database, show, 0)
    return f"{public} {staff}"


async def test_a_post_waits_is_approved_shown_hidden_and_told_of_on_every_process(
    stage: Stage, second: Stage
) -> None:
    old = await see(stage.database, SHOW)
    aki = somebody(stage)
    post = await send(stage, aki)
    assert (post.state, post.consent, post.version) == ("held", CONSENT, 1)
    assert await seen(stage) == []
    assert WORDS not in await journal_of(stage), "nobody reads it before staff have"
    with refused(Code.CONFLICT):
        await show(stage, post)
    approved = await approve(second, post)
    assert (approved.state, approved.moderated_by) == ("approved", "Sora")
    assert await seen(second) == [WORDS]
    assert await show(stage, post, version=2) == Placed(post.id, shown=True)
    assert await show(second, post) == Placed(post.id, shown=True), "the same again changes nothing"
    fresh = await see(second.database, SHOW)
    assert (fresh.public["post"]["text"], fresh.public["post"]["author"]) == (WORDS, "Aki")
    await show(second, post, on=False)
    public, staff = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    kinds = ["posts.waiting", "posts.waiting", "post.shown", "post.hidden"]
    assert [push["type"] for push in staff] == kinds
    assert [push["type"] for push in public] == ["withheld", "withheld", *kinds[2:]]
    assert [push["waiting"] for push in staff[:2]] == [1, 0]
    told = [(viewer, line["post"]["state"]) for viewer, line in [*stage.told, *second.told]]
    assert told == [(aki.viewer_id, "approved")]
    deeds = [(deed.action, deed.name, deed.subject) for deed in await stage.audits()]
    assert deeds == [
        ("post.approve", "Sora", post.id),
        ("post.show", "Mika", post.id),
        ("post.hide", "Mika", post.id),
    ]
    assert WORDS not in str([deed.details for deed in await stage.audits()])


async def test_another_post_takes_the_place_of_the_one_that_is_shown(stage: Stage) -> None:
    one, two = [await approve(stage, await send(stage, text=words)) for words in ("one", "two")]
    old = await see(stage.database, SHOW)
    await show(stage, one)
    await show(stage, two)
    await show(stage, one, on=False)
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in public] == ["post.shown", "post.shown"]
    assert (await see(stage.database, SHOW)).public["post"]["id"] == two.id
    await stage.shows.end(SHOW, HOST)
    assert "post" not in (await see(stage.database, SHOW)).public
    assert await seen(stage) == ["two", "one"], "beside the product they stay"
    with refused(Code.SHOW_NOT_LIVE):
        await show(stage, one)


async def test_what_is_taken_back_while_it_is_shown_is_nowhere_any_more(
    stage: Stage, second: Stage, pictures: Callable[[Stage], PostPictures]
) -> None:
    await stage.add_show(OTHER_SHOW)
    aki, here, there = somebody(stage), pictures(stage), pictures(second)
    upload = await here.send(CHANNEL, aki.viewer_id, drawn.lying_picture())
    post = await send(stage, aki, picture_id=upload.id)
    name = f"{upload.id}-640.webp"
    assert not await here.may_be_seen(name)
    assert await here.read_for(aki, post.id) == await here.read_for(somebody(stage, role="host"), post.id)
    with refused(Code.NOT_FOUND):
        await here.read_for(somebody(stage), post.id)
    await approve(stage, post)
    await show(stage, post)
    await show(second, post, where=OTHER_SHOW)
    assert await there.read_public(name)
    before = {where: await see(stage.database, where) for where in (SHOW, OTHER_SHOW)}
    await stage.posts.withdraw(aki, post.id)
    await stage.posts.withdraw(aki, post.id)
    for where, old in before.items():
        public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, where, old)
        assert [push["type"] for push in public] == ["post.removed"]
        assert "post" not in (await see(stage.database, where)).public
        said = await journal_of(stage, where)
        assert WORDS not in said
        assert upload.id not in said
    assert await seen(stage) == []
    assert await stage.posts.own(aki) == []
    await here.drop_due()
    assert not await pictures(second).may_be_seen(name)
    for fresh in (here, pictures(second)):
        with refused(Code.NOT_FOUND):
            await fresh.read_public(name)
        with refused(Code.NOT_FOUND):
            await fresh.read_for(aki, post.id)
    assert await here.read_card(upload.id) is None, "the files are deleted"
    async with stage.database.read() as connection:
        (kept,) = (await connection.execute(text("SELECT text, author, consent, state FROM post"))).all()
        assert tuple(kept) == ("", "", CONSENT, "withdrawn")
        assert await connection.scalar(text("SELECT count(*) FROM post_showing")) == 0
        assert await connection.scalar(text("SELECT count(*) FROM dropped_picture")) == 0
    for act in (Approve(), Restore()):
        with refused(Code.NOT_FOUND):
            await stage.posts.moderate(CHANNEL, HOST, post.id, act)
    with refused(Code.CONFLICT):
        await show(stage, post)


async def test_what_staff_take_down_goes_at_once_and_may_come_back(stage: Stage) -> None:
    post = await approve(stage, await send(stage))
    await show(stage, post)
    old = await see(stage.database, SHOW)
    removed = await stage.posts.moderate(CHANNEL, MODERATOR, post.id, Remove("personal"))
    assert (removed.state, removed.reason, await seen(stage)) == ("removed", "personal", [])
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in public] == ["post.removed"]
    assert WORDS not in await journal_of(stage)
    waiting = await stage.posts.moderate(CHANNEL, MODERATOR, post.id, Restore())
    assert (waiting.state, waiting.reason) == ("held", None)
    await approve(stage, post)
    assert await seen(stage) == [WORDS]
    deed = (await stage.audits())[2]
    assert (deed.action, deed.details["from"], deed.details["to"]) == ("post.remove", "approved", "removed")
    assert (deed.details["reason"], deed.details["show_ms"]) == ("personal", 0)


async def test_of_two_moderators_one_decides_and_the_other_is_told_how_it_stands(
    stage: Stage, second: Stage
) -> None:
    post = await send(stage)
    moves = [
        one.posts.moderate(CHANNEL, actor, post.id, move, Match('"1"'))
        for one, actor, move in ((stage, HOST, Approve()), (second, MODERATOR, Reject("spam")))
    ]
    found = await asyncio.gather(*moves, return_exceptions=True)
    (lost,) = [each for each in found if isinstance(each, RefusedError)]
    (won,) = [each for each in found if isinstance(each, Post)]
    assert (lost.code, lost.status) == (Code.CONFLICT, 412)
    assert lost.data["current"]["state"] == won.state
    with refused(Code.CONFLICT):
        await stage.posts.moderate(
            CHANNEL, HOST, post.id, Remove("spam") if won.state == "rejected" else Reject("spam")
        )


async def test_whoever_was_a_guest_finds_and_takes_back_what_they_sent_then(stage: Stage) -> None:
    guest, aki = somebody(stage, guest=True), somebody(stage)
    post = await send(stage, guest)
    with refused(Code.NOT_FOUND):
        await stage.posts.withdraw(aki, post.id)
    async with stage.database.write() as connection:
        alias = "INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES ('a', :show, :guest, :as_, now())"
        given = {"show": SHOW, "guest": guest.viewer_id, "as_": aki.viewer_id}
        await connection.execute(text(alias), given)
    assert [each.id for each in await stage.posts.own(aki)] == [post.id]
    assert (await stage.posts.withdraw(aki, post.id)).state == "withdrawn"


async def test_bad_input_has_a_code_and_leaves_nothing(
    stage: Stage, pictures: Callable[[Stage], PostPictures]
) -> None:
    aki, mine = somebody(stage), pictures(stage)
    await stage.add_show("draft", state="draft")
    theirs = await mine.send(CHANNEL, somebody(stage).viewer_id, drawn.picture(size=(9, 9)))
    for code, changes in [
        (Code.CONSENT_NEEDED, {"consent": ""}),
        (Code.INVALID, {"text": " "}),
        (Code.INVALID, {"text": "x" * 501}),
        (Code.NOT_FOUND, {"product_id": "p_other"}),
        (Code.NOT_FOUND, {"product_id": "p_gone"}),
        (Code.NOT_FOUND, {"picture_id": theirs.id}),
        (Code.NOT_FOUND, {"picture_id": "0" * 40}),
        (Code.SHOW_NOT_LIVE, {"show": "draft"}),
    ]:
        with refused(code):
            await send(stage, aki, **changes)
    with refused(Code.FORBIDDEN):
        await send(stage, somebody(stage, role="host"))
    for code, content in [
        (Code.PICTURE_UNREADABLE, b"GIF89a"),
        (Code.PICTURE_UNREADABLE, drawn.picture()[:200]),
        (Code.PICTURE_TOO_LARGE, drawn.picture("PNG", size=(2_500, 2_500))),
        (Code.PICTURE_TOO_LARGE, b"\xff" * 2_000_001),
    ]:
        with refused(code):
            await mine.send(CHANNEL, aki.viewer_id, content)
    assert (await stage.posts.queue(CHANNEL, None, None, after=None, limit=9)).posts == []
    post = await send(stage, aki)
    for channel in (ELSEWHERE, CHANNEL):
        with refused(Code.NOT_FOUND):
            await stage.posts.moderate(
                channel, HOST, post.id if channel == ELSEWHERE else "po_none", Approve()
            )
    await stage.add_show("theirs", channel=ELSEWHERE)
    with refused(Code.NOT_FOUND):
        await show(stage, await approve(stage, post), where="theirs")
    with refused(Code.NOT_FOUND):
        await stage.posts.withdraw(somebody(stage), post.id)


async def test_a_viewer_has_so_many_posts_about_a_product_and_no_more(stage: Stage, second: Stage) -> None:
    aki = somebody(stage)
    sent = await asyncio.gather(
        *(send(one, aki, text=f"no {n}") for n in range(3) for one in (stage, second)), return_exceptions=True
    )
    kept = [post for post in sent if isinstance(post, Post)]
    assert len(kept) == PER_PRODUCT_MAX
    assert {each.code for each in sent if isinstance(each, RefusedError)} == {Code.TOO_MANY}
    await send(stage, aki, product_id="p_bowl")
    await stage.posts.withdraw(aki, kept[0].id)
    await send(stage, aki)


async def test_the_same_key_is_the_same_post(stage: Stage, second: Stage) -> None:
    aki = somebody(stage)
    intent = intent_of(aki.viewer_id, "key-00000001", "post", WORDS)
    one = await send(stage, aki, intent=intent)
    assert (await send(second, aki, intent=intent)).id == one.id
    with refused(Code.KEY_REUSED):
        await send(stage, aki, intent=intent_of(aki.viewer_id, "key-00000001", "post", "other"))


@pytest.mark.parametrize(("kind", "code"), [("mute", Code.MUTED), ("shadow", None)])
async def test_sanctions_are_asked(stage: Stage, kind: Any, code: Code | None) -> None:
    aki = somebody(stage)
    await stage.sanctions.give(SHOW, MODERATOR, sanctioning.Terms(kind), viewer_id=aki.viewer_id)
    if code:
        with refused(code):
            await send(stage, aki)
    else:
        post = await send(stage, aki)
        assert (post.state, [why.by for why in post.held_for]) == ("held", ["sanction"])


async def report(stage: Stage, post: Post, *, where: str = SHOW) -> str:
    viewer = somebody(stage).viewer_id
    return await stage.reports.report(where, viewer, Item("post", post.id), "abuse")


async def reported_in(stage: Stage, show: str) -> list[int]:
    """Return how many viewers have reported each item, as staff of the show read it."""
    return [each["reporters"] for each in (await see(stage.database, show)).staff.get("reported", [])]


async def test_enough_reports_in_a_show_hold_a_post_in_all_of_them(stage: Stage, second: Stage) -> None:
    for id in (OTHER_SHOW, "third"):
        await stage.add_show(id)
    aki = somebody(stage)
    post = await approve(stage, await send(stage, aki))
    places = (SHOW, OTHER_SHOW, "third")
    for where in places[1:]:
        await show(stage, post, where=where)
    before = {where: await see(stage.database, where) for where in places}
    with refused(Code.FORBIDDEN):
        await stage.reports.report(OTHER_SHOW, aki.viewer_id, Item("post", post.id), "spam")
    await report(stage, post)
    await asyncio.gather(*(report(one, post, where=OTHER_SHOW) for one in (stage, second)))
    assert (await seen(stage), await reported_in(stage, OTHER_SHOW)) == ([WORDS], [2])
    await report(second, post, where=OTHER_SHOW)
    assert await seen(stage) == []
    assert "post" not in (await see(stage.database, "third")).public, "nobody who comes now is shown it"
    await asyncio.gather(stage.posts.clear(), second.posts.clear())
    for where, old in before.items():
        public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, where, old)
        assert [push["type"] for push in public if push["type"] != "withheld"] == ["post.removed"]
        assert WORDS not in await journal_of(stage, where)
    assert ((await see(stage.database, SHOW)).staff["posts_waiting"], await reported_in(stage, SHOW)) == (
        1,
        [1],
    )
    (held,) = (await stage.posts.queue(CHANNEL, "held", None, after=None, limit=9)).posts
    assert (held.id, held.moderated_by, held.version) == (post.id, "", 3)
    deed = (await stage.audits())[-1]
    assert (deed.action, deed.actor, deed.details["from"], deed.details["show_ms"]) == (
        "post.hold",
        "reports",
        "approved",
        0,
    )
    await approve(stage, post)
    await report(stage, post, where=OTHER_SHOW)
    assert await seen(stage) == [WORDS], "what staff let stand is not held again"
    await stage.reports.settle(OTHER_SHOW, MODERATOR, Item("post", post.id), ignore=False)
    assert (await reported_in(stage, OTHER_SHOW), await reported_in(stage, SHOW)) == ([], [1])


async def test_what_viewers_do_not_see_is_not_reported(stage: Stage) -> None:
    await stage.add_show("theirs", channel=ELSEWHERE)
    post = await send(stage)
    with refused(Code.NOT_FOUND):
        await report(stage, post)
    await approve(stage, post)
    with refused(Code.NOT_FOUND):
        await report(stage, post, where="theirs")
    await stage.posts.moderate(CHANNEL, MODERATOR, post.id, Remove("rude"))
    with refused(Code.NOT_FOUND):
        await report(stage, post)


@pytest.mark.parametrize("kind", get_args(SanctionKind))
async def test_its_author_is_stopped_by_the_post_also_without_a_name(stage: Stage, kind: Any) -> None:
    await stage.add_show(OTHER_SHOW)
    await stage.add_show("theirs", channel=ELSEWHERE)
    aki = somebody(stage)
    post = await send(stage, aki, anonymous=True)
    seconds = 60 if kind == "timeout" else None
    terms = sanctioning.Terms(kind, seconds)
    given = await stage.sanctions.give(OTHER_SHOW, MODERATOR, terms, post_id=post.id)
    assert given.viewer == aki.viewer_id
    (told,) = (await see(stage.database, OTHER_SHOW)).staff["sanctions"]
    face = stage.posts.face(post)
    assert (told["name"], face.author) == (Pseudonyms(SECRET).of(CHANNEL, aki.viewer_id),) * 2
    with refused(Code.NOT_FOUND):
        await stage.sanctions.give("theirs", MODERATOR, terms, post_id=post.id)
    with refused(Code.INVALID):
        await stage.sanctions.give(SHOW, MODERATOR, terms, post_id=post.id, comment_id="c_1")


async def test_who_wants_no_name_has_one_pseudonym_among_staff_and_none_anywhere_else(stage: Stage) -> None:
    aki = somebody(stage)
    old = await see(stage.database, SHOW)
    posts = [await send(stage, aki, anonymous=True, text=words) for words in ("one", "two")]
    faces = [stage.posts.face(post) for post in posts]
    assert {(face.author, face.anonymous) for face in faces} == {
        (Pseudonyms(SECRET).of(CHANNEL, aki.viewer_id), True)
    }
    assert stage.posts.face(await send(stage, text="three")).author == "Aki"
    await approve(stage, posts[0])
    await show(stage, posts[0])
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert public[-1]["post"]["author"] == ""
    told = f"{await journal_of(stage)} {stage.told} {await stage.posts.own(aki)}"
    assert "Anonymous" not in told
    with refused(Code.CONFLICT):
        await show(stage, posts[1])
    with refused(Code.CONFLICT) as lost:
        await stage.posts.moderate(CHANNEL, HOST, posts[0].id, Reject("spam"))
    assert lost.value.data["current"]["author"] == faces[0].author


async def test_what_is_sent_with_another_channels_token_is_its_authors_all_the_same(
    stage: Stage, pictures: Callable[[Stage], PostPictures]
) -> None:
    """Shows that are held together are entered by one token."""
    await stage.add_show("beside", channel=ELSEWHERE)
    aki, mine = somebody(stage), pictures(stage)
    upload = await mine.send(CHANNEL, aki.viewer_id, drawn.picture(size=(9, 9)))
    post = await send(stage, aki, show="beside", product_id="p_other", picture_id=upload.id)
    assert post.channel_id == ELSEWHERE
    assert [each.id for each in await stage.posts.own(aki)] == [post.id]
    assert await mine.read_for(aki, post.id)
    with refused(Code.NOT_FOUND):
        await mine.read_for(somebody(stage, role="host"), post.id)
    with refused(Code.NOT_FOUND):
        await stage.posts.moderate(CHANNEL, HOST, post.id, Approve())
    assert (await stage.posts.withdraw(aki, post.id)).state == "withdrawn"


async def test_ones_own_posts_are_found_page_by_page_and_by_product(stage: Stage) -> None:
    aki = somebody(stage)
    posts = [await send(stage, aki, product_id=product) for product in ("p_apron", "p_bowl", "p_apron")]
    newest = [post.id for post in reversed(posts)]
    first = await stage.posts.own(aki, limit=2)
    rest = await stage.posts.own(aki, after=first[-1].id, limit=2)
    assert [post.id for post in (*first, *rest)] == newest
    assert [post.id for post in await stage.posts.own(aki, "p_bowl")] == [posts[1].id]


async def test_of_one_viewer_so_many_wait_in_the_channel_however_many_shows_and_products(
    stage: Stage, second: Stage
) -> None:
    await stage.add_show(OTHER_SHOW)
    aki, ends = somebody(stage), range(WAITING_MAX // PER_PRODUCT_MAX + 1)
    for n in ends:
        await stage.add_product(f"p_{n}")
    sent = await asyncio.gather(
        *(
            send(one, aki, product_id=f"p_{n}", show=where)
            for n in ends
            for one, where in ((stage, SHOW), (second, OTHER_SHOW)) * 2
        ),
        return_exceptions=True,
    )
    kept = [post for post in sent if isinstance(post, Post)]
    assert len(kept) == WAITING_MAX
    assert max(Counter(post.product_id for post in kept).values()) == PER_PRODUCT_MAX
    assert {each.code for each in sent if isinstance(each, RefusedError)} == {Code.TOO_MANY}


async def test_a_picture_is_answered_for_by_no_process_once_its_post_is_taken_back(
    stage: Stage, second: Stage, pictures: Callable[[Stage], PostPictures]
) -> None:
    aki, here, there = somebody(stage), pictures(stage), pictures(second)
    upload = await here.send(CHANNEL, aki.viewer_id, drawn.picture(size=(9, 9)))
    post = await send(stage, aki, picture_id=upload.id)
    name = f"{upload.id}-640.webp"
    await approve(stage, post)
    assert all(await asyncio.gather(*(each.may_be_seen(name) for each in (here, there) * 20)))
    early = [asyncio.create_task(there.may_be_seen(name)) for _ in range(20)]
    await stage.posts.withdraw(aki, post.id)
    late = await asyncio.gather(*(each.may_be_seen(name) for each in (here, there) * 20))
    assert not any(late)
    await asyncio.gather(*early)


async def test_a_crowd_that_sends_pictures_does_not_keep_merchants_out(stage: Stage, tmp_path: Path) -> None:
    pictures = pictures_in(tmp_path, stage.database, stage.clock)
    crowd, content = PostPictures(stage.database, stage.clock, pictures), drawn.picture(size=(9, 9))
    sending = asyncio.gather(
        *(crowd.send(CHANNEL, f"v_{n}", content) for n in range(6)), return_exceptions=True
    )
    (_, new), sent = await asyncio.gather(pictures.add(CHANNEL, content, by="m_host"), sending)
    assert new
    busy = [each.code for each in sent if isinstance(each, RefusedError)]
    assert busy == [Code.BUSY] * 2


async def test_a_picture_whose_sender_is_erased_meanwhile_leaves_no_file(
    stage: Stage, pictures: Callable[[Stage], PostPictures], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = pictures(stage)
    write = PictureFiles.write

    async def erase_then_write(files: PictureFiles, id: str, content: Any) -> None:
        async with stage.database.write() as connection:
            await connection.execute(text("DELETE FROM post_upload"))
        await write(files, id, content)

    monkeypatch.setattr(PictureFiles, "write", erase_then_write)
    upload = await mine.send(CHANNEL, "v_aki", drawn.picture(size=(9, 9)))
    assert await mine.read_card(upload.id) is None


async def test_what_is_not_used_is_deleted_after_an_hour(
    stage: Stage, pictures: Callable[[Stage], PostPictures]
) -> None:
    mine = pictures(stage)
    upload = await mine.send(CHANNEL, "v_aki", drawn.picture(size=(9, 9)))
    await mine.drop_due()
    assert await mine.read_card(upload.id)
    stage.tick(3_601)
    await mine.drop_due()
    assert await mine.read_card(upload.id) is None


async def test_what_a_process_left_half_done_is_cleared_by_the_next_look(stage: Stage, second: Stage) -> None:
    await stage.add_show(OTHER_SHOW)
    post = await approve(stage, await send(stage))
    await show(stage, post, where=OTHER_SHOW)
    async with stage.database.write() as connection:
        await connection.execute(text("UPDATE post SET state = 'withdrawn', text = '', author = ''"))
    assert "post" not in (await see(stage.database, OTHER_SHOW)).public, "nobody who comes now is shown it"
    await asyncio.gather(stage.posts.clear(), second.posts.clear())
    assert WORDS not in await journal_of(stage, OTHER_SHOW)
