"""The mail worker: takes one message after another from the queue, asks once more whether it may go, and hands it over.

A claim has an end: what a killed worker had under way is taken over then. A worker that is killed between the server's 250 and writing it
down sends again, under the same Message-ID: that is as near to once as SMTP comes.
"""

from dataclasses import dataclass
from datetime import timedelta
from random import random

import structlog

from server.clock import Clock
from server.db.engine import Database
from server.db.forgetting import forget_all
from server.mail import metrics
from server.mail.composing import Addresses, Letter, compose, return_path
from server.mail.outcomes import Outcome
from server.mail.queue_repository import (
    Claim,
    Standing,
    claim,
    drop_unused,
    finish,
    read_standing,
    read_waiting,
    strip,
)
from server.mail.rules import STOPS_TRANSACTIONAL, next_try
from server.mail.sending import SECONDS_MAX, Sending
from server.mail.suppression import suppress
from server.mail.tokens import MailTokens

CLAIMED_FOR = timedelta(seconds=2 * SECONDS_MAX)
AT_ONCE_MAX = 100
"""Of one round, so that a stop is not waited for."""
PREVIEWS_KEPT_FOR = timedelta(hours=1)
STRIPPED_AT_ONCE_MAX = 1_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """How mail leaves: by which server (none: it is kept), from which return path, and how fast."""

    sending: Sending | None
    bounces: str | None
    pauses: tuple[timedelta, timedelta]
    """After each message altogether, and to the same domain."""


class MailWorker:
    """Sends what is due."""

    def __init__(
        self, database: Database, clock: Clock, outgoing: Outgoing, tokens: MailTokens, addresses: Addresses
    ) -> None:
        self._database = database
        self._clock = clock
        self._outgoing = outgoing
        self._tokens = tokens
        self._addresses = addresses

    async def run_once(self) -> int:
        """Send what is due and may go now, and return how many messages that were."""
        for number in range(AT_ONCE_MAX):
            if not await self._send_one():
                return number
        return AT_ONCE_MAX

    async def close(self) -> None:
        """Leave the SMTP server."""
        if self._outgoing.sending is not None:
            await self._outgoing.sending.close()

    async def measure(self) -> None:
        """Tell the metrics what waits."""
        async with self._database.read_soon() as connection:
            waiting, seconds = await read_waiting(connection, self._clock.now())
        metrics.WAITING.set(waiting)
        metrics.OVERDUE.set(seconds)

    async def _send_one(self) -> bool:
        now = self._clock.now()
        async with self._database.write() as connection:
            claimed = await claim(connection, now, now + CLAIMED_FOR, pauses=self._pauses())
            if claimed is None:
                return False
            standing = await read_standing(connection, claimed)
            against = self._reason_against(claimed, standing)
            if against is not None:
                await finish(connection, claimed.id, "withheld", now, error=against)
                return True
            if self._outgoing.sending is None or not claimed.sender:
                await finish(
                    connection, claimed.id, "kept", now, error=None if claimed.sender else "no_sender"
                )
                return True
        await self._write_down(claimed, await self._hand_over(self._outgoing.sending, claimed))
        return True

    def _pauses(self) -> tuple[timedelta, timedelta]:
        return self._outgoing.pauses if self._outgoing.sending is not None else (timedelta(0), timedelta(0))

    def _reason_against(self, claimed: Claim, standing: Standing) -> str | None:
        if standing.campaign == "cancelled":
            return "cancelled"
        if standing.suppressed and (claimed.bulk or standing.suppressed in STOPS_TRANSACTIONAL):
            return "suppressed"
        if not claimed.bulk:
            return None
        agreed = standing.consent == "confirmed" and standing.consented_hash == claimed.address_hash
        return None if agreed and (standing.proven or self._outgoing.sending is None) else "no_consent"

    async def _hand_over(self, sending: Sending, claimed: Claim) -> Outcome:
        letter = Letter(
            claimed.id, claimed.kind, claimed.bulk, claimed.address, claimed.sender, claimed.reply_to, claimed.subject,
            claimed.html, claimed.plain, claimed.since,
        )  # fmt: skip
        message = compose(letter, self._tokens, self._addresses.unsubscribe)
        envelope_from = self._return_path(claimed)
        return await sending.send(envelope_from, claimed.address, message)

    def _return_path(self, claimed: Claim) -> str:
        bounces = self._outgoing.bounces
        if bounces is None:
            return claimed.sender.rpartition("<")[2].rstrip(">")
        return return_path(bounces, claimed.id, self._tokens)

    async def _write_down(self, claimed: Claim, outcome: Outcome) -> None:
        now = self._clock.now()
        state, next_at, error = outcome.ended, None, outcome.error
        if outcome.ended == "later":
            next_at = next_try(claimed.attempts, claimed.since, now, random())
            state, error = ("queued", error) if next_at else ("failed", "too_old")  # type: ignore[assignment]
        metrics.ATTEMPTS.labels(outcome.error or outcome.ended).inc()
        if outcome.ended != "sent":
            log.warning(
                "mail.not_sent",
                message=claimed.id,
                ended=outcome.ended,
                error=outcome.error,
                code=outcome.code,
            )
        async with self._database.write() as connection:
            await finish(connection, claimed.id, state, now, next_at=next_at, code=outcome.code, error=error)
            if outcome.gone:
                await suppress(connection, claimed.channel_id, claimed.address_hash, "hard_bounce", now)


class MailForgetting:
    """Takes addresses and words from messages that are older than `kept_for`, and removes previews."""

    def __init__(self, database: Database, clock: Clock, kept_for: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._kept_for = kept_for

    async def run_once(self) -> int:
        """Do so with all that is old, in small transactions; return how many messages were stripped."""
        now = self._clock.now()
        async with self._database.write() as connection:
            await drop_unused(connection, now - PREVIEWS_KEPT_FOR)
        return await forget_all(
            self._database,
            lambda connection, most: strip(connection, now - self._kept_for, most),
            STRIPPED_AT_ONCE_MAX,
        )
