"""The SMTP client of a worker: a few lines, kept while there is something to send. TLS unless the operator says otherwise."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPException

from server.mail.outcomes import SENT, Outcome, outcome_of

SECONDS_MAX: Final = 60.0
"""From the first byte to the last answer."""
STEP_SECONDS: Final = 30.0
LINES_MAX: Final = 8
"""Connections of one worker; a further one is opened only while all others are busy."""
REST_SECONDS: Final = 20.0
"""A connection that nothing was sent by for so long is closed: mail servers close theirs after half a minute or later."""
PORTS: Final = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


@dataclass(frozen=True, slots=True)
class Relay:
    """The SMTP server that takes our mail. `smtp`: STARTTLS or nothing; `smtps`: TLS at once; `smtp+plain`: neither."""

    scheme: str
    host: str
    port: int
    username: str | None = None
    password: str | None = None


def relay_of(url: str) -> Relay:
    """Return the server that `smtp://user:password@host:587` means; raises ValueError."""
    parts = urlsplit(url)
    if (
        parts.scheme not in PORTS
        or not parts.hostname
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        raise ValueError("an SMTP server is smtp://USER:PASSWORD@HOST:PORT, smtps://… or smtp+plain://…")
    port = parts.port or PORTS[parts.scheme]
    username = unquote(parts.username) if parts.username else None
    return Relay(
        parts.scheme, parts.hostname, port, username, unquote(parts.password) if parts.password else None
    )


class Line:
    """One connection, opened when it is needed. It sends messages one after another, and is not to be used by two tasks at once."""

    def __init__(self, relay: Relay, *, step_seconds: float = STEP_SECONDS) -> None:
        self._relay = relay
        self._step_seconds = step_seconds
        self._open: SMTP | None = None
        self.used_at = monotonic()

    async def send(self, envelope_from: str, to: str, message: bytes) -> Outcome:
        """Hand a message over and return how that ended; never raises for what the server or the network does."""
        try:
            async with asyncio.timeout(SECONDS_MAX):
                smtp = await self._connected()
                options = [] if to.isascii() and envelope_from.isascii() else ["SMTPUTF8"]
                await smtp.sendmail(envelope_from, [to], message, mail_options=options)
        except (SMTPException, OSError, TimeoutError) as error:
            outcome = outcome_of(error)
            if outcome.ended == "later":
                await self.close()
            return outcome
        except BaseException:
            await self.close()
            raise
        finally:
            self.used_at = monotonic()
        return SENT

    async def greet(self) -> Outcome:
        """Connect, sign in and leave: whether the server would take our mail."""
        try:
            async with asyncio.timeout(SECONDS_MAX):
                await self._connected()
        except (SMTPException, OSError, TimeoutError) as error:
            return outcome_of(error)
        finally:
            await self.close()
        return SENT

    async def close(self) -> None:
        """Leave the server."""
        smtp, self._open = self._open, None
        if smtp is not None:
            smtp.close()

    async def _connected(self) -> SMTP:
        if self._open is not None and self._open.is_connected:
            return self._open
        await self.close()
        relay = self._relay
        smtp = SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.username,
            password=relay.password,
            use_tls=relay.scheme == "smtps",
            start_tls=relay.scheme == "smtp",
            timeout=self._step_seconds,
        )
        self._open = smtp
        await smtp.connect()
        return smtp


class Sending:
    """The SMTP server, by up to `lines_max` connections at once."""

    def __init__(
        self, relay: Relay, *, lines_max: int = LINES_MAX, step_seconds: float = STEP_SECONDS
    ) -> None:
        self._relay = relay
        self._step_seconds = step_seconds
        self._places = asyncio.Semaphore(lines_max)
        self._idle: list[Line] = []
        self.lines_max = lines_max

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """Yield a connection as one's own; waits while all are busy. The one used last is taken first."""
        async with self._places:
            line = self._idle.pop() if self._idle else Line(self._relay, step_seconds=self._step_seconds)
            try:
                yield line
            finally:
                self._idle.append(line)

    async def rest(self) -> None:
        """Close connections that are not needed any more."""
        for line in self._idle:
            if monotonic() - line.used_at > REST_SECONDS:
                await line.close()

    async def close(self) -> None:
        """Leave the server."""
        for line in self._idle:
            await line.close()
