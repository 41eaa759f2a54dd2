"""Actions: what is to be done next, with an owner, carried from show to show until it is ticked off."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.actions import Action
from server.audit.trail import Actor, audit_beside
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.plan import actions_repository as repository
from server.plan.actions_repository import Known
from server.plan.bodies import TEXT_MAX, ActionBody, Owner, ShowActions, ShowRef
from server.plan.repository import read_places, read_show
from server.plan.rules import State, is_carried_to, show_before
from server.plan.tables import ActionRow
from server.protocol.codes import Code
from server.text import clean_line
from server.zones import find_zone

OPEN_MAX: Final = 200
"""So many open actions a channel may have: more than that nobody carries on."""
SHOWN_MAX: Final = 1_000
_DEEDS: Final[Mapping[State, Action]] = {
    "open": "action.reopened",
    "done": "action.done",
    "dropped": "action.dropped",
}


class Actions:
    """Actions of all channels; whoever calls says which channel they are from. What is of other channels is `not_found`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def create(
        self,
        channel_id: str,
        by: Actor,
        show_id: str | None,
        *,
        text: str,
        owner: str | None,
        due_on: date | None,
        intent: Intent | None = None,
    ) -> ActionBody:
        """Write down an action, in a show where one is named; raises `not_found`, `invalid`, and `too_many` with `limit`."""
        now = self._clock.now()
        row = ActionRow(
            id=new_id("i"),
            channel_id=channel_id,
            show_id=show_id,
            text=clean_line(text, characters_max=TEXT_MAX),
            owner=owner,
            due_on=due_on,
            created_at=now,
            changed_at=now,
        )

        async def write(connection: AsyncConnection) -> str:
            await repository.stand_in_line(connection, channel_id)
            if await repository.count_open(connection, channel_id) >= OPEN_MAX:
                raise RefusedError(
                    Code.TOO_MANY,
                    "The channel has as many open actions as it may have.",
                    limit=OPEN_MAX,
                    left=0,
                )
            await _require_show(connection, channel_id, show_id)
            await _require_owner(connection, channel_id, owner)
            await repository.insert_action(connection, row)
            await audit_beside(
                connection, by, "action.created", row.id, now, channel=channel_id, show=show_id, name=row.text
            )
            return row.id

        return await self.find(
            channel_id, await carry_out_once(self._database, self._clock, intent, str, write)
        )

    async def find(self, channel_id: str, action_id: str) -> ActionBody:
        """Return an action; raises `not_found`."""
        async with self._database.read_soon() as connection:
            known = _known(await repository.read_action(connection, channel_id, action_id))
            return as_body(known, await self._today(connection, channel_id))

    async def change(
        self,
        channel_id: str,
        by: Actor,
        action_id: str,
        changes: Mapping[str, Any],
        match: Match = ANY_VERSION,
    ) -> ActionBody:
        """Set `text`, `owner`, `due_on` or `state`; raises `not_found`, `invalid`, and `conflict` unless `match` admits the version."""
        wanted = dict(changes)
        if "text" in wanted:
            wanted["text"] = clean_line(wanted["text"], characters_max=TEXT_MAX)
        async with self._database.write_soon() as connection:
            await repository.stand_in_line(connection, channel_id)
            row = _known(await repository.lock_action(connection, channel_id, action_id))
            known = _known(await repository.read_action(connection, channel_id, action_id))
            match.require(row.version, as_body(known, await self._today(connection, channel_id)))
            changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
            if changed:
                await self._write(connection, by, row, changed)
        return await self.find(channel_id, action_id)

    async def _write(
        self, connection: AsyncConnection, by: Actor, row: ActionRow, changed: dict[str, Any]
    ) -> None:
        now = self._clock.now()
        if "owner" in changed:
            await _require_owner(connection, row.channel_id, changed["owner"])
        state: State | None = changed.get("state")
        columns = {**changed, "changed_at": now}
        if state is not None:
            columns["closed_at"] = None if state == "open" else now
        await repository.update_action(connection, row, columns)
        told = [name for name in changed if name != "state"]
        about: dict[str, Any] = {"channel": row.channel_id, "show": row.show_id, "name": row.text}
        if state is not None:
            await audit_beside(connection, by, _DEEDS[state], row.id, now, **about)
        if told:
            await audit_beside(connection, by, "action.changed", row.id, now, **about, changed=told)

    async def list_of(
        self,
        channel_id: str,
        *,
        state: State | None,
        owner: str | None,
        after: str | None,
        limit: int,
    ) -> list[ActionBody]:
        """Return up to `limit` actions of the channel, the newest first."""
        async with self._database.read_soon() as connection:
            found = await repository.read_page(
                connection, channel_id, state=state, owner=owner, after=after, limit=limit
            )
            today = await self._today(connection, channel_id)
        return [as_body(known, today) for known in found]

    async def with_show(self, channel_id: str, show_id: str) -> ShowActions:
        """Return the actions that were written in a show, and those that are carried to it; raises `not_found`."""
        async with self._database.read_soon() as connection:
            return await self.read_with_show(connection, channel_id, show_id)

    async def read_with_show(self, connection: AsyncConnection, channel_id: str, show_id: str) -> ShowActions:
        """Return the same, in the caller's transaction."""
        show = await _require_show(connection, channel_id, show_id)
        assert show is not None, "one was named"
        before = show_before(await read_places(connection, channel_id), show, self._clock.now())
        since = before.ended_at if before is not None else None
        found = await repository.read_around(connection, channel_id, show_id, since, SHOWN_MAX)
        today = await self._today(connection, channel_id)
        own = [each for each in found if each.item.show is not None and each.item.show.id == show_id]
        carried = [each for each in found if is_carried_to(each.item, show, before)]
        return ShowActions(
            written=[as_body(each, today) for each in own], carried=[as_body(each, today) for each in carried]
        )

    async def _today(self, connection: AsyncConnection, channel_id: str) -> date:
        return today_in(await repository.read_time_zone(connection, channel_id), self._clock.now())


def today_in(zone: str, now: datetime) -> date:
    """Return which day it is there."""
    return now.astimezone(find_zone(zone)).date()


def as_body(known: Known, today: date) -> ActionBody:
    """Return an action as the API shows it on a day of the channel's."""
    item = known.item
    show = None if item.show is None else ShowRef(id=item.show.id, title=item.show.title, at=item.show.at)
    gone = known.owner is not None and known.owner_name is None
    owner = Owner(id=None if gone else known.owner, name=known.owner_name, former=gone)
    return ActionBody(
        id=item.id,
        text=known.text,
        owner=None if known.owner is None else owner,
        due_on=known.due_on,
        overdue=item.state == "open" and known.due_on is not None and known.due_on < today,
        state=item.state,
        show=show,
        created_at=item.created_at,
        closed_at=item.closed_at,
        version=known.version,
    )


async def _require_show(connection: AsyncConnection, channel_id: str, show_id: str | None) -> Any:
    if show_id is None:
        return None
    show = await read_show(connection, show_id)
    if show is None or show.channel_id != channel_id:
        raise RefusedError(Code.NOT_FOUND)
    return show.place


async def _require_owner(connection: AsyncConnection, channel_id: str, owner: str | None) -> None:
    if owner is not None and not await repository.is_person_of(connection, channel_id, owner):
        raise RefusedError(Code.INVALID, "An action's owner is one of the channel's people.")


def _known(found: Any) -> Any:
    if found is None:
        raise RefusedError(Code.NOT_FOUND, "The channel has no such action.")
    return found
