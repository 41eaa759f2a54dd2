"""Giveaways as the wire has them: a prize, a task, a draw that everybody can repeat."""

from typing import Literal

from msgspec import Struct

GiveawayTask = Literal["enter", "question", "comment", "poll", "react", "buy"]
"""What must be done in the show before one may enter: nothing, ask, comment, vote in a poll, react, buy."""
GiveawayState = Literal["ready", "open", "closed", "drawn", "cancelled"]
WinnerState = Literal["won", "claimed", "passed"]
"""How a winner stands: told and awaited, has answered, has not answered in time."""


class LeftOut(Struct, frozen=True, omit_defaults=True):
    """How many entries were left out of a draw, by why; nobody is named.

    `staff`: of the channel's side. `sanctioned`: banned, timed out or muted at the draw. `suspect`: in doubt, as a vote would be.
    `twice`: another entry of one person, who had entered as a guest before. `address`: of guests, one of too many from one address.
    """

    staff: int = 0
    sanctioned: int = 0
    suspect: int = 0
    twice: int = 0
    address: int = 0


class Winner(Struct, frozen=True, omit_defaults=True):
    """Who was drawn: their `ticket`, the name that the show knows them by, and until when they may claim the prize.

    `rank` is their place in the draw, from 0; `guest` the number of one who chose no name.
    """

    rank: int
    ticket: str
    name: str
    state: WinnerState
    claim_by: str
    guest: int | None = None


class Giveaway(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A giveaway that is open, closed, drawn or cancelled, as everybody reads it.

    `commitment` is the SHA-256 of the `seed`, which is told with the draw; `digest` that of the drawn entries' tickets (2.25).
    `per_address`: so many guests of one address are drawn, 0 any number. `hint`: what the host's side says of the terms. `reason`: why
    it was cancelled.
    """

    id: str
    prize: str
    task: GiveawayTask
    state: GiveawayState
    version: int
    opened_at: str
    winners_max: int
    claim_seconds: int
    per_address: int
    commitment: str
    entries: int
    product: str | None = None
    hint: str = ""
    closes_at: str | None = None
    seed: str | None = None
    digest: str | None = None
    left_out: LeftOut | None = None
    winners: list[Winner] = []
    reason: str = ""
