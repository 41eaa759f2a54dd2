"""The commands about the line of a sold-out product; the others are in `server.protocol.commands`."""

from server.protocol.command_kinds import Command, EntityId, Key, Keyed, Quantity


class WaitlistJoin(Command, tag="waitlist.join"):
    """Wait in line for units of a product, or variant, that is sold out."""

    product: EntityId
    quantity: Quantity
    key: Key


class WaitlistLeave(Keyed, tag="waitlist.leave"):
    product: EntityId
