"""The report of a show from its facts. Pure: the same facts make the same figures, live, afterwards and recomputed.

Definitions: `docs/figures.md`.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import fmean, median

from server.stats.concurrency import Concurrency
from server.stats.definitions import CONVERSION_WINDOWS, DEFINITION_VERSION, RETENTION_POINTS_MAX
from server.stats.facts import Actions, People, QuestionTallies, ShowFacts, ShowHead, Tallies
from server.stats.funnel import build_funnel
from server.stats.headlines import build_headlines
from server.stats.money import build_money
from server.stats.ratio import Ratio
from server.stats.report import (
    Audience,
    Clicks,
    Conversion,
    Engagement,
    LeftOut,
    PeriodRate,
    QuestionsAndAnswers,
    Rate,
    Reactions,
    Repeat,
    ReportedShow,
    RetentionPoint,
    ShowReport,
    WatchTime,
    WindowName,
)
from server.stats.report import Concurrency as ReportedConcurrency
from server.stats.watching import MICROSECONDS, Attendance, Watched

_MINUTE = 60 * MICROSECONDS


def whole_microseconds(length: timedelta | None) -> int:
    """Return `length` in microseconds; 0 for a show that has not started."""
    return 0 if length is None else length // timedelta(microseconds=1)


def build_report(facts: ShowFacts) -> ShowReport:
    """Return all figures of one show."""
    attendance = facts.attendance
    audience = build_audience(facts.show, attendance, facts.people)
    conversion = build_conversion(facts.show, facts.first_orders, attendance)
    questions = build_questions(facts.questions, attendance)
    engagement = build_engagement(facts.tallies, attendance)
    left_out = build_left_out(facts, attendance)
    bots_known = facts.people.suspects is not None
    money = [build_money(sold, audience.views, bots_known=bots_known) for sold in facts.sold]
    repeat = build_repeat(facts, attendance)
    return ShowReport(
        definition_version=DEFINITION_VERSION,
        as_of=facts.show.as_of,
        provisional=facts.show.provisional,
        show=reported(facts.show),
        left_out=left_out,
        headlines=build_headlines(
            audience=audience,
            engagement=engagement,
            questions=questions,
            money=money,
            repeat=repeat,
            left_out=left_out,
            buyers=len(attendance.live.keys() & facts.first_orders.keys()),
        ),
        audience=audience,
        engagement=engagement,
        questions=questions,
        funnel=build_funnel(facts.walks),
        clicks=build_clicks(facts.tallies, facts.wares.actions),
        conversion=conversion,
        money=money,
        repeat=repeat,
        products=list(facts.wares.products),
    )


def reported(show: ShowHead) -> ReportedShow:
    """Return the show as a report names it."""
    return ReportedShow(
        id=show.id,
        channel=show.channel_id,
        title=show.title,
        host=show.host,
        state=show.state,
        started_at=show.started_at,
        ended_at=show.ended_at,
        duration_seconds=None if show.length is None else show.length.total_seconds(),
    )


def build_left_out(facts: ShowFacts, attendance: Attendance) -> LeftOut:
    """Return who is not in the figures, or not in all of them."""
    recognisable = facts.people.recognisable
    viewers = attendance.live.keys()
    return LeftOut(
        suspected_bots=facts.people.suspects,
        staff=facts.people.staff,
        without_a_view=len(facts.people.came.difference(attendance.live)),
        guests_without_consent=len(viewers - recognisable),
        buyers_without_consent=len((viewers & facts.first_orders.keys()) - recognisable),
    )


def build_audience(show: ShowHead, attendance: Attendance, people: People) -> Audience:
    """Return who watched, how long, and how many at once."""
    watched = list(attendance.live.values())
    length = whole_microseconds(show.length)
    curve = Concurrency.of(interval for viewer in watched for interval in viewer.intervals)
    return Audience(
        viewers=len(watched),
        guests=len(people.guests.intersection(attendance.live)),
        views=sum(viewer.views for viewer in watched),
        visits=sum(len(viewer.visits) for viewer in watched),
        replay_viewers=len(attendance.replay) if attendance.replay_known else None,
        viewers_in_all=attendance.in_all if attendance.replay_known else None,
        watch_time=build_watch_time(watched),
        concurrency=_report_concurrency(show, curve, length),
        retention=build_retention(curve, (viewer.intervals[0][0] for viewer in watched), length),
    )


def build_watch_time(watched: Iterable[Watched]) -> WatchTime:
    """Return total, mean and median of the viewers' watch times."""
    totals = [viewer.total for viewer in watched]
    return WatchTime(
        total_seconds=sum(totals) / MICROSECONDS,
        mean_seconds=fmean(totals) / MICROSECONDS if totals else None,
        median_seconds=median(totals) / MICROSECONDS if totals else None,
    )


def _report_concurrency(show: ShowHead, curve: Concurrency, length: int) -> ReportedConcurrency:
    peak, peak_at = curve.peak()
    reached = (
        None
        if peak_at is None or show.started_at is None
        else show.started_at + timedelta(microseconds=peak_at)
    )
    return ReportedConcurrency(
        peak=peak, peak_at=reached, average=float(curve.average(length)) if length else None
    )


