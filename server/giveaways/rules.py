"""What a giveaway may be, how it goes on, and who wins, pure. Who is left out of a draw is in `leaving_out`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from server.errors import RefusedError
from server.giveaways.draw import commitment_of, digest_of, draw, new_seed
from server.giveaways.leaving_out import Entry, count_by_why
from server.protocol.codes import Code
from server.protocol.given_away import GiveawayState, GiveawayTask, LeftOut, WinnerState
from server.text import clean_line, clean_text

PRIZE_CHARACTERS_MAX: Final = 120
HINT_CHARACTERS_MAX: Final = 300
REASON_CHARACTERS_MAX: Final = 200
CONTACT_CHARACTERS_MAX: Final = 300
WINNERS_MAX: Final = 20
SECONDS_MIN, SECONDS_MAX = 10, 24 * 3600
CLAIM_SECONDS_MIN, CLAIM_SECONDS_MAX = 30, 24 * 3600
PER_ADDRESS_MAX: Final = 1000
PER_SHOW_MAX: Final = 50
TOLD_EVERY: Final = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is given away and to whom, clean. `per_address_max`: so many guests of one address are drawn, the first ones; 0: any number."""

    prize: str
    task: GiveawayTask = "enter"
    product_id: str | None = None
    hint: str = ""
    seconds: int | None = None
    winners_max: int = 1
    claim_seconds: int = 300
    per_address_max: int = 5


@dataclass(frozen=True, slots=True)
class Won:
    """A winner of the draw, in the order of `rank`."""

    rank: int
    viewer_id: str
    ticket: str
    name: str
    state: WinnerState
    claim_by: datetime
    claimed_at: datetime | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Giveaway:
    """A giveaway as the server keeps it; its `seed` is made when it opens, and leaves the server with the draw and not before."""

    id: str
    channel_id: str
    show_id: str
    terms: Terms
    state: GiveawayState
    version: int
    created_at: datetime
    seed: str | None = None
    commitment: str | None = None
    entries: int = 0
    told_entries: int = 0
    told_at: datetime | None = None
    shown: bool = False
    opened_at: datetime | None = None
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    drawn_at: datetime | None = None
    digest: str | None = None
    left_out: LeftOut | None = None
    reason: str = ""
    winners: tuple[Won, ...] = ()

    def takes_entries(self, now: datetime) -> bool:
        """Whether it is open, and its time is not over."""
        return self.state == "open" and (self.closes_at is None or now < self.closes_at)

    def to_be_told(self, now: datetime) -> bool:
        """Whether its newest number of entries is to be published by now."""
        due = self.told_at is None or self.told_at + TOLD_EVERY <= now
        return due and self.entries != self.told_entries


def terms_of(
    prize: str,
    *,
    task: GiveawayTask = "enter",
    product_id: str | None = None,
    hint: str = "",
    seconds: int | None = None,
    winners_max: int = 1,
    claim_seconds: int = 300,
    per_address_max: int = 5,
) -> Terms:
    """Return clean terms; raises `invalid` for those that no giveaway may have."""
    for name, value, least, most in (
        ("winners", winners_max, 1, WINNERS_MAX),
        ("claim_seconds", claim_seconds, CLAIM_SECONDS_MIN, CLAIM_SECONDS_MAX),
        ("seconds", SECONDS_MIN if seconds is None else seconds, SECONDS_MIN, SECONDS_MAX),
        ("per_address", per_address_max, 0, PER_ADDRESS_MAX),
    ):
        if not least <= value <= most:
            raise RefusedError(Code.INVALID, f"`{name}` is from {least} to {most}.")
    return Terms(
        clean_line(prize, characters_max=PRIZE_CHARACTERS_MAX),
        task,
        product_id,
        clean_text(hint, characters_max=HINT_CHARACTERS_MAX) if hint else "",
        seconds,
        winners_max,
        claim_seconds,
        per_address_max,
    )


def opened(giveaway: Giveaway, now: datetime) -> Giveaway:
    """Return a giveaway that was prepared as it is once it takes entries: with a seed, and what is published of it."""
    seconds, seed = giveaway.terms.seconds, new_seed()
    return replace(
        giveaway,
        state="open",
        shown=True,
        seed=seed,
        commitment=commitment_of(seed),
        opened_at=now,
        closes_at=None if seconds is None else now + timedelta(seconds=seconds),
        version=giveaway.version + 1,
    )


