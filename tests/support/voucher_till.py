"""A till that sets uses of vouchers aside and makes orders with them, in the show's journal, as the checkout does."""

from collections.abc import Sequence
from typing import Any

from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.shop.confirming import Paid
from server.shop.hold_rules import Hold
from server.vouchers.reserving import Reserving
from server.vouchers.rules import Line, Reduction, Wish
from tests.support.stage import Stage


def wish_for(hold: Hold, code: str = "SPRING10", *, shipping: int = 600) -> Wish:
    lines = tuple(Line(nth, line.product_id, line.amount_minor) for nth, line in enumerate(hold.lines))
    return Wish(hold.channel_id, (hold.viewer_id,), code, lines, shipping, hold.currency)


class VoucherTill:
    """What a checkout does with vouchers, in the show's journal."""

    def __init__(self, stage: Stage, reserving: Reserving) -> None:
        self.stage, self.reserving = stage, reserving
        self._reserve_many = self.reserve_many
        self._confirm_many = self.confirm_many
        self._withdraw_many = self.withdraw_many

    async def reserve(self, hold: Hold, code: str = "SPRING10", **others: Any) -> Reduction:
        wish = await self.reserving.admit(hold.show_id, wish_for(hold, code, **others))
        return await self.stage.journal.commit(hold.show_id, self._reserve_many, (wish, hold.id))

    async def reserve_many(
        self, tx: ShowTransaction, wanted: Sequence[tuple[Wish, str]]
    ) -> list[Reduction | RefusedError]:
        return [await self._reserve_one(tx, *each) for each in wanted]

    async def _reserve_one(self, tx: ShowTransaction, wish: Wish, hold_id: str) -> Reduction | RefusedError:
        try:
            return await self.reserving.reserve(tx, wish, hold_id)
        except RefusedError as refused:
            return refused

    async def confirm(self, hold: Hold) -> str:
        return await self.stage.journal.commit(hold.show_id, self._confirm_many, hold.id)

    async def confirm_many(self, tx: ShowTransaction, ids: Sequence[str]) -> list[str | RefusedError]:
        lost = await self.reserving.take(tx, ids)
        going = [Paid(id, "paid") for id in ids if id not in lost]
        answers = await self.stage.holds.confirm_many_in(tx, going)
        made = {each.hold_id: answer for each, answer in zip(going, answers, strict=True)}
        return ["lost" if id in lost else as_word(made[id]) for id in ids]

    async def withdraw(self, hold: Hold) -> None:
        await self.stage.journal.commit(hold.show_id, self._withdraw_many, hold.id)

    async def withdraw_many(self, tx: ShowTransaction, ids: Sequence[str]) -> list[None]:
        for id in ids:
            await self.reserving.withdraw(tx, id)
        return [None for _ in ids]


def as_word(answer: Any) -> str:
    return answer.code.value if isinstance(answer, RefusedError) else "sold"
