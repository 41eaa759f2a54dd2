"""The figures of a part, from its facts. Pure; each is defined in the glossary, and for one show equals that of its report."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.stats.chance import Sample
from server.stats.channel.facts import Part, PartFacts, People, Till
from server.stats.channel.figure import Figure, count, mean, share, unknown
from server.stats.channel.selling import action_figures, funnel_figures
from server.stats.definitions import CONVERSION_WINDOWS
from server.stats.lifetime.nps import NetPromoterScore, of_classes
from server.stats.money import divide_half_up
from server.stats.watching import MICROSECONDS


@dataclass(frozen=True, slots=True)
class Terms:
    """As of when figures are made, and W."""

    as_of: datetime
    window: timedelta


def build_figures(facts: PartFacts, terms: Terms) -> list[Figure]:
    """Return all figures of a part, in the order in which a reader asks for them."""
    found = [
        *_audience(facts, terms),
        *_returning(facts, terms),
        *_engagement(facts),
        *_sales(facts, terms),
        *nps_figures(facts.people),
    ]
    if not facts.part.provisional:
        return found
    return [each.model_copy(update={"provisional": True}) for each in found]


def watched(people: People) -> Sample:
    """Return the watch times of the viewers, in seconds."""
    return Sample(people.viewers, people.watched_us / MICROSECONDS, people.watched_squares)


def length_of(part: Part, as_of: datetime) -> float:
    """Return for how many seconds the shows ran in all."""
    return sum(((show.ended_at or as_of) - show.started_at).total_seconds() for show in part.shows)


def _audience(facts: PartFacts, terms: Terms) -> Iterator[Figure]:
    people, length = facts.people, length_of(facts.part, terms.as_of)
    total = people.watched_us / MICROSECONDS
    median = None if people.median_us is None else people.median_us / MICROSECONDS
    replayed = people.replay_viewers > 0
    yield count("shows", len(facts.part.shows))
    yield Figure(key="live_time", kind="seconds", amount=length)
    yield count("viewers", people.viewers)
    yield count("guests", people.guests)
    yield count("views", people.views)
    yield count("visits", people.visits)
    yield count("peak", facts.peak)
    yield Figure(key="average", kind="decimal", amount=total / length if length else None)
    yield mean("watch_mean", "seconds", watched(people))
    yield Figure(key="watch_median", kind="seconds", amount=median, n=people.viewers)
    yield Figure(key="watch_total", kind="seconds", amount=total)
    yield count("replay_viewers", people.replay_viewers if replayed else None)
    yield count("viewers_in_all", people.viewers_in_all if replayed else None)


def _returning(facts: PartFacts, terms: Terms) -> Iterator[Figure]:
    people = facts.people
    yield share("viewers_before", people.came_back, people.recognisable)
    yield share("viewers_new", people.first_time, people.recognisable)
    starts = [show.started_at for show in facts.part.shows]
    known_at = max(starts) + terms.window if starts else None
    if known_at is not None and terms.as_of >= known_at:
        yield share("viewers_again", people.came_again, people.lasting)
    else:
        yield unknown("viewers_again", "share", known_at)
    yield share("buyers_before", people.bought_before, people.buyers_known)
    yield share("buyers_seen_before", people.buyers_seen_before, people.buyers_known)
    yield share("buyers_in_period", people.repeaters, people.customers)


def _engagement(facts: PartFacts) -> Iterator[Figure]:
    people, asked = facts.people, facts.questions
    own = people.reactions - people.reactions_beside
    yield share("engaged", people.engaged, people.viewers)
    yield count("reactions", people.reactions, beside=people.reactions_beside)
    yield count("senders", people.senders)
    yield Figure(
        key="per_sender",
        kind="decimal",
        amount=own / people.senders if people.senders else None,
        n=people.senders,
    )
    yield count("votes", people.votes, beside=people.votes_beside)
    yield count("shares", people.shares, beside=people.shares_beside)
    yield count("sharers", people.sharers)
    yield share("askers", asked.askers, people.viewers)
    yield count("asked", asked.asked, beside=asked.asked_beside)
    yield share("answered", asked.answered, asked.answered + asked.open)
    yield Figure(key="answer_time", kind="seconds", amount=asked.median_seconds, n=asked.answered)


def _sales(facts: PartFacts, terms: Terms) -> Iterator[Figure]:
    people = facts.people
    yield from _conversion(facts, terms)
    yield count("buyers", people.buyers, beside=people.buyers_beside)
    yield share("ctr", people.clicked_what_they_saw, people.impressed)
    yield share("ctor", people.clicked_and_bought, people.clickers)
    yield from action_figures(people.clicks_seen, people.impressions, people.orders_clicked, people.clicks)
    yield from funnel_figures(people)
    for till in facts.tills:
        yield from _money(till, people.views)


def score_of(people: People) -> NetPromoterScore:
    """Return the net promoter score of people who answered."""
    return of_classes(people.promoters, people.passives, people.detractors)


def nps_figures(people: People) -> Iterator[Figure]:
    """Yield the net promoter score, and the classes that it is made of."""
    nps = score_of(people)
    yield Figure(key="nps", kind="score", amount=nps.score, interval=nps.interval, n=nps.n)
    yield share("nps_promoters", nps.promoters, nps.n)
    yield share("nps_passives", nps.passives, nps.n)
    yield share("nps_detractors", nps.detractors, nps.n)


def _conversion(facts: PartFacts, terms: Terms) -> Iterator[Figure]:
    """A later window is unknown until a show has ended, and provisional while that of any show is open."""
    people, shows = facts.people, facts.part.shows
    bought = {
        "live": people.bought_live,
        "24h": people.bought_24h,
        "7d": people.bought_7d,
        "30d": people.bought_30d,
    }
    ends = [show.ended_at for show in shows if show.ended_at is not None]
    for name, after in CONVERSION_WINDOWS.items():
        key = f"conversion_{name}"
        if name != "live" and not ends:
            yield unknown(key, "share")
            continue
        closes_at = max(ends) + after if ends else None
        is_open = len(ends) < len(shows) or closes_at is None or terms.as_of < closes_at
        figure = share(key, bought[name], people.viewers)
        yield figure.model_copy(update={"provisional": is_open, "known_at": closes_at})


def _money(till: Till, views: int) -> Iterator[Figure]:
    currency, beside = till.currency, till.without_a_view
    audience = (till.viewers, beside, till.suspected_bots)
    orders, gmv = sum(each.orders for each in audience), sum(each.gmv_minor for each in audience)

    def money(key: str, amount: int | None) -> Figure:
        return Figure(key=key, kind="money", amount=amount, currency=currency)

    yield money("gmv", gmv).model_copy(update={"without_a_view": beside.gmv_minor})
    yield money("refunded", till.refunded_minor)
    yield money("net", gmv - till.refunded_minor)
    yield count("orders", orders, beside=beside.orders, currency=currency)
    yield count("units", sum(each.units for each in audience), beside=beside.units, currency=currency)
    interval = till.orders.interval
    aov = money("aov", divide_half_up(gmv, orders))
    yield aov.model_copy(update={"interval": interval, "n": orders})
    yield money("gpm", divide_half_up(gmv * 1000, views))
    if till.suspected_bots.orders:
        yield money("bot_sales", till.suspected_bots.gmv_minor)
    if till.staff.orders:
        yield money("staff_sales", till.staff.gmv_minor)
    if till.replay.orders:
        yield money("replay_sales", till.replay.gmv_minor)
    if till.reported is not None:
        yield money("reported_sales", till.reported.gmv_minor)