def closed(giveaway: Giveaway, now: datetime) -> Giveaway:
    """Return an open giveaway as it is once it takes no more entries."""
    return replace(
        giveaway,
        state="closed",
        closed_at=now,
        told_entries=giveaway.entries,
        version=giveaway.version + 1,
    )


def cancelled(giveaway: Giveaway, reason: str, now: datetime) -> Giveaway:
    """Return a giveaway that was not drawn as it is once it is called off; nobody learns who would have won: its seed is forgotten."""
    words = clean_line(reason, characters_max=REASON_CHARACTERS_MAX) if reason.strip() else ""
    return replace(closed(giveaway, giveaway.closed_at or now), state="cancelled", seed=None, reason=words)


def hidden(giveaway: Giveaway) -> Giveaway:
    """Return a giveaway that is over as it is once it is shown no more."""
    return replace(giveaway, shown=False, version=giveaway.version + 1)


def order_of(giveaway: Giveaway, judged: Sequence[Entry]) -> list[Entry]:
    """Return the entries that are not left out, in the order in which they are drawn."""
    assert giveaway.seed is not None, "whatever was opened and not cancelled has one"
    entries = {entry.ticket: entry for entry in judged if entry.excluded is None}
    return [entries[ticket] for ticket in draw(giveaway.seed, list(entries))]


def drawn(giveaway: Giveaway, judged: Sequence[Entry], now: datetime) -> Giveaway:
    """Return the giveaway with its winners, of those who are not left out."""
    order = order_of(giveaway, judged)
    claim_by = now + timedelta(seconds=giveaway.terms.claim_seconds)
    winners = tuple(
        _won(entry, rank, claim_by) for rank, entry in enumerate(order[: giveaway.terms.winners_max])
    )
    return replace(
        giveaway,
        state="drawn",
        drawn_at=now,
        digest=digest_of(sorted(entry.ticket for entry in order)),
        left_out=count_by_why(judged),
        winners=winners,
        version=giveaway.version + 1,
    )


def _won(entry: Entry, rank: int, claim_by: datetime) -> Won:
    return Won(rank, entry.viewer_id, entry.ticket, entry.name, "won", claim_by)


def is_late(won: Won, now: datetime) -> bool:
    """Whether a winner has not claimed in time."""
    return won.state == "won" and won.claim_by <= now


def passed_on(giveaway: Giveaway, order: Sequence[Entry], now: datetime) -> Giveaway:
    """Return the giveaway with each winner who did not claim in time passed over, and whoever comes next in the draw in their place."""
    late = [won for won in giveaway.winners if is_late(won, now)]
    if not late:
        return giveaway
    winners = [replace(won, state="passed") if won in late else won for won in giveaway.winners]
    claim_by = now + timedelta(seconds=giveaway.terms.claim_seconds)
    following = range(len(winners), min(len(winners) + len(late), len(order)))
    winners += [_won(order[rank], rank, claim_by) for rank in following]
    return replace(giveaway, winners=tuple(winners), version=giveaway.version + 1)


def claimed(
    giveaway: Giveaway, viewers: Collection[str], contact: str, now: datetime
) -> tuple[Giveaway, Won]:
    """Return the giveaway with the prize claimed by who has won, under any of their ids; raises `not_found`, and `claim_over`."""
    mine = next((won for won in giveaway.winners if won.viewer_id in viewers), None)
    if mine is None:
        raise RefusedError(Code.NOT_FOUND, "This viewer has won nothing here.")
    if mine.state == "claimed":
        return giveaway, mine
    if mine.state == "passed" or mine.claim_by <= now:
        raise RefusedError(Code.CLAIM_OVER)
    words = clean_text(contact, characters_max=CONTACT_CHARACTERS_MAX) if contact.strip() else None
    won = replace(mine, state="claimed", claimed_at=now, contact=words)
    winners = tuple(won if each is mine else each for each in giveaway.winners)
    return replace(giveaway, winners=winners, version=giveaway.version + 1), won
