"""A guest who turned out to be a known viewer is one person in every figure: as if all had been written under one id from the start."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.clock import ManualClock
from server.db.engine import Database
from server.embedded import PostgresProcess
from server.stats.export import ExportOf
from server.stats.final import differing
from server.stats.service import Reports
from server.viewers.alias_repository import insert_alias_once, take_back_aliases
from server.viewers.tables import ViewerAliasRow
from server.workers.rollups import RollupKeeper
from tests.integration.stats.raw_world import LENGTH, Came, Part, World, parts, worlds, write
from tests.integration.stats.test_one_population import LONG_AFTER
from tests.support.databases import copy_database, empty_database

AS_GUEST, AS_KNOWN = "p0", "p1"
SHOWS = ("earlier", "s", "later")


@pytest.fixture(scope="module")
def emptied_url(postgres: PostgresProcess, migrated_template: str) -> Iterator[str]:
    copy_database(postgres, "aliases", migrated_template)
    yield postgres.url("aliases")
    postgres.drop_database("aliases")


def as_one(guest: Part, known: Part) -> Part:
    """Return what one person was and did who is written down as two."""
    here = [each for each in (guest.came, known.came) if each is not None]
    consents = [each.consent for each in here if each.consent is not None]
    together = here and Came(
        guest=all(each.guest for each in here),
        remembered=any(each.remembered for each in here),
        suspect=all(each.suspect for each in here),
        staff=False,
        consent=max(consents, default=None),
        joined=any(each.joined for each in here),
    )
    return Part(
        together or None,
        *(
            [*getattr(guest, name), *getattr(known, name)]
            for name in ("played", "did", "bought", "asked", "withdrew")
        ),
    )


def nobody_of_the_house(part: Part) -> Part:
    """Return the part of somebody who is not staff: neither a guest nor a customer of the shop is."""
    came = None if part.came is None else replace(part.came, staff=False)
    return replace(part, came=came, bought=[replace(each, staff=False) for each in part.bought])


async def told(url: str, world: World, aliases: set[str], *, taken_back: bool = False) -> str:
    """Return everything that is said of the show, with aliases in the named shows."""
    database = Database(url)
    empty_database(url)
    try:
        async with database.write() as connection:
            await write(connection, world)
            for show in aliases:
                row = ViewerAliasRow(id=show, show_id=show, raw=AS_GUEST, canonical=AS_KNOWN, at=LONG_AFTER)
                await insert_alias_once(connection, row)
                if taken_back:
                    await take_back_aliases(connection, show, AS_KNOWN, LONG_AFTER)
        clock = ManualClock(LONG_AFTER)
        reports = Reports(database, clock)
        report, series = await reports.report("s"), await reports.series("s", step_seconds=LENGTH)
        # A report does not read rows that are due, the list of viewers does: whose it is, they say seconds later.
        await RollupKeeper(database, clock).run_all()
        assert differing(await reports.recompute("s"), report) == []
        exported: tuple[ExportOf, ...] = ("viewers",)
        tables_told = [sorted(map(repr, (await reports.table("s", of)).rows)) for of in exported]
        return f"{report.model_dump_json()}\n{series.model_dump_json()}\n{tables_told}"
    finally:
        await database.close()


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    world=worlds,
    both=st.lists(st.tuples(parts, parts), min_size=3, max_size=3),
    where=st.sets(st.sampled_from(SHOWS)),
)
def test_every_figure_is_that_of_one_person(
    emptied_url: str, world: World, both: list[tuple[Part, Part]], where: set[str]
) -> None:
    where = where | {"s"}
    others = {place: part for place, part in world.items() if place[1] not in (AS_GUEST, AS_KNOWN)}
    apart, together = dict(others), dict(others)
    for show, pair in zip(SHOWS, both, strict=True):
        if show not in where:
            continue
        guest, known = map(nobody_of_the_house, pair)
        apart |= {(show, AS_GUEST): guest, (show, AS_KNOWN): known}
        together[show, AS_KNOWN] = as_one(guest, known)

    async def compare() -> None:
        expected = await told(emptied_url, together, set())
        assert await told(emptied_url, apart, where) == expected
        before = await told(emptied_url, apart, set())
        assert await told(emptied_url, apart, where, taken_back=True) == before

    asyncio.run(compare())
