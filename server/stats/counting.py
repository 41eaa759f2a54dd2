"""From facts to counts by looking at everybody in turn: the plain way, by which figures of shows are made whose rows are not final.

Pure. What scans over final rows count (`rows_repository`) is the same.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

from server.stats.concurrency import Concurrency
from server.stats.definitions import CONVERSION_WINDOWS
from server.stats.facts import Buyers, CameBack, Counted, People, ShowFacts, ShowHead, Watching
from server.stats.funnel import build_funnel
from server.stats.report import LeftOut
from server.stats.watching import MICROSECONDS, Attendance

_MINUTE = 60 * MICROSECONDS


def count_facts(facts: ShowFacts) -> Counted:
    """Return what a report says of these facts."""
    live = facts.attendance.live
    return Counted(
        show=facts.show,
        repeat_window=facts.repeat_window,
        left_out=count_left_out(facts),
        watching=count_watching(facts.show, facts.attendance, facts.people),
        tallies=facts.tallies,
        questions=facts.questions,
        funnel=build_funnel(facts.walks),
        buyers={
            name: _count_buyers(facts, (facts.show.ended_at or facts.show.as_of) + after)
            if facts.show.ended_at or name == "live"
            else Buyers(0, 0)
            for name, after in CONVERSION_WINDOWS.items()
        },
        buyers_ever=len(live.keys() & facts.first_orders.keys()),
        sold=facts.sold,
        came_back=None if facts.show.started_at is None else count_back(facts),
        wares=facts.wares,
    )


def count_left_out(facts: ShowFacts) -> LeftOut:
    """Return who is not in the figures, or not in all of them."""
    viewers = facts.attendance.live.keys()
    recognisable = facts.people.recognisable
    return LeftOut(
        suspected_bots=facts.people.suspects,
        staff=facts.people.staff,
        without_a_view=len(facts.people.came.difference(viewers)),
        guests_without_consent=len(viewers - recognisable),
        buyers_without_consent=len((viewers & facts.first_orders.keys()) - recognisable),
    )


def count_watching(show: ShowHead, attendance: Attendance, people: People) -> Watching:
    """Return who watched, how long, and how many at once."""
    watched = list(attendance.live.values())
    totals = [viewer.total for viewer in watched]
    curve = Concurrency.of(interval for viewer in watched for interval in viewer.intervals)
    peak, peak_us = curve.peak()
    length = 0 if show.length is None else show.length // timedelta(microseconds=1)
    minutes = range(-(-length // _MINUTE))
    return Watching(
        viewers=len(watched),
        guests=len(people.guests.intersection(attendance.live)),
        views=sum(viewer.views for viewer in watched),
        visits=sum(len(viewer.visits) for viewer in watched),
        replay_viewers=len(attendance.replay) if attendance.replay_known else None,
        viewers_in_all=attendance.in_all if attendance.replay_known else None,
        watched_us=sum(totals),
        median_us=median(totals) if totals else None,
        peak=peak,
        peak_us=peak_us,
        present=[curve.at(minute * _MINUTE) for minute in minutes],
        joined=count_joined((viewer.intervals[0][0] for viewer in watched), minutes),
    )


def count_joined(joins: Iterable[int], minutes: Iterable[int]) -> list[int]:
    """Return how many of the viewers, whose first moments `joins` are, had come by each minute."""
    came = sorted(joins)
    return [bisect_right(came, minute * _MINUTE) for minute in minutes]


def _count_buyers(facts: ShowFacts, until: datetime) -> Buyers:
    buyers = {viewer for viewer, at in facts.first_orders.items() if at <= until}
    viewed = len(facts.attendance.live.keys() & buyers)
    return Buyers(viewed, len(buyers) - viewed)


def count_back(facts: ShowFacts) -> CameBack:
    """Return who came back and who bought again, among those whom the channel may recognise."""
    viewers = facts.people.recognisable.intersection(facts.attendance.live)
    return facts.returning.among(viewers, viewers.intersection(facts.first_orders))
