"""What a kind of line is: which rows of a show, who may have them, and where in them people stand. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from server.access.roles import ANALYSTS


@dataclass(frozen=True, slots=True)
class Person:
    """A viewer in a line, by its columns: their id, and beside it what they are called.

    `role`: whoever has another one than `viewer` there acts for the shop, under their name. `anonymous`: whether the line hides who it
    was; then `name` is what moderators call them, and their id is nobody's to read.
    """

    id: str
    name: str | None = None
    role: str | None = None
    anonymous: str | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of line. `select` has the columns by their names, in the order of time; `:show` is the show, `s` its row.

    `roles` may have it, and API keys with `stats:read` what all `ANALYSTS` may. `withheld` columns are empty where people are not
    named. `mentions` are columns in which ids of viewers may stand among other things.
    """

    name: str
    what: str
    select: str
    people: tuple[Person, ...] = ()
    roles: Collection[str] = ANALYSTS
    withheld: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()


def show_ms(moment: str) -> str:
    """Return the SQL for how far into the show a moment is, in milliseconds; negative before its start, null while it has none."""
    return f"CAST(extract(epoch FROM {moment} - s.started_at) * 1000 AS bigint)"
