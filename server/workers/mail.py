"""The mail worker: takes what is due from the queue, each message with a slot of its own, asks then whether it may go, and hands it over.

A claim has an end: what a killed worker had under way is taken over then. A worker that is killed between the server's 250 and writing it
down sends again, under the same Message-ID: that is as near to once as SMTP comes.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import random
from typing import Final

import structlog

from server.clock import Clock
from server.db.engine import SQL_AWAY, Database
from server.db.forgetting import forget_all
from server.mail import metrics
from server.mail.composing import Addresses, Letter, compose, return_path
from server.mail.endings import Endings
from server.mail.outcomes import Outcome
from server.mail.pacing import AHEAD, Pauses
from server.mail.queue_repository import (
    Claim,
    Claims,
    Ending,
    Standing,
    claim,
    drop_unused,
    finish,
    read_standings,
    read_waiting,
    strip,
    unclaim,
)
from server.mail.rules import next_try, reason_against
from server.mail.sending import LINES_MAX, SECONDS_MAX, Line, Sending
from server.mail.tokens import MailTokens
from server.waking import Waking
from server.workers.loop import repeat

CLAIMED_FOR: Final = timedelta(seconds=3 * SECONDS_MAX)
"""Beyond the wait for a line, at which one other message may be, and the sending itself."""
ASKED_FOR: Final = timedelta(seconds=1)
"""How long an answer is good to whether a message may go."""
IDLE_FOR: Final = timedelta(seconds=2)
"""How often SQL is asked for what is due while nothing is known to be."""
PREVIEWS_KEPT_FOR = timedelta(hours=1)
STRIPPED_AT_ONCE_MAX = 1_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """How mail leaves: by which server (none: it is kept), from which return path, and how fast."""

    sending: Sending | None
    bounces: str | None
    pauses: Pauses


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
        self._endings = Endings(database)
        self._lines = outgoing.sending.lines_max if outgoing.sending else LINES_MAX
        self._under_way: set[asyncio.Task[None]] = set()
        self._waiting: dict[str, Claim] = {}
        """Of what is under way, what has no line yet."""

    async def run(self, new_mail: Waking) -> None:
        """Send for ever; whatever fails is logged, counted, and tried again. What is under way at the end is given up.

        `new_mail` tells of what the same process queues.
        """
        try:
            await repeat("mail", 0, partial(self._keep_sending, new_mail))
        finally:
            await self._stop()

    async def run_once(self) -> int:
        """Send what is due and may go now, as much as a worker takes at once, and return how many messages that were."""
        claims = await self._claim(2 * self._lines)
        await self._begin(claims)
        if self._under_way:
            await asyncio.wait(self._under_way)
        self._let_go()
        return len(claims.taken)

    async def close(self) -> None:
        """Leave the SMTP server."""
        if self._outgoing.sending is not None:
            await self._outgoing.sending.close()

    async def measure(self) -> None:
        """Tell the metrics what waits, as far as SQL answers."""
        try:
            async with self._database.read_soon() as connection:
                waiting, seconds = await read_waiting(connection, self._clock.now())
        except SQL_AWAY:
            return
        metrics.WAITING.set(waiting)
        metrics.OVERDUE.set(seconds)

    async def _keep_sending(self, new_mail: Waking) -> None:
        """Begin what is due and has a place, and wait until there is more to do: for places, for the next slot, or for mail."""
        while len(self._under_way) > self._lines:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            self._let_go()
        await self._endings.write_left()
        claims = await self._claim(2 * self._lines - len(self._under_way))
        await self._begin(claims)
        pause = IDLE_FOR if claims.next_at is None else claims.next_at - AHEAD - self._clock.now()
        if pause <= timedelta(0):
            return
        if self._outgoing.sending is not None:
            await self._outgoing.sending.rest()
        await new_mail.wait(min(pause, IDLE_FOR).total_seconds())
        self._let_go()

    async def _claim(self, most: int) -> Claims:
        none = (timedelta(0), timedelta(0))
        pauses = self._outgoing.pauses if self._outgoing.sending is not None else none
        async with self._database.write() as connection:
            return await claim(
                connection, self._clock, claimed_for=CLAIMED_FOR, within=IDLE_FOR, pauses=pauses, most=most
            )

    async def _end_some(self, claims: Sequence[Claim]) -> Sequence[Claim]:
        """Ask which messages may go, end those that may not or are only kept, and return the others."""
        if not claims:
            return ()
        async with self._database.write() as connection:
            standings = await read_standings(connection, claims)
            ended = {each.id: ending for each in claims if (ending := self._ending(each, standings[each.id]))}
            if ended:
                await finish(connection, list(ended.values()))
        return [each for each in claims if each.id not in ended]

    def _ending(self, claimed: Claim, standing: Standing) -> Ending | None:
        sends = self._outgoing.sending is not None
        now = self._clock.now()
        agreed = standing.consent == "confirmed" and standing.consented_hash == claimed.address_hash
        against = reason_against(
            bulk=claimed.bulk,
            cancelled=standing.campaign == "cancelled",
            suppressed=standing.suppressed,
            agreed=agreed and (standing.proven or not sends),
            late=standing.good_until is not None and standing.good_until <= now,
        )
        if against is not None:
            return Ending(claimed, "withheld", now, error=against)
        if sends and claimed.sender:
            return None
        return Ending(claimed, "kept", now, error=None if claimed.sender else "no_sender")

    async def _begin(self, claims: Claims) -> None:
        going = await self._end_some(claims.taken)
        if self._outgoing.sending is None:
            return
        for each in going:
            self._waiting[each.id] = each
            task = asyncio.create_task(self._send(self._outgoing.sending, each), name=f"mail {each.id}")
            self._under_way.add(task)

    def _let_go(self) -> None:
        """Forget what has ended; raises what went wrong with one of them, whose claim runs out."""
        ended = {task for task in self._under_way if task.done()}
        self._under_way -= ended
        for error in [task.exception() for task in ended]:
            if error is not None:
                raise error

    async def _stop(self) -> None:
        """End what is under way, leave to others what was not begun, and leave the server."""
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)
        await self.close()
        await self._endings.write_left()
        if self._waiting:
            async with self._database.write() as connection:
                await unclaim(connection, list(self._waiting.values()), self._clock.now())

    async def _send(self, sending: Sending, claimed: Claim) -> None:
        await asyncio.sleep(max(0.0, (claimed.at - self._clock.now()).total_seconds()))
        async with sending.line() as line:
            del self._waiting[claimed.id]
            if self._clock.now() - claimed.claimed_at > ASKED_FOR and not await self._end_some([claimed]):
                return
            outcome = await self._hand_over(line, claimed)
        await self._endings.add(self._told(claimed, outcome))

    async def _hand_over(self, line: Line, claimed: Claim) -> Outcome:
        letter = Letter(
            claimed.id, claimed.kind, claimed.bulk, claimed.address, claimed.sender, claimed.reply_to, claimed.subject,
            claimed.html, claimed.plain, claimed.since,
        )  # fmt: skip
        message = compose(letter, self._tokens, self._addresses.unsubscribe)
        envelope_from = self._return_path(claimed)
        return await line.send(envelope_from, claimed.address, message)

    def _return_path(self, claimed: Claim) -> str:
        bounces = self._outgoing.bounces
        if bounces is None:
            return claimed.sender.rpartition("<")[2].rstrip(">")
        return return_path(bounces, claimed.id, self._tokens)

    def _told(self, claimed: Claim, outcome: Outcome) -> Ending:
        """Tell the log and the metrics of an outcome, and return what is written of it."""
        metrics.ATTEMPTS.labels(outcome.error or outcome.ended).inc()
        if outcome.ended != "sent":
            log.warning(
                "mail.not_sent",
                message=claimed.id,
                ended=outcome.ended,
                error=outcome.error,
                code=outcome.code,
            )
        now = self._clock.now()
        if outcome.ended != "later":
            return Ending(claimed, outcome.ended, now, None, outcome.code, outcome.error, outcome.gone)
        next_at = next_try(claimed.attempts, claimed.since, now, random())
        if next_at is None:
            return Ending(claimed, "failed", now, None, outcome.code, "too_old")
        return Ending(claimed, "queued", now, next_at, outcome.code, outcome.error)


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
