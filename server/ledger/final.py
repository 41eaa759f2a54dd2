"""What is final and kept, and what makes it untrue: a change to a show's facts drops the stored reports that may say otherwise.

There is no trigger. Whatever changes a fact calls `drop_final` in the same transaction; `docs/figures.md` lists the kinds.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.journal.transaction import ShowTransaction

# Who makes a report to be kept takes the lock alone, for a moment, before it reads: then every change before is visible to it, and every
# later one finds its claim. The lock must be a statement of its own: the next one sees what was committed until then.
_LOCK_SHARED = text("""
    SELECT pg_advisory_xact_lock_shared(hashtextextended('final reports ' || channel_id, 0))
    FROM (SELECT DISTINCT channel_id FROM show WHERE id = ANY(:shows) ORDER BY channel_id) AS c
""")
GENERATION: Final = "window_days = 0 AND definition_version = 0"
"""The row that stands for the generation of a show's rows (`server.stats.columns`): a report of nothing."""
_DROP_GENERATIONS = text(f"DELETE FROM final_report WHERE show_id = ANY(:shows) AND {GENERATION}")  # noqa: S608 - the text above
# Other shows of the channel are told apart by time: what happened after the last moment that a report rests on is not in it. All rows are
# locked in one order, so that two such changes cannot deadlock.
_HOLD = text(f"""
    SELECT f.show_id, {GENERATION} AS is_generation, f.show_id = ANY(:shows) AS own,
           CAST(:since AS timestamptz) > show.ended_at AS after_the_end
    FROM final_report AS f JOIN show ON show.id = f.show_id
    WHERE EXISTS (
        SELECT FROM show AS changed WHERE changed.id = ANY(:shows) AND changed.channel_id = f.channel_id
          AND (changed.id = f.show_id OR changed.started_at IS NULL
               OR least(changed.started_at, CAST(:since AS timestamptz)) < f.rests_until))
    ORDER BY f.show_id, f.window_days, f.definition_version FOR UPDATE OF f
""")  # noqa: S608 - the text above
_DROP = text("DELETE FROM final_report WHERE show_id = ANY(:shows)")
_DROP_REPORT = text(f"""
    UPDATE final_report SET report = NULL, made_at = NULL, claim = '', people = CASE WHEN :people THEN NULL ELSE people END
    WHERE show_id = ANY(:shows) AND NOT ({GENERATION})
""")  # noqa: S608 - the same
_FORGET_CURVES = text("""
    DELETE FROM show_curve WHERE show_id IN (SELECT show_id FROM show_curve WHERE show_id = ANY(:shows) ORDER BY show_id FOR UPDATE)
""")
_UNFINISHED = text("""
    SELECT DISTINCT s.show_id FROM ledger_process_show AS s JOIN show ON show.id = s.show_id
    JOIN unnest(CAST(:ids AS text[]), CAST(:befores AS timestamptz[])) AS p (process_id, alive_before) USING (process_id)
    WHERE show.ended_at > p.alive_before
""")
_DROP_OWN: Final = """
    DELETE FROM final_report WHERE show_id IN (
        SELECT show_id FROM json_to_recordset(CAST(%s AS json)) AS r (show_id text))
"""

ACTS: Final = frozenset({"reaction", "impression", "click"})
"""Kinds of facts that a show's curve, its funnel, and what was done with its products are counted from."""
Reach = Literal["acts", "people", "orders"]
"""How much of what is kept a change may alter: all of it; who watched and the report, but nothing of what viewers did; or, where the time
of the change lies after the show's end, the report alone.
"""


async def drop_final(
    connection: AsyncConnection,
    show_ids: Collection[str],
    *,
    since: datetime | None = None,
    reach: Reach = "acts",
    watched: Collection[str] = (),
) -> None:
    """Drop what is kept of these shows, as far as the change may reach, and the stored reports of their channels that may rest on them.

    Call it in the transaction that changes facts of the shows. `since`: the time of the earliest fact, where that may lie before a show's
    start (an order that was told later). `watched`: those of the shows in which the change reaches people alone.
    """
    if not show_ids:
        return
    given = {"shows": sorted(show_ids), "since": since}
    await connection.execute(_LOCK_SHARED, given)
    kept = (await connection.execute(_HOLD, given)).all()
    whole = {
        row.show_id
        for row in kept
        if row.own
        and row.show_id not in watched
        and (reach == "acts" or (reach == "orders" and not row.after_the_end))
    }
    if whole:
        await connection.execute(_DROP, {"shows": sorted(whole)})
    if in_part := {row.show_id for row in kept} - whole:
        await connection.execute(_DROP_REPORT, {"shows": sorted(in_part), "people": reach != "orders"})
    if rows := {row.show_id for row in kept if row.is_generation} - whole:
        await connection.execute(_DROP_GENERATIONS, {"shows": sorted(rows)})


async def forget_curves(connection: AsyncConnection, show_ids: Collection[str]) -> None:
    """Forget the curves of shows in which viewers turn out to have done more."""
    if show_ids:
        await connection.execute(_FORGET_CURVES, {"shows": sorted(show_ids)})


async def drop_generations(connection: AsyncConnection, show_ids: Collection[str]) -> None:
    """Say that something in these shows' rows changes that is in no stored report: columns that were kept of them hold no longer."""
    given = {"shows": sorted(show_ids)}
    await connection.execute(_LOCK_SHARED, given)
    await connection.execute(_DROP_GENERATIONS, given)


async def find_unfinished(connection: AsyncConnection, alive_before: dict[str, datetime]) -> set[str]:
    """Return the ended shows that these processes had not been heard of beyond the end of: their open stretches end elsewhere now."""
    given = {"ids": list(alive_before), "befores": list(alive_before.values())}
    return set(await connection.scalars(_UNFINISHED, given))


def drop_own_final(tx: ShowTransaction) -> None:
    """Drop the stored reports of the transaction's show, which has ended; for what is in no other show's figures."""
    tx.write(_DROP_OWN, [{"show_id": tx.show_id}])
