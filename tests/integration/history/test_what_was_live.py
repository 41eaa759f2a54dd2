"""A show that was held live, with sockets and a worker, reads the same where its facts were imported."""

from pathlib import Path

from sqlalchemy import text

from server.clock import SystemClock
from server.db.engine import Database
from server.demo.catalogue import CHANNEL_ID, LIVE_SHOW_ID, PRODUCTS
from server.demo.seed import seed_catalogue
from server.settings import Settings
from tests.support.eventually import eventually
from tests.support.history import export_facts, take_in, whole_report
from tests.support.showroom import Showroom, showroom_on
from tests.support.viewer import joined_at

CLOCK = SystemClock()


async def test_a_live_show_reads_the_same_where_it_is_imported(
    settings: Settings, database: Database, elsewhere: Database, tmp_path: Path
) -> None:
    async with showroom_on(settings) as room:
        await _hold(room)
        await eventually(lambda: _settled(database), within_seconds=30)
    async with elsewhere.write() as connection:
        await seed_catalogue(connection, CLOCK.now())
    file = await export_facts(database, [LIVE_SHOW_ID], tmp_path, "jsonl")
    outcome = await take_in(elsewhere, file, channel=CHANNEL_ID)
    assert (outcome.bad, outcome.refused) == ([], False)
    here = await whole_report(database, LIVE_SHOW_ID, CLOCK)
    there = await whole_report(elsewhere, LIVE_SHOW_ID, CLOCK)
    assert here["audience"]["viewers"] == 2
    assert here["money"][0]["orders"] == 1
    for report in (here, there):  # the moment of the report, and whether a worker has been there
        report.pop("as_of")
        report.pop("provisional")
        for window in report["conversion"]:
            window.pop("provisional")
        report["repeat"].pop("since", None)
        report["repeat"].pop("until", None)
    assert there == here
    async with elsewhere.read() as connection:
        stock = await connection.execute(
            text("SELECT stock, sold FROM product WHERE id = :id"), {"id": PRODUCTS[0].id}
        )
        assert stock.one() == (PRODUCTS[0].stock, 0), "nothing was sold here"
        told = await connection.scalars(text("SELECT type FROM publication"))
        assert list(told) == ["product.pinned"], "of the journal the marks of the curve come along"
    again = await take_in(elsewhere, file, channel=CHANNEL_ID)
    assert (again.taken, again.known, again.shows) == (0, outcome.taken, [])


async def _hold(room: Showroom) -> None:
    product = PRODUCTS[0]
    async with (
        joined_at(room.address, LIVE_SHOW_ID, token=room.token("host")) as host,
        joined_at(room.address, LIVE_SHOW_ID, source="line", remember=True) as anna,
        joined_at(room.address, LIVE_SHOW_ID) as ben,
    ):
        for viewer in (anna, ben):
            await viewer.do("playing")
            await viewer.do("react", kind="heart", n=3)
            await viewer.do("impression", products=[product.id])
        await anna.do("click", product=product.id)
        await anna.do("buy", product=product.id, quantity=1, key="once-and-no-more", price=product.price)
        asked = await ben.do("ask", text="=Is it machine washable?")
        await anna.do("vote", question=asked["question"])
        await host.do("question.answer", question=asked["question"], text="Yes")
        await ben.do("share", via="copy")
        began = CLOCK.now()
        await eventually(lambda: (CLOCK.now() - began).total_seconds() > 3.2)
        await host.do("show.end")


async def _settled(database: Database) -> bool:
    return not (await whole_report(database, LIVE_SHOW_ID, CLOCK))["provisional"]
