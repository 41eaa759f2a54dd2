"""What groups of shows sold: tills from what each show's columns, or rows of SQL, say of a currency and a kind of buyer. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from server.stats.chance import Sample
from server.stats.channel.facts import Till
from server.stats.columns.rows import ShowRows
from server.stats.report import Sales

Numbers = Sequence[int]
"""Orders, units, their amount, and the sum of the amounts' squares; of reported orders, what was given back in the last's
place, of whichever orders that was."""
_NONE: Final = Sales(orders=0, units=0, gmv_minor=0)


def tills_of(shows: Sequence[ShowRows]) -> list[Till]:
    """Return what the shows sold, by currency."""
    sold: defaultdict[str, dict[str, Numbers]] = defaultdict(dict)
    reported: dict[str, Numbers] = {}
    for rows in shows:
        for currency, by, *numbers in rows.tills:
            sold[currency][by] = _add(sold[currency].get(by, (0, 0, 0, 0)), numbers)
        for currency, *numbers in rows.reported:
            reported[currency] = _add(reported.get(currency, (0, 0, 0, 0)), numbers)
    return [till_of(currency, sold[currency], reported.get(currency)) for currency in sorted(sold)]


def _add(one: Numbers, other: Numbers) -> Numbers:
    return [a + b for a, b in zip(one, other, strict=True)]


def till_of(currency: str, by: Mapping[str, Numbers], reported: Numbers | None) -> Till:
    """Return a till from the numbers of each kind of buyer."""
    audience = [numbers for who, numbers in by.items() if who not in {"staff", "replay"}]
    return Till(
        currency=currency,
        viewers=_sales(by.get("viewers")),
        without_a_view=_sales(by.get("without_a_view")),
        suspected_bots=_sales(by.get("suspected_bots")),
        staff=_sales(by.get("staff")),
        replay=_sales(by.get("replay")),
        orders=Sample(
            sum(each[0] for each in audience),
            sum(each[2] for each in audience),
            float(sum(each[3] for each in audience)),
        ),
        reported=_sales(reported) if reported and reported[0] else None,
        refunded_minor=reported[3] if reported else 0,
    )


def _sales(numbers: Numbers | None) -> Sales:
    return _NONE if numbers is None else Sales(orders=numbers[0], units=numbers[1], gmv_minor=numbers[2])
