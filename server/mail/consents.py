"""Who may be written to: asked for on the page, confirmed by the mailbox's owner, taken back on the page or by one click."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.mail import consent_repository as repository
from server.mail.channel_repository import lock_channel, read_channel, read_name
from server.mail.composing import Addresses, sender_line
from server.mail.queue_repository import enqueue, withhold
from server.mail.rules import (
    CONFIRMATIONS_MAX,
    CONFIRMED_WITHIN,
    STOPS_TRANSACTIONAL,
    Language,
    Mailbox,
    hash_of,
    mailbox_of,
)
from server.mail.suppression import lift, suppress
from server.mail.tables import MailChannelRow, MailConsentRow, MailMessageRow
from server.mail.templates import render
from server.mail.tokens import MailTokens
from server.mail.wording import WORDING_NOW, WORDINGS, wording_of
from server.mail.written import built_in
from server.protocol.codes import Code
from server.waking import Waking

Stand = Literal["none", "asked", "confirmed", "withdrawn"]
Confirmed = Literal["confirmed", "ended", "unknown"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a viewer sees of their own: whether the channel writes at all, the words to agree to, and what they asked for."""

    offered: bool
    wording: int
    words: str
    state: Stand
    address: str | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody writes into the page: an address, the language that they read, and the version of the words that they saw."""

    address: str
    language: Language
    wording: int


class Consents:
    """Consents of all channels; whoever calls says which channel and viewer they are of."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tokens: MailTokens,
        addresses: Addresses,
        new_mail: Waking | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._tokens = tokens
        self._addresses = addresses
        self._new_mail = new_mail or Waking()

    async def standing(self, channel_id: str, viewer_id: str, language: Language) -> Standing:
        """Return how a viewer stands with a channel."""
        async with self._database.read_soon() as connection:
            channel = await read_channel(connection, channel_id)
            row = await repository.read_consent(connection, channel_id, viewer_id)
            sender = await _called(connection, channel_id, channel)
        return Standing(
            offered=channel is not None and bool(channel.sender_address),
            wording=WORDING_NOW,
            words=wording_of(WORDING_NOW, language, sender),
            state="none" if row is None else row.state,  # type: ignore[arg-type]
            address=None if row is None or row.state == "withdrawn" else row.address,
        )

    async def ask(self, channel_id: str, show_id: str, viewer_id: str, wish: Wish) -> None:
        """Keep what a viewer asks for, and have the mailbox's owner asked; nothing else is sent before they have confirmed.

        Whether the address is known, stopped or asked too often already changes nothing that the caller sees. Raises `invalid` for what
        is no address, and for words that nobody was shown; `conflict` where the channel does not write.
        """
        mailbox = mailbox_of(wish.address)
        if wish.wording not in WORDINGS:
            raise RefusedError(Code.INVALID, "There are no such words to agree to.")
        now = self._clock.now()
        async with self._database.write_soon() as connection:
            channel = await lock_channel(connection, channel_id)
            if not channel.sender_address:
                raise RefusedError(Code.CONFLICT, "This channel sends no mail.", current={"offered": False})
            hashed = hash_of(mailbox.key, channel.salt)
            known = await repository.read_consent(connection, channel_id, viewer_id, lock=True)
            if known is not None and known.state == "confirmed" and known.address_hash == hashed:
                return
            asked = MailConsentRow(
                id=new_id("mc"), channel_id=channel_id, viewer_id=viewer_id, show_id=show_id, address=mailbox.address,
                address_hash=hashed, language=wish.language, wording=wish.wording, asked_at=now,
            )  # fmt: skip
            row = await repository.write_consent(connection, asked)
            if await self._may_be_asked(connection, channel_id, hashed, now):
                await enqueue(connection, [await self._confirmation(connection, channel, row, mailbox)])
        self._new_mail.tell()

    async def _may_be_asked(
        self, connection: AsyncConnection, channel_id: str, hashed: str, now: datetime
    ) -> bool:
        if await repository.read_reason(connection, channel_id, hashed) in STOPS_TRANSACTIONAL:
            return False
        asked = await repository.count_confirmations(connection, channel_id, hashed, now - timedelta(days=1))
        return asked < CONFIRMATIONS_MAX

    async def _confirmation(
        self, connection: AsyncConnection, channel: MailChannelRow, consent: MailConsentRow, mailbox: Mailbox
    ) -> MailMessageRow:
        now = consent.asked_at
        id = new_id("m")
        name = await _called(connection, channel.channel_id, channel)
        url = self._addresses.confirm(consent.id, consent.round, id, now + CONFIRMED_WITHIN)
        words = render(
            built_in("confirm", consent.language),
            {"sender": {"name": name, "postal": channel.postal}, "confirm_url": url},
        )
        return MailMessageRow(
            id=id, channel_id=channel.channel_id, show_id=consent.show_id, kind="confirm", bulk=False,
            viewer_id=consent.viewer_id, consent_id=consent.id, address=mailbox.address, address_hash=consent.address_hash,
            domain=mailbox.domain, language=consent.language, sender=sender_line(name, channel.sender_address),
            reply_to=channel.reply_to, subject=words.subject, html=words.html, plain=words.plain, links=[], since=now, next_at=now,
        )  # fmt: skip

    async def confirm(self, token: str, *, look: bool = False) -> Confirmed:
        """Confirm an address: once, within 48 hours. `look`: say what would become of it, and change nothing."""
        read = self._tokens.read("confirm", token)
        if read is None or len(read[1]) != 3:
            return "unknown"
        id, (round, ends, number) = read
        now = self._clock.now()
        if datetime.fromtimestamp(ends, UTC) <= now:
            return "ended"
        async with self._database.write_soon() as connection:
            row = await repository.lock_consent(connection, id)
            if row is None or row.round != round or row.state != "asked":
                return "ended"
            if not look:
                await repository.confirm_consent(connection, id, f"m_{number:032x}", now)
                await lift(connection, row.channel_id, row.address_hash, ("unsubscribed",))
        return "confirmed"

    async def withdraw(self, channel_id: str, viewer_id: str) -> None:
        """Take a viewer's own consent back: what waits for them is not sent."""
        now = self._clock.now()
        async with self._database.write_soon() as connection:
            for hashed in await repository.withdraw_consent(connection, channel_id, now, viewer_id=viewer_id):
                await withhold(connection, channel_id, hashed, "no_consent")

    async def stop(self, connection: AsyncConnection, channel_id: str, address_hash: str) -> None:
        """Write no more to an address whose owner says so, whoever asked for it."""
        now = self._clock.now()
        await repository.withdraw_consent(connection, channel_id, now, address_hash=address_hash)
        await suppress(connection, channel_id, address_hash, "unsubscribed", now)


async def _called(connection: AsyncConnection, channel_id: str, channel: MailChannelRow | None) -> str:
    """Return who writes, as people know them."""
    return (channel.sender_name if channel else "") or await read_name(connection, channel_id)
