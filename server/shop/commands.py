"""The shop on the socket: buying, restocking, pinning."""

from server.clock import to_wire
from server.protocol.codec import ok_line
from server.protocol.commands import Buy, ProductPin, ProductRestock, ProductUnpin
from server.shop.rules import Purchase
from server.shop.service import Shop
from server.viewers.caller import Caller, CommandTable, acting, intent_in


class ShopCommands:
    """The socket's way to `Shop`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def table(self) -> CommandTable:
        """Return which handler carries out which command."""
        return {
            Buy: self.buy,
            ProductRestock: self.restock,
            ProductPin: self.pin,
            ProductUnpin: self.unpin,
        }

    async def buy(self, caller: Caller, command: Buy) -> bytes | None:
        """Buy; the reply is the confirmation."""
        purchase = Purchase(
            caller.viewer_id,
            command.product,
            command.quantity,
            command.key,
            command.price,
            staff=caller.role != "viewer",
        )
        order = (await self._shop.buy(caller.show_id, purchase)).order
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
