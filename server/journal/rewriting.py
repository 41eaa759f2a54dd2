"""Erasing what somebody wrote from publications that stand: lines are written anew in place, so that offsets stay as they are."""

import re
from collections.abc import Collection
from typing import Any, Final

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.protocol.codec import encode

ERASED: Final = "–"
"""What stands where their name and their words stood."""
_OF_THEIRS: Final = ("guest", "picture", "width", "height")
"""What goes with their name and their words."""

_PUBLISHED = text(
    'SELECT "offset", line, staff_line FROM publication WHERE show_id = :show AND (line ~ :any OR staff_line ~ :any)'
)
_REWRITE_PUBLISHED = text(
    'UPDATE publication SET line = :line, staff_line = :staff_line WHERE show_id = :show AND "offset" = :offset'
)


def any_of(ids: Collection[str]) -> str:
    """Return a regular expression that finds any of the ids, for SQL."""
    return "|".join(re.escape(id) for id in ids)


async def rewrite_published(connection: AsyncConnection, show_id: str, ids: Collection[str]) -> int:
    """Take words and authors of these questions, comments or posts out of the show's publications; return how many were written anew."""
    found = await connection.execute(_PUBLISHED, {"show": show_id, "any": any_of(ids)})
    rows = [
        {
            "show": show_id,
            "offset": offset,
            "line": without_words(line, ids),
            "staff_line": staff_line and without_words(staff_line, ids),
        }
        for offset, line, staff_line in found
    ]
    if rows:
        await connection.execute(_REWRITE_PUBLISHED, rows)
    return len(rows)


def without_words(line: str, ids: Collection[str]) -> str:
    """Return a line of JSON in which each of the questions, comments or posts, wherever it stands whole, has no words, author, picture."""
    return encode(_without(msgspec.json.decode(line), frozenset(ids))).decode()


def _without(told: Any, ids: frozenset[str]) -> Any:
    if isinstance(told, list):
        return [_without(each, ids) for each in told]
    if not isinstance(told, dict):
        return told
    found = {name: _without(value, ids) for name, value in told.items()}
    if "text" in found and "author" in found and found.get("id") in ids:
        found |= {"text": ERASED, "author": ERASED}
        for name in _OF_THEIRS:
            found.pop(name, None)
    return found
