"""From people's numbers to their ids: a page of them by id, and whether somebody is among them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.columns.rows import Column
from server.stats.columns.rows_repository import NUMBERED, WHO
from server.stats.lifetime.record import Names

FEW: Final = 20_000
"""So many people are looked up by their numbers; of more ids are gone through in their order, since every other one is wanted."""
CHUNK: Final = 20_000
HASHED: Final = WHO.replace("n.n", "CAST(NULL AS bigint)")
"""What is made of an id where nobody looks for a number."""
_STRANGERS: Final = f"""
    SELECT viewer_id, {HASHED.format("viewer_id")} AS n FROM (
        SELECT DISTINCT viewer_id FROM rollup WHERE show_id = ANY(CAST(:shows AS text[])) AND viewer_id > :after) AS r
    WHERE {HASHED.format("viewer_id")} = ANY(CAST(:strangers AS bigint[]))
      AND NOT EXISTS (SELECT FROM sealed_person AS p WHERE p.viewer_id = r.viewer_id)
"""
_BY_NUMBER: Final = text(f"""
    SELECT viewer_id, n FROM sealed_person WHERE n = ANY(CAST(:numbers AS bigint[])) AND viewer_id > :after
    UNION ALL {_STRANGERS} ORDER BY viewer_id LIMIT :limit
""")
_IN_ORDER: Final = text(f"""
    (SELECT viewer_id, n FROM sealed_person WHERE viewer_id > :after ORDER BY viewer_id LIMIT :limit)
    UNION ALL ({_STRANGERS} ORDER BY viewer_id LIMIT :limit) ORDER BY viewer_id LIMIT :limit
""")
_PLACES: Final = text(f"""
    SELECT asked.viewer_id, {WHO.format("asked.viewer_id")} AS n, {HASHED.format("asked.viewer_id")} AS stranger
    FROM unnest(CAST(:viewers AS text[])) AS asked (viewer_id) {NUMBERED.format("asked.viewer_id")}
""")


@dataclass(frozen=True, slots=True)
class Members:
    """Some people of a record: their numbers, ascending."""

    names: Names
    who: Column

    async def page(self, connection: AsyncConnection, after: str, limit: int) -> list[tuple[str, int]]:
        """Return up to `limit` of them by id, behind the id `after`: the id and number of each."""
        of = {
            "after": after,
            "shows": list(self.names.shows),
            "strangers": [int(each) for each in self._strangers()],
        }
        if len(self.who) <= FEW:
            numbers = self.who[self.who < self.names.top].tolist()
            rows = (await connection.execute(_BY_NUMBER, {**of, "numbers": numbers, "limit": limit})).all()
            return list(self._among(rows))
        found: list[tuple[str, int]] = []
        while len(found) < limit:
            rows = (await connection.execute(_IN_ORDER, {**of, "limit": CHUNK})).all()
            found += self._among(rows)
            if len(rows) < CHUNK:
                break
            of["after"] = rows[-1].viewer_id
        return found[:limit]

    async def among(self, connection: AsyncConnection, viewers: Collection[str]) -> frozenset[str]:
        """Return who of these viewers is one of them."""
        rows = await connection.execute(_PLACES, {"viewers": list(viewers)})
        return frozenset(
            row.viewer_id
            for row in rows
            if self._place(row.n) is not None or self._place(row.stranger) is not None
        )

    def _strangers(self) -> Column:
        mine = self.who[self.who >= self.names.top] - self.names.top
        strangers: Column = self.names.strangers[mine]
        return strangers

    def _among(self, rows: Sequence[Row[Any]]) -> Iterator[tuple[str, int]]:
        for row in rows:
            number = self._place(row.n)
            if number is not None:
                yield row.viewer_id, number

    def _place(self, n: int) -> int | None:
        """Return the number by which figures know somebody, None of who is none of these. Negative is what was made of an id."""
        number = n
        if n < 0:
            at = int(np.searchsorted(self.names.strangers, n))
            if at == len(self.names.strangers) or self.names.strangers[at] != n:
                return None
            number = self.names.top + at
        elif n >= self.names.top:
            return None
        at = int(np.searchsorted(self.who, number))
        return number if at < len(self.who) and self.who[at] == number else None
