"""`join`: from a token, or none, to a place in a room, answered from what the room holds in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from msgspec.structs import replace

from server.access.customer_claims import is_own
from server.access.customers import Customers
from server.access.entry import as_entrant, require_entry
from server.access.roles import is_staff
from server.access.tokens import Identity, Tokens
from server.errors import RefusedError
from server.hosts import Origins
from server.hub.connection import Connection
from server.hub.crowd import Crowd
from server.hub.hub import Hub
from server.hub.price import ANSWER_BYTES_A_TOKEN, READ_TOKENS, charge_join
from server.hub.room import Room
from server.journal.rooms import Rooms
from server.ledger.recorder import Recorder
from server.pace.rates import Act, By
from server.pace.service import Pace
from server.protocol.codes import Code
from server.protocol.commands import Join, Position
from server.text.names import default_name
from server.viewers.aliases import Aliases
from server.viewers.joined import Entrant, answer_join
from server.viewers.share_codes import ShareCodes
from server.viewers.sources import source_of

ROUND_WAIT_SECONDS = 0.01
"""How often a join that has to wait for the room's next round looks whether it has begun."""


class Bars(Protocol):
    """Tells whether a viewer who comes in is kept out for who they are likely to be."""

    def __call__(
        self, connection: Connection, room: Room, viewer_id: str, name: str, *, guest: bool
    ) -> bool: ...


class Joins:
    """Carries out `join` for the dispatcher."""

    def __init__(
        self,
        hub: Hub,
        rooms: Rooms,
        tokens: Tokens,
        recorder: Recorder,
        pace: Pace,
        *,
        customers: Customers,
        aliases: Aliases,
        origins: Origins,
        codes: ShareCodes,
        greet_staff: Callable[[Connection], None],
        bars: Bars,
    ) -> None:
        self._bars = bars
        self._hub = hub
        self._rooms = rooms
        self._tokens = tokens
        self._customers = customers
        self._aliases = aliases
        self._recorder = recorder
        self._pace = pace
        self._origins = origins
        self.codes = codes
        self._greet_staff = greet_staff

    def join(self, connection: Connection, command: Join) -> Awaitable[None] | None:
        """Write `joined` and put the connection into the show's room: at once, or where SQL must be asked first, when awaited.

        Raises RefusedError, now or when awaited: not_found, unauthenticated, token_expired, forbidden, guests_refused, show_full,
        too_fast, unavailable.
        """
        connection.joins += 1
        if command.token is not None and not is_own(command.token):
            return self._join_as_customer(connection, command, command.token)
        room = self._hub.rooms.get(command.show)
        if room is None or not self._is_ready(room, command.position):
            return self._join_later(connection, command)
        self._enter(connection, command, room)
        return None

    async def _join_as_customer(self, connection: Connection, command: Join, token: str) -> None:
        """Join with a shop's own token, in whose place the viewer gets one of ours. Nobody else waits for it."""
        charge_join(connection, READ_TOKENS)
        customer = await self._customers.identify(token)
        if (guest_id := self._guest_before(connection, command, customer)) is not None:
            room = await self._rooms.open(command.show)
            require_entry(customer, room)
            await self._aliases.note(command.show, guest_id, customer)
            room.banned.bar_as(guest_id, customer.viewer_id)
        await self._join_later(connection, command, self._tokens.begin(customer))

    def _guest_before(self, connection: Connection, command: Join, customer: Identity) -> str | None:
        """Return which guest the customer was until now: by the guest's own token, else by the open socket; None for none."""
        if command.guest is not None:
            try:
                guest = self._tokens.verify(command.guest)
            except RefusedError:  # keeps nobody out: a page that is opened on another day still has it
                return None
            return guest.viewer_id if guest.guest and guest.channel_id == customer.channel_id else None
        here = connection.room is not None and connection.room.show_id == command.show
        return connection.viewer_id if here and connection.guest else None

    async def _join_later(
        self, connection: Connection, command: Join, customer: Identity | None = None
    ) -> None:
        if command.show not in self._hub.rooms:
            charge_join(connection, READ_TOKENS)
        room, position = await self._rooms.open(command.show), command.position
        while not self._is_ready(room, position):
            if self._awaits_round(room, position):
                await asyncio.sleep(ROUND_WAIT_SECONDS)
                continue
            charge_join(connection, READ_TOKENS)
            await self._rooms.refresh(room)
            if position is not None and position.offset > room.top:
                position = None  # no process can have given it; it gets the snapshot
        if not connection.is_ending:
            self._enter(connection, command, room, customer)

    def _enter(
        self, connection: Connection, command: Join, room: Room, customer: Identity | None = None
    ) -> None:
        """No await from what `joined` says to the place in the lane: there must be no gap between them."""
        if not self._origins.opens(connection.page, room.channel_id):
            raise RefusedError(Code.FORBIDDEN, "Pages of this origin may not enter this show.")
        entrant = self._let_in(customer, room) if customer else self._identify(connection, command, room)
        identity = as_entrant(entrant.identity, room, talks=True)
        connection.device_id = command.device or connection.device_id
        if identity.role == "viewer" and self._bars(
            connection, room, identity.viewer_id, identity.name, guest=identity.guest
        ):
            # As who they are now they read why, and may appeal.
            raise _barred(entrant)
        if connection.room is not room:
            self._check_space(room)
        same = connection.room is room and connection.viewer_id == identity.viewer_id
        self._hub.leave(connection, goes_on=same and connection.role == identity.role)
        introduce(connection, entrant.identity, room, self._hub.crowd)
        lane = room.lane_for(connection, pulse_only=command.pulse_only)
        answer = answer_join(lane, command, room, entrant)
        connection.transport.write(answer)
        charge_join(connection, len(answer) / ANSWER_BYTES_A_TOKEN)
        self._hub.enter(connection, room, lane)
        if connection.staff and not connection.partner and not command.pulse_only:
            self._greet_staff(connection)
        if not room.hidden:
            self._attend(connection, command, room, identity)

    def _attend(self, connection: Connection, command: Join, room: Room, identity: Identity) -> None:
        # What they have agreed to with their own channel says nothing of this one: here they count, and are strangers.
        stranger = connection.home is not None
        share, fault = self.codes.read(command.share, room.channel_id, same_device=command.own_share)
        self._recorder.attend(
            room.show_id,
            identity.viewer_id,
            connection.id,
            guest=identity.guest or stranger,
            remembered=identity.remembered and not stranger,
            source=command.source and source_of(command.source),
            share=share,
            share_fault=fault,
            device=connection.device,
            consent_at=None if stranger else identity.consent_at,
            staff=not connection.counted,
            suspect=connection.standing is not None and connection.standing.burst,
        )

    def _identify(self, connection: Connection, command: Join, room: Room) -> Entrant:
        """Return who joins; with a fresh token when that is a new guest, or one with other wishes than the token says."""
        if command.token is None:
            return self._new_guest(connection, command, room)
        identity = self._tokens.verify(command.token)
        require_entry(identity, room)
        name, refused = command.name, identity.role == "viewer" and _is_refused(room, command.name, identity)
        if refused:
            name = default_name(identity.viewer_id)
        # Consent is given to one's own channel, and taken back there.
        remember = command.remember if identity.channel_id == room.channel_id else None
        revised = self._tokens.revised(identity, name=name, remember=remember)
        self._record_consent(connection, command, room, identity.remembered, revised)
        return Entrant(revised, None if revised is identity else self._tokens.sign(revised), refused)

    def _let_in(self, customer: Identity, room: Room) -> Entrant:
        require_entry(customer, room)
        if refused := _is_refused(room, None, customer):
            customer = replace(customer, name=default_name(customer.viewer_id))
        return Entrant(customer, self._tokens.sign(customer), refused)

    def _new_guest(self, connection: Connection, command: Join, room: Room) -> Entrant:
        require_entry(None, room)
        crowd, now = self._hub.crowd, asyncio.get_running_loop().time()
        by = {By.ADDRESS: connection.host}
        if connection.joined:  # a socket's first guest is paid for by the address alone
            by[By.SOCKET] = connection.id
        self._pace.note(Act.GUEST, by)
        refused = bool(command.name) and room.called.refuses(command.name or "")
        name, remember = None if refused else command.name, bool(command.remember)
        identity = self._tokens.new_guest(room.channel_id, name=name, remember=remember)
        crowd.arrive(identity.viewer_id, connection.host, now)
        self._record_consent(connection, command, room, False, identity)
        return Entrant(identity, self._tokens.sign(identity), refused)

    def _record_consent(
        self, connection: Connection, command: Join, room: Room, before: bool, identity: Identity
    ) -> None:
        """Keep that a guest has agreed to be recognised, and to which words, or agrees no longer."""
        given = identity.remembered
        if given is not before:
            wording = command.wording if given else None
            self._recorder.consent(
                room.show_id, identity.viewer_id, connection.id, given=given, wording=wording
            )

    def _check_space(self, room: Room) -> None:
        limits = self._hub.admission.limits
        full = limits.connections_per_show_max and len(room.connections) >= limits.connections_per_show_max
        if full and not limits.allow_all:
            raise RefusedError(Code.SHOW_FULL, retry_after_ms=10_000)

    def _is_ready(self, room: Room, position: Position | None) -> bool:
        """Whether the room can answer this join from memory."""
        if position is not None and position.epoch == room.epoch:
            if position.offset > room.sent:
                return False  # the viewer comes from a process that is ahead of this one by a moment
            if room.reaches(position.offset):
                return True
        snapshot = self._rooms.snapshot_of(room)
        return snapshot is not None and snapshot.offset <= room.sent

    def _awaits_round(self, room: Room, position: Position | None) -> bool:
        """Whether what the viewer would begin with is in the room, but not sent yet: entering now, they would get it twice."""
        known = [position.offset] if position is not None and position.epoch == room.epoch else []
        known += [room.snapshot.offset] if room.snapshot is not None else []
        return room.sent < max(known, default=0) <= room.top


