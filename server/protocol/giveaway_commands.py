"""The commands about giveaways; the others are in `server.protocol.commands`. No I/O."""

from typing import Annotated

from msgspec import Meta

from server.protocol.command_kinds import EntityId, Keyed, Version


class GiveawayEnter(Keyed, tag="giveaway.enter"):
    giveaway: EntityId


class GiveawayClaim(Keyed, tag="giveaway.claim"):
    """`contact`: where the prize is to go, for hosts and admins alone."""

    giveaway: EntityId
    contact: Annotated[str, Meta(max_length=4 * 300)] = ""


class _Move(Keyed):
    """`version`: the one that was seen; without it, whichever there is."""

    giveaway: EntityId
    version: Version | None = None


class GiveawayOpen(_Move, tag="giveaway.open"):
    pass


class GiveawayClose(_Move, tag="giveaway.close"):
    pass


class GiveawayDraw(_Move, tag="giveaway.draw"):
    pass


class GiveawayCancel(_Move, tag="giveaway.cancel"):
    """`reason`: what everybody is told."""

    reason: Annotated[str, Meta(max_length=4 * 200)] = ""


class GiveawayHide(_Move, tag="giveaway.hide"):
    pass


GiveawayMove = GiveawayOpen | GiveawayClose | GiveawayDraw | GiveawayCancel | GiveawayHide
GiveawayCommand = GiveawayEnter | GiveawayClaim | GiveawayMove
