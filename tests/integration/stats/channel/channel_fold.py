"""The figures of a group of shows, counted person by person and show by show. It shares no code with the figures."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

from tests.integration.stats.channel.channel_world import (
    LENGTH,
    STARTS,
    Came,
    Order,
    Person,
    World,
    answered_at,
)

W = timedelta(days=90)
Amount = float | int | None
Expected = dict[tuple[str, str | None], tuple[Amount, int | None, int | None]]
"""By key and currency: the amount, and of a share its two numbers."""


class Fold:
    """Answers about the shows of one part."""

    def __init__(self, world: World, shows: Iterable[str], until: datetime, as_of: datetime) -> None:
        self.world, self.shows, self.until, self.as_of = world, list(shows), until, as_of
        self.rows = [
            (name, person, show, came)
            for name, person in world.items()
            for show, came in person.came.items()
            if show in self.shows and self.honest(came)
        ]
        self.seen = [row for row in self.rows if row[3].views]
        self.viewers = {name for name, *_ in self.seen}

    def only(self, rows: list[tuple[str, Person, str, Came]]) -> "Fold":
        """Return the same over these rows with a view alone."""
        other = Fold(self.world, self.shows, self.until, self.as_of)
        other.rows = other.seen = rows
        other.viewers = {name for name, *_ in rows}
        return other

    def honest(self, came: Came) -> bool:
        return not came.suspect and not came.staff

    # --- consent

    def gone(self, person: Person, show: str) -> datetime | None:
        """When consent was next taken back after the begin of the one that the show knows of."""
        began = person.consent(show)
        ends = [last for _, last in person.spans() if began is None or last >= began]
        return min(ends, default=None)

    def knows(self, person: Person, show: str) -> bool:
        """Whether the show knows the person as one whom the channel may recognise, leaving out what came after."""
        if not person.guest:
            return True
        began = person.consent(show)
        return began is not None and began <= STARTS[show] + LENGTH

    def recognisable(self, person: Person, show: str, until: datetime) -> bool:
        gone = self.gone(person, show)
        return self.knows(person, show) and (not person.guest or gone is None or gone > until)

    def one_span(self, person: Person, earlier: str, later: str) -> bool:
        if not person.guest:
            return True
        began, before = person.consent(later), person.consent(earlier)
        return began is not None and before is not None and began <= before

    def others(self, person: Person, show: str) -> list[str]:
        return [
            other
            for other, came in person.came.items()
            if other != show and came.views and self.honest(came) and self.knows(person, other)
        ]

    def came_back(self, person: Person, show: str) -> bool:
        return any(
            STARTS[show] - W <= STARTS[other] < STARTS[show] and self.one_span(person, other, show)
            for other in self.others(person, show)
        )

    def came_again(self, person: Person, show: str) -> bool:
        return any(
            STARTS[show] <= STARTS[other] < STARTS[show] + W and self.one_span(person, show, other)
            for other in self.others(person, show)
        )

    def lasts(self, person: Person, show: str) -> bool:
        gone = self.gone(person, show)
        return not person.guest or gone is None or gone >= STARTS[show] + W

    def orders(self, came: Came) -> list[Order]:
        return [order for order in came.orders if not order.staff]

    def bought_before(self, person: Person, show: str) -> bool:
        first = min(order.at(show) for order in self.orders(person.came[show]))
        return any(
            order.at(other) < first
            for other, came in person.came.items()
            if other != show and self.honest(came) and self.knows(person, other)
            if self.one_span(person, other, show)
            for order in self.orders(came)
        )

    # --- figures

    def counted(self) -> Expected:
        known = [row for row in self.seen if self.recognisable(row[1], row[2], STARTS[row[2]] + LENGTH)]
        bought = [row for row in self.seen if self.orders(row[3])]
        known_buyers = [row for row in known if self.orders(row[3])]
        seconds = {
            name: sum(came.watched for who, _, _, came in self.seen if who == name) for name in self.viewers
        }
        whole, asked = len(self.viewers), self.questions()
        lasting = [row for row in known if self.lasts(row[1], row[2])]
        first = {row[0]: row for row in sorted(known, key=lambda row: (STARTS[row[2]], row[2]), reverse=True)}
        saw, clicked = self.who("impressions"), self.who("clicks")
        placed, repeaters = self.customers()
        replays = {name for name, _, _, came in self.rows if came.replay_views}
        own = sum(came.acts["reactions"] for *_, came in self.seen)
        return {
            **counts(
                viewers=whole,
                guests=len({n for n, person, *_ in self.seen if person.guest}),
                views=sum(came.views for *_, came in self.seen),
                reactions=self.total("reactions"),
                senders=len(self.who("reactions")),
                votes=self.total("votes"),
                shares=self.total("shares"),
                sharers=len(self.who("shares")),
                watch_total=sum(seconds.values()),
                watch_median=median(seconds.values()) if seconds else None,
                watch_mean=sum(seconds.values()) / whole if whole else None,
                per_sender=own / n if (n := len(self.who("reactions"))) else None,
                buyers=len({row[0] for row in bought}),
                asked=len(asked),
                replay_viewers=len(replays) or None,
                viewers_in_all=len(replays | self.viewers) if replays else None,
            ),
            **share("engaged", self.who("reactions", "questions", "votes", "shares", "clicks"), self.viewers),
            **share("viewers_before", names(r for r in known if self.came_back(r[1], r[2])), names(known)),
            **share(
                "viewers_new", {n for n, r in first.items() if not self.came_back(r[1], r[2])}, names(known)
            ),
            **share(
                "buyers_before",
                names(r for r in known_buyers if self.bought_before(r[1], r[2])),
                names(known_buyers),
            ),
            **share(
                "buyers_seen_before",
                names(r for r in known_buyers if self.came_back(r[1], r[2])),
                names(known_buyers),
            ),
            **share("buyers_in_period", repeaters, placed),
            **share("ctr", self.both("clicks", "impressions"), saw),
            **share("ctor", names(r for r in bought if r[3].acts["clicks"]), clicked),
            **self.actions(),
            **self.funnel(),
            **share("askers", {name for name, viewed, *_ in asked if viewed}, self.viewers),
            **self.conversions(bought),
            **self.nps(self.seen),
            **self.money(),
            **(self.again(lasting) if self.shows else {}),
        }

    def again(self, lasting: list[tuple[str, Person, str, Came]]) -> Expected:
        if self.as_of < max(STARTS[show] for show in self.shows) + W:
            return {("viewers_again", None): (None, None, None)}
        return share(
            "viewers_again", names(r for r in lasting if self.came_again(r[1], r[2])), names(lasting)
        )

    def who(self, *acts: str) -> set[str]:
        return {name for name, _, _, came in self.seen if any(came.acts[act] for act in acts)}

    def both(self, *acts: str) -> set[str]:
        return {name for name, _, _, came in self.seen if all(came.acts[act] for act in acts)}

    def total(self, act: str) -> int:
        return sum(came.acts[act] for *_, came in self.rows)

    # --- from seeing to buying

    def walk(self, came: Came) -> list[timedelta]:
        """When the steps of the funnel were taken in order while the show ran, as far as they were."""
        taken: list[timedelta] = []
        steps = [[deed.after for deed in came.of(kind)] for kind in ("impression", "click")]
        for times in [*steps, sorted(order.after for order in self.orders(came))]:
            later = [at for at in times if timedelta(0) <= at <= LENGTH and (not taken or at >= taken[-1])]
            if not later:
                break
            taken.append(later[0])
        return taken

    def funnel(self) -> Expected:
        """People by how far they came in any show; how long a step took is told by the first show in which it was taken."""
        reached: list[dict[str, list[timedelta]]] = [{}, {}, {}]
        for name, _, _, came in sorted(self.seen, key=lambda row: (STARTS[row[2]], row[2])):
            walk = self.walk(came)
            for step in range(len(walk)):
                reached[step].setdefault(name, walk)
        saw, clicked, paid = map(set, reached)
        return {
            **counts(
                funnel_impression=len(saw),
                funnel_click_time=_median(walk[1] - walk[0] for walk in reached[1].values()),
                funnel_paid_time=_median(walk[2] - walk[1] for walk in reached[2].values()),
                funnel_time=_median(walk[2] - walk[0] for walk in reached[2].values()),
            ),
            **share("funnel_click", clicked, saw),
            **share("funnel_paid", paid, saw),
            **share("funnel_paid_of_click", paid, clicked),
        }

    def actions(self) -> Expected:
        """What was done with the channel's products: a click counts for one impression of the same product, an order for one click."""
        sums = [0, 0, 0, 0]
        for product in (1, 2):
            for *_, came in self.seen:
                shown, clicked = (
                    sum(deed.n for deed in came.of(kind) if deed.product == product)
                    for kind in ("impression", "click")
                )
                orders = sum(order.product == product for order in self.orders(came))
                told = (min(clicked, shown), shown, min(orders, clicked), clicked)
                sums = [a + b for a, b in zip(sums, told, strict=True)]
        seen, shown, ordered, clicked = sums
        return {
            ("ctr_actions", None): (seen / shown if shown else None, seen, shown),
            ("ctor_actions", None): (ordered / clicked if clicked else None, ordered, clicked),
        }

    def questions(self) -> list[tuple[str, bool, str]]:
        return [
            (name, came.views > 0, state)
            for name, _, _, came in self.rows
            for state, _ in came.questions
            if state != "dismissed"
        ]

    def nps(self, rows: list[tuple[str, Person, str, Came]]) -> Expected:
        """Return what the last answers come to; where two were given at one moment, that of the id which sorts last."""
        said = sorted(
            (name, answered_at(show, hours), show, other, score)
            for name, _, show, came in rows
            for other, hours, score in came.scores
        )
        last = {name: score for name, *_, score in said}
        better, worse = ({n for n, s in last.items() if s >= 9}, {n for n, s in last.items() if s <= 6})
        score = 100 * (len(better) - len(worse)) / len(last) if last else None
        return {
            ("nps", None): (score, None, None),
            **share("nps_promoters", better, set(last)),
            **share("nps_passives", set(last) - better - worse, set(last)),
            **share("nps_detractors", worse, set(last)),
        }

    def conversions(self, bought: list[tuple[str, Person, str, Came]]) -> Expected:
        found: Expected = {}
        for key, after in (("live", 0), ("24h", 1), ("7d", 7), ("30d", 30)):
            until = LENGTH + timedelta(days=after)
            buyers = {r[0] for r in bought if min(o.after for o in self.orders(r[3])) <= until}
            found |= share(f"conversion_{key}", buyers, self.viewers)
        return found

    def customers(self) -> tuple[set[str], set[str]]:
        """Who bought where the channel may recognise them, and watched one of the shows that they bought in; those with two orders."""
        orders: dict[str, int] = {}
        viewed = set()
        for name, person, show, came in self.rows:
            if self.orders(came) and self.recognisable(person, show, self.until):
                orders[name] = orders.get(name, 0) + len(self.orders(came))
                if came.views:
                    viewed.add(name)
        return viewed, {name for name in viewed if orders[name] >= 2}

    def money(self) -> Expected:
        audience = [
            (order, person, show)
            for name, person in self.world.items()
            for show, came in person.came.items()
            if show in self.shows and not came.staff
            for order in self.orders(came)
        ]
        found: Expected = {}
        for currency in sorted({order.currency for order, *_ in audience}):
            amounts = [order.amount for order, *_ in audience if order.currency == currency]
            found[("gmv", currency)] = (sum(amounts), None, None)
            found[("orders", currency)] = (len(amounts), None, None)
        return found


def _median(gaps: Iterable[timedelta]) -> float | None:
    found = [gap.total_seconds() for gap in gaps]
    return median(found) if found else None


def names(rows: Iterable[tuple[str, Person, str, Came]]) -> set[str]:
    return {name for name, *_ in rows}


def counts(**amounts: Amount) -> Expected:
    return {(key, None): (amount, None, None) for key, amount in amounts.items()}


def share(key: str, part: set[str], whole: set[str]) -> Expected:
    assert part <= whole, key
    return {(key, None): (len(part) / len(whole) if whole else None, len(part), len(whole))}
