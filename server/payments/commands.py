"""Payments on the socket."""

from server.pace.rates import Act
from server.pace.service import Pace
from server.payments.payment import Wanted
from server.payments.service import Payments
from server.protocol.codec import ok_line
from server.protocol.commands import Pay, PayCancel
from server.viewers.caller import Caller, CommandTable, paced_by


class PaymentCommands:
    """The socket's way to `Payments`. Without a `pace` a viewer may pay as often as the socket's own limits allow."""

    def __init__(self, payments: Payments, pace: Pace | None = None) -> None:
        self._payments = payments
        self._pace = pace

    def table(self) -> CommandTable:
        """Return which handler carries out which command."""
        return {Pay: self.pay, PayCancel: self.cancel}

    async def pay(self, caller: Caller, command: Pay) -> bytes | None:
        """Begin to pay; the reply says how far that is. `too_fast` when the viewer has tried too often."""
        by = paced_by(caller)
        if self._pace is not None:
            await self._pace.spend(Act.ORDER, by)
        wanted = Wanted(caller.viewer_id, command.hold, command.key, command.method)
        applied, repeated = await self._payments.pay(caller.show_id, wanted)
        if repeated and self._pace is not None:
            self._pace.give_back(Act.ORDER, by)
        return None if command.id is None else ok_line(command.id, **applied.payment.on_the_wire())

    async def cancel(self, caller: Caller, command: PayCancel) -> bytes | None:
        """End a payment of the caller's."""
        payment = await self._payments.cancel(command.payment, caller.viewer_id)
        return None if command.id is None else ok_line(command.id, **payment.on_the_wire())
