"""A channel's endpoints: what its admins do with them, and what was sent to them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.sealing import Sealing, UnsealError
from server.audit.actions import Action
from server.audit.trail import Actor, audit_beside
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.ids import new_id
from server.journal.intents import Intent, carry_out_once
from server.protocol.codes import Code
from server.webhooks import repository
from server.webhooks.outbox import new_event
from server.webhooks.repository import Delivery
from server.webhooks.rules import OLD_SECRET_FOR, TEST, DeliveryState, EventType, place_of
from server.webhooks.signing import as_text, new_secret
from server.webhooks.tables import WebhookEndpointRow

ENDPOINTS_MAX = 20
"""Of a channel."""
Check = Callable[[str], Awaitable[None]]
"""Raises `invalid` for a URL that this server does not go to."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Wish:
    """What an endpoint is to be."""

    url: str
    events: Sequence[EventType]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What webhooks to an endpoint are signed with, as people copy it: the newest first."""

    keys: list[str]


class Webhooks:
    """Endpoints of all channels; whoever calls says which channel they are from. Ids of other channels are `not_found`."""

    def __init__(self, database: Database, clock: Clock, sealing: Sealing, check: Check) -> None:
        self._database = database
        self._clock = clock
        self._sealing = sealing
        self._check = check

    async def create(
        self, channel_id: str, by: Actor, wish: Wish, *, intent: Intent | None = None
    ) -> tuple[WebhookEndpointRow, Secrets]:
        """Write a new endpoint, which is on, and return it with its secret; raises `invalid`, `too_many` with `limit`."""
        await self._check(wish.url)
        row = WebhookEndpointRow(
            id=new_id("w"),
            channel_id=channel_id,
            url=wish.url,
            description=wish.description,
            events=list(wish.events),
            secret="",
            created_at=self._clock.now(),
        )
        row.secret = self._sealing.seal(new_secret(), row.id)

        async def write(connection: AsyncConnection) -> str:
            if await repository.ENDPOINTS.count(connection, channel_id) >= ENDPOINTS_MAX:
                raise RefusedError(
                    Code.TOO_MANY,
                    "The channel has as many webhooks as it may have.",
                    limit=ENDPOINTS_MAX,
                    left=0,
                )
            await repository.ENDPOINTS.insert(connection, row)
            await self._note(connection, by, "webhook.created", row, url=place_of(row.url), events=row.events)
            return row.id

        made = await carry_out_once(self._database, self._clock, intent, str, write)
        return await self.find(channel_id, made), await self.secrets(channel_id, made)

    async def list_of(self, channel_id: str, *, after: str | None, limit: int) -> list[WebhookEndpointRow]:
        """Return up to `limit` endpoints of the channel, the newest first."""
        async with self._database.read_soon() as connection:
            return await repository.ENDPOINTS.page(connection, channel_id, after=after, limit=limit)

    async def find(self, channel_id: str, endpoint_id: str) -> WebhookEndpointRow:
        """Return an endpoint; raises `not_found`."""
        async with self._database.read_soon() as connection:
            return _known(await repository.ENDPOINTS.find(connection, channel_id, endpoint_id))

    async def secrets(self, channel_id: str, endpoint_id: str) -> Secrets:
        """Return what webhooks to the endpoint are signed with at this moment; raises `not_found`, `unavailable`."""
        row = await self.find(channel_id, endpoint_id)
        sealed = [row.secret]
        if row.secret_old and row.secret_old_until and row.secret_old_until > self._clock.now():
            sealed.append(row.secret_old)
        try:
            return Secrets([as_text(self._sealing.open(each, row.id)) for each in sealed])
        except UnsealError:
            log.error(
                "webhooks.unsealed",
                endpoint=row.id,
                mend="give this process the secret that sealed it, or rotate",
            )
            raise RefusedError(
                Code.UNAVAILABLE,
                "The secret cannot be read by this server; rotate it.",
                retry_after_ms=60_000,
            ) from None

    async def change(
        self,
        channel_id: str,
        by: Actor,
        endpoint_id: str,
        changes: dict[str, Any],
        match: Match = ANY_VERSION,
    ) -> WebhookEndpointRow:
        """Set `url`, `events`, `description` or `state`, and return the endpoint; raises `invalid`, `not_found`, and
        `conflict` unless `match` admits its version. On again, it is tried anew from now on.
        """
        if "url" in changes:
            await self._check(changes["url"])
        async with self._database.write_soon() as connection:
            row = _known(await repository.ENDPOINTS.find(connection, channel_id, endpoint_id, lock=True))
            match.require(row.version, row)
            wanted = {name: value for name, value in changes.items() if getattr(row, name) != value}
            if wanted:
                await self._note(connection, by, "webhook.changed", row, **_as_noted(wanted))
            if wanted.get("state") == "on":
                wanted |= {"off_reason": None, "off_at": None, "failing_since": None}
            elif wanted.get("state") == "off":
                wanted |= {"off_reason": "person", "off_at": self._clock.now()}
            if wanted:
                await repository.ENDPOINTS.update(connection, endpoint_id, wanted)
            return _known(await repository.ENDPOINTS.find(connection, channel_id, endpoint_id))

    async def rotate(
        self, channel_id: str, by: Actor, endpoint_id: str, *, intent: Intent | None = None
    ) -> Secrets:
        """Make a new secret; the one before goes on signing beside it for a day. Returns both; raises `not_found`."""

        async def write(connection: AsyncConnection) -> int:
            row = _known(await repository.ENDPOINTS.find(connection, channel_id, endpoint_id, lock=True))
            sealed = self._sealing.seal(new_secret(), row.id)
            until = self._clock.now() + OLD_SECRET_FOR
            changes = {"secret": sealed, "secret_old": self._old_of(row), "secret_old_until": until}
            await repository.ENDPOINTS.update(connection, endpoint_id, changes)
            await self._note(connection, by, "webhook.secret", row)
            return row.version + 1

        await carry_out_once(self._database, self._clock, intent, int, write)
        return await self.secrets(channel_id, endpoint_id)

    def _old_of(self, row: WebhookEndpointRow) -> str | None:
        """Return the secret that is to go on signing; one that cannot be opened cannot."""
        try:
            self._sealing.open(row.secret, row.id)
        except UnsealError:
            return None
        return row.secret

    async def remove(self, channel_id: str, by: Actor, endpoint_id: str) -> None:
        """Remove an endpoint with its log; raises `not_found`."""
        async with self._database.write_soon() as connection:
            row = _known(await repository.ENDPOINTS.find(connection, channel_id, endpoint_id, lock=True))
            await repository.delete_endpoint(connection, endpoint_id)
            await self._note(connection, by, "webhook.removed", row, url=place_of(row.url))

    async def send_test(self, channel_id: str, endpoint_id: str, *, intent: Intent | None = None) -> str:
        """Send an event of type `webhook.test`, and return its id; raises `not_found`, `conflict` when the endpoint is off."""

        async def write(connection: AsyncConnection) -> str:
            row = _known(await repository.ENDPOINTS.find(connection, channel_id, endpoint_id, lock=True))
            _require_on(row)
            event = new_event(channel_id, TEST, {"webhook": endpoint_id}, self._clock.now())
            await repository.insert_event_for(connection, event, endpoint_id)
            return str(event["id"])

        return await carry_out_once(self._database, self._clock, intent, str, write)

    async def list_deliveries(
        self,
        channel_id: str,
        endpoint_id: str,
        *,
        state: DeliveryState | None,
        type: str | None,
        after: str | None,
        limit: int,
    ) -> list[Delivery]:
        """Return up to `limit` of what was, or is to be, sent to the endpoint, the newest first; raises `not_found`."""
        async with self._database.read_soon() as connection:
            _known(await repository.ENDPOINTS.find(connection, channel_id, endpoint_id))
            return await repository.read_deliveries(
                connection, endpoint_id, state=state, type=type, after=after, limit=limit
            )

    async def send_again(self, channel_id: str, endpoint_id: str, event_id: str) -> None:
        """Send an event again, under its id; raises `not_found`, `conflict` when the endpoint is off."""
        async with self._database.write_soon() as connection:
            row = _known(await repository.ENDPOINTS.find(connection, channel_id, endpoint_id, lock=True))
            _require_on(row)
            if not await repository.send_again(connection, endpoint_id, event_id, self._clock.now()):
                raise RefusedError(Code.NOT_FOUND)

    async def reseal(self) -> int:
        """Seal anew what the secret before has sealed, and return how many endpoints that were."""
        resealed = 0
        async with self._database.write() as connection:
            for row in await repository.read_sealed_otherwise(connection, self._sealing.mark):
                row.secret = self._sealing.anew(row.secret, row.id)
                row.secret_old = row.secret_old and self._sealing.anew(row.secret_old, row.id)
                await repository.reseal(connection, row)
                resealed += 1
        return resealed

    async def _note(
        self, connection: AsyncConnection, by: Actor, action: Action, row: WebhookEndpointRow, **details: Any
    ) -> None:
        at = self._clock.now()
        await audit_beside(connection, by, action, row.id, at, channel=row.channel_id, **details)


def _known(row: WebhookEndpointRow | None) -> WebhookEndpointRow:
    if row is None:
        raise RefusedError(Code.NOT_FOUND, "The channel has no such webhook.")
    return row


def _as_noted(changes: dict[str, Any]) -> dict[str, Any]:
    """Return what an audit keeps of changes."""
    return changes | ({"url": place_of(changes["url"])} if "url" in changes else {})


def _require_on(row: WebhookEndpointRow) -> None:
    if row.state != "on":
        raise RefusedError(
            Code.CONFLICT, "The webhook is off; switch it on first.", current={"state": row.state}
        )
