"""Payments that begin, many in one transaction of their show: of nothing, by a provider in memory, or by one that is asked afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.errors import RefusedError
from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.payments import repository
from server.payments.holds import PaidHolds, ToConfirm, ToPay
from server.payments.payment import Begun, Payment, Wanted
from server.payments.provider import Chosen, Providers
from server.protocol.codes import Code

NOBODY: Final = "none"
"""The provider of a payment of nothing: nobody is asked."""

PAID_NOW: Final = "What goes to whoever pays first cannot be paid later."

_Place = tuple[str, str]
"""A viewer and their key: there is one payment of each."""
_Refused = dict[_Place, RefusedError]


@dataclass(frozen=True, slots=True)
class _Try:
    """A payment that may be made: what is wanted, what its hold was found to be, and by whom it is paid.

    `ref`: the reference of a provider that has taken the money in memory.
    """

    id: str
    wanted: Wanted
    to_pay: ToPay
    by: Chosen
    ref: str | None

    @property
    def taken(self) -> bool:
        """Whether nobody has to be asked for the money."""
        return self.ref is not None or self.by.provider == NOBODY

    def payment(self, tx: ShowTransaction, order_id: str | None = None) -> Payment:
        """Return the payment, with its order where it has become one."""
        to_pay = self.to_pay
        return Payment(
            id=self.id,
            channel_id=to_pay.channel_id,
            show_id=tx.show_id,
            hold_id=to_pay.hold_id,
            viewer_id=self.wanted.viewer_id,
            key=self.wanted.key,
            provider=self.by.provider,
            provider_ref=self.ref,
            method=self.wanted.method,
            state="captured" if self.taken else "created",
            amount_minor=to_pay.amount_minor,
            currency=to_pay.currency,
            refunded_minor=0,
            tries=0,
            redirect_url=None,
            pay_by=None,
            created_at=tx.now,
            changed_at=tx.now,
            asked_at=tx.now,
            why=None,
            order_id=order_id,
            account_id=self.by.account_id,
        )


class Beginning:
    """The handler of a show's journal by which payments begin."""

    def __init__(self, holds: PaidHolds, providers: Providers) -> None:
        self._holds = holds
        self._providers = providers

    async def begin_many(self, tx: ShowTransaction, wanted: Sequence[Wanted]) -> list[Begun | RefusedError]:
        """Write down payments of holds that may be paid, or return those of before under the same keys.

        Of one hold one payment is open: whoever wants another gets `conflict`, with that one as `current` where it is theirs.
        """
        known = {_place(each): each for each in await repository.read_by_keys(tx.connection, wanted)}
        fresh = dict[_Place, Wanted]()
        for each in wanted:
            if _place(each) not in known:
                fresh.setdefault(_place(each), each)
        being_paid = await repository.read_open(tx.connection, {each.hold_id for each in fresh.values()})
        refused = _Refused()
        tries = await self._look(
            tx, [each for each in fresh.values() if each.hold_id not in being_paid], refused
        )
        # First, since it locks products: whoever marks a hold has its row, and may lock none afterwards.
        made = await self._take_at_once(tx, tries, refused)
        to_be_asked = await self._begin_asking(tx, tries, {each.hold_id for each in made}, refused)
        being_paid |= {each.hold_id: each for each in to_be_asked}
        made += to_be_asked
        written = await repository.insert_payments(tx.connection, made)
        if len(written) < len(made):
            # Another show has taken one of the keys between our read and our write: once more, and its payment is seen.
            raise RefusedError(Code.BUSY, retry_after_ms=100)
        new = {_place(each): each for each in made}
        return [_begun(each, known, new, being_paid, refused) for each in wanted]

    async def _look(self, tx: ShowTransaction, asked: Sequence[Wanted], refused: _Refused) -> list[_Try]:
        """Return what may be tried, in its order; what of it cannot be paid is refused."""
        if not asked:
            return []
        by = await self._providers.choose(tx.connection, tx.show_id)
        tries = list[_Try]()
        for each, to_pay in zip(asked, await self._holds.read_to_pay(tx, asked), strict=True):
            if isinstance(to_pay, RefusedError):
                refused[_place(each)] = to_pay
            elif to_pay.first_paid and isinstance(by, Chosen) and each.method in by.later:
                refused[_place(each)] = RefusedError(Code.INVALID, PAID_NOW, at="method")
            elif isinstance(by, Chosen) or to_pay.amount_minor == 0:
                tries.append(_try(each, to_pay, by))
            else:
                refused[_place(each)] = by
        return tries

    async def _take_at_once(
        self, tx: ShowTransaction, tries: Sequence[_Try], refused: _Refused
    ) -> list[Payment]:
        """Make an order of each hold that nobody has to be asked about, and return its payment."""
        first = dict[str, _Try]()
        for each in tries:
            if each.taken and first.setdefault(each.to_pay.hold_id, each) is not each:
                refused[_place(each.wanted)] = _ended("confirmed")
        wanted = [ToConfirm(hold_id, each.id, each.to_pay) for hold_id, each in first.items()]
        made = list[Payment]()
        orders = await self._holds.confirm(tx, wanted) if wanted else []
        for each, order in zip(first.values(), orders, strict=True):
            if isinstance(order, RefusedError):
                refused[_place(each.wanted)] = order
            else:
                made.append(each.payment(tx, order))
        return made

    async def _begin_asking(
        self, tx: ShowTransaction, tries: Sequence[_Try], ended: set[str], refused: _Refused
    ) -> list[Payment]:
        """Mark holds of which a provider is to be asked, each for the first who wants to pay it, and return their payments."""
        asked = [each for each in tries if not each.taken]
        first = dict[str, _Try]()
        for each in asked:
            first.setdefault(each.to_pay.hold_id, each)
        marked = await self._holds.begin_paying(tx, list(first)) if first else ()
        for each in asked:
            hold_id = each.to_pay.hold_id
            if hold_id not in marked:
                # Beside the show's own transactions a hold only expires.
                refused[_place(each.wanted)] = _ended("confirmed" if hold_id in ended else "expired")
        return [each.payment(tx) for hold_id, each in first.items() if hold_id in marked]


