"""The SQL of final reports: finding, claiming and keeping them. Dropping is the ledger's (`server.ledger.final`)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

# How the catalogue names and orders the products of a report and their variants; they are in it, and may be changed at any time.
_WARES = """(
    SELECT md5(string_agg(jsonb_build_array(p.id, p.parent_id, p.title, p.rank, p.currency, p.options)::text, ',' ORDER BY p.id))
    FROM product AS p WHERE p.id = ANY({0}) OR p.parent_id = ANY({0}))"""

_FIND = text(f"""
    SELECT show.state, show.title, show.host, CAST(f.report AS text) AS report, f.made_at, f.good_until, f.digest,
           f.wares IS NOT DISTINCT FROM {_WARES.format("f.products")} AS wares_same
    FROM show LEFT JOIN final_report AS f
      ON f.show_id = show.id AND f.window_days = :days AND f.definition_version = :version AND f.report IS NOT NULL
    WHERE show.id = :show
""")

_TRY_LOCK = text("""
    SELECT pg_try_advisory_xact_lock(hashtextextended('final reports ' || channel_id, 0)) FROM show WHERE id = :show
""")
_LOCK_HEAD = text("SELECT FROM journal_head WHERE show_id = :show FOR UPDATE SKIP LOCKED")
_CLAIM = text("""
    INSERT INTO final_report AS f (show_id, window_days, definition_version, channel_id, claim, claimed_at, rests_until, good_until)
    SELECT id, :days, :version, channel_id, :claim, :now,
           CASE WHEN :now < started_at + :window THEN ended_at ELSE greatest(ended_at, started_at + :window) END,
           CASE WHEN :now < started_at + :window THEN started_at + :window END
    FROM show WHERE id = :show AND started_at IS NOT NULL AND ended_at <= :now
      AND (SELECT count(*) FROM final_report AS other WHERE other.show_id = :show AND other.window_days <> :days) < :most
    ON CONFLICT (show_id, window_days, definition_version) DO UPDATE SET
        claim = excluded.claim, claimed_at = excluded.claimed_at, rests_until = excluded.rests_until, good_until = excluded.good_until,
        report = NULL, made_at = NULL
    RETURNING f.claim
""")
_HOLD = text("""
    SELECT FROM final_report WHERE show_id = :show AND window_days = :days AND definition_version = :version AND claim = :claim
    FOR UPDATE
""")
_KEEP = text(f"""
    UPDATE final_report SET report = CAST(:report AS json), made_at = :made_at, products = CAST(:products AS text[]), digest = :digest,
           wares = {_WARES.format("CAST(:products AS text[])")}
    WHERE show_id = :show AND window_days = :days AND definition_version = :version AND claim = :claim
""")
_UNCLAIM = text("DELETE FROM final_report WHERE show_id = :show AND claim = :claim AND report IS NULL")
_KEPT = text("""
    SELECT show_id, window_days FROM final_report
    WHERE report IS NOT NULL AND definition_version = :version AND (CAST(:show AS text) IS NULL OR show_id = :show)
    ORDER BY show_id, window_days
""")

# What a report is made from, as counts and sums: what changes one of its figures changes one of these.
_DIGEST = text("""
    SELECT md5(concat_ws(' ',
        (SELECT row(count(*), sum(visits), sum(reactions), sum(impressions), sum(clicks), sum(shares), sum(questions), sum(votes),
                    sum(survey_answers), sum(orders), sum(units))::text FROM rollup WHERE show_id = :show),
        (SELECT row(count(*), count(*) FILTER (WHERE suspect), count(*) FILTER (WHERE guest), count(*) FILTER (WHERE remembered),
                    count(consent_at))::text FROM attendance WHERE show_id = :show),
        (SELECT row(count(*), sum(quantity), sum(amount_minor), max(at))::text FROM sale WHERE show_id = :show),
        (SELECT row(count(*), sum(refunded_minor), count(*) FILTER (WHERE state = 'cancelled'))::text
         FROM reported_order WHERE show_id = :show),
        (SELECT row(count(*), sum(version), sum(votes))::text FROM question WHERE show_id = :show),
        (SELECT count(*) FROM staff_presence WHERE show_id = :show),
        (SELECT count(*) FROM viewer_alias WHERE show_id = :show AND taken_back_at IS NULL)))
""")


@dataclass(frozen=True, slots=True)
class Made:
    """A report to be kept: as JSON, the products in it, and the moment that it is of."""

    report: str
    products: list[str]
    at: datetime


async def read_kept(connection: AsyncConnection, key: dict[str, Any]) -> Row[Any] | None:
    """Return the show's state and names and, where there is one, its stored report; None where there is no such show."""
    return (await connection.execute(_FIND, key)).one_or_none()


async def claim(
    connection: AsyncConnection, key: dict[str, Any], claim_id: str, now: datetime, most: int
) -> bool:
    """Announce that a report is made of what is committed now; False where changes are under way, or it is not to be kept.

    A report that is kept under the claim rests on everything that was committed before, and a change after takes the claim away.
    """
    if (
        not await connection.scalar(_TRY_LOCK, key)
        or (await connection.execute(_LOCK_HEAD, key)).first() is None
    ):
        return False
    given = {**key, "claim": claim_id, "now": now, "window": timedelta(days=key["days"]), "most": most}
    return (await connection.execute(_CLAIM, given)).first() is not None


async def keep(connection: AsyncConnection, key: dict[str, Any], claim_id: str, made: Made) -> bool:
    """Keep a report under its claim; False where a change has taken that away."""
    held = {**key, "claim": claim_id}
    if (await connection.execute(_HOLD, held)).first() is None:
        return False
    digest = await read_digest(connection, key["show"])
    given = {"report": made.report, "products": made.products, "made_at": made.at, "digest": digest}
    await connection.execute(_KEEP, {**held, **given})
    return True


async def give_up(connection: AsyncConnection, show_id: str, claim_id: str) -> None:
    """Take a claim back under which nothing is kept."""
    await connection.execute(_UNCLAIM, {"show": show_id, "claim": claim_id})


async def read_digest(connection: AsyncConnection, show_id: str) -> str:
    """Return the digest of the rows that a show's report is made from."""
    return str(await connection.scalar(_DIGEST, {"show": show_id}))


async def list_kept(connection: AsyncConnection, version: int, show_id: str | None) -> list[tuple[str, int]]:
    """Return (show, days of the window) of the stored reports, of one show or all."""
    return [
        (row.show_id, row.window_days)
        for row in await connection.execute(_KEPT, {"version": version, "show": show_id})
    ]
