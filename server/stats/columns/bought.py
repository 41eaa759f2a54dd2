"""What viewers of some shows bought, and who of them bought again. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from server.stats.columns import flags as f
from server.stats.columns.join import Channel, Slice, gone_of
from server.stats.columns.rows import Column


@dataclass(frozen=True, slots=True)
class SalesOf:
    """Sales in a group: at whose place, orders and money of viewers, and the orders, of replays too, that count for who bought again."""

    at: Column
    orders: Column
    gmv: Column
    placed: Column
    viewed: Column

    @classmethod
    def together(cls, sales: Sequence["SalesOf"]) -> "SalesOf":
        """Return all of them as one."""
        if not sales:
            return cls(*(np.empty(0, kind) for kind in (np.intp, np.int64, np.int64, np.int64, bool)))
        return cls(*(np.concatenate([getattr(each, name) for each in sales]) for name in cls.__slots__))

    def by(self, codes: Column | None, there: Column, count: int) -> dict[str, Column]:
        """Return what sales of places that are `there` come to, by the code of each place."""
        mine = there[self.at]
        at = self.at[mine]
        who, number = np.unique(at, return_inverse=True)
        placed, viewed = np.zeros(len(who), np.int64), np.zeros(len(who), bool)
        np.add.at(placed, number, self.placed[mine])
        np.logical_or.at(viewed, number, self.viewed[mine])
        of_sale, of_place = (
            np.zeros(len(each), np.intp) if codes is None else codes[each] for each in (at, who)
        )
        return {
            "orders": _add(of_sale, self.orders[mine], count),
            "gmv_minor": _add(of_sale, self.gmv[mine], count),
            "customers": np.bincount(of_place[viewed], minlength=count),
            "repeaters": np.bincount(of_place[viewed & (placed >= 2)], minlength=count),
        }


def _add(codes: Column, numbers: Column, count: int) -> Column:
    found = np.zeros(count, np.int64)
    np.add.at(found, codes, numbers)
    return found


def read_sales(channel: Channel, of: Slice, at: Column, until: int, block: tuple[int, int]) -> SalesOf:
    """Return the sales of a slice, whose rows have the places `at`; consent counts until `until`."""
    rows, bits = channel.shows[of.show].rows, of.bits[of.sold]
    orders, placed = (rows[f"sold.{name}"][of.lines].astype(np.int64) for name in ("orders", "placed"))
    viewed = (bits & np.uint32(f.VIEWED)) > 0
    counted = _is_counted(channel, of, bits, until, block)
    return SalesOf(
        at[of.sold],
        orders * viewed,
        rows["sold.gmv_minor"][of.lines] * viewed,
        placed * counted,
        counted & viewed,
    )


def _is_counted(channel: Channel, of: Slice, bits: Column, until: int, block: tuple[int, int]) -> Column:
    """Whether the channel may tell, at the group's end, whose orders these are."""
    guest = (bits & np.uint32(f.GUEST)) > 0
    nobody = (bits & np.uint32(f.NOBODY)) > 0
    known = np.where(guest, (bits & np.uint32(f.KNOWN)) > 0, ~nobody)
    if len(channel.gone_who):
        rows, gone_at = gone_of(channel, channel.shows[of.show].rows, of, *block)
        known &= ~np.isin(of.sold, rows[gone_at <= until])
    if nobody.any():
        known |= nobody & np.isin(of.people[of.sold] + block[0], channel.elsewhere)
    return known
