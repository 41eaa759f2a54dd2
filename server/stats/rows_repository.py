"""The counts of a final show's report, by scans over its wide rows. They are what `counting` finds by looking at everybody in turn."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.rows_repository import find_rows_behind
from server.stats.definitions import CONVERSION_WINDOWS
from server.stats.facts import Buyers, CameBack, ShowHead, Tallies, Watching
from server.stats.population import BUYER, RECOGNISABLE, WITHDRAWN
from server.stats.ratio import Ratio
from server.stats.report import LeftOut
from server.stats.returning_repository import (
    BOUGHT_BEFORE,
    IS_THE_SAME,
    WAS_THE_SAME,
    read_period,
    read_returning,
)

_IN_TIME = ", ".join(
    f"count(*) FILTER (WHERE viewed AND bought_at <= :until_{name}) AS viewed_{name},"
    f" count(*) FILTER (WHERE NOT viewed AND bought_at <= :until_{name}) AS beside_{name}"
    for name in CONVERSION_WINDOWS
)
_COUNTS = text(f"""
    WITH {WITHDRAWN}, {BUYER}, everybody AS (
        SELECT r.*, NOT suspect AND views > 0 AS viewed, buyer.at AS bought_at, {RECOGNISABLE} AS recognisable
        FROM rollup AS r LEFT JOIN buyer USING (viewer_id) WHERE r.show_id = :show AND NOT r.staff
    ), honest AS (SELECT * FROM everybody WHERE NOT suspect)
    SELECT (SELECT count(*) FROM everybody WHERE suspect AND guest IS NOT NULL) AS suspects,
           (SELECT count(*) FROM staff_presence WHERE show_id = :show) AS staff,
           count(*) FILTER (WHERE joined AND NOT viewed) AS without_a_view,
           count(*) FILTER (WHERE viewed AND NOT recognisable) AS guests_without_consent,
           count(*) FILTER (WHERE viewed AND NOT recognisable AND bought_at IS NOT NULL) AS buyers_without_consent,
           count(*) FILTER (WHERE viewed) AS viewers, count(*) FILTER (WHERE viewed AND guest) AS guests,
           coalesce(sum(views) FILTER (WHERE viewed), 0) AS views, coalesce(sum(visits) FILTER (WHERE viewed), 0) AS visits,
           count(*) FILTER (WHERE replay_views > 0) AS replay_viewers,
           count(*) FILTER (WHERE viewed OR replay_views > 0) AS viewers_in_all,
           coalesce(sum(watched_us) FILTER (WHERE viewed), 0) AS watched_us,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY watched_us) FILTER (WHERE viewed) AS median_us,
           coalesce(sum(reactions), 0) AS reactions, coalesce(sum(reactions) FILTER (WHERE NOT viewed), 0) AS reactions_beside,
           count(*) FILTER (WHERE viewed AND reactions > 0) AS senders,
           coalesce(sum(votes), 0) AS votes, coalesce(sum(votes) FILTER (WHERE NOT viewed), 0) AS votes_beside,
           coalesce(sum(shares), 0) AS shares, coalesce(sum(shares) FILTER (WHERE NOT viewed), 0) AS shares_beside,
           count(*) FILTER (WHERE viewed AND shares > 0) AS sharers,
           count(*) FILTER (WHERE viewed AND impressions > 0) AS impressed, count(*) FILTER (WHERE viewed AND clicks > 0) AS clickers,
           count(*) FILTER (WHERE viewed AND impressions > 0 AND clicks > 0) AS clicked_what_they_saw,
           count(*) FILTER (WHERE viewed AND clicks > 0 AND bought_at IS NOT NULL) AS clicked_and_bought,
           count(*) FILTER (WHERE viewed AND reactions + questions + votes + shares + clicks + survey_answers > 0) AS engaged,
           count(*) FILTER (WHERE viewed AND bought_at IS NOT NULL) AS buyers, {_IN_TIME}
    FROM honest
""")
_TALLIES = tuple(Tallies.__dataclass_fields__)

_HERE = f"""
    {WITHDRAWN}, {BUYER}, here AS MATERIALIZED (
        SELECT r.viewer_id, r.guest, r.remembered, r.consent_at, r.first_at, buyer.at AS bought_at
        FROM rollup AS r LEFT JOIN buyer USING (viewer_id)
        WHERE r.show_id = :show AND r.views > 0 AND NOT r.suspect AND NOT r.staff AND {RECOGNISABLE}
    )