def _place(whose: Wanted | Payment) -> _Place:
    return whose.viewer_id, whose.key


def _try(wanted: Wanted, to_pay: ToPay, by: Chosen | RefusedError) -> _Try:
    """Return the payment that may be made; where nothing is to be paid, nobody is asked."""
    id = new_id("pay")
    chosen = by if isinstance(by, Chosen) and to_pay.amount_minor else Chosen(NOBODY)
    return _Try(id, wanted, to_pay, chosen, chosen.take_at_once(id, wanted.method))


def _ended(state: str) -> RefusedError:
    return RefusedError(Code.HOLD_ENDED, state=state, paying=False)


def _begun(
    wanted: Wanted,
    known: Mapping[_Place, Payment],
    new: Mapping[_Place, Payment],
    being_paid: Mapping[str, Payment],
    refused: Mapping[_Place, RefusedError],
) -> Begun | RefusedError:
    place = _place(wanted)
    payment = known.get(place) or new.get(place)
    if payment is not None:
        same = (payment.hold_id, payment.method) == (wanted.hold_id, wanted.method)
        return Begun(payment, repeated=place in known) if same else RefusedError(Code.KEY_REUSED)
    if place in refused:
        return refused[place]
    other = being_paid.get(wanted.hold_id)
    if other is None:  # the key came twice at once, and not for the same hold
        return RefusedError(Code.KEY_REUSED)
    conflict = RefusedError(Code.CONFLICT, "This hold is being paid already.")
    if other.viewer_id in wanted.viewers:
        conflict.data["current"] = other.on_the_wire()
    return conflict
