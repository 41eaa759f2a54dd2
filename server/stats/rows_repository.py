"""The counts of a final show's report, by scans over its wide rows. They are what `counting` finds by looking at everybody in turn."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.rows_repository import find_rows_behind
from server.stats.definitions import CONVERSION_WINDOWS
from server.stats.facts import Buyers, CameBack, ShowHead
from server.stats.kept import KeptPeople, Seen
from server.stats.population import BUYER, RECOGNISABLE, STAFF_OF_SHOW, WITHDRAWN
from server.stats.ratio import Ratio
from server.stats.report import WindowName
from server.stats.returning_repository import (
    BOUGHT_BEFORE,
    IS_THE_SAME,
    WAS_THE_SAME,
    read_period,
    read_returning,
)

_PEOPLE = text(f"""
    WITH {WITHDRAWN}, everybody AS (
        SELECT r.*, NOT suspect AND views > 0 AS viewed, NOT suspect AS honest, {RECOGNISABLE} AS recognisable
        FROM rollup AS r WHERE r.show_id = :show AND NOT r.staff
    )
    SELECT count(*) FILTER (WHERE suspect AND guest IS NOT NULL AND first_at <= :until) AS suspects,
           {STAFF_OF_SHOW} AS staff,
           count(*) FILTER (WHERE honest AND joined AND NOT viewed AND first_at <= :until) AS without_a_view,
           count(*) FILTER (WHERE viewed AND NOT recognisable) AS guests_without_consent,
           count(*) FILTER (WHERE viewed) AS viewers, count(*) FILTER (WHERE viewed AND guest) AS guests,
           coalesce(sum(views) FILTER (WHERE viewed), 0) AS views, coalesce(sum(visits) FILTER (WHERE viewed), 0) AS visits,
           count(*) FILTER (WHERE honest AND replay_views > 0) AS replay_viewers,
           count(*) FILTER (WHERE viewed OR (honest AND replay_views > 0)) AS viewers_in_all,
           coalesce(sum(watched_us) FILTER (WHERE viewed), 0) AS watched_us,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY watched_us) FILTER (WHERE viewed) AS median_us,
           coalesce(sum(reactions) FILTER (WHERE honest), 0) AS reactions,
           coalesce(sum(reactions) FILTER (WHERE honest AND NOT viewed), 0) AS reactions_beside,
           count(*) FILTER (WHERE viewed AND reactions > 0) AS senders,
           coalesce(sum(votes) FILTER (WHERE honest), 0) AS votes,
           coalesce(sum(votes) FILTER (WHERE honest AND NOT viewed), 0) AS votes_beside,
           coalesce(sum(shares) FILTER (WHERE honest), 0) AS shares,
           coalesce(sum(shares) FILTER (WHERE honest AND NOT viewed), 0) AS shares_beside,
           count(*) FILTER (WHERE viewed AND shares > 0) AS sharers,
           count(*) FILTER (WHERE viewed AND impressions > 0) AS impressed, count(*) FILTER (WHERE viewed AND clicks > 0) AS clickers,
           count(*) FILTER (WHERE viewed AND impressions > 0 AND clicks > 0) AS clicked_what_they_saw,
           count(*) FILTER (WHERE viewed AND reactions + questions + votes + shares + clicks + survey_answers + poll_answers
                            + comments_sent > 0) AS engaged
    FROM everybody
""")
_IN_TIME = ", ".join(
    f"count(*) FILTER (WHERE viewed AND bought_at <= :until_{name}) AS viewed_{name},"
    f" count(*) FILTER (WHERE NOT viewed AND bought_at <= :until_{name}) AS beside_{name}"
    for name in CONVERSION_WINDOWS
)
_BUYERS = text(f"""
    WITH {WITHDRAWN}, {BUYER}, honest AS (
        SELECT views > 0 AS viewed, clicks, buyer.at AS bought_at, {RECOGNISABLE} AS recognisable
        FROM buyer JOIN rollup AS r ON r.show_id = :show AND r.viewer_id = buyer.viewer_id WHERE NOT r.staff AND NOT r.suspect
    )
    SELECT count(*) FILTER (WHERE viewed AND NOT recognisable) AS without_consent, count(*) FILTER (WHERE viewed) AS ever,
           count(*) FILTER (WHERE viewed AND clicks > 0) AS clicked, {_IN_TIME}
    FROM honest
