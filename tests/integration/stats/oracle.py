"""The figures of the show `s`, counted second by second and person by person from raw facts. It shares no code with the figures."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from tests.integration.stats.raw_world import LENGTH, PRICES, STARTS, Bought, Part, World, moment

WINDOW = timedelta(days=90)
NOTHING = Part(came=None, played=[])


class Oracle:
    """Answers by looking at everybody in turn."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.here = {person: part for (show, person), part in world.items() if show == "s"}
        self.honest = {
            p: part for p, part in self.here.items() if not self.suspect("s", p) and not self.staff("s", p)
        }
        self.viewers = {p for p in self.honest if self.visits_with_a_view("s", p)}
        self.beside = set(self.honest) - self.viewers

    # --- who is who

    def part(self, show: str, person: str) -> Part:
        return self.world.get((show, person), NOTHING)

    def staff(self, show: str, person: str) -> bool:
        """Whoever was there as staff, or did anything as staff."""
        part = self.part(show, person)
        return (part.came is not None and part.came.staff) or any(b.staff for b in part.bought)

    def suspect(self, show: str, person: str) -> bool:
        came = self.part(show, person).came
        return came is not None and came.suspect and not self.staff(show, person)

    def withdrawals(self, person: str) -> list[datetime]:
        return [
            moment(show, at)
            for (show, who), part in self.world.items()
            if who == person
            for at in part.withdrew
        ]

    def recognisable(self, show: str, person: str, until: datetime) -> bool:
        """By an account, or by a consent that was not taken back until then."""
        came = self.part(show, person).came
        if came is None or came.staff:
            return False
        if not came.guest:
            return True
        since = None if came.consent is None else moment(show, came.consent)
        if since is not None and since > min(until, moment(show, LENGTH)):
            return False
        gone = [w for w in self.withdrawals(person) if (since is None or w >= since) and w <= until]
        return came.remembered and not gone

    def one_span(self, person: str, earlier: str, later: str) -> bool:
        """Whether what is known of the person in the later show reaches back to the earlier one."""
        before, after = self.part(earlier, person).came, self.part(later, person).came
        here, there = (after, before) if later == "s" else (before, after)
        if here is None:
            return False
        if there is None:
            return not here.guest
        assert before is not None
        assert after is not None
        if there.guest and there.consent is not None and there.consent > LENGTH:
            return False
        if not before.guest and not after.guest:
            return True
        if before.guest and not before.remembered:
            return False
        if after.guest and not after.remembered:
            return False
        began = None if not after.guest or after.consent is None else moment(later, after.consent)
        left = moment(earlier, 0 if before.consent is None else before.consent)
        return not before.guest or began is None or began <= left

    # --- watching

    def watched_seconds(self, show: str, person: str) -> list[int]:
        spans = [range(max(0, a), min(LENGTH, a + n)) for a, n in self.part(show, person).played]
        return sorted(set().union(*spans)) if spans else []

    def visits(self, show: str, person: str) -> list[int]:
        """How many seconds of each visit were watched: a visit goes on while less than 30 min lie between."""
        visits, last = list[int](), None
        for second in self.watched_seconds(show, person):
            if last is None or second - last - 1 > 30 * 60:
                visits.append(0)
            visits[-1] += 1
            last = second
        return visits

    def visits_with_a_view(self, show: str, person: str) -> int:
        return sum(watched >= 3 for watched in self.visits(show, person))

    def concurrency(self) -> list[int]:
        seconds = [0] * LENGTH
        for person in self.viewers:
            for second in self.watched_seconds("s", person):
                seconds[second] += 1
        return seconds

    # --- deeds

    def sum_of(self, people: Iterable[str], kind: str, product: int | None = None) -> int:
        return sum(
            did.n
            for person in people
            for did in self.here[person].did
            if did.kind == kind and product in (None, did.product)
        )

    def doers(self, *kinds: str, product: int | None = None) -> set[str]:
        return {p for p in self.viewers for kind in kinds if self.sum_of([p], kind, product)}

    def orders(self, people: Iterable[str], product: int | None = None) -> list[Bought]:
        return [
            b
            for person in people
            for b in self.here[person].bought
            if not b.staff and product in (None, b.product)
        ]

    def staff_orders(self) -> list[Bought]:
        return [b for p, part in self.here.items() for b in part.bought if b.staff or self.staff("s", p)]

    def buyers(self, people: Iterable[str], until: int | None = None) -> set[str]:
        return {p for p in people if any(until is None or b.at <= until for b in self.orders([p]))}

    def first_order(self, person: str) -> datetime:
        return moment("s", min(b.at for b in self.orders([person])))

    def walks(self) -> Iterator[list[int]]:
        """Yield when each viewer saw, clicked and paid, as far as they came while the show ran."""
        for person in self.viewers:
            part = self.here[person]
            times = [sorted(d.at for d in part.did if d.kind == kind) for kind in ("impression", "click")]
            times.append(sorted(b.at for b in self.orders([person]) if b.at <= LENGTH))
            reached: list[int] = []
            for step in times:
                later = [at for at in step if not reached or at >= reached[-1]]
                if not later:
                    break
                reached.append(later[0])
            if reached:
                yield reached

    def funnel(self) -> tuple[list[int], list[float | None], float | None]:
        walks = list(self.walks())
        came = [sum(len(walk) > i for walk in walks) for i in range(3)]
        gaps = [[walk[i] - walk[i - 1] for walk in walks if len(walk) > i] for i in (1, 2)]
        whole = [walk[2] - walk[0] for walk in walks if len(walk) > 2]
        return came, [None, *(median(g) if g else None for g in gaps)], median(whole) if whole else None

    # --- who came back

    def known_viewers(self) -> set[str]:
        end = moment("s", LENGTH)
        return {p for p in self.viewers if self.recognisable("s", p, end)}

    def seen_before(self) -> set[str]:
        return {
            p
            for p in self.viewers
            if self.visits_with_a_view("earlier", p) and not self.odd("earlier", p)
            if self.one_span(p, "earlier", "s")
        }

    def lasting(self) -> set[str]:
        return {p for p in self.known_viewers() if self.recognisable("s", p, STARTS["s"] + WINDOW)}

    def seen_after(self) -> set[str]:
        return {
            p
            for p in self.lasting()
            if self.visits_with_a_view("later", p) and not self.odd("later", p)
            if self.one_span(p, "s", "later")
            if self.part("later", p).came is None or self.recognisable("later", p, STARTS["s"] + WINDOW)
        }

    def odd(self, show: str, person: str) -> bool:
        return self.suspect(show, person) or self.staff(show, person)

    def bought_before(self) -> set[str]:
        return {
            p
            for p in self.buyers(self.viewers)
            for show in ("earlier", "later")
            for b in self.part(show, p).bought
            if not b.staff and moment(show, b.at) < self.first_order(p)
            if not self.odd(show, p) and self.one_span(p, show, "s")
        }

    def customers(self) -> tuple[int, int]:
        """Customers over the 90 days up to the show's end, and those with two orders."""
        end = moment("s", LENGTH)
        counts: dict[str, int] = {}
        for person in {who for _, who in self.world}:
            known = any(
                part.came is not None and not part.came.guest and not part.came.staff
                for (_, who), part in self.world.items()
                if who == person
            )
            placed = {
                show: n
                for show in ("earlier", "s", "later")
                if (n := self.counted_orders(show, person, end, known))
            }
            if any(self.visits_with_a_view(show, person) for show in placed):
                counts[person] = sum(placed.values())
        return len(counts), sum(n >= 2 for n in counts.values())

    def counted_orders(self, show: str, person: str, end: datetime, known: bool) -> int:
        part = self.part(show, person)
        if self.odd(show, person) or not (
            known if part.came is None else self.recognisable(show, person, end)
        ):
            return 0
        return sum(not b.staff and end - WINDOW < moment(show, b.at) <= end for b in part.bought)


def in_currency(orders: Iterable[Bought], currency: str) -> list[Bought]:
    return [order for order in orders if order.currency == currency]


def money_of(orders: Iterable[Bought]) -> dict[str, Any]:
    found = list(orders)
    return {
        "orders": len(found),
        "units": sum(b.quantity for b in found),
        "gmv_minor": sum(b.quantity * PRICES[b.product] for b in found),
    }
