"""Audiences that are handed over to a show, as they travel. No I/O."""

from msgspec import Struct


class Arrival(Struct, frozen=True):
    """The audience of `show` comes, as that one is called and hosted, of the channel with that name.

    `viewers`: so many watched it at `at`, to two digits; null: nobody counted them.
    """

    show: str
    title: str
    host: str
    channel: str
    at: str
    viewers: int | None = None


class Declined(Struct, frozen=True):
    """The audience of `show` is not taken, as that one is called and hosted, of the channel with that name."""

    show: str
    title: str
    host: str
    channel: str