""")

_HERE = f"""
    {WITHDRAWN}, {BUYER}, here AS MATERIALIZED (
        SELECT r.viewer_id, r.guest, r.remembered, r.consent_at, r.first_at, buyer.at AS bought_at
        FROM rollup AS r {{join}} buyer USING (viewer_id)
        WHERE r.show_id = :show AND r.views > 0 AND NOT r.suspect AND NOT r.staff AND {RECOGNISABLE}
    )
"""
_ALL_HERE, _BUYERS_HERE = _HERE.format(join="LEFT JOIN"), _HERE.format(join="JOIN")
_SEEN = """
    SELECT DISTINCT here.viewer_id FROM here JOIN rollup AS o USING (viewer_id)
    JOIN (SELECT id, ended_at AS finish FROM show
          WHERE channel_id = :channel AND id <> :show AND started_at >= {since} AND started_at < {until}) AS other ON other.id = o.show_id
    WHERE o.views > 0 AND NOT o.suspect AND NOT o.staff AND {same}
"""
_BEFORE = _SEEN.format(since=":before", until=":start", same=WAS_THE_SAME.format(unknown="o.guest IS NULL"))
_AFTER = _SEEN.format(
    since=":start",
    until=":until_after",
    same=IS_THE_SAME.format(unknown="o.guest IS NULL", until=":until_after"),
)
_BACK = text(f"""
    WITH {_ALL_HERE}, before AS ({_BEFORE}), after AS ({_AFTER}), gone AS (
        SELECT DISTINCT here.viewer_id FROM here JOIN withdrawn AS w USING (viewer_id)
        WHERE here.guest AND w.at >= coalesce(here.consent_at, '-infinity') AND w.at < :until_after
    )
    SELECT count(*) AS known, count(before.viewer_id) AS seen_before, count(*) FILTER (WHERE gone.viewer_id IS NULL) AS lasting,
           count(after.viewer_id) FILTER (WHERE gone.viewer_id IS NULL) AS seen_after
    FROM here LEFT JOIN before USING (viewer_id) LEFT JOIN after USING (viewer_id) LEFT JOIN gone USING (viewer_id)
""")
_BOUGHT = text(f"""
    WITH {_BUYERS_HERE}, before AS ({_BEFORE}), bought AS ({BOUGHT_BEFORE})
    SELECT count(*) AS buyers, count(bought.viewer_id) AS bought_before, count(before.viewer_id) AS seen_before
    FROM here LEFT JOIN before USING (viewer_id) LEFT JOIN bought USING (viewer_id)
""")
_KNOWN = text(f"""
    WITH {_ALL_HERE} SELECT array_agg(viewer_id) AS viewers, array_agg(viewer_id) FILTER (WHERE bought_at IS NOT NULL) AS buyers FROM here
""")
_OTHERS = text("""
    SELECT show.id, c.show_id IS NOT NULL AND show.ended_at <= CASE
        WHEN show.started_at < :start THEN CAST(:start AS timestamptz) ELSE :until_after END AS final
    FROM show LEFT JOIN show_curve AS c ON c.show_id = show.id AND c.started_at = show.started_at AND c.ended_at = show.ended_at
    WHERE show.channel_id = :channel AND show.id <> :show AND show.started_at >= :before AND show.started_at < :until_after
