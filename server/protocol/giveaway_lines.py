"""The lines about giveaways; see `lines`, which says how such structs are used."""

from msgspec import Struct

from server.protocol.given_away import Giveaway, GiveawayState, WinnerState
from server.protocol.lines import Push, Reply


class GiveawayEntered(Reply, frozen=True, tag="ok"):
    """The entry is kept; `ticket` is what it is drawn by."""

    giveaway: str
    ticket: str
    entries: int


class GiveawayClaimed(Reply, frozen=True, tag="ok"):
    """The prize is claimed."""

    giveaway: str
    rank: int


class GiveawayMoved(Reply, frozen=True, tag="ok"):
    """How the giveaway stands now."""

    giveaway: str
    state: GiveawayState
    version: int


class GiveawayChanged(Push, frozen=True, tag="giveaway.changed"):
    """The giveaway as it stands now, in the place of whichever was shown: opened, closed, drawn, cancelled, claimed, or passed on."""

    giveaway: Giveaway


class GiveawayCounted(Push, frozen=True, tag="giveaway.counted"):
    """How many have entered, twice a second at most."""

    giveaway: str
    entries: int


class GiveawayHidden(Push, frozen=True, tag="giveaway.hidden"):
    """The giveaway is shown no more."""

    giveaway: str


class GiveawayOwn(Struct, frozen=True, tag_field="type", tag="giveaway.own"):
    """Told to a winner alone: what they have won, and until when they may claim it."""

    giveaway: str
    prize: str
    ticket: str
    rank: int
    state: WinnerState
    claim_by: str
