"""All SQL that reads the audit. Rows of a channel are found by `channel_id`, which the table's own trigger fills."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import String

from server.errors import RefusedError
from server.protocol.codes import Code

_FIND = text("SELECT at FROM audit WHERE channel_id = :channel AND id = :id")
# What something was called is what the row itself says, else what it is called now.
_READ = """
    SELECT a.id, a.at, a.actor, a.name, a.role, a.action, a.subject, a.details, a.show_id, s.title AS show_title,
           coalesce(a.details ->> 'title', a.details ->> 'name', p.title, e.name) AS called,
           p.parent_id AS variant_of
    FROM audit AS a
    LEFT JOIN show AS s ON s.id = a.show_id
    LEFT JOIN product AS p ON p.id = a.subject AND p.channel_id = a.channel_id
    LEFT JOIN person AS e ON e.id = a.subject AND e.channel_id = a.channel_id
    WHERE a.channel_id = :channel
"""
_OF_KINDS = " AND split_part(a.action, '.', 1) = ANY(:kinds)"
_BY = " AND a.actor = :actor"
_OF_SHOW = " AND a.show_id = :show"
_BEHIND = " AND (a.at, a.id) < (:place_at, :place)"
_WITH_WORD = """
    AND strpos(lower(normalize(concat_ws(' ', a.name, s.title, a.details ->> 'title', a.details ->> 'name', p.title, e.name), NFKC)),
               lower(normalize(:{word}, NFKC))) > 0
"""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which rows: about one of the `kinds`, by `actor`, of `show`, with each of the `words` in what somebody or something is called."""

    words: Sequence[str] = ()
    kinds: Sequence[str] = ()
    actor: str | None = None
    show: str | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """A row of the audit; `called` is the name of the subject, None where it has none; `variant_of` of a variant its product."""

    id: str
    at: datetime
    actor: str
    name: str
    role: str
    action: str
    subject: str
    details: dict[str, Any]
    show_id: str
    show_title: str | None
    called: str | None
    variant_of: str | None


async def read_deeds(
    connection: AsyncConnection, channel_id: str, sought: Sought, *, after: str | None, limit: int
) -> list[Deed]:
    """Return up to `limit` rows, the newest first, those behind the row `after` where given; raises `invalid` for no such row."""
    statement, given = _READ, {"channel": channel_id, "limit": limit, **_given(sought)}
    statement += "".join(
        part
        for part, wanted in ((_OF_KINDS, sought.kinds), (_BY, sought.actor), (_OF_SHOW, sought.show))
        if wanted
    )
    statement += "".join(_WITH_WORD.format(word=f"word{i}") for i in range(len(sought.words)))
    if after is not None:
        at = await connection.scalar(_FIND, {"channel": channel_id, "id": after})
        if at is None:
            raise RefusedError(Code.INVALID, "This cursor is none of this list.")
        statement, given = statement + _BEHIND, {**given, "place": after, "place_at": at}
    wanted = text(f"{statement} ORDER BY a.at DESC, a.id DESC LIMIT :limit")
    if sought.kinds:
        wanted = wanted.bindparams(bindparam("kinds", type_=ARRAY(String)))
    return [Deed(**row._mapping) for row in await connection.execute(wanted, given)]


def _given(sought: Sought) -> dict[str, Any]:
    given: dict[str, Any] = {f"word{i}": word for i, word in enumerate(sought.words)}
    named = {"kinds": list(sought.kinds), "actor": sought.actor, "show": sought.show}
    return given | {name: value for name, value in named.items() if value}
