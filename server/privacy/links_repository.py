"""The SQL of an erased person's share links: the same counts, by codes that nobody has ever seen.

Others hold a person's links, and who came by one is beside it. Both get a new code, so that who brought how many stays as it was, while a
link that somebody still has leads to the show and to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ids import new_id

_LINKS = text("""
    SELECT DISTINCT target FROM ledger_entry
    WHERE show_id = ANY(:shows) AND viewer_id = ANY(:ids) AND kind IN ('share', 'replay_share') AND target IS NOT NULL
""")
_OF_CHANNELS = """
    (SELECT id FROM show WHERE channel_id IN (SELECT channel_id FROM show WHERE id = ANY(CAST(:shows AS text[]))))
"""
_CAME_TO = text(f"SELECT DISTINCT show_id FROM rollup WHERE show_id IN {_OF_CHANNELS} AND share = ANY(:olds)")
_MAP = "(SELECT * FROM unnest(CAST(:olds AS text[]), CAST(:news AS text[])) AS m (old, new)) AS m"
_RENAME = (
    text(f"""
        UPDATE ledger_entry AS t SET target = m.new FROM {_MAP}
        WHERE t.show_id = ANY(:shows) AND t.kind IN ('share', 'replay_share') AND t.target = m.old
    """),
    text(
        f"UPDATE attendance AS t SET share = m.new FROM {_MAP} WHERE t.show_id IN {_OF_CHANNELS} AND t.share = m.old"
    ),
    text(
        f"UPDATE rollup AS t SET share = m.new FROM {_MAP} WHERE t.show_id IN {_OF_CHANNELS} AND t.share = m.old"
    ),
)


@dataclass(frozen=True, slots=True)
class LinkNames:
    """New codes by old ones; `shows`: in which shows the person was, and to which others came by these links."""

    names: dict[str, str]
    shows: list[str]


async def find_links(connection: AsyncConnection, ids: Sequence[str], shows: Sequence[str]) -> LinkNames:
    """Return new codes for all links that these ids have made."""
    links = await connection.scalars(_LINKS, {"ids": list(ids), "shows": list(shows)})
    names = {link: new_id("s") for link in sorted(links)}
    if not names:
        return LinkNames({}, list(shows))
    came = await connection.scalars(_CAME_TO, {"shows": list(shows), "olds": list(names)})
    return LinkNames(names, sorted({*shows, *came}))


async def rename_links(connection: AsyncConnection, links: LinkNames) -> int:
    """Put the new codes in the place of the old ones, and return in how many rows."""
    if not links.names:
        return 0
    given = {"olds": list(links.names), "news": list(links.names.values()), "shows": links.shows}
    return sum([(await connection.execute(statement, given)).rowcount for statement in _RENAME])
