"""Giveaways as the API shows and takes them."""

import msgspec
from pydantic import BaseModel, Field

from server.clock import to_wire
from server.giveaways.leaving_out import Entry, Why
from server.giveaways.rules import (
    CLAIM_SECONDS_MAX,
    CLAIM_SECONDS_MIN,
    PER_ADDRESS_MAX,
    SECONDS_MAX,
    SECONDS_MIN,
    WINNERS_MAX,
    Giveaway,
    Terms,
    Won,
    terms_of,
)
from server.giveaways.service import OwnEntry, Proof
from server.http.params import EntityId, Moment, RequestBody
from server.protocol.given_away import GiveawayState, GiveawayTask, LeftOut, WinnerState
from server.text.names import guest_number


class GiveawayRequest(RequestBody):
    """A giveaway of a show."""

    prize: str = Field(min_length=1, max_length=4 * 120)
    task: GiveawayTask = Field(
        default="enter", description="What is to be done in the show before one may enter."
    )
    product: EntityId | None = Field(
        default=None, description="The prize, where it is a product of the channel's."
    )
    hint: str = Field(default="", max_length=4 * 300, description="What is said of the terms.")
    seconds: int | None = Field(
        default=None,
        ge=SECONDS_MIN,
        le=SECONDS_MAX,
        description="How long it takes entries; null: until it is closed.",
    )
    winners: int = Field(default=1, ge=1, le=WINNERS_MAX)
    claim_seconds: int = Field(
        default=300,
        ge=CLAIM_SECONDS_MIN,
        le=CLAIM_SECONDS_MAX,
        description="How long a winner has to claim it, before it goes to the next one.",
    )
    per_address: int = Field(
        default=5,
        ge=0,
        le=PER_ADDRESS_MAX,
        description="So many guests of one address are drawn, the first ones; 0: any number.",
    )


class LeftOutBody(BaseModel):
    """How many entries were left out of the draw, by why (PROTOCOL.md, 2.25)."""

    staff: int = 0
    sanctioned: int = 0
    suspect: int = 0
    twice: int = 0
    address: int = 0


class WinnerBody(BaseModel):
    """A winner as staff see them; `contact` is for hosts and admins."""

    rank: int
    viewer: str
    name: str
    guest: int | None = Field(description="The number of one who chose no name.")
    ticket: str
    state: WinnerState
    claim_by: Moment
    contact: str | None


class GiveawayBody(BaseModel):
    """A giveaway as staff see it, with its exact number of entries. Nobody has the seed before the draw."""

    id: str
    show: str
    prize: str
    task: GiveawayTask
    product: str | None
    hint: str
    seconds: int | None
    winners_max: int
    claim_seconds: int
    per_address: int
    state: GiveawayState
    version: int = Field(description="`If-Match` takes it, in quotes, and the commands as `version`.")
    shown: bool
    commitment: str | None
    entries: int
    left_out: LeftOutBody | None
    reason: str
    opened_at: Moment | None
    closes_at: Moment | None
    winners: list[WinnerBody]


class GiveawayList(BaseModel):
    """The giveaways of a show, the oldest first."""

    giveaways: list[GiveawayBody]


class EntryBody(BaseModel):
    """Somebody's entry; `excluded`: why it was left out of the draw."""

    viewer: str
    name: str
    ticket: str
    at: Moment
    excluded: Why | None


class EntryList(BaseModel):
    """Who entered a giveaway, in the order in which they came."""

    entries: list[EntryBody]


class ProofBody(BaseModel):
    """What a draw is repeated from (PROTOCOL.md, 2.25)."""

    giveaway: str
    prize: str
    commitment: str = Field(description="The SHA-256 of the seed's bytes, told when the giveaway opened.")
    seed: str
    digest: str = Field(description="The SHA-256 of the tickets in order, each followed by a line feed.")
    tickets: list[str] = Field(description="Those that were drawn, sorted.")
    winners: list[str] = Field(
        description="Tickets in the order in which they were drawn, those that were passed over among them."
    )
    winners_max: int
    entries: int = Field(description="Those that were left out among them.")
    left_out: LeftOutBody

    @property
    def left_out_in_all(self) -> int:
        """How many entries were left out."""
        return sum(self.left_out.model_dump().values())