"""
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
    WITH {_HERE}, before AS ({_BEFORE}), after AS ({_AFTER}), bought AS ({BOUGHT_BEFORE}), gone AS (
        SELECT DISTINCT here.viewer_id FROM here JOIN withdrawn AS w USING (viewer_id)
        WHERE here.guest AND w.at >= coalesce(here.consent_at, '-infinity') AND w.at < :until_after
    )
    SELECT count(*) AS known, count(bought_at) AS buyers, count(before.viewer_id) AS seen_before,
           count(*) FILTER (WHERE gone.viewer_id IS NULL) AS lasting,
           count(after.viewer_id) FILTER (WHERE gone.viewer_id IS NULL) AS seen_after,
           count(bought.viewer_id) AS bought_before,
           count(before.viewer_id) FILTER (WHERE bought_at IS NOT NULL) AS buyers_seen_before
    FROM here LEFT JOIN before USING (viewer_id) LEFT JOIN after USING (viewer_id) LEFT JOIN bought USING (viewer_id)
    LEFT JOIN gone USING (viewer_id)
""")
_KNOWN = text(f"""
    WITH {_HERE} SELECT array_agg(viewer_id) AS viewers, array_agg(viewer_id) FILTER (WHERE bought_at IS NOT NULL) AS buyers FROM here
""")
_OTHERS = text("""
    SELECT show.id, c.show_id IS NOT NULL AND show.ended_at <= CASE
        WHEN show.started_at < :start THEN CAST(:start AS timestamptz) ELSE :until_after END AS final
    FROM show LEFT JOIN show_curve AS c ON c.show_id = show.id AND c.started_at = show.started_at AND c.ended_at = show.ended_at
    WHERE show.channel_id = :channel AND show.id <> :show AND show.started_at >= :before AND show.started_at < :until_after
""")


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What one scan over a final show's rows finds."""

    left_out: LeftOut
    watching: Watching
    tallies: Tallies
    buyers: dict[Any, Buyers]
    buyers_ever: int


async def count_rows(connection: AsyncConnection, show: ShowHead, curve: Row[Any]) -> RowCounts:
    """Count the rows of a final show; `curve` is its row of `show_curve`."""
    assert show.ended_at is not None, "what is final has ended"
    given = {"show": show.id, "channel": show.channel_id, "until": show.ended_at}
    until = {f"until_{name}": show.ended_at + after for name, after in CONVERSION_WINDOWS.items()}
    row = (await connection.execute(_COUNTS, {**given, **until})).one()
    found = row._mapping
    return RowCounts(
        left_out=LeftOut(
            suspected_bots=row.suspects if row.suspects or show.bots_looked_for else None,
            staff=row.staff,
            without_a_view=row.without_a_view,
            guests_without_consent=row.guests_without_consent,
            buyers_without_consent=row.buyers_without_consent,
        ),
        watching=_as_watching(row, curve),
        tallies=Tallies(**{name: int(found[name]) for name in _TALLIES}),
        buyers={
            name: Buyers(found[f"viewed_{name}"], found[f"beside_{name}"]) for name in CONVERSION_WINDOWS
        },
        buyers_ever=row.buyers,
    )


def _as_watching(row: Row[Any], curve: Row[Any]) -> Watching:
    return Watching(
        viewers=row.viewers,
        guests=row.guests,
        views=int(row.views),
        visits=int(row.visits),
        replay_viewers=row.replay_viewers if curve.replayed else None,
        viewers_in_all=row.viewers_in_all if curve.replayed else None,
        watched_us=int(row.watched_us),
        median_us=row.median_us,
        peak=curve.peak,
        peak_us=curve.peak_us,
        present=curve.present,
        joined=curve.joined,
    )


async def count_back_by_rows(connection: AsyncConnection, show: ShowHead, window: timedelta) -> CameBack:
    """Count who came back to a final show, and who bought again: by the rows of the channel's other shows where those are final."""
    start = show.started_at
    assert start is not None, "what is final has started"
    given = {"show": show.id, "channel": show.channel_id, "until": show.until, "start": start}
    passed = show.as_of >= start + window
    bounds = {"before": start - window, "until_after": start + window if passed else start}
    others = (await connection.execute(_OTHERS, {**given, **bounds})).all()
    if not all(other.final for other in others) or await find_rows_behind(
        connection, [other.id for other in others]
    ):
        return await _count_back_by_stretches(connection, show, window, given)
    row = (await connection.execute(_BACK, {**given, **bounds})).one()
    customers, repeaters = await read_period(connection, show, window)
    return CameBack(
        seen_before=Ratio.of(row.seen_before, row.known),
        seen_after=Ratio.of(row.seen_after, row.lasting) if passed else None,
        buyers_before=Ratio.of(row.bought_before, row.buyers),
        buyers_seen_before=Ratio.of(row.buyers_seen_before, row.buyers),
        in_period=Ratio.of(repeaters, customers),
    )


async def _count_back_by_stretches(
    connection: AsyncConnection, show: ShowHead, window: timedelta, given: dict[str, Any]
) -> CameBack:
    known = (await connection.execute(_KNOWN, given)).one()
    viewers, buyers = set(known.viewers or ()), set(known.buyers or ())
    return (await read_returning(connection, show, None, window)).among(viewers, buyers)
