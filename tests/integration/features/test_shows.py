"""Shows against PostgreSQL: their life runs one way, repeating a step harms nothing, and announcements are kept."""

import asyncio

import pytest

from server.journal.repository import read_heads
from server.protocol.codes import Code
from server.shows.plans import Plan
from server.shows.service import Shows
from server.snapshots.snapshot import read_snapshot
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, see
from tests.support.stage import CHANNEL, HOST, MODERATOR, SHOW, Stage, refused


async def test_a_show_starts_and_ends_once(stage: Stage, second: Stage) -> None:
    await stage.add_show("evening", state="scheduled")
    old = await see(stage.database, "evening")
    starts = [(stage, second)[n % 2].shows.start("evening", HOST) for n in range(6)]
    assert set(await asyncio.gather(*starts)) == {"live"}
    for process in (stage, second):
        process.tick(60)
    ends = [(stage, second)[n % 2].shows.end("evening", HOST) for n in range(6)]
    assert set(await asyncio.gather(*ends)) == {"ended"}
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, "evening", old)
    assert [push["type"] for push in public] == ["show.started", "show.ended"]
    assert public[1]["show"]["started_at"] == public[0]["at"]
    assert public[1]["show"]["ended_at"] == public[1]["at"]
    assert [a.action for a in await stage.audits()] == ["show.start", "show.end"]


async def test_a_show_keeps_whether_its_server_told_bots(stage: Stage) -> None:
    await stage.add_show("evening", state="scheduled")
    blind = Shows(stage.journal, stage.database, stage.clock, bots_looked_for=False)
    await blind.start("evening", HOST)
    await blind.end("evening", HOST)
    statement = "SELECT bots_looked_for FROM show WHERE id = 'evening'"
    async with stage.database.read() as connection:
        assert (await connection.exec_driver_sql(statement)).scalar_one() is False


async def test_an_ended_show_cannot_start_again(stage: Stage) -> None:
    await stage.shows.end(SHOW, HOST)
    with refused(Code.CONFLICT) as conflict:
        await stage.shows.start(SHOW, HOST)
    assert conflict.value.data["current"]["state"] == "ended"


async def test_a_scheduled_show_cannot_end(stage: Stage) -> None:
    await stage.add_show("evening", state="scheduled")
    with refused(Code.SHOW_NOT_LIVE):
        await stage.shows.end("evening", HOST)


async def test_an_announcement_is_taken_down_once_and_greets_nobody_after(
    stage: Stage, second: Stage
) -> None:
    old = await see(stage.database, SHOW)
    first = await stage.shows.announce(SHOW, HOST, "Free shipping until nine")
    said = await see(stage.database, SHOW)
    assert said.public["announcement"]["offset"] == first
    await second.shows.remove_announcement(SHOW, MODERATOR, first)
    assert (await see(stage.database, SHOW)).public["announcement"] is None
    tops = [await s.shows.remove_announcement(SHOW, HOST, o) for s in (stage, second) for o in (first, None)]
    assert tops == [first + 1] * 4
    assert [(a.action, a.subject, a.actor) for a in await stage.audits()] == [
        ("announce", "1", HOST.viewer_id),
        ("announce.remove", "1", MODERATOR.viewer_id),
    ]
    await stage.shows.announce(SHOW, HOST, "Free shipping until ten")
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, said)
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["type"] for push in public] == ["announce", "announce.removed", "announce"]


async def test_taking_down_an_announcement_that_was_replaced_leaves_the_new_one(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    tasks = [stage.shows.announce(SHOW, HOST, "one"), stage.shows.announce(SHOW, HOST, "two")]
    first, second = await asyncio.gather(*tasks)
    await stage.shows.remove_announcement(SHOW, HOST, first)
    assert (await see(stage.database, SHOW)).public["announcement"]["text"] == "two"
    together = [
        stage.shows.remove_announcement(SHOW, HOST, second),
        stage.shows.announce(SHOW, HOST, "three"),
        stage.shows.remove_announcement(SHOW, HOST, None),
        stage.shows.announce(SHOW, HOST, "four"),
        stage.shows.remove_announcement(SHOW, HOST, second),
    ]
    await asyncio.gather(*together)
    assert (await see(stage.database, SHOW)).public["announcement"]["text"] == "four"
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)


