"""The shop on the socket: buying, holding, restocking, pinning."""

from collections.abc import Awaitable, Callable

from server.clock import to_wire
from server.pace.rates import Act
from server.pace.service import Pace
from server.protocol.codec import ok_line
from server.protocol.commands import (
    Buy,
    HoldExchange,
    HoldRelease,
    PlaceHold,
    ProductPin,
    ProductRestock,
    ProductUnpin,
)
from server.shop.exchanges import Exchanges
from server.shop.hold_rules import Hold, Wanted, WantedLine
from server.shop.holds import Holds
from server.shop.rules import Purchase
from server.shop.service import Shop
from server.viewers.caller import Caller, CommandTable, acting, intent_in, paced_by


class ShopCommands:
    """The socket's way to `Shop`, `Holds` and `Exchanges`. Without a `pace` a viewer may buy as often as the socket's own limits allow."""

    def __init__(self, shop: Shop, holds: Holds, exchanges: Exchanges, pace: Pace | None = None) -> None:
        self._shop = shop
        self._holds = holds
        self._exchanges = exchanges
        self._pace = pace

    def table(self) -> CommandTable:
        """Return which handler carries out which command."""
        return {
            Buy: self.buy,
            PlaceHold: self.hold,
            HoldExchange: self.exchange,
            HoldRelease: self.release,
            ProductRestock: self.restock,
            ProductPin: self.pin,
            ProductUnpin: self.unpin,
        }

    async def buy(self, caller: Caller, command: Buy) -> bytes | None:
        """Buy; the reply is the confirmation. `too_fast` when the viewer has bought too often."""
        show_id, by = caller.show_id, paced_by(caller)
        purchase = Purchase(
            caller.viewer_id,
            command.product,
            command.quantity,
            command.key,
            command.price,
            staff=caller.role != "viewer",
            offer_id=command.offer,
        )
        if self._pace is not None:
            await self._pace.spend(Act.ORDER, by)
        receipt = await self._shop.buy(show_id, purchase)
        if receipt.repeated and self._pace is not None:
            self._pace.give_back(Act.ORDER, by)
        order = receipt.order
        if command.id is None:
            return None
        return ok_line(
            command.id,
            order=order.id,
            number=order.number,
            product=order.product_id,
            quantity=order.quantity,
            amount=order.amount_minor,
            currency=order.currency,
            at=to_wire(order.at),
        )

    async def hold(self, caller: Caller, command: PlaceHold) -> bytes | None:
        """Set units aside; the reply is the confirmation. `too_fast` when the viewer has bought or held too often."""
        return await self._set_aside(caller, command, None, self._holds.place)

    async def exchange(self, caller: Caller, command: HoldExchange) -> bytes | None:
        """Set other units aside in the place of a hold; paced and answered as `hold`."""
        return await self._set_aside(caller, command, command.hold, self._exchanges.exchange)

    async def _set_aside(
        self,
        caller: Caller,
        command: PlaceHold | HoldExchange,
        exchanges: str | None,
        place: Callable[[str, Wanted], Awaitable[Hold]],
    ) -> bytes | None:
        by = paced_by(caller)
        lines = tuple(
            WantedLine(each.product, each.quantity, each.price, each.offer) for each in command.lines
        )
        wanted = Wanted(
            caller.viewer_id,
            command.key,
            lines,
            staff=caller.role != "viewer",
            guest=caller.guest,
            exchanges=exchanges,
        )
        if self._pace is not None:
            await self._pace.spend(Act.ORDER, by)
        hold = await place(caller.show_id, wanted)
        if hold.repeated and self._pace is not None:
            self._pace.give_back(Act.ORDER, by)
        if command.id is None:
            return None
        return ok_line(
            command.id,
            hold=hold.id,
            expires_at=to_wire(hold.expires_at),
            amount=hold.amount_minor,
            currency=hold.currency,
            **({"first_paid": True} if hold.first_paid else {}),
        )

    async def release(self, caller: Caller, command: HoldRelease) -> bytes | None:
        """Give the units of one's own hold back; done once or often, it is the same."""
        hold = await self._holds.release(
            caller.show_id, command.hold, caller.viewer_id, intent=intent_in(caller, command)
        )
        return None if command.id is None else ok_line(command.id, hold=hold.id, state=hold.state_shown)

    async def restock(self, caller: Caller, command: ProductRestock) -> bytes | None:
        """Add units, or take some away."""
        stock = await self._shop.restock(
            caller.show_id, acting(caller), command.product, command.add, intent=intent_in(caller, command)
        )
        return None if command.id is None else ok_line(command.id, product=command.product, stock=stock)

    async def pin(self, caller: Caller, command: ProductPin) -> bytes | None:
        """Show a product above all others."""
        offset = await self._shop.pin_product(
            caller.show_id, acting(caller), command.product, intent=intent_in(caller, command)
        )
        return None if command.id is None else ok_line(command.id, offset=offset)

    async def unpin(self, caller: Caller, command: ProductUnpin) -> bytes | None:
        """Show no product above the others."""
        offset = await self._shop.unpin_product(
            caller.show_id, acting(caller), command.product, intent=intent_in(caller, command)
        )
        return None if command.id is None else ok_line(command.id, offset=offset)
