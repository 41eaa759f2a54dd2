"""Opening, closing, rewording and hiding a show's polls, through its journal: at most one is shown at a time."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, assert_never

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.journal.transaction import ShowTransaction
from server.polls import rules
from server.polls.repository import delete_ready, read_shown, read_some, reset_polls, update_poll
from server.polls.rules import Poll, Wording, current_of
from server.polls.telling import publish_closed, publish_counts, publish_opened
from server.protocol.codes import Code
from server.protocol.polled import PollEnd
from server.shows.repository import read_show
from server.shows.tables import ShowRow

OPENED_IN = frozenset({"rehearsal", "live"})

C = TypeVar("C")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Moving:
    """A member of staff opens, closes or hides a poll. `version`: the one that they saw; None: whichever it is."""

    actor: Actor
    poll_id: str
    to: Literal["open", "closed", "hidden"]
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Rewording:
    """A member of staff lets a poll that nobody has voted in ask something else; without a `wording` it is removed."""

    actor: Actor
    channel_id: str
    poll_id: str
    wording: Wording | None
    match: Match = ANY_VERSION


async def move_many(tx: ShowTransaction, moves: Sequence[Moving]) -> list[Poll | RefusedError]:
    """Open, close and hide in order; what stands so already stays. What is closed does not open again: its result is told."""
    return await _each(moves, lambda move: _move(tx, move))


async def reword_many(tx: ShowTransaction, changes: Sequence[Rewording]) -> list[Poll | RefusedError]:
    """Change and remove polls in order, as long as nobody has voted."""
    return await _each(changes, lambda change: _reword(tx, change))


async def settle_many(tx: ShowTransaction, asked: Sequence[None]) -> list[None]:
    """Close the poll whose time is over, or publish the counts that were not told yet.

    A server of the version before ends a show and leaves its poll open.
    """
    poll = await read_shown(tx.connection, tx.show_id)
    if poll is not None and poll.state == "open":
        show = await read_show(tx.connection, tx.show_id)
        if not poll.takes_votes(tx.now):
            await _close(tx, poll, "time")
        elif show is None or show.state not in OPENED_IN:
            await _close(tx, poll, "show_ended")
        elif poll.to_be_told(tx.now):
            await update_poll(tx.connection, publish_counts(tx, poll))
    return [None for _ in asked]


async def close_polls_at_end(tx: ShowTransaction, show: ShowRow) -> None:
    """Close the poll that is open when a show ends; its result stays."""
    poll = await read_shown(tx.connection, tx.show_id)
    if poll is not None and poll.state == "open":
        await _close(tx, poll, "show_ended")


async def _each(commands: Sequence[C], carry_out: Callable[[C], Awaitable[R]]) -> list[R | RefusedError]:
    answers: list[R | RefusedError] = []
    for command in commands:
        try:
            answers.append(await carry_out(command))
        except RefusedError as refused:
            answers.append(refused)
    return answers


async def _move(tx: ShowTransaction, move: Moving) -> Poll:
    poll = await _find(tx, move.poll_id)
    if _stands_so(poll, move.to):
        return poll
    if move.version is not None and move.version != poll.version:
        raise RefusedError(Code.CONFLICT, current=current_of(poll))
    match move.to:
        case "open":
            moved = await _open(tx, poll)
        case "closed":
            if poll.state != "open":
                raise RefusedError(Code.CONFLICT, "This poll was never open.", current=current_of(poll))
            moved = await _close(tx, poll, "host")
        case "hidden":
            moved = await _hide(tx, poll)
        case _:
            assert_never(move.to)
    verb = {"open": "poll.open", "closed": "poll.close", "hidden": "poll.hide"}
    audit(tx, move.actor, verb[move.to], poll.id, before=poll.state, after=moved.state)  # type: ignore[arg-type]
    return moved


def _stands_so(poll: Poll, to: Literal["open", "closed", "hidden"]) -> bool:
    return not poll.shown and poll.state == "closed" if to == "hidden" else poll.state == to


async def _open(tx: ShowTransaction, poll: Poll) -> Poll:
    show = await read_show(tx.connection, tx.show_id)
    if show is None or show.state not in OPENED_IN:
        raise RefusedError(Code.SHOW_NOT_LIVE)
    if poll.state == "closed":
        raise RefusedError(Code.POLL_CLOSED, "A closed poll does not open again.")
    before = await read_shown(tx.connection, tx.show_id)
    if before is not None:
        # Two are never shown: `poll.opened` takes the place of whatever was before everybody's eyes.
        if before.state == "open":
            before = await _close(tx, before, "next")
        await update_poll(tx.connection, rules.hidden(before))
    opened = rules.opened(poll, tx.now)
    await update_poll(tx.connection, opened)
    publish_opened(tx, opened)
    return opened


async def _close(tx: ShowTransaction, poll: Poll, ended: PollEnd) -> Poll:
    closed = rules.closed(poll, tx.now, ended)
    await update_poll(tx.connection, closed)
    publish_closed(tx, closed)
    return closed


async def _hide(tx: ShowTransaction, poll: Poll) -> Poll:
    if poll.state != "closed":
        raise RefusedError(
            Code.CONFLICT, "A poll that takes votes is closed first.", current=current_of(poll)
        )
    hidden = rules.hidden(poll)
    await update_poll(tx.connection, hidden)
    tx.publish("poll.hidden", {"poll": poll.id})
    return hidden


async def _reword(tx: ShowTransaction, change: Rewording) -> Poll:
    poll = await _find(tx, change.poll_id)
    if poll.channel_id != change.channel_id:
        raise RefusedError(Code.NOT_FOUND, "There is no such poll here.")
    change.match.require(poll.version, poll)
    if change.wording is None:
        return await _remove(tx, change, poll)
    changed = rules.reworded(poll, change.wording)
    await update_poll(tx.connection, changed, reworded=True)
    if changed.state == "open":
        publish_opened(tx, changed)
    audit(tx, change.actor, "poll.change", poll.id, state=poll.state, kind=change.wording.kind)
    return changed


async def _remove(tx: ShowTransaction, change: Rewording, poll: Poll) -> Poll:
    if not await delete_ready(tx.connection, poll.id):
        raise RefusedError(Code.CONFLICT, "This poll was open.", current=current_of(poll))
    audit(tx, change.actor, "poll.remove", poll.id, kind=poll.wording.kind)
    return poll


async def _find(tx: ShowTransaction, poll_id: str) -> Poll:
    poll = (await read_some(tx.connection, tx.show_id, [poll_id])).get(poll_id)
    if poll is None:
        raise RefusedError(Code.NOT_FOUND, "There is no such poll here.")
    return poll


class PollsAside:
    """The polls' part of a rehearsal: what was prepared stays, and afterwards nobody has voted."""

    name = "polls"

    async def put_aside(self, connection: AsyncConnection, show_id: str) -> Any:
        """Nothing was opened before a rehearsal."""

    async def put_back(self, connection: AsyncConnection, show_id: str, kept: Any) -> None:
        """Forget what was opened and voted meanwhile."""
        await reset_polls(connection, show_id)
