"""The counts of a final show's report: from its wide rows, from what is kept of them, and from its orders as they are now.

They are what `counting` finds by looking at everybody in turn.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats import repository, rows_repository
from server.stats.acts_repository import read_acts, read_heads
from server.stats.curve import ShowCurve
from server.stats.facts import CameBack, Counted, ShowHead, Tallies, Watching
from server.stats.final_repository import Parts, read_digest_of_rows, read_parts
from server.stats.kept import KeptActs, KeptPeople
from server.stats.report import LeftOut
from server.stats.rows_repository import BuyerCounts
from server.stats.sales_repository import read_sold, read_wares

_TALLIES = tuple(name for name in Tallies.__dataclass_fields__ if name != "clicked_and_bought")


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What was counted, and the part of it that is kept with the report."""

    counted: Counted
    people: KeptPeople


async def count_by_rows(
    connection: AsyncConnection, show: ShowHead, window: timedelta, curve: ShowCurve
) -> RowCounts:
    """Count a final show; `curve` is its own."""
    parts = await read_parts(connection, show)
    acts = await _find_acts(connection, show, curve, parts)
    people, came_back = await _find_people(connection, show, window, parts.people)
    buyers = await rows_repository.read_buyers(connection, show)
    counted = Counted(
        show=show,
        repeat_window=window,
        left_out=_left_out(show, people, buyers),
        watching=_as_watching(people, curve),
        tallies=Tallies(
            **{name: getattr(people, name) for name in _TALLIES}, clicked_and_bought=buyers.clicked
        ),
        questions=await repository.read_question_tallies(connection, show.id, None),
        funnel=acts.funnel,
        buyers=buyers.in_time,
        buyers_ever=buyers.ever,
        sold=await read_sold(connection, show.id, None),
        came_back=came_back,
        wares=await read_wares(connection, show, None, acts.met),
    )
    return RowCounts(counted, people)


async def _find_acts(connection: AsyncConnection, show: ShowHead, curve: ShowCurve, parts: Parts) -> KeptActs:
    """Return what is kept, if it was made with the curve and the catalogue still has the products so; else count."""
    acts = parts.acts if curve.acts_claim is not None and parts.acts_claim == curve.acts_claim else None
    if acts is not None and acts.holds(await read_heads(connection, show.channel_id, acts.targets)):
        return acts
    return await read_acts(connection, show)


async def _find_people(
    connection: AsyncConnection, show: ShowHead, window: timedelta, kept: KeptPeople | None
) -> tuple[KeptPeople, CameBack]:
    """Return who was there, and who came back: as far as it is kept and of this window, by the orders alone."""
    by_rows = await rows_repository.are_others_final(connection, show, window)
    if kept is not None and by_rows and _is_about(kept, show, window):
        return kept, await rows_repository.count_back(connection, show, window, kept.seen)
    if by_rows:
        seen = await rows_repository.read_seen(connection, show, window)
        came_back = await rows_repository.count_back(connection, show, window, seen)
    else:
        came_back, seen = await rows_repository.count_back_by_stretches(connection, show, window)
    if kept is not None:
        return kept.model_copy(update={"seen": seen}), came_back
    digest = await read_digest_of_rows(connection, show.id)
    return await rows_repository.read_people(connection, show, seen, digest), came_back


def _is_about(people: KeptPeople, show: ShowHead, window: timedelta) -> bool:
    passed = rows_repository.has_passed(show, window)
    return people.seen.days == window.days and passed == (people.seen.after is not None)


def _left_out(show: ShowHead, people: KeptPeople, buyers: BuyerCounts) -> LeftOut:
    return LeftOut(
        suspected_bots=people.suspects if people.suspects or show.bots_looked_for else None,
        staff=people.staff,
        without_a_view=people.without_a_view,
        guests_without_consent=people.guests_without_consent,
        buyers_without_consent=buyers.without_consent,
    )


def _as_watching(people: KeptPeople, curve: ShowCurve) -> Watching:
    return Watching(
        viewers=people.viewers,
        guests=people.guests,
        views=people.views,
        visits=people.visits,
        replay_viewers=people.replay_viewers if curve.replayed else None,
        viewers_in_all=people.viewers_in_all if curve.replayed else None,
        watched_us=people.watched_us,
        median_us=people.median_us,
        peak=curve.peak,
        peak_us=curve.peak_us,
        present=curve.present,
        joined=curve.joined,
    )
