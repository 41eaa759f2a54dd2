"""The SQL of final reports: finding, claiming and keeping them. Dropping is the ledger's (`server.ledger.final`)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.definitions import DEFINITION_VERSION, REPEAT_DAYS
from server.stats.facts import ShowHead
from server.stats.kept import KeptActs, KeptPeople

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
           wares = {_WARES.format("CAST(:products AS text[])")}, people = coalesce(CAST(:people AS json), people)
    WHERE show_id = :show AND window_days = :days AND definition_version = :version AND claim = :claim
""")
_UNCLAIM = text("""
    DELETE FROM final_report WHERE show_id = :show AND claim = :claim AND report IS NULL AND acts_claim IS NULL
""")
_KEPT = text("""
    SELECT show_id, window_days FROM final_report
    WHERE report IS NOT NULL AND definition_version = :version AND (CAST(:show AS text) IS NULL OR show_id = :show)
    ORDER BY show_id, window_days
""")

# What a report is made from, as counts and sums: what changes one of its figures changes one of these. First what is read with the
# rows: of the tables themselves, whoever's they are read as (`canonical`).
_DIGEST_OF_ROWS = text("""
    SELECT md5(concat_ws(' ',
        (SELECT concat_ws(' ', row(count(*), sum(visits), sum(reactions), sum(impressions), sum(clicks), sum(shares), sum(questions),
                    sum(votes), sum(survey_answers))::text, nullif(sum(poll_answers), 0),
                    nullif(sum(comments_sent), 0)) FROM public.rollup WHERE show_id = :show),
        (SELECT row(count(*), count(*) FILTER (WHERE suspect), count(*) FILTER (WHERE guest), count(*) FILTER (WHERE remembered),
                    count(consent_at))::text FROM public.attendance WHERE show_id = :show)))
""")
_DIGEST_OF_ORDERS = text("""
    SELECT md5(concat_ws(' ',
        (SELECT row(count(*), sum(quantity), sum(amount_minor), max(at))::text FROM sale WHERE show_id = :show),
        (SELECT row(count(*), count(*) FILTER (WHERE state = 'cancelled'))::text FROM reported_order WHERE show_id = :show),
        (SELECT row(count(*), sum(refunded_minor))::text FROM given_back WHERE show_id = :show),
        (SELECT row(count(*), sum(version), sum(votes))::text FROM question WHERE show_id = :show),
        (SELECT count(*) FROM staff_presence WHERE show_id = :show),
        (SELECT count(*) FROM viewer_alias WHERE show_id = :show AND taken_back_at IS NULL)))
""")
_PARTS = text("""
    SELECT CAST(people AS text) AS people, CAST(acts AS text) AS acts, acts_claim FROM final_report
    WHERE show_id = :show AND window_days = :days AND definition_version = :version
""")
_MOMENTS = text("""
    SELECT CAST(f.moments AS text) FROM final_report AS f JOIN show_curve AS c USING (show_id, acts_claim)
    WHERE f.show_id = :show AND f.window_days = :days AND f.definition_version = :version
      AND c.started_at = :started AND c.ended_at = :ended AND f.moments IS NOT NULL
""")
_CLAIM_ACTS = text("""
    INSERT INTO final_report AS f (show_id, window_days, definition_version, channel_id, claim, claimed_at, rests_until, acts_claim)
    SELECT id, :days, :version, channel_id, '', :now, ended_at, :claim FROM show WHERE id = :show
    ON CONFLICT (show_id, window_days, definition_version) DO UPDATE SET acts_claim = excluded.acts_claim, acts = NULL, moments = NULL
""")
_KEEP_ACTS = text("""
    UPDATE final_report SET acts = CAST(:acts AS json), moments = CAST(:moments AS json)
    WHERE show_id = :show AND window_days = :days AND definition_version = :version AND acts_claim = :claim
""")
# What was watched of a show, as sums that no change leaves as they are.
_WATCHED = text("""
    SELECT CAST(row(count(*), sum(visits), sum(views), sum(watched_us), sum(extract(epoch FROM watched_from)),
                    sum(extract(epoch FROM watched_until)), sum(replay_us)) AS text)
    FROM rollup WHERE show_id = :show AND views > 0 AND NOT suspect AND NOT staff
""")
_UNMADE = text("""
    SELECT show.id FROM show
    JOIN show_curve AS c ON c.show_id = show.id AND c.started_at = show.started_at AND c.ended_at = show.ended_at
    LEFT JOIN final_report AS f ON f.show_id = show.id AND f.window_days = :days AND f.definition_version = :version
    WHERE (f.report IS NULL OR f.good_until <= :now) AND show.id <> ALL(CAST(:but AS text[]))
      AND show.state = 'ended' AND NOT EXISTS (SELECT FROM sealed_show AS s WHERE s.show_id = show.id AND s.state = 'sealed')
    ORDER BY show.ended_at DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Made:
    """A report to be kept: as JSON, the products in it, and the moment that it is of."""

    report: str
    products: list[str]
    at: datetime
    people: KeptPeople | None


@dataclass(frozen=True, slots=True)
class Parts:
    """What is kept of a show beside its report."""

    people: KeptPeople | None
    acts: KeptActs | None
    acts_claim: str | None


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
    digest = await read_digest(connection, key["show"], made.people.digest if made.people else None)
    given = {"report": made.report, "products": made.products, "made_at": made.at, "digest": digest}
    # What is kept of people stands with the window that is asked for by default, where it is looked for.
    given["people"] = made.people.model_dump_json() if made.people and key["days"] == REPEAT_DAYS else None
    await connection.execute(_KEEP, {**held, **given})
    return True


async def give_up(connection: AsyncConnection, show_id: str, claim_id: str) -> None:
    """Take a claim back under which nothing is kept."""
    await connection.execute(_UNCLAIM, {"show": show_id, "claim": claim_id})


async def read_digest_of_rows(connection: AsyncConnection, show_id: str) -> str:
    """Return the digest of a show's wide rows and of who came."""
    return str(await connection.scalar(_DIGEST_OF_ROWS, {"show": show_id}))


async def read_digest(connection: AsyncConnection, show_id: str, of_rows: str | None = None) -> str:
    """Return the digest of the rows that a show's report is made from; `of_rows` where that part of it is known."""
    rows = of_rows or await read_digest_of_rows(connection, show_id)
    return f"{rows}.{await connection.scalar(_DIGEST_OF_ORDERS, {'show': show_id})}"


async def read_parts(connection: AsyncConnection, show: ShowHead) -> Parts:
    """Return what is kept of a show by this version of the definitions."""
    row = (await connection.execute(_PARTS, _default(show.id))).one_or_none()
    if row is None:
        return Parts(None, None, None)
    people = KeptPeople.model_validate_json(row.people) if row.people else None
    acts = KeptActs.model_validate_json(row.acts) if row.acts else None
    return Parts(people, acts, row.acts_claim)


async def read_moments(connection: AsyncConnection, show: ShowHead) -> str | None:
    """Return the kept report of a show's moments as JSON."""
    given = {**_default(show.id), "started": show.started_at, "ended": show.ended_at}
    found: str | None = await connection.scalar(_MOMENTS, given)
    return found


async def claim_acts(connection: AsyncConnection, show_id: str, claim_id: str, now: datetime) -> bool:
    """Announce that the acts of a show are counted from what is committed now; False where changes are under way.

    What is counted under the claim holds until a change takes it away.
    """
    given = {**_default(show_id), "claim": claim_id, "now": now}
    if not await connection.scalar(_TRY_LOCK, given):
        return False
    await connection.execute(_CLAIM_ACTS, given)
    return True


async def keep_acts(
    connection: AsyncConnection, show_id: str, claim_id: str, acts: KeptActs, moments: str
) -> bool:
    """Keep what was counted under a claim; False where a change has taken that away."""
    given = {**_default(show_id), "claim": claim_id, "acts": acts.model_dump_json(), "moments": moments}
    return (await connection.execute(_KEEP_ACTS, given)).rowcount == 1


async def read_watched(connection: AsyncConnection, show_id: str) -> str:
    """Return sums over what was watched of a show; where they are the same, so is its curve."""
    return str(await connection.scalar(_WATCHED, {"show": show_id}))


async def find_unmade(connection: AsyncConnection, now: datetime, but: Collection[str]) -> str | None:
    """Return the newest final show without a stored report, but none of these."""
    given = {**_default(""), "now": now, "but": sorted(but)}
    found: str | None = await connection.scalar(_UNMADE, given)
    return found


def _default(show_id: str) -> dict[str, Any]:
    return {"show": show_id, "days": REPEAT_DAYS, "version": DEFINITION_VERSION}


async def list_kept(connection: AsyncConnection, version: int, show_id: str | None) -> list[tuple[str, int]]:
    """Return (show, days of the window) of the stored reports, of one show or all."""
    return [
        (row.show_id, row.window_days)
        for row in await connection.execute(_KEPT, {"version": version, "show": show_id})
    ]
