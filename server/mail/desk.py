"""What a channel's people do about mail: how it is sent, what it says, how it looks, a test to themselves, whom it does not reach."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit_beside
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.http.versions import ANY_VERSION, Match
from server.ids import new_id
from server.mail import channel_repository as repository
from server.mail.composing import Addresses, sender_line, without_pixel
from server.mail.facts_repository import Recipient, read_doings, read_recipients, read_show
from server.mail.follow_up import KIND, SAMPLE_DOINGS, filled, sample_show, values_of
from server.mail.queue_repository import enqueue, insert_unqueued
from server.mail.rules import Language, hash_of, mailbox_of
from server.mail.suppression import Suppression, lift, list_suppressed
from server.mail.tables import MailChannelRow, MailMessageRow, MailTemplateRow
from server.mail.templates import TemplateError, Words, check
from server.mail.tokens import MailTokens
from server.mail.written import built_in
from server.protocol.codes import Code
from server.sealing.unsealing import facts_around
from server.waking import Waking

_KEPT = text("""
    SELECT id, kind, address, subject, language, state, error, since FROM mail_message
    WHERE channel_id = :channel AND state = ANY(:states) AND (CAST(:after AS text) IS NULL OR id < :after)
    ORDER BY id DESC LIMIT :limit
""")
_LOOK = text("SELECT html, kind, state FROM mail_message WHERE id = :id")
_SHOWN_KINDS = ("test", "preview")
LISTED_STATES = ("queued", "sent", "kept", "bounced", "failed", "withheld")


@dataclass(frozen=True, slots=True)
class Draft:
    """A template as somebody is writing it, and with whose doings it is filled: somebody's in a show, or a sample."""

    language: Language
    words: Words
    show_id: str | None = None
    consent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft, filled in. `look` is the token of its HTML part's own page."""

    subject: str
    preheader: str
    plain: str
    look: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A message as a list shows it. `look`: the token of its page, where it may be looked at."""

    id: str
    kind: str
    address: str | None
    subject: str
    state: str
    error: str | None
    at: Any
    look: str | None


class MailDesk:
    """Of all channels; whoever calls says which one."""

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

    async def settings(self, channel_id: str) -> MailChannelRow:
        """Return how the channel writes."""
        async with self._database.read_soon() as connection:
            found = await repository.read_channel(connection, channel_id)
        return found or MailChannelRow(channel_id=channel_id, salt="")

    async def change(
        self, channel_id: str, by: Actor, changes: dict[str, Any], match: Match = ANY_VERSION
    ) -> MailChannelRow:
        """Set how the channel writes, and return it; raises `conflict` unless `match` admits its version."""
        async with self._database.write_soon() as connection:
            row = await repository.lock_channel(connection, channel_id)
            match.require(row.version, row)
            wanted = {name: value for name, value in changes.items() if getattr(row, name) != value}
            if wanted.get("auto_after_hours") is not None and row.auto_after_hours is None:
                wanted["auto_since"] = self._clock.now()
            if wanted:
                await repository.update_channel(connection, channel_id, wanted)
                await self._note(connection, by, channel_id, "mail.changed", changed=sorted(wanted))
            return await repository.lock_channel(connection, channel_id)

    async def template(self, channel_id: str, language: Language) -> tuple[Words, int]:
        """Return the follow-up's templates in a language and their version; 0: the built-in ones."""
        async with self._database.read_soon() as connection:
            own = await repository.read_template(connection, channel_id, KIND, language)
        if own is None:
            return built_in(KIND, language), 0
        return Words(own.subject, own.preheader, own.html, own.plain), own.version

    async def write_template(
        self, channel_id: str, by: Actor, language: Language, words: Words, match: Match = ANY_VERSION
    ) -> int:
        """Keep templates and return their version; raises `invalid` with part and line for what cannot be one, and `conflict`."""
        self._check(words, language)
        async with self._database.write_soon() as connection:
            await repository.lock_channel(connection, channel_id)
            own = await repository.read_template(connection, channel_id, KIND, language)
            version = 0 if own is None else own.version
            match.require(version, words)
            row = MailTemplateRow(
                channel_id=channel_id, kind=KIND, language=language, subject=words.subject, preheader=words.preheader,
                html=words.html, plain=words.plain, version=version + 1,
            )  # fmt: skip
            await repository.write_template(connection, row)
            await self._note(connection, by, channel_id, "mail.template", language=language)
        return version + 1

    async def reset_template(self, channel_id: str, by: Actor, language: Language) -> None:
        """Go back to the built-in templates."""
        async with self._database.write_soon() as connection:
            await repository.reset_template(connection, channel_id, KIND, language)
            await self._note(connection, by, channel_id, "mail.template", language=language)

    def _check(self, words: Words, language: Language) -> None:
        """Raise `invalid` unless the words can be filled for somebody."""
        try:
            check(words)
            channel = MailChannelRow(
                channel_id="", salt="", offer_text="–", offer_url="https://shop.example/"
            )
            values = values_of(
                sample_show(language),
                channel,
                "–",
                SAMPLE_DOINGS[language],
                self._addresses,
                returning=True,
                repeat_buyer=True,
            )
            filled(words, values, new_id("m"), self._addresses)
        except TemplateError as error:
            raise _wrong(error) from None

    async def preview(self, channel_id: str, draft: Draft, by: Actor) -> Preview:
        """Fill a draft in, and return it; nothing is sent. Raises `invalid` with part and line, and `not_found`."""
        self._check(draft.words, draft.language)
        row, words = await self._filled(channel_id, draft, "preview")
        async with self._database.write_soon() as connection:
            await insert_unqueued(connection, row)
        return Preview(words.subject, words.preheader, words.plain, self._tokens.sign("look", row.id))

    async def test(self, channel_id: str, draft: Draft, by: Actor) -> str:
        """Send a draft to who asks, and return the address; raises as `preview`, and `conflict` for who has none or no sender."""
        self._check(draft.words, draft.language)
        row, _ = await self._filled(channel_id, draft, "test")
        async with self._database.write_soon() as connection:
            email = await repository.read_email(connection, by.viewer_id)
            if email is None:
                raise RefusedError(
                    Code.CONFLICT,
                    "You have no e-mail address here; sign in as yourself.",
                    current={"email": None},
                )
            channel = await repository.lock_channel(connection, channel_id)
            mailbox = mailbox_of(email)
            row.address, row.domain = mailbox.address, mailbox.domain
            row.address_hash = hash_of(mailbox.key, channel.salt)
            await enqueue(connection, [row])
            await self._note(connection, by, channel_id, "mail.test", language=draft.language)
        self._new_mail.tell()
        return mailbox.address

    async def _filled(self, channel_id: str, draft: Draft, kind: str) -> tuple[MailMessageRow, Words]:
        now, id = self._clock.now(), new_id("m")
        to: Recipient | None = None
        async with facts_around(self._database, draft.show_id or "") as connection:
            channel = await repository.read_channel(connection, channel_id) or MailChannelRow(
                channel_id=channel_id, salt=""
            )
            name = channel.sender_name or await repository.read_name(connection, channel_id)
            show, doings = sample_show(draft.language), SAMPLE_DOINGS[draft.language]
            if draft.show_id:
                found = await read_show(connection, draft.show_id)
                if found is None or found.channel_id != channel_id:
                    raise RefusedError(Code.NOT_FOUND, "The channel has no such show.")
                show = found
            if draft.show_id and draft.consent_id:
                people = await read_recipients(
                    connection, channel_id, draft.show_id, limit=1, consent=draft.consent_id
                )
                if not people:
                    raise RefusedError(Code.NOT_FOUND, "Nobody of that name agreed and was there.")
                to = people[0]
                doings = (await read_doings(connection, channel_id, draft.show_id, [to.whose]))[to.whose]
        values = values_of(
            show, channel, name, doings, self._addresses,
            returning=to.returning if to else True, repeat_buyer=to.repeat_buyer if to else True,
        )  # fmt: skip
        try:
            words, links = filled(draft.words, values, id, self._addresses)
        except TemplateError as error:
            raise _wrong(error) from None
        return MailMessageRow(
            id=id, channel_id=channel_id, show_id=draft.show_id, kind=kind, bulk=False, viewer_id=to.viewer_id if to else None,
            address=None, address_hash="", domain="", language=draft.language,
            sender=sender_line(name, channel.sender_address) if channel.sender_address else "", reply_to=channel.reply_to,
            subject=words.subject, html=words.html, plain=words.plain, links=links, state="queued" if kind == "test" else "preview",
            since=now, next_at=now,
        ), words  # fmt: skip

    async def people_of(self, channel_id: str, show_id: str, limit: int) -> list[Recipient]:
        """Return up to `limit` of those who were in a show and agreed, for a preview."""
        async with self._database.read_soon() as connection:
            return await read_recipients(connection, channel_id, show_id, limit=limit)

    async def messages(
        self, channel_id: str, *, state: str | None, after: str | None, limit: int
    ) -> list[Kept]:
        """Return messages, the newest first. What was really sent is not shown, whatever is in it: it is between us and its reader."""
        states = [state] if state else list(LISTED_STATES)
        async with self._database.read_soon() as connection:
            given = {"channel": channel_id, "states": states, "after": after, "limit": limit}
            rows = (await connection.execute(_KEPT, given)).all()
        return [
            Kept(
                row.id, row.kind, row.address, row.subject, row.state, row.error, row.since,
                self._tokens.sign("look", row.id) if row.state == "kept" or row.kind == "test" else None,
            )
            for row in rows
        ]  # fmt: skip

    async def look(self, token: str) -> str | None:
        """Return the HTML part of a preview, a test or a kept message; None for anything else."""
        read = self._tokens.read("look", token)
        if read is None:
            return None
        async with self._database.read_soon() as connection:
            row = (await connection.execute(_LOOK, {"id": read[0]})).one_or_none()
        shown = row is not None and (row.state == "kept" or row.kind in _SHOWN_KINDS)
        return without_pixel(row.html or "") if row is not None and shown else None

    async def suppressed(
        self, channel_id: str, *, address: str | None, after: str | None, limit: int
    ) -> list[Suppression]:
        """Return the addresses that are not written to; of one address alone where it is given."""
        async with self._database.read_soon() as connection:
            channel = await repository.read_channel(connection, channel_id)
            if channel is None:
                return []
            hashed = hash_of(mailbox_of(address).key, channel.salt) if address else None
            return await list_suppressed(
                connection, channel_id, address_hash=hashed, after=after, limit=limit
            )

    async def lift(self, channel_id: str, by: Actor, address_hash: str) -> None:
        """Let an address be written to again; consent is asked for anew by who unsubscribed. Raises `not_found`."""
        async with self._database.write_soon() as connection:
            reason = await lift(connection, channel_id, address_hash)
            if reason is None:
                raise RefusedError(Code.NOT_FOUND, "Nothing stands against this address.")
            await self._note(connection, by, channel_id, "mail.lifted", reason=reason)

    async def _note(
        self, connection: AsyncConnection, by: Actor, channel_id: str, action: Any, **details: Any
    ) -> None:
        await audit_beside(
            connection, by, action, channel_id, self._clock.now(), channel=channel_id, **details
        )


def _wrong(error: TemplateError) -> RefusedError:
    told = f"Line {error.line}: {error.why}"
    return RefusedError(
        Code.INVALID, str(error), errors=[{"at": f"body/{error.part}", "why": told, "line": error.line}]
    )
