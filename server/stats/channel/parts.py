"""A period or a show in parts. Of each part the people are counted once; who is in several parts is in each."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from server.stats.chance import Sample
from server.stats.channel.audience import Audience
from server.stats.channel.cut import Cut
from server.stats.channel.facts import People
from server.stats.channel.figure import Figure, count, mean, share, unknown
from server.stats.channel.figures import nps_figures, watched
from server.stats.channel.look import Look
from server.stats.channel.parts_repository import ModePeople, ProductPeople, read_products
from server.stats.channel.report import Breakdown, PartOf, Period
from server.stats.channel.selling import action_figures, funnel_figures
from server.stats.watching import MICROSECONDS

BreakdownBy = Literal["source", "device", "segment", "returning", "product", "mode"]


async def read_breakdown(audience: Audience, by: BreakdownBy, look: Look) -> tuple[PartOf, list[PartOf]]:
    """Return the whole of the audience's one part, and its parts, the largest first. `look` reads a product's entries."""
    whole = (await audience.people()).get((0, ()), People())
    if by == "product":
        products = await read_products(look.connection, look.asked(audience.parts))
        found = [_of_product(title, each, look.currency) for title, each in products]
    elif by == "mode":
        found = [_of_mode(each) for each in (await audience.modes()).values()]
    else:
        people = await audience.people(Cut((by,)))
        found = [
            _of_people(words[0] or "", each, look.currency)
            for (_, words), each in people.items()
            if each.viewers
        ]
    return _of_people("", whole, look.currency), sorted(found, key=lambda each: (-each.viewers, each.label))


def overlap_of(whole: PartOf, parts: Sequence[PartOf], by: BreakdownBy) -> int:
    """Return how many more the parts' viewers are than the whole's; of products and of the replay nobody expects them to add up."""
    return sum(part.viewers for part in parts) - whole.viewers


def _of_people(label: str, people: People, currency: str) -> PartOf:
    return PartOf(label=label, viewers=people.viewers, figures=list(_figures(people, currency)))


def _figures(people: People, currency: str) -> Iterator[Figure]:
    yield count("viewers", people.viewers)
    yield mean("watch_mean", "seconds", watched(people))
    yield share("engaged", people.engaged, people.viewers)
    yield share("conversion_live", people.bought_live, people.viewers)
    yield share("viewers_before", people.came_back, people.recognisable)
    yield share("buyers_before", people.bought_before, people.buyers_known)
    yield share("ctr", people.clicked_what_they_saw, people.impressed)
    yield share("ctor", people.clicked_and_bought, people.clickers)
    yield from action_figures(people.clicks_seen, people.impressions, people.orders_clicked, people.clicks)
    yield from funnel_figures(people)
    yield count("viewers_orders", people.orders)
    yield _money("viewers_gmv", people.gmv_minor, currency)
    yield from nps_figures(people)


def _of_product(title: str, product: ProductPeople, currency: str) -> PartOf:
    figures = product_figures(product, currency)
    return PartOf(label=product.id, title=title, viewers=product.viewers, figures=figures)


def product_figures(product: ProductPeople, currency: str) -> list[Figure]:
    """Return what viewers did with a product."""
    return [
        count("impressed", product.impressed),
        count("clickers", product.clickers),
        share("ctr", product.saw_and_clicked, product.impressed),
        count("buyers", product.buyers),
        share("ctor", product.clicked_and_bought, product.clickers),
        *action_figures(product.clicks_seen, product.impressions, product.orders_clicked, product.clicks),
        count("viewers_orders", product.orders),
        count("viewers_units", product.units),
        _money("viewers_gmv", product.gmv_minor, currency),
    ]


def _of_mode(mode: ModePeople) -> PartOf:
    return PartOf(label=mode.label, viewers=mode.viewers, figures=mode_figures(mode))


def mode_figures(mode: ModePeople) -> list[Figure]:
    """Return how long who watched live, or the replay, did so. The funnel's window is the live show: of the replay it is not known."""
    seconds = mode.watched_us / MICROSECONDS
    funnel = list(funnel_figures(mode.people))
    if mode.label == "replay":
        funnel = [unknown(each.key, each.kind) for each in funnel]
    return [
        count("viewers" if mode.label == "live" else "replay_viewers", mode.viewers),
        mean("watch_mean", "seconds", Sample(mode.viewers, seconds, mode.watched_squares)),
        Figure(key="watch_total", kind="seconds", amount=seconds),
        *funnel,
    ]


def _money(key: str, amount: int, currency: str) -> Figure:
    return Figure(key=key, kind="money", amount=amount, currency=currency)


def build_breakdown(
    about: dict[str, Any],
    period: Period | None,
    show: str | None,
    by: BreakdownBy,
    found: tuple[PartOf, list[PartOf]],
) -> Breakdown:
    """Return the answer."""
    whole, parts = found
    overlap = overlap_of(whole, parts, by)
    return Breakdown(**about, period=period, show=show, by=by, whole=whole, parts=parts, overlap=overlap)
