"""What comes back of messages: bounces, complaints, people who stop them, opens and clicks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.addresses import Networks
from server.clock import Clock
from server.db.engine import Database
from server.ledger.repository import copy_entries
from server.mail.consents import Consents
from server.mail.reports import Report, read_report
from server.mail.rules import is_machine
from server.mail.suppression import suppress
from server.mail.tokens import MailTokens

_FIND = text("""
    SELECT id, channel_id, campaign_id, show_id, kind, viewer_id, address_hash, links, sent_at, state, language,
           opened_at, clicked_at, unsubscribed_at FROM mail_message WHERE id = :id
""")
_MARK: Final = {
    name: text(f"UPDATE mail_message SET {name} = :at WHERE id = :id AND {name} IS NULL")  # noqa: S608 - names of ours
    for name in (
        "opened_at",
        "opened_machine_at",
        "clicked_at",
        "clicked_machine_at",
        "unsubscribed_at",
        "complained_at",
    )
}
_BOUNCED = text("""
    UPDATE mail_message SET state = 'bounced', bounced_at = :at, error = :error WHERE id = :id AND state = 'sent'
""")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who follows a link or loads a picture: their program as it calls itself, and their address."""

    agent: str
    address: str


class Returns:
    """Takes what comes back. `networks`: those of mailbox providers' proxies, whose opens are nobody's."""

    def __init__(
        self, database: Database, clock: Clock, tokens: MailTokens, consents: Consents, networks: Networks
    ) -> None:
        self._database = database
        self._clock = clock
        self._tokens = tokens
        self._consents = consents
        self._networks = networks

    async def take_report(self, raw: bytes, *, to: str | None = None) -> Report | None:
        """Count a bounce or a complaint, as it came by mail; None: it is about no message of ours. A hard bounce and a complaint
        suppress the address.
        """
        report = read_report(raw, self._tokens, to=to)
        if report is None or report.kind == "none":
            return report
        now = self._clock.now()
        async with self._database.write() as connection:
            row = await _find(connection, report.message_id)
            if row is None:
                return None
            if report.kind == "complaint":
                await connection.execute(_MARK["complained_at"], {"id": row.id, "at": now})
                await self._consents.stop(connection, row.channel_id, row.address_hash)
                await suppress(connection, row.channel_id, row.address_hash, "complaint", now)
                return report
            error = "mailbox" if report.kind == "hard" else "policy"
            await connection.execute(_BOUNCED, {"id": row.id, "at": now, "error": error})
            if report.kind == "hard":
                await suppress(connection, row.channel_id, row.address_hash, "hard_bounce", now)
        return report

    async def can_stop(self, token: str) -> bool:
        """Whether this is the way out of a list; changes nothing."""
        return self._tokens.read("unsubscribe", token) is not None

    async def unsubscribe(self, token: str) -> bool:
        """Write no more to whom a message went; False for a token that is none of ours. Once more changes nothing."""
        read = self._tokens.read("unsubscribe", token)
        if read is None:
            return False
        async with self._database.write_soon() as connection:
            row = await _find(connection, read[0])
            if row is not None and row.kind not in ("test", "preview"):
                await connection.execute(_MARK["unsubscribed_at"], {"id": row.id, "at": self._clock.now()})
                await self._consents.stop(connection, row.channel_id, row.address_hash)
        return True

    async def opened(self, token: str, caller: Caller) -> None:
        """Count that a message was opened, by a person or by a machine."""
        read = self._tokens.read("open", token)
        if read is None:
            return
        async with self._database.write_soon() as connection:
            row = await _find(connection, read[0])
            if row is not None:
                await self._note(connection, row, "mail_open", caller, target=None)

    async def clicked(self, token: str, caller: Caller) -> str | None:
        """Count that a link was followed, and return where it leads; None for a token that is none of ours."""
        read = self._tokens.read("click", token)
        if read is None or len(read[1]) != 1:
            return None
        async with self._database.write_soon() as connection:
            row = await _find(connection, read[0])
            if row is None or read[1][0] >= len(row.links):
                return None
            target: str = row.links[read[1][0]]
            await self._note(connection, row, "mail_click", caller, target=target)
        return target

    async def _note(
        self, connection: AsyncConnection, row: Row[Any], kind: str, caller: Caller, *, target: str | None
    ) -> None:
        """Mark the message, and tell the ledger: `n` of a first open or each click, `via` a person or a machine."""
        now = self._clock.now()
        machine = is_machine(
            caller.agent, caller.address, now - row.sent_at if row.sent_at else None, self._networks
        )
        machine = machine and row.state != "kept"  # the studio shows it: nobody's proxy stands between
        column = {"mail_open": "opened", "mail_click": "clicked"}[kind] + (
            "_machine_at" if machine else "_at"
        )
        marked = await connection.execute(_MARK[column], {"id": row.id, "at": now})
        counts = (
            row.campaign_id is not None
            and row.viewer_id is not None
            and (kind == "mail_click" or marked.rowcount)
        )
        if counts:
            await copy_entries(
                connection, [_entry(row, kind, now, target, "machine" if machine else "person")]
            )


def _entry(row: Row[Any], kind: str, at: datetime, target: str | None, via: str) -> tuple[object, ...]:
    return (row.show_id, row.viewer_id, kind, target or row.campaign_id, 1, None, None, None, None, at, via)


async def _find(connection: AsyncConnection, id: str) -> Row[Any] | None:
    return (await connection.execute(_FIND, {"id": id})).one_or_none()
