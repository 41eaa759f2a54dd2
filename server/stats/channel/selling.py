"""From seeing a product to paying, and the rates by actions, of the people of a part. Pure; for one show they are those of its report."""

from collections.abc import Iterator

from server.stats.channel.facts import People
from server.stats.channel.figure import Figure, count, share
from server.stats.watching import MICROSECONDS


def funnel_figures(people: People) -> Iterator[Figure]:
    """Yield who came how far in order, of the first step and of the one before, and the medians of how long it took them."""
    yield count("funnel_impression", people.saw)
    yield share("funnel_click", people.clicked_in_order, people.saw)
    yield share("funnel_paid", people.paid_in_order, people.saw)
    yield share("funnel_paid_of_click", people.paid_in_order, people.clicked_in_order)
    yield _median("funnel_click_time", people.to_click_us, people.clicked_in_order)
    yield _median("funnel_paid_time", people.to_pay_us, people.paid_in_order)
    yield _median("funnel_time", people.to_convert_us, people.paid_in_order)


def action_figures(clicks_seen: int, impressions: int, orders_clicked: int, clicks: int) -> Iterator[Figure]:
    """Yield the click rate and the click-to-order rate by actions."""
    yield share("ctr_actions", clicks_seen, impressions)
    yield share("ctor_actions", orders_clicked, clicks)


def _median(key: str, median_us: float | None, n: int) -> Figure:
    amount = None if median_us is None else median_us / MICROSECONDS
    return Figure(key=key, kind="seconds", amount=amount, n=n)
