"""The money of a show, in whole minor units. Pure."""

from server.stats.facts import Sold
from server.stats.report import Money


def build_money(sold: Sold, views: int, *, bots_known: bool) -> Money:
    """Return one currency's figures: everything that the audience paid for, and what was given back of that since, whoever took it."""
    everybody = (sold.viewers, sold.without_a_view, sold.suspected_bots)
    orders, gmv = sum(part.orders for part in everybody), sum(part.gmv_minor for part in everybody)
    return Money(
        currency=sold.currency,
        orders=orders,
        units=sum(part.units for part in everybody),
        gmv_minor=gmv,
        without_a_view=sold.without_a_view,
        suspected_bots=sold.suspected_bots if bots_known else None,
        staff=sold.staff,
        reported=sold.reported,
        refunded_minor=sold.refunded_minor,
        net_minor=gmv - sold.refunded_minor,
        aov_minor=divide_half_up(gmv, orders),
        gpm_minor=divide_half_up(gmv * 1000, views),
    )


def divide_half_up(amount: int, by: int) -> int | None:
    """Return `amount` ÷ `by` rounded half up, in whole numbers; None when `by` is 0."""
    return (2 * amount + by) // (2 * by) if by else None
