"""A past show as it may have been: who watched when, reacted, asked, voted, looked and bought. Pure, and the same for the same plan."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from random import Random

from server.demo.catalogue import (
    CHANNEL_ID,
    CURRENCY,
    HOST_NAME,
    QUESTIONS,
    DemoProduct,
)
from server.demo.people import Person
from server.demo.plan import PastPlan
from server.ledger.entries import Fact
from server.ledger.tables import AttendanceRow, PlayingRow
from server.questions.rules import Question
from server.questions.tables import VoteRow
from server.shop.numbers import number_from
from server.shop.tables import OrderRow

PROCESS_ID = "demo-history"
REACTION_KINDS = ("heart", "clap", "fire", "laugh", "wow")
REACTION_WEIGHTS = (60, 14, 12, 6, 8)
DISMISSED_EVERY = 11


@dataclass(slots=True)
class Seat:
    """One person in the show: the stretches (seconds from the start) in which their video played."""

    person: Person
    connection_id: str
    stretches: list[tuple[float, float]]

    def watches(self, seconds: float) -> bool:
        return any(start <= seconds < end for start, end in self.stretches)


@dataclass(slots=True)
class History:
    """The rows of one past show, apart from the show itself and its journal; visits follow from `playing`."""

    attendance: list[AttendanceRow] = field(default_factory=list)
    playing: list[PlayingRow] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    votes: list[VoteRow] = field(default_factory=list)
    orders: list[OrderRow] = field(default_factory=list)


def unfold(plan: PastPlan) -> History:
    """Return everything that happened in the show of `plan`."""
    evening = _Evening(plan)
    for seat in evening.seats:
        evening.attend(seat)
        evening.react(seat)
        evening.look_and_buy(seat)
    evening.ask_and_vote()
    evening.history.orders.sort(key=lambda order: order.at)
    return evening.history


class _Evening:
    """Lets a planned show happen, by dice that fall the same way each time."""

    def __init__(self, plan: PastPlan) -> None:
        self.plan = plan
        self.random = Random(plan.show_id)
        self.history = History()
        self.seats = [self._take_seat(number, person) for number, person in enumerate(plan.people)]

    def _take_seat(self, number: int, person: Person) -> Seat:
        return Seat(person, f"c_{self.plan.show_id}_{number:04d}", list(self._stretches(person.warmth)))

    def _stretches(self, warmth: float) -> Iterator[tuple[float, float]]:
        """One in eight leaves at once, one in six looks away for a while."""
        random, start = self.random, self._arrival()
        stay = (
            random.uniform(0.8, 9.0) if random.random() < 0.12 else random.lognormvariate(6.1 + warmth, 0.85)
        )
        end = min(self.plan.length_seconds, start + stay)
        if random.random() < 0.17 and end - start > 240:
            away = start + (end - start) * random.uniform(0.3, 0.6)
            yield start, away
            start = min(end - 20, away + random.uniform(15, 150))
        yield start, end

    def _arrival(self) -> float:
        """Most come early, and some together in mid-show, by a link that was passed on."""
        random, length, manner = self.random, self.plan.length_seconds, self.random.random()
        if manner < 0.38:
            return min(length * 0.9, random.expovariate(1 / 150))
        if manner < 0.86:
            return random.uniform(0, length * 0.93)
        return min(length * 0.93, random.gauss(length * 0.45, 70) % length)

    def attend(self, seat: Seat) -> None:
        plan, person = self.plan, seat.person
        first_at = plan.at(seat.stretches[0][0])
        self.history.attendance.append(
            AttendanceRow(
                show_id=plan.show_id,
                viewer_id=person.viewer_id,
                first_at=first_at,
                guest=person.guest,
                remembered=person.remembered,
                source=person.source,
            )
        )
        for start, end in seat.stretches:
            self.history.playing.append(
                PlayingRow(
                    connection_id=seat.connection_id,
                    started_at=plan.at(start),
                    show_id=plan.show_id,
                    viewer_id=person.viewer_id,
                    process_id=PROCESS_ID,
                    ended_at=plan.at(end),
                )
            )

    def react(self, seat: Seat) -> None:
        """Bursts of taps, more of them just after a pin."""
        random, warmth = self.random, seat.person.warmth
        if warmth < 0.18:
            return
        for start, end in seat.stretches:
            for _ in range(int(warmth * (end - start) / 45 * random.uniform(0.5, 1.5))):
                moment = min(end - 0.1, self._near_a_pin(start, end))
                kind = random.choices(REACTION_KINDS, REACTION_WEIGHTS)[0]
                self._record(seat, "reaction", moment, kind, n=random.choice((1, 1, 2, 3, 5, 8)))

    def _near_a_pin(self, start: float, end: float) -> float:
        pins = [at for at, _ in self.plan.pins if start <= at < end - 30]
        if pins and self.random.random() < 0.55:
            return self.random.choice(pins) + self.random.expovariate(1 / 25)
        return self.random.uniform(start, end)

    def look_and_buy(self, seat: Seat) -> None:
        """Whoever is there while a product is pinned sees its card; some click, some of those buy."""
        unpinned = [at for at, _ in self.plan.pins[1:]] + [self.plan.length_seconds]
        for (pinned, product), until in zip(self.plan.pins, unpinned, strict=True):
            for start, end in seat.stretches:
                seen = max(start, pinned) + 2
                if seen < min(end, until) and self.random.random() < 0.85:
                    self._record(seat, "impression", seen, product.id)
                    self._click_and_buy(seat, product, seen, end)
                    break

    def _click_and_buy(self, seat: Seat, product: DemoProduct, seen: float, leaves: float) -> None:
        random, warmth = self.random, seat.person.warmth
        clicked = seen + random.expovariate(1 / 30)
        if clicked >= leaves or random.random() > 0.09 + 0.50 * warmth * product.appeal:
            return
        self._record(seat, "click", clicked, product.id)
        bought = clicked + random.uniform(12, 120)
        if bought < leaves and random.random() < 0.22 + 0.45 * warmth:
            self._buy(seat, product, bought, quantity=2 if random.random() < 0.14 else 1)

    def _buy(self, seat: Seat, product: DemoProduct, bought: float, *, quantity: int) -> None:
        plan, number, amount = self.plan, len(self.history.orders) + 1, product.price * quantity
        self.history.orders.append(
            OrderRow(
                id=(order_id := f"o_{plan.show_id}_{number:04d}"),
                number=number_from(sha256(order_id.encode()).hexdigest()),
                channel_id=CHANNEL_ID,
                show_id=plan.show_id,
                viewer_id=seat.person.viewer_id,
                key=f"{plan.show_id}-{number:04d}",
                product_id=product.id,
                quantity=quantity,
                unit_price_minor=product.price,
                amount_minor=amount,
                currency=CURRENCY,
                payment=f"fake_{plan.show_id}_{number:04d}",
                at=plan.at(bought),
            )
        )
        self._record(seat, "order", bought, product.id, n=quantity, amount=amount)

    def ask_and_vote(self) -> None:
        """Questions by those who are there, the warm ones rather than others, and votes of those who read them."""
        plan, random, history = self.plan, self.random, self.history
        moments = sorted(random.uniform(40, plan.length_seconds - 60) for _ in range(plan.questions))
        for number, asked in enumerate(moments):
            present = [seat for seat in self.seats if seat.watches(asked)]
            asker = random.choices(present, [0.02 + seat.person.warmth for seat in present])[0]
            question = self._question(number, asked, asker.person)
            self._record(asker, "question", asked, question.id)
            others = (seat for seat in present if seat is not asker)
            votes = [vote for seat in others if (vote := self._vote(seat, question, asked))]
            history.facts.extend(Fact(v.show_id, v.viewer_id, "vote", v.at, v.question_id) for v in votes)
            history.votes.extend(votes)
            history.questions.append(self._moderate(number, asked, replace(question, votes=len(votes))))

    def _vote(self, seat: Seat, question: Question, asked: float) -> VoteRow | None:
        voted = asked + self.random.uniform(3, 60)
        if self.random.random() > 0.22 * seat.person.warmth or not seat.watches(voted):
            return None
        return VoteRow(
            question_id=question.id,
            viewer_id=seat.person.viewer_id,
            show_id=question.show_id,
            at=self.plan.at(voted),
        )

    def _question(self, number: int, asked: float, asker: Person) -> Question:
        return Question(
            id=f"q_{self.plan.show_id}_{number:03d}",
            show_id=self.plan.show_id,
            viewer_id=asker.viewer_id,
            author=asker.name,
            text=QUESTIONS[number % len(QUESTIONS)][0],
            state="open",
            version=0,
            votes=0,
            asked_at=self.plan.at(asked),
        )

    def _moderate(self, number: int, asked: float, question: Question) -> Question:
        """Return what became of it: most are answered after a while, some are dismissed, the last ones stay open."""
        moved = asked + self.random.uniform(65, 420)
        if moved >= self.plan.length_seconds:
            return question
        moderated = replace(question, version=1, moderated_by=HOST_NAME)
        if number % DISMISSED_EVERY == DISMISSED_EVERY - 1:
            reason = self.random.choice(("off_topic", "duplicate"))
            return replace(moderated, state="dismissed", dismissed_reason=reason)
        if self.random.random() > 0.84:
            return question
        text, at = QUESTIONS[number % len(QUESTIONS)][1], self.plan.at(moved)
        return replace(
            moderated,
            state="answered",
            answer_text=text,
            answered_live=text is None,
            answered_at=at,
            answered_by=HOST_NAME,
            answered_role="host",
        )

    def _record(
        self,
        seat: Seat,
        kind: str,
        seconds: float,
        target: str,
        *,
        n: int = 1,
        amount: int | None = None,
    ) -> None:
        self.history.facts.append(
            Fact(
                show_id=self.plan.show_id,
                viewer_id=seat.person.viewer_id,
                kind=kind,
                at=self.plan.at(seconds),
                target=target,
                n=n,
                connection_id=seat.connection_id,
                amount_minor=amount,
                currency=None if amount is None else CURRENCY,
                source=seat.person.source,
            )
        )


def units_sold(orders: Iterable[OrderRow]) -> dict[str, int]:
    """Return how many units of each product the orders hold."""
    sold: dict[str, int] = {}
    for order in orders:
        sold[order.product_id] = sold.get(order.product_id, 0) + order.quantity
    return sold
