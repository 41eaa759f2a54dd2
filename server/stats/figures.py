"""The report of a show from its facts. Pure: the same facts make the same figures, live, afterwards and recomputed.

Definitions: `docs/figures.md`.
"""

from datetime import timedelta

from server.stats.definitions import CONVERSION_WINDOWS, DEFINITION_VERSION, RETENTION_POINTS_MAX
from server.stats.facts import Actions, Counted, QuestionTallies, ShowHead, Tallies, Watching
from server.stats.headlines import build_headlines
from server.stats.money import build_money
from server.stats.ratio import Ratio
from server.stats.replay_report import build_replay
from server.stats.report import (
    Audience,
    Clicks,
    Concurrency,
    Conversion,
    Engagement,
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
from server.stats.watching import MICROSECONDS


def whole_microseconds(length: timedelta | None) -> int:
    """Return `length` in microseconds; 0 for a show that has not started."""
    return 0 if length is None else length // timedelta(microseconds=1)


def build_report(counted: Counted) -> ShowReport:
    """Return all figures of one show."""
    audience = build_audience(counted.show, counted.watching)
    questions = build_questions(counted.questions, audience.viewers)
    engagement = build_engagement(counted.tallies, audience.viewers)
    bots_known = counted.left_out.suspected_bots is not None
    money = [build_money(sold, audience.views, bots_known=bots_known) for sold in counted.sold]
    repeat = build_repeat(counted)
    return ShowReport(
        definition_version=DEFINITION_VERSION,
        as_of=counted.show.as_of,
        provisional=counted.show.provisional,
        show=reported(counted.show),
        left_out=counted.left_out,
        headlines=build_headlines(
            audience=audience,
            engagement=engagement,
            questions=questions,
            money=money,
            repeat=repeat,
            left_out=counted.left_out,
            buyers=counted.buyers_ever,
        ),
        audience=audience,
        engagement=engagement,
        questions=questions,
        funnel=counted.funnel,
        clicks=build_clicks(counted.tallies, counted.wares.actions),
        conversion=build_conversion(counted),
        money=money,
        repeat=repeat,
        surveys=list(counted.surveys),
        products=list(counted.wares.products),
        replay=build_replay(counted.watching.replay_viewers, counted.replay),
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


def build_audience(show: ShowHead, watching: Watching) -> Audience:
    """Return who watched, how long, and how many at once."""
    length, n = whole_microseconds(show.length), watching.viewers
    reached = (
        None
        if watching.peak_us is None or show.started_at is None
        else show.started_at + timedelta(microseconds=watching.peak_us)
    )
    return Audience(
        viewers=n,
        guests=watching.guests,
        views=watching.views,
        visits=watching.visits,
        replay_viewers=watching.replay_viewers,
        viewers_in_all=watching.viewers_in_all,
        watch_time=WatchTime(
            total_seconds=watching.watched_us / MICROSECONDS,
            mean_seconds=watching.watched_us / n / MICROSECONDS if n else None,
            median_seconds=None if watching.median_us is None else watching.median_us / MICROSECONDS,
        ),
        concurrency=Concurrency(
            peak=watching.peak, peak_at=reached, average=watching.watched_us / length if length else None
        ),
        retention=build_retention(watching),
    )


def build_retention(watching: Watching) -> list[RetentionPoint]:
    """Return who was there at each minute, of those who had joined by then, and of all.

    A show of more than twelve hours takes every second minute, and so on.
    """
    minutes = len(watching.present)
    return [
        RetentionPoint(
            minute=minute,
            joined=watching.joined[minute],
            present=watching.present[minute],
            of_joined=Ratio.of(watching.present[minute], watching.joined[minute]).share,
            of_viewers=Ratio.of(watching.present[minute], watching.viewers).share,
        )
        for minute in range(0, minutes, max(1, -(-minutes // RETENTION_POINTS_MAX)))
    ]


def build_engagement(tallies: Tallies, viewers: int) -> Engagement:
    """Return who did more than watch."""
    theirs = tallies.reactions - tallies.reactions_beside
    return Engagement(
        engaged=Ratio.of(tallies.engaged, viewers),
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


def build_questions(tallies: QuestionTallies, viewers: int) -> QuestionsAndAnswers:
    """Return what was asked and answered."""
    return QuestionsAndAnswers(
        askers=Ratio.of(tallies.askers, viewers),
        asked=tallies.answered + tallies.open + tallies.pending,
        asked_without_a_view=tallies.asked_beside,
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


def build_conversion(counted: Counted) -> list[Conversion]:
    """Return |B(s) ∩ V(s)| ÷ |V(s)| for each window, buyers without a view beside it.

    A window after the end that has not begun is unknown; one that is open is provisional.
    """
    return [_convert(counted, name, after) for name, after in CONVERSION_WINDOWS.items()]


def _convert(counted: Counted, name: WindowName, after: timedelta) -> Conversion:
    show, buyers = counted.show, counted.buyers[name]
    closes_at = None if show.ended_at is None else show.ended_at + after
    known = show.started_at is not None and (closes_at is not None or name == "live")
    return Conversion(
        window=name,
        closes_at=closes_at,
        provisional=show.provisional or closes_at is None or show.as_of < closes_at,
        rate=Ratio.of(buyers.viewed, counted.watching.viewers) if known else None,
        without_a_view=buyers.beside if known else None,
    )


def build_repeat(counted: Counted) -> Repeat:
    """Return who came back and who bought again, among those whom the channel may recognise."""
    show, window, back = counted.show, counted.repeat_window, counted.came_back
    if show.started_at is None or back is None:
        return _unknown_repeat(window.days)
    return Repeat(
        window_days=window.days,
        viewers_before=back.seen_before,
        viewers_again=back.seen_after,
        viewers_again_known_at=show.started_at + window,
        buyers_before=back.buyers_before,
        buyers_seen_before=back.buyers_seen_before,
        buyers_in_period=PeriodRate(since=show.until - window, until=show.until, rate=back.in_period),
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