def build_retention(curve: Concurrency, joins: Iterable[int], length: int) -> list[RetentionPoint]:
    """Return who was there at each minute, of those who had joined by then, and of all.

    `joins` are the viewers' first moments. A show of more than twelve hours takes every second minute, and so on.
    """
    came = sorted(joins)
    minutes = -(-length // _MINUTE)
    points = []
    for minute in range(0, minutes, max(1, -(-minutes // RETENTION_POINTS_MAX))):
        joined, present = bisect_right(came, minute * _MINUTE), curve.at(minute * _MINUTE)
        points.append(
            RetentionPoint(
                minute=minute,
                joined=joined,
                present=present,
                of_joined=Ratio.of(present, joined).share,
                of_viewers=Ratio.of(present, len(came)).share,
            )
        )
    return points


def build_engagement(tallies: Tallies, attendance: Attendance) -> Engagement:
    """Return who did more than watch."""
    theirs = tallies.reactions - tallies.reactions_beside
    return Engagement(
        engaged=Ratio.of(tallies.engaged, len(attendance.live)),
        reactions=Reactions(
            sent=tallies.reactions,
            without_a_view=tallies.reactions_beside,
            senders=tallies.senders,
            mean_per_sender=theirs / tallies.senders if tallies.senders else None,
        ),
        votes=tallies.votes,
        votes_without_a_view=tallies.votes_beside,
        shares=tallies.shares,
        shares_without_a_view=tallies.shares_beside,
        sharers=tallies.sharers,
    )


def build_questions(tallies: QuestionTallies, attendance: Attendance) -> QuestionsAndAnswers:
    """Return what was asked and answered."""
    live = attendance.live
    return QuestionsAndAnswers(
        askers=Ratio.of(len(live.keys() & tallies.askers.keys()), len(live)),
        asked=tallies.answered + tallies.open + tallies.pending,
        asked_without_a_view=sum(n for viewer, n in tallies.askers.items() if viewer not in live),
        answered=Ratio.of(tallies.answered, tallies.answered + tallies.open),
        open=tallies.open,
        pending=tallies.pending,
        dismissed=tallies.dismissed,
        median_answer_seconds=tallies.median_answer_seconds,
    )


def build_clicks(tallies: Tallies, actions: Actions) -> Clicks:
    """Return the two rates of viewers, each by people and by actions."""
    return Clicks(
        ctr=Rate(
            per_viewer=Ratio.of(tallies.clicked_what_they_saw, tallies.impressed),
            per_action=Ratio.of(actions.clicks_seen, actions.impressions),
        ),
        ctor=Rate(
            per_viewer=Ratio.of(tallies.clicked_and_bought, tallies.clickers),
            per_action=Ratio.of(actions.orders_clicked, actions.clicks),
        ),
    )


def build_conversion(
    show: ShowHead, first_orders: dict[str, datetime], attendance: Attendance
) -> list[Conversion]:
    """Return |B(s) ∩ V(s)| ÷ |V(s)| for each window, buyers without a view beside it.

    A window after the end that has not begun is unknown; one that is open is provisional.
    """
    return [
        _convert(show, first_orders, attendance, name, after) for name, after in CONVERSION_WINDOWS.items()
    ]


def _convert(
    show: ShowHead,
    first_orders: dict[str, datetime],
    attendance: Attendance,
    name: WindowName,
    after: timedelta,
) -> Conversion:
    closes_at = None if show.ended_at is None else show.ended_at + after
    known = show.started_at is not None and (closes_at is not None or name == "live")
    until = closes_at or show.as_of
    buyers = {viewer for viewer, at in first_orders.items() if at <= until}
    viewed = len(attendance.live.keys() & buyers)
    return Conversion(
        window=name,
        closes_at=closes_at,
        provisional=show.provisional or closes_at is None or show.as_of < closes_at,
        rate=Ratio.of(viewed, len(attendance.live)) if known else None,
        without_a_view=len(buyers) - viewed if known else None,
    )


def build_repeat(facts: ShowFacts, attendance: Attendance) -> Repeat:
    """Return who came back and who bought again, among those whom the channel may recognise."""
    show, returning, start = facts.show, facts.returning, facts.show.started_at
    viewers = facts.people.recognisable.intersection(attendance.live)
    buyers = viewers.intersection(facts.first_orders)
    lasting = viewers - returning.withdrew_after
    if start is None:
        return _unknown_repeat(facts.repeat_window.days)
    after = returning.seen_after
    return Repeat(
        window_days=facts.repeat_window.days,
        viewers_before=Ratio.of(len(viewers & returning.seen_before), len(viewers)),
        viewers_again=None if after is None else Ratio.of(len(lasting & after), len(lasting)),
        viewers_again_known_at=start + facts.repeat_window,
        buyers_before=Ratio.of(len(buyers & returning.bought_before), len(buyers)),
        buyers_seen_before=Ratio.of(len(buyers & returning.seen_before), len(buyers)),
        buyers_in_period=PeriodRate(
            since=show.until - facts.repeat_window,
            until=show.until,
            rate=Ratio.of(returning.period_repeaters, returning.period_customers),
        ),
    )


def _unknown_repeat(window_days: int) -> Repeat:
    return Repeat(
        window_days=window_days,
        viewers_before=None,
        viewers_again=None,
        viewers_again_known_at=None,
        buyers_before=None,
        buyers_seen_before=None,
        buyers_in_period=None,
    )
