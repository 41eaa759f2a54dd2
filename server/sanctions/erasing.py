"""Erasing what people were called when something was laid on them, in what the journals told staff of it."""

from collections.abc import Collection
from typing import Any, Final

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.protocol.codec import encode

_TOLD: Final = text("""
    SELECT show_id, "offset", staff_line FROM publication WHERE show_id = ANY(:shows)
        AND (strpos(staff_line, '"type":"viewer.banned"') > 0 OR strpos(staff_line, '"type":"sanction.changed"') > 0)
""")
_REWRITE: Final = text(
    'UPDATE publication SET staff_line = :line WHERE show_id = :show AND "offset" = :offset'
)


async def erase_names(connection: AsyncConnection, ids: Collection[str], shows: Collection[str]) -> int:
    """Take these viewers' names out of the lines about sanctions, and return how many lines that were; again it changes nothing."""
    rewritten = []
    for show, offset, line in await connection.execute(_TOLD, {"shows": list(shows)}):
        told = msgspec.json.decode(line)
        erased = [_without_name(told.get(about), ids) for about in ("banned", "sanction")]
        if True in erased:
            rewritten.append({"show": show, "offset": offset, "line": encode(told).decode()})
    if rewritten:
        await connection.execute(_REWRITE, rewritten)
    return len(rewritten)


def _without_name(about: dict[str, Any] | None, ids: Collection[str]) -> bool:
    """Take the name out of what is told of one of the viewers; whether there was one."""
    if about is None or about["viewer"] not in ids or about.get("name") is None:
        return False
    about["name"] = None
    return True
