"""The SQL of reports. Whose were ignored once in a channel count there no more."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import to_wire
from server.protocol.reported import Reported
from server.reports.rules import HOLD_AFTER
from server.reports.tables import ReportRow, ReportSettingsRow

_REPORT = ReportRow.__table__  # type: ignore[attr-defined]
_SETTINGS = ReportSettingsRow.__table__  # type: ignore[attr-defined]
_COUNTED: Final = """
    FROM report AS r WHERE r.show_id = :show AND r.settled_at IS NULL AND NOT EXISTS (
        SELECT FROM report AS i WHERE i.viewer_id = r.viewer_id AND i.channel_id = r.channel_id AND i.ignored)
"""
_READ: Final = text(f"""
    SELECT kind, item_id, sum(n) AS reporters, json_object_agg(reason, n ORDER BY reason) AS reasons, max(at) AS at
    FROM (SELECT r.kind, r.item_id, r.reason, count(*) AS n, max(r.at) AS at {_COUNTED} GROUP BY 1, 2, 3) AS by_reason
    WHERE CAST(:item AS text) IS NULL OR (item_id = CAST(:item AS text) AND kind = CAST(:kind AS text))
    GROUP BY kind, item_id ORDER BY item_id DESC, kind LIMIT :most
""")
_SETTLE: Final = text("""
    UPDATE report SET settled_at = :now, ignored = ignored OR :ignore
    WHERE show_id = :show AND kind = :kind AND item_id = :item AND settled_at IS NULL RETURNING viewer_id
""")
_IN_OTHERS: Final = text("""
    SELECT DISTINCT kind, item_id FROM report WHERE show_id = :show AND settled_at IS NULL AND viewer_id = ANY(:viewers)
""")


class Item(NamedTuple):
    """Something that viewers write, of whatever kind."""

    kind: str
    id: str


async def insert_report(connection: AsyncConnection, row: ReportRow) -> bool:
    """Keep a report, and return whether it is the viewer's first of this item."""
    written = await connection.execute(upsert(_REPORT).values(**row.model_dump()).on_conflict_do_nothing())
    return bool(written.rowcount)


async def read_reported(
    connection: AsyncConnection, show_id: str, *, item: Item | None = None, most: int = 200
) -> list[Reported]:
    """Return what is reported in the show and not settled, or one item of it; the newest items first."""
    given: dict[str, Any] = {"show": show_id, "most": most}
    given |= {"kind": None, "item": None} if item is None else {"kind": item.kind, "item": item.id}
    return [
        Reported(row.kind, row.item_id, int(row.reporters), dict(row.reasons), to_wire(row.at))
        for row in await connection.execute(_READ, given)
    ]


async def settle_reports(
    connection: AsyncConnection, show_id: str, item: Item, now: datetime, *, ignore: bool
) -> list[str]:
    """Settle what is reported of an item, and return by whom it was; `ignore`: those count no more in the channel."""
    given = {"show": show_id, "kind": item.kind, "item": item.id, "now": now, "ignore": ignore}
    return list(await connection.scalars(_SETTLE, given))


async def read_items_reported_by(connection: AsyncConnection, show_id: str, viewers: list[str]) -> list[Item]:
    """Return what of the show these viewers have reported and nobody has settled."""
    found = await connection.execute(_IN_OTHERS, {"show": show_id, "viewers": viewers})
    return [Item(row.kind, row.item_id) for row in found]


async def read_hold_after(connection: AsyncConnection, channel_id: str) -> int:
    """Return after how many viewers' reports an item is held in the channel; 0: never."""
    wanted = select(_SETTINGS.c.hold_after).where(_SETTINGS.c.channel_id == channel_id)
    found = await connection.scalar(wanted)
    return HOLD_AFTER if found is None else int(found)


async def save_hold_after(connection: AsyncConnection, channel_id: str, hold_after: int) -> None:
    """Keep it."""
    statement = upsert(_SETTINGS).values(channel_id=channel_id, hold_after=hold_after)
    newest = {"hold_after": statement.excluded.hold_after}
    await connection.execute(statement.on_conflict_do_update(index_elements=["channel_id"], set_=newest))
