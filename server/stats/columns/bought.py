"""What viewers of some shows bought, and who of them bought again. Pure."""

from dataclasses import dataclass

import numpy as np

from server.stats.columns.rows import Column


@dataclass(frozen=True, slots=True)
class SalesOf:
    """Sales of viewers in a group: at whose place, orders and money; and orders that count for who bought again."""

    at: Column
    orders: Column
    gmv: Column
    placed: Column
    viewed: Column

    def of(self, mine: Column) -> dict[str, int]:
        """Return what some of the sales come to."""
        who, number = np.unique(self.at[mine], return_inverse=True)
        placed, viewed = np.zeros(len(who), np.int64), np.zeros(len(who), bool)
        np.add.at(placed, number, self.placed[mine])
        np.logical_or.at(viewed, number, self.viewed[mine])
        return {
            "orders": int(self.orders[mine].sum()),
            "gmv_minor": int(self.gmv[mine].sum()),
            "customers": int(np.count_nonzero(viewed)),
            "repeaters": int(np.count_nonzero(viewed & (placed >= 2))),
        }
