"""The lines about sanctions; see `lines`, which says how such structs are used."""

from msgspec import UNSET, Struct, UnsetType

from server.protocol.lines import Push, Reply
from server.protocol.pushes import Banned
from server.protocol.sanctioned import OwnSanction, Sanction


class Barred(Reply, frozen=True, tag="ok"):
    """Who is banned, or no longer."""

    viewer: str


class Sanctioned(Reply, frozen=True, tag="ok"):
    """Which sanction it is, whose, how it stands, and until when it holds where it has an end."""

    sanction: str
    viewer: str
    version: int
    lifted: bool = False
    until: str | None = None


class StaffViewerBanned(Push, frozen=True, tag="viewer.banned"):
    """A viewer may not enter the show any more, or until another time than before. Servers of before send no `sanction`."""

    banned: Banned
    sanction: Sanction | UnsetType = UNSET


class StaffViewerUnbanned(Push, frozen=True, tag="viewer.unbanned"):
    """A viewer may enter again: what kept them out is lifted."""

    viewer: str
    sanctions: list[str] | UnsetType = UNSET


class StaffSanctionChanged(Push, frozen=True, tag="sanction.changed"):
    """A sanction was given or changed, or somebody has appealed against it or answered that; `lifted`: it is there no more."""

    sanction: Sanction
    lifted: bool


class SanctionOwn(Struct, frozen=True, tag_field="type", tag="sanction.own"):
    """Told to the person alone: what staff have laid on them, and how it stands."""

    sanction: OwnSanction
