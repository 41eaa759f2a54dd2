"""The SQL about a few viewers of a channel as of now: cheap, since it reads their rows alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.lifetime.people_repository import PEOPLE_OF, PURCHASES_OF, Scope
from server.stats.lifetime.person_repository import PERSON, Compiled
from server.stats.lifetime.segment_rules import Rule
from server.stats.lifetime.segments import Lifecycle

_GUESTS: Final = text("""
    SELECT a.raw FROM show JOIN viewer_alias AS a ON a.show_id = show.id
    WHERE show.channel_id = :channel AND a.canonical = ANY(:only) AND a.taken_back_at IS NULL
""")
_KNOWN_IN: Final = text(
    f"WITH {PEOPLE_OF} SELECT viewer_id FROM came WHERE show_id = :show AND known AND NOT left_out"
)
_PEOPLE_NOW: Final = text(f"""
    WITH {PEOPLE_OF}, {PURCHASES_OF}, {PERSON}
    SELECT person.viewer_id, person.lifecycle, person.orders, person.net_minor, last.at AS bought_at,
           (SELECT count(*) FROM seen WHERE seen.viewer_id = person.viewer_id AND seen.show_id <> :show) AS visits_before,
           (SELECT product.title FROM sale JOIN product ON product.id = sale.product_id
            WHERE sale.order_id = last.order_id ORDER BY product.id LIMIT 1) AS bought
    FROM person LEFT JOIN LATERAL (
        SELECT at, order_id FROM purchase WHERE purchase.viewer_id = person.viewer_id ORDER BY at DESC, order_id LIMIT 1
    ) AS last ON true
""")


@dataclass(frozen=True, slots=True)
class PersonNow:
    """What is known of a viewer whom the channel may recognise. `visits_before`: other shows that they watched; money in its currency."""

    viewer_id: str
    lifecycle: Lifecycle
    visits_before: int
    orders: int
    net_minor: int
    bought_at: datetime | None
    bought: str | None


async def read_known_in(
    connection: AsyncConnection, scope: Scope, show_id: str, viewers: Collection[str]
) -> set[str]:
    """Return who of these viewers is in the show and may be recognised now: known ones, and guests whose consent stands."""
    given = {**_given(scope), "show": show_id, "only": sorted(viewers)}
    return set(await connection.scalars(_KNOWN_IN, given))


async def read_people_now(
    connection: AsyncConnection, scope: Scope, show_id: str, viewers: Collection[str]
) -> list[PersonNow]:
    """Return what is known of these viewers as of `scope.as_of`; of whom the channel may not recognise nothing is."""
    given = {**_given(scope), **await _ids(connection, scope, viewers), "show": show_id}
    return [PersonNow(**row._mapping) for row in await connection.execute(_PEOPLE_NOW, given)]


async def read_members_of(
    connection: AsyncConnection, scope: Scope, rule: Rule, viewers: Collection[str]
) -> set[str]:
    """Return for whom of these viewers a rule holds as of `scope.as_of`. The rule asks for no scores of RFM, which are about everybody."""
    compiled = Compiled([rule])
    statement = f"""
        WITH {PEOPLE_OF}, {PURCHASES_OF}, {PERSON}{compiled.members}
        SELECT person.viewer_id FROM person{compiled.joins} WHERE {compiled.conditions[0]}"""
    given = {**_given(scope), **await _ids(connection, scope, viewers), **compiled.given}
    return set(await connection.scalars(text(statement), given))


def _given(scope: Scope) -> dict[str, Any]:
    return {**scope.given, "at_date": scope.as_of}


async def _ids(connection: AsyncConnection, scope: Scope, viewers: Collection[str]) -> dict[str, list[str]]:
    only = sorted(viewers)
    guests = await connection.scalars(_GUESTS, {"channel": scope.channel_id, "only": only})
    return {"only": only, "also": [*only, *cast("list[str]", list(guests))]}