class OwnWinBody(BaseModel):
    """What a viewer has won."""

    rank: int
    state: WinnerState
    claim_by: Moment


class OwnEntryBody(BaseModel):
    """A viewer's own entry in a giveaway; `won` is null unless it was drawn."""

    giveaway: str
    ticket: str
    won: OwnWinBody | None


def wanted(body: GiveawayRequest) -> Terms:
    """Return clean terms; raises `invalid`."""
    return terms_of(
        body.prize,
        task=body.task,
        product_id=body.product,
        hint=body.hint,
        seconds=body.seconds,
        winners_max=body.winners,
        claim_seconds=body.claim_seconds,
        per_address_max=body.per_address,
    )


def as_body(giveaway: Giveaway, *, runs: bool) -> GiveawayBody:
    """Return a giveaway as the API shows it; `runs`: to who may read where prizes go."""
    terms = giveaway.terms
    moments = {name: getattr(giveaway, name) for name in ("opened_at", "closes_at")}
    return GiveawayBody(
        id=giveaway.id,
        show=giveaway.show_id,
        prize=terms.prize,
        task=terms.task,
        product=terms.product_id,
        hint=terms.hint,
        seconds=terms.seconds,
        winners_max=terms.winners_max,
        claim_seconds=terms.claim_seconds,
        per_address=terms.per_address_max,
        state=giveaway.state,
        version=giveaway.version,
        shown=giveaway.shown,
        commitment=giveaway.commitment,
        entries=giveaway.entries,
        left_out=None if giveaway.left_out is None else _left_out(giveaway.left_out),
        reason=giveaway.reason,
        winners=[_winner(won, runs=runs) for won in giveaway.winners],
        **{name: None if at is None else to_wire(at) for name, at in moments.items()},
    )


def _winner(won: Won, *, runs: bool) -> WinnerBody:
    return WinnerBody(
        rank=won.rank,
        viewer=won.viewer_id,
        name=won.name,
        guest=guest_number(won.name),
        ticket=won.ticket,
        state=won.state,
        claim_by=to_wire(won.claim_by),
        contact=won.contact if runs else None,
    )


def as_entry(entry: Entry) -> EntryBody:
    """Return an entry as the API shows it to staff."""
    return EntryBody(
        viewer=entry.viewer_id,
        name=entry.name,
        ticket=entry.ticket,
        at=to_wire(entry.at),
        excluded=entry.excluded,
    )


def as_own_entry(own: OwnEntry) -> OwnEntryBody:
    """Return a viewer's own entry as the API shows it to them."""
    won = own.won
    return OwnEntryBody(
        giveaway=own.giveaway_id,
        ticket=own.ticket,
        won=None
        if won is None
        else OwnWinBody(rank=won.rank, state=won.state, claim_by=to_wire(won.claim_by)),
    )


def as_proof(proof: Proof) -> ProofBody:
    """Return what a draw is repeated from."""
    giveaway = proof.giveaway
    assert giveaway.seed is not None, "it is told with the draw"
    assert giveaway.commitment is not None, "it was told at the opening"
    assert giveaway.digest is not None, "it is made by the draw"
    return ProofBody(
        giveaway=giveaway.id,
        prize=giveaway.terms.prize,
        commitment=giveaway.commitment,
        seed=giveaway.seed,
        digest=giveaway.digest,
        tickets=list(proof.tickets),
        winners=[won.ticket for won in giveaway.winners],
        winners_max=giveaway.terms.winners_max,
        entries=giveaway.entries,
        left_out=_left_out(giveaway.left_out or LeftOut()),
    )


def _left_out(counts: LeftOut) -> LeftOutBody:
    return LeftOutBody(**msgspec.to_builtins(counts))