""")


@dataclass(frozen=True, slots=True)
class BuyerCounts:
    """Who bought in a show, of those whose rows are final."""

    in_time: dict[WindowName, Buyers]
    ever: int
    """With a view, whenever they bought; as the next two."""
    without_consent: int
    clicked: int


async def read_people(connection: AsyncConnection, show: ShowHead, seen: Seen, digest: str) -> KeptPeople:
    """Return one scan over a final show's rows, with what was found of them already."""
    given = {"show": show.id, "channel": show.channel_id, "until": show.until}
    row = (await connection.execute(_PEOPLE, given)).one()
    return KeptPeople.model_validate({**row._mapping, "seen": seen, "digest": digest})


async def read_buyers(connection: AsyncConnection, show: ShowHead) -> BuyerCounts:
    """Return who bought in a final show."""
    until = {f"until_{name}": show.until + after for name, after in CONVERSION_WINDOWS.items()}
    given = {"show": show.id, "channel": show.channel_id, "until": show.until, **until}
    row = (await connection.execute(_BUYERS, given)).one()
    found = row._mapping
    in_time = {name: Buyers(found[f"viewed_{name}"], found[f"beside_{name}"]) for name in CONVERSION_WINDOWS}
    return BuyerCounts(in_time, row.ever, row.without_consent, row.clicked)


def has_passed(show: ShowHead, window: timedelta) -> bool:
    """Whether who came again within `window` can be known."""
    assert show.started_at is not None, "what is final has started"
    return show.as_of >= show.started_at + window


def _bounds(show: ShowHead, window: timedelta) -> dict[str, Any]:
    start = show.started_at
    assert start is not None, "what is final has started"
    until_after = start + window if has_passed(show, window) else start
    given = {"show": show.id, "channel": show.channel_id, "until": show.until, "start": start}
    return {**given, "before": start - window, "until_after": until_after}


async def are_others_final(connection: AsyncConnection, show: ShowHead, window: timedelta) -> bool:
    """Whether the rows of the channel's other shows within `window` can be joined with a final show's."""
    others = (await connection.execute(_OTHERS, _bounds(show, window))).all()
    return all(other.final for other in others) and not await find_rows_behind(
        connection, [other.id for other in others]
    )


async def read_seen(connection: AsyncConnection, show: ShowHead, window: timedelta) -> Seen:
    """Return who of V(s) came back, by the rows of the channel's other shows."""
    row = (await connection.execute(_BACK, _bounds(show, window))).one()
    after = row.seen_after if has_passed(show, window) else None
    return Seen(days=window.days, known=row.known, before=row.seen_before, lasting=row.lasting, after=after)


async def count_back(connection: AsyncConnection, show: ShowHead, window: timedelta, seen: Seen) -> CameBack:
    """Return who came back to a final show, and who bought again, by the rows of the channel's other shows."""
    row = (await connection.execute(_BOUGHT, _bounds(show, window))).one()
    customers, repeaters = await read_period(connection, show, window)
    return CameBack(
        seen_before=Ratio.of(seen.before, seen.known),
        seen_after=None if seen.after is None else Ratio.of(seen.after, seen.lasting),
        buyers_before=Ratio.of(row.bought_before, row.buyers),
        buyers_seen_before=Ratio.of(row.seen_before, row.buyers),
        in_period=Ratio.of(repeaters, customers),
    )


async def count_back_by_stretches(
    connection: AsyncConnection, show: ShowHead, window: timedelta
) -> tuple[CameBack, Seen]:
    """Return the same where the rows of another show are not final."""
    known = (await connection.execute(_KNOWN, _bounds(show, window))).one()
    viewers, buyers = set(known.viewers or ()), set(known.buyers or ())
    back = (await read_returning(connection, show, None, window)).among(viewers, buyers)
    lasting, after = (
        (back.seen_after.whole, back.seen_after.part) if back.seen_after else (len(viewers), None)
    )
    seen = Seen(
        days=window.days, known=len(viewers), before=back.seen_before.part, lasting=lasting, after=after
    )
    return back, seen
