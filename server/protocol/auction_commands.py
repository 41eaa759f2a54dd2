"""The commands about auctions; see `commands`, which has all of them."""

from server.protocol.command_kinds import Command, EntityId, Key, Keyed, Price, Text500


class PlaceBid(Command, tag="bid"):
    """`max`: how far the bidder goes for the lot, in minor units."""

    auction: EntityId
    max: Price
    key: Key


class AuctionStart(Keyed, tag="auction.start"):
    auction: EntityId


class AuctionCancel(Keyed, tag="auction.cancel"):
    """`reason` is told to all."""

    auction: EntityId
    reason: Text500
