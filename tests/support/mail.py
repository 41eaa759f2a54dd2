"""Mail on a stage: people who agree and confirm, a worker, and a real SMTP server."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from server.addresses import Networks
from server.ledger.entries import Fact
from server.ledger.repository import append_facts
from server.mail.campaigns import Campaigns
from server.mail.composing import Addresses
from server.mail.consents import Consents, Wish
from server.mail.desk import MailDesk
from server.mail.returns import Returns
from server.mail.sending import Sending, relay_of
from server.mail.tokens import MailTokens
from server.workers.mail import MailWorker, Outgoing
from tests.support.mail_server import MailServer, Taken
from tests.support.stage import ADMIN, CHANNEL, HOST, SECRET, SHOW, Stage

BASE = "https://shows.example"
AT_ONCE = (timedelta(0), timedelta(0))
BOUNCES = "bounces@shows.example"


@dataclass(slots=True)
class Post:
    """Everything about mail of one process on a stage."""

    stage: Stage
    tokens: MailTokens
    addresses: Addresses
    consents: Consents
    campaigns: Campaigns
    desk: MailDesk
    returns: Returns
    worker: MailWorker

    async def open_channel(self, **others: Any) -> None:
        """Say from whom the channel writes."""
        wanted = {
            "sender_name": "Kitchen Ōsaka",
            "sender_address": "hello@shop.example",
            "postal": "1-2-3 Kita, Osaka",
        }
        await self.desk.change(CHANNEL, ADMIN, wanted | others)

    async def agree(self, viewer: str, address: str, *, language: Any = "en", confirm: bool = True) -> None:
        """Ask for mail, and confirm by the link as the row has it."""
        await self.consents.ask(CHANNEL, SHOW, viewer, Wish(address, language, 1))
        if confirm:
            await self.send()
            found = await self.rows(
                "SELECT plain FROM mail_message WHERE kind = 'confirm' AND viewer_id = :v ORDER BY id DESC LIMIT 1",
                v=viewer,
            )
            assert await self.consents.confirm(token_in(found[0][0], "f")) == "confirmed"

    async def attend(self, viewer: str, *facts: tuple[str, str], show: str = SHOW) -> None:
        """Have somebody in the show who did these things: (kind, target)."""
        at = self.stage.clock.now()
        done = [Fact(show, viewer, kind, at, target=target) for kind, target in facts]
        async with self.stage.database.write() as connection:
            await append_facts(connection, done or [Fact(show, viewer, "reaction", at, target="heart")])

    async def end(self) -> None:
        """End the show."""
        await self.stage.shows.end(SHOW, HOST)

    async def begin(self) -> None:
        """Write to the show's viewers, and queue all messages."""
        await self.campaigns.begin(CHANNEL, SHOW, ADMIN)
        await self.prepare()

    async def prepare(self) -> None:
        """Queue the messages of all campaigns."""
        while await self.campaigns.run_once():
            pass

    async def send(self) -> int:
        """Send all that is due."""
        sent = 0
        while done := await self.worker.run_once():
            sent += done
        return sent

    async def rows(self, statement: str, **given: Any) -> list[Any]:
        """Return what a statement finds."""
        async with self.stage.database.read() as connection:
            return list((await connection.execute(text(statement), given)).all())

    async def states(self, kind: str = "follow_up") -> dict[str, tuple[str, str | None]]:
        """Return (state, error) of messages of a kind by address."""
        found = await self.rows(
            "SELECT address, state, error FROM mail_message WHERE kind = :kind", kind=kind
        )
        return {address: (state, error) for address, state, error in found}


def open_post(
    stage: Stage, server: MailServer | None, *, pauses: Any = AT_ONCE, step_seconds: float = 30.0
) -> Post:
    """Return mail on a stage, sent by `server`; without one it is kept."""
    tokens = MailTokens(SECRET)
    addresses = Addresses(BASE, tokens)
    consents = Consents(stage.database, stage.clock, tokens, addresses)
    sending = Sending(relay_of(server.url), step_seconds=step_seconds) if server else None
    return Post(
        stage,
        tokens,
        addresses,
        consents,
        Campaigns(stage.database, stage.clock, addresses),
        MailDesk(stage.database, stage.clock, tokens, addresses),
        Returns(stage.database, stage.clock, tokens, consents, Networks(["192.0.2.0/24"])),
        MailWorker(stage.database, stage.clock, Outgoing(sending, BOUNCES, pauses), tokens, addresses),
    )


def token_in(words: str, letter: str) -> str:
    """Return the token of the first link of a kind (`f` confirm, `u` stop, `c` click, `o` open) in a mail."""
    found = re.search(rf"/m/{letter}/([a-z0-9.-]+?)(?=[\"?\s]|\.gif|$)", words)
    assert found, f"no /m/{letter}/ link"
    return found[1]


def link_tokens(taken: Taken) -> list[str]:
    """Return the tokens of all links of the HTML part that lead by here."""
    return re.findall(r"/m/c/([a-z0-9.-]+)", taken.part("html"))