async def test_an_announcement_from_before_offsets_were_kept_is_taken_down(stage: Stage) -> None:
    said = {"text": "Hello", "by": "host", "at": "2026-11-22T12:00:00.000Z"}
    await stage.add_show("old", announcement=said)
    old = await see(stage.database, "old")
    assert old.public["announcement"] == said
    await stage.shows.remove_announcement("old", HOST, None)
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, "old", old)
    assert [push["announcement"] for push in public] == [0]


async def test_announcements_come_in_order_and_the_last_is_kept(stage: Stage) -> None:
    old = await see(stage.database, SHOW)
    offsets = await asyncio.gather(*(stage.shows.announce(SHOW, HOST, f" Hello {n} ") for n in range(5)))
    assert offsets == [1, 2, 3, 4, 5]
    public, _ = await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)
    assert [push["text"] for push in public] == [f"Hello {n}" for n in range(5)]
    announcement = (await see(stage.database, SHOW)).public["announcement"]
    assert (announcement["text"], announcement["by"]) == ("Hello 4", "host")
    assert len(await stage.audits()) == 5


@pytest.mark.parametrize("text", ["", " \n ", "\u202e"])
async def test_an_announcement_of_nothing_is_refused(stage: Stage, text: str) -> None:
    with refused(Code.INVALID):
        await stage.shows.announce(SHOW, HOST, text)


async def test_a_new_show_has_a_journal_of_its_own(stage: Stage) -> None:
    show = await stage.shows.create(
        CHANNEL, HOST, Plan(title=" Autumn\n sale ", host="Mika", moderation="pre")
    )
    assert (show.title, show.state, show.moderation) == ("Autumn sale", "scheduled", "pre")
    async with stage.database.read() as connection:
        (head,) = await read_heads(connection, [show.id])
    assert (head.top, len(head.epoch)) == (0, 8)
    assert await stage.shows.start(show.id, HOST) == "live"
    assert await stage.shows.find(show.id) != show


async def test_a_show_needs_a_channel(stage: Stage) -> None:
    with refused(Code.NOT_FOUND):
        await stage.shows.create("nowhere", HOST, Plan(title="Autumn", host="Mika"))


async def test_shows_are_listed_newest_first_in_pages(stage: Stage) -> None:
    created = [SHOW]
    for n in range(4):
        stage.tick()
        created.append((await stage.shows.create(CHANNEL, HOST, Plan(title=f"Show {n}", host="Mika"))).id)
    await stage.add_show("theirs", channel="elsewhere")
    first = await stage.shows.list_of(CHANNEL, after=None, limit=3)
    rest = await stage.shows.list_of(CHANNEL, after=first[-1].id, limit=3)
    assert [show.id for show in (*first, *rest)] == created[::-1]
    with refused(Code.INVALID):
        await stage.shows.list_of(CHANNEL, after="unknown", limit=3)


async def test_a_show_that_does_not_exist_is_not_found(stage: Stage) -> None:
    with refused(Code.NOT_FOUND):
        await stage.shows.find("nowhere")
    with refused(Code.NOT_FOUND):
        await stage.shows.announce("nowhere", HOST, "Hello")
    with refused(Code.NOT_FOUND):
        async with stage.database.read() as connection:
            await read_snapshot(connection, "nowhere")


async def test_the_snapshot_shows_what_the_channel_sells_in_its_order(stage: Stage) -> None:
    products = (await see(stage.database, SHOW)).public["products"]
    assert [p["id"] for p in products] == ["p_apron", "p_bowl"]
    assert products[1]["price"] == 2500
