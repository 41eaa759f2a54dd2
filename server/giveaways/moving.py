"""Opening, closing, drawing, cancelling and hiding a show's giveaways, through its journal: at most one is shown at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, assert_never

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.actions import Action
from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.giveaways import rules
from server.giveaways.entering import tell_entries
from server.giveaways.entries_repository import forget_addresses, keep_judged, read_entries, read_known
from server.giveaways.leaving_out import leave_out
from server.giveaways.repository import (
    delete_giveaway,
    read_giveaways,
    read_late,
    read_shown,
    reset_giveaways,
    update_giveaway,
)
from server.giveaways.rules import Giveaway
from server.giveaways.telling import Push, publish_changed, tell_winners
from server.http.versions import Match
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.given_away import GiveawayState
from server.shows.repository import read_show
from server.shows.tables import ShowRow

OPENED_IN: Final = frozenset({"rehearsal", "live"})
To = Literal["open", "closed", "drawn", "cancelled", "hidden"]
_STEPS: Final[dict[To, tuple[Action, tuple[GiveawayState, ...]]]] = {
    "open": ("giveaway.open", ("ready",)),
    "closed": ("giveaway.close", ("open",)),
    "drawn": ("giveaway.draw", ("closed",)),
    "cancelled": ("giveaway.cancel", ("open", "closed")),
    "hidden": ("giveaway.hide", ("drawn", "cancelled")),
}
"""What each step is called in the audit, and which states it leads on from."""


@dataclass(frozen=True, slots=True)
class Moving:
    """A member of staff moves a giveaway. `version`: the one that they saw; None: whichever it is. `reason`: why it is cancelled."""

    actor: Actor
    giveaway_id: str
    to: To
    version: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Removing:
    """A member of staff removes a giveaway that was never open."""

    actor: Actor
    giveaway_id: str
    match: Match


@dataclass(frozen=True, slots=True)
class Moved:
    """How a giveaway stands; nothing of its seed, since this is kept with the intent."""

    giveaway_id: str
    state: GiveawayState
    version: int


async def move_many(
    tx: ShowTransaction, moves: Sequence[Moving], *, push: Push, watch_seconds: float
) -> list[Moved | RefusedError]:
    """Move in order. What stands so already stays, unless another version was seen: nothing is drawn twice."""
    answers: list[Moved | RefusedError] = []
    for move in moves:
        try:
            moved = await _move(tx, move, push, watch_seconds)
            answers.append(Moved(moved.id, moved.state, moved.version))
        except RefusedError as refused:
            answers.append(refused)
    return answers


async def _move(tx: ShowTransaction, move: Moving, push: Push, watch_seconds: float) -> Giveaway:
    found = await _find(tx, move.giveaway_id)
    if move.version is not None and move.version != found.version:
        raise RefusedError(Code.CONFLICT, current=current_of(found))
    action, before = _STEPS[move.to]
    if found.state in before and (move.to != "hidden" or found.shown):
        moved = await _step(tx, found, move, push, watch_seconds)
        audit(
            tx, move.actor, action, found.id, before=found.state, after=moved.state, **_details(move, moved)
        )
        return moved
    if found.state == move.to or (move.to == "hidden" and found.state in before):
        return found
    raise RefusedError(Code.CONFLICT, current=current_of(found))


async def _find(tx: ShowTransaction, giveaway_id: str) -> Giveaway:
    found = (await read_giveaways(tx.connection, tx.show_id, [giveaway_id])).get(giveaway_id)
    if found is None:
        raise RefusedError(Code.NOT_FOUND, "There is no such giveaway here.")
    return found


async def _step(
    tx: ShowTransaction, found: Giveaway, move: Moving, push: Push, watch_seconds: float
) -> Giveaway:
    match move.to:
        case "open":
            await _make_room(tx)
            moved = rules.opened(found, tx.now)
        case "closed":
            moved = rules.closed(found, tx.now)
        case "drawn":
            moved = await _draw(tx, found, watch_seconds)
            tell_winners(tx, moved, moved.winners, push)
        case "cancelled":
            moved = rules.cancelled(found, move.reason, tx.now)
            await forget_addresses(tx.connection, found.id)
        case "hidden":
            moved = rules.hidden(found)
            tx.publish("giveaway.hidden", {"giveaway": found.id})
        case _:
            assert_never(move.to)
    await _keep(tx, moved)
    return moved


def current_of(giveaway: Giveaway) -> dict[str, Any]:
    """Return what a conflict says of a giveaway."""
    return {"giveaway": giveaway.id, "state": giveaway.state, "version": giveaway.version}


def _details(move: Moving, moved: Giveaway) -> dict[str, Any]:
    if move.to == "cancelled":
        return {"reason": moved.reason}
    if move.to != "drawn":
        return {}
    # By their tickets: who it is, is in the entries, which are erased with the person.
    won = [won.ticket for won in moved.winners]
    return {"winners": won, "entries": moved.entries, "left_out": msgspec.to_builtins(moved.left_out)}


async def _make_room(tx: ShowTransaction) -> None:
    show = await read_show(tx.connection, tx.show_id)
    if show is None or show.state not in OPENED_IN:
        raise RefusedError(Code.SHOW_NOT_LIVE)
    before = await read_shown(tx.connection, tx.show_id)
    if before is None:
        return
    if before.state in ("open", "closed"):
        raise RefusedError(
            Code.CONFLICT, "Another giveaway is to be drawn or cancelled first.", current=current_of(before)
        )
    # Nobody is told that it goes: `giveaway.changed` takes the place of whatever was before everybody's eyes.
    await update_giveaway(tx.connection, rules.hidden(before))


async def _draw(tx: ShowTransaction, giveaway: Giveaway, watch_seconds: float) -> Giveaway:
    entries = await read_entries(tx.connection, giveaway.id)
    known = await read_known(
        tx.connection, tx.show_id, giveaway.channel_id, entries, tx.now, watch_seconds=watch_seconds
    )
    judged = leave_out(entries, known, per_address_max=giveaway.terms.per_address_max)
    await keep_judged(tx.connection, giveaway.id, judged)
    return rules.drawn(giveaway, judged, tx.now)


async def _keep(tx: ShowTransaction, giveaway: Giveaway) -> None:
    await update_giveaway(tx.connection, giveaway)
    publish_changed(tx, giveaway)


async def remove_many(tx: ShowTransaction, removals: Sequence[Removing]) -> list[RefusedError | None]:
    """Remove in order what was never open."""
    answers: list[RefusedError | None] = []
    for removal in removals:
        try:
            found = await _find(tx, removal.giveaway_id)
            removal.match.require(found.version, found)
            if found.state != "ready":
                raise RefusedError(Code.CONFLICT, "This giveaway was open.", current=current_of(found))
            await delete_giveaway(tx.connection, found.id)
            audit(tx, removal.actor, "giveaway.remove", found.id, task=found.terms.task)
            answers.append(None)
        except RefusedError as refused:
            answers.append(refused)
    return answers


async def settle_many(tx: ShowTransaction, asked: Sequence[None], *, push: Push) -> list[None]:
    """Close what is over, pass on what was not claimed in time, and publish how many have entered.

    A server of the version before ends a show and leaves its giveaway open.
    """
    shown = await read_shown(tx.connection, tx.show_id)
    if shown is not None and shown.state == "open":
        show = await read_show(tx.connection, tx.show_id)
        if not shown.takes_entries(tx.now) or show is None or show.state not in OPENED_IN:
            await _keep(tx, rules.closed(shown, tx.now))
        else:
            await update_giveaway(tx.connection, tell_entries(tx, shown))
    late = await read_late(tx.connection, tx.show_id, tx.now)
    for giveaway in (await read_giveaways(tx.connection, tx.show_id, late)).values():
        await _pass_on(tx, giveaway, push)
    return [None for _ in asked]


async def _pass_on(tx: ShowTransaction, giveaway: Giveaway, push: Push) -> None:
    order = rules.order_of(giveaway, await read_entries(tx.connection, giveaway.id))
    passed = rules.passed_on(giveaway, order, tx.now)
    await _keep(tx, passed)
    told = [won for won in passed.winners if won not in giveaway.winners]
    tell_winners(tx, passed, told, push)


async def close_giveaways_at_end(tx: ShowTransaction, show: ShowRow) -> None:
    """Close the giveaway that is open when a show ends; it may be drawn afterwards."""
    shown = await read_shown(tx.connection, tx.show_id)
    if shown is not None and shown.state == "open":
        await _keep(tx, rules.closed(shown, tx.now))


class GiveawaysAside:
    """The giveaways' part of a rehearsal: what was opened in it is gone afterwards, and so is who entered."""

    name = "giveaways"

    async def put_aside(self, connection: AsyncConnection, show_id: str) -> Any:
        """Nothing was opened before a rehearsal."""

    async def put_back(self, connection: AsyncConnection, show_id: str, kept: Any) -> None:
        """Forget what was opened meanwhile."""
        await reset_giveaways(connection, show_id)