def _barred(entrant: Entrant) -> RefusedError:
    refused = RefusedError(Code.BANNED)
    refused.about = entrant.identity.viewer_id
    if entrant.token is not None:
        refused.data["token"] = entrant.token
    return refused


def introduce(connection: Connection, bearer: Identity, room: Room, crowd: Crowd) -> None:
    """Write down on a connection whose it is, as who they are in the room."""
    identity = as_entrant(bearer, room, talks=True)
    connection.home = None if bearer.channel_id == room.channel_id else bearer.channel_id
    connection.viewer_id = identity.viewer_id
    connection.role = identity.role
    connection.channel_id = identity.channel_id
    connection.own_name = identity.name
    connection.guest = identity.guest
    connection.staff = is_staff(identity.role)
    connection.standing = crowd.find(identity.viewer_id, guest=identity.guest)
    same = identity.sign_in_id == identity.viewer_id  # a guest's mostly; kept once, not twice
    connection.sign_in_id = identity.viewer_id if same else identity.sign_in_id
    connection.expires_at = identity.expires_at.timestamp()


def _is_refused(room: Room, wish: str | None, identity: Identity) -> bool:
    """Whether nobody in the audience may be called here what a viewer wishes to be called, or without a wish is called already."""
    if wish and wish != identity.name:
        return room.called.refuses(wish)
    return room.called.shown(identity.name, identity.viewer_id) != identity.name
