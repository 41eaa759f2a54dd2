"""Other shows that a show names: where its audience is handed over, and with which it is held as one. No I/O."""

from msgspec import UNSET, Struct, UnsetType


class HandOver(Struct, frozen=True):
    """To which show another one hands its audience over, as that was called and hosted at `at`; `channel`: where it is another one's."""

    show: str
    title: str
    host: str
    at: str
    channel: str | UnsetType = UNSET


class JointShow(Struct, frozen=True):
    """One of the shows that are held as one: whose it is, and what that channel is called."""

    show: str
    channel: str
    name: str


class Joint(Struct, frozen=True):
    """Which shows are held as one. `leading`: where people talk, and what everybody watches; the others sell beside it."""

    leading: str
    shows: list[JointShow]

    def beside(self, show_id: str) -> str | None:
        """Return the show that this one of them is held in, which sells beside it; None for the one that people talk in."""
        return None if self.leading == show_id else self.leading

    @property
    def channels(self) -> frozenset[str]:
        """The channels whose shows these are."""
        return frozenset(each.channel for each in self.shows)
