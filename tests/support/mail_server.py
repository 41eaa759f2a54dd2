"""A real SMTP server in the test's own event loop, which answers as it is told to and keeps what it takes."""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from inspect import isawaitable
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

DROP = "drop"
"""In a script: the connection is cut."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A message as it came, with its envelope."""

    envelope_from: str
    to: str
    message: EmailMessage
    raw: bytes

    def part(self, kind: str) -> str:
        """Return the text or the HTML part."""
        for part in self.message.walk():
            if part.get_content_type() == f"text/{kind}":
                return str(part.get_content())
        raise AssertionError(f"no {kind} part")


@dataclass(slots=True)
class MailServer:
    """Takes mail. `rcpt` and `data` say by recipient what is answered, one after another; then everything is taken."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    rcpt: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    data: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    before_taking: Callable[[str], Any] = lambda to: None
    """Called, and awaited, once a message is here whole, before it is taken and answered."""
    servers: list[SMTP] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return where it is, for `SHOWFLOOR_SMTP_URL`."""
        return f"smtp+plain://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[Taken]:
        """Return what came for an address."""
        return [each for each in self.taken if each.to == address]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient or not."""
        if self.rcpt[address]:
            return self._answer(server, self.rcpt[address].pop(0))
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message or not."""
        to = envelope.rcpt_tos[0]
        if self.data[to]:
            return self._answer(server, self.data[to].pop(0))
        held = self.before_taking(to)
        if isawaitable(held):
            held = await held
        if held is not None:
            return str(held)
        raw = envelope.content
        assert isinstance(raw, bytes)
        message = message_from_bytes(raw, policy=policy.default)
        self.taken.append(Taken(envelope.mail_from or "", to, message, raw))
        return "250 taken"

    def _answer(self, server: SMTP, answer: str) -> str:
        if answer == DROP:
            cut(server)
        return answer


@asynccontextmanager
async def mail_server(*, tls: ssl.SSLContext | None = None) -> AsyncIterator[MailServer]:
    """Serve SMTP on a free port, with STARTTLS where there is a context for it."""
    box = MailServer()
    loop = asyncio.get_running_loop()

    def serve() -> SMTP:
        protocol = SMTP(box, enable_SMTPUTF8=True, hostname="mail.test", tls_context=tls, loop=loop)
        box.servers.append(protocol)
        return protocol

    listening = await loop.create_server(serve, "127.0.0.1", 0)
    box.port = listening.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        listening.close()
        for each in box.servers:
            cut(each)


def cut(server: SMTP) -> None:
    """Cut a connection."""
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
