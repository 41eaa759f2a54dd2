"""The fake provider: for demo and tests. It moves no money, and does whatever a real one does to whoever relies on it.

By `method`: see `METHODS`. All but the first keep books in SQL that outlive every process of ours, as a provider's own would: what was
taken and given back can be compared with orders.
"""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import msgspec

from server.clock import Clock
from server.db.engine import Database
from server.ids import new_id
from server.payments.fake_repository import (
    Intent,
    bounce_refund,
    keep_intent,
    keep_refund,
    move_intent,
    read_intent,
    refund_due,
    take_due,
)
from server.payments.payment import Payment
from server.payments.provider import Answer, ProviderAwayError, Told
from server.payments.rules import Kind
from server.payments.signing import require_signed
from server.webhooks.signing import headers_of

NAME: Final = "fake"
METHODS: Final = {
    "": "approves at once and keeps no books",
    "card": "sets the money aside, and takes it when that is asked for",
    "decline": "declines",
    "redirect": "sends the buyer to a page of its own, as 3-D Secure does",
    "secure": "the same, and sets the money aside until it is taken",
    "counter": "the same as `redirect`, and may be paid for a day, as at a shop's counter",
    "slow": "takes the money after a moment, and tells it",
    "lost": "the same, and does not tell it",
    "doubled": "the same, and tells it twice, and once more under another id",
    "reordered": "the same, and tells what came before it afterwards",
    "late": "lets itself be cancelled, and takes the money all the same",
    "unanswered": "takes the money, and its first answer is lost",
    "refund_unanswered": "takes the money; gives it back when asked, and the first answer to that is lost",
    "refund_slow": "takes the money; gives it back a moment after it was asked, and tells it",
    "refund_refused": "takes the money, and does not give it back",
}
MOMENT: Final = timedelta(seconds=2)
COUNTER_TIME: Final = timedelta(hours=24)
_AT_ONCE: Final = "fake_"
_WAITING: Final = ["waiting", "processing"]
_KINDS: Final[dict[str, Kind]] = {
    "waiting": "pending",
    "processing": "pending",
    "authorized": "authorized",
    "succeeded": "succeeded",
    "failed": "failed",
}
_BEGINS: Final = {
    "card": "authorized",
    "decline": "failed",
    "redirect": "waiting",
    "secure": "waiting",
    "counter": "waiting",
    "unanswered": "succeeded",
    "refund_unanswered": "succeeded",
    "refund_slow": "succeeded",
    "refund_refused": "succeeded",
}
_ENDS_BY_ITSELF: Final = frozenset({"slow", "lost", "doubled", "reordered"})

Tell = Callable[[Mapping[str, str], bytes], Awaitable[None]]
"""Takes a webhook as it would come by HTTP: headers and body."""


class Notice(msgspec.Struct, frozen=True):
    """The body of a webhook of the fake provider's."""

    type: Kind
    ref: str
    payment: str
    why: str | None = None
    refunded: int | None = None
    refund: str | None = None


_notices = msgspec.json.Decoder(Notice)


class FakeProvider:
    """See the module; a `Provider`. `tell` is set by the composition root: without it all webhooks are lost."""

    def __init__(self, database: Database, clock: Clock, secret: str) -> None:
        self._database = database
        self._clock = clock
        self._key = hmac.digest(secret.encode(), b"fake payments", "sha256")
        self.tell: Tell | None = None

    async def start(self, payment: Payment) -> Answer:
        """Begin as the payment's method has it."""
        if (ref := take_at_once(payment.id, payment.method)) is not None:
            return _at_once(ref)
        if payment.method not in METHODS:
            return Answer("failed", _AT_ONCE + payment.id, why="method")
        now = self._clock.now()
        state = _BEGINS.get(payment.method, "processing")
        intent = Intent(
            ref=secrets.token_urlsafe(18),
            payment_id=payment.id,
            method=payment.method,
            state=state,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            taken_minor=payment.amount_minor if state == "succeeded" else 0,
            refunded_minor=0,
            return_url=f"/shows/{payment.show_id}",
            due_at=now + MOMENT if payment.method in _ENDS_BY_ITSELF else None,
            created_at=now,
        )
        async with self._database.write() as connection:
            kept = await keep_intent(connection, intent)
        if kept.ref == intent.ref and payment.method == "unanswered":
            raise ProviderAwayError
        return self._answer(kept)

    async def ask(self, ref: str) -> Answer:
        """Say how it stands."""
        if ref.startswith(_AT_ONCE):
            return _at_once(ref)
        async with self._database.read() as connection:
            intent = await read_intent(connection, ref)
        if intent is None:
            raise ProviderAwayError
        return self._answer(intent)

    async def capture(self, ref: str) -> Answer:
        """Take what is set aside."""
        return await self._move(ref, "succeeded", ["authorized"])

    async def cancel(self, ref: str) -> Answer:
        """End what has taken nothing; one that is `late` takes the money a moment later all the same."""
        if ref.startswith(_AT_ONCE):
            return _at_once(ref)
        async with self._database.write() as connection:
            intent = await read_intent(connection, ref)
            late = intent is not None and intent.method == "late"
            due = self._clock.now() + MOMENT if late else None
            await move_intent(connection, ref, "failed", from_states=[*_WAITING, "authorized"], due=due)
        return await self.ask(ref)

    async def refund(self, ref: str, amount_minor: int, key: str) -> Answer:
        """Give it back, once for each key, and tell it as a real one does."""
        if ref.startswith(_AT_ONCE):
            return Answer("refunded", ref)
        async with self._database.write() as connection:
            kept = await keep_refund(connection, ref, amount_minor, key, now=self._clock.now(), moment=MOMENT)
        if kept is None:
            return Answer("failed", ref, why="refused")
        if kept.fresh:
            await self._tell_refund(kept.intent)
            if kept.intent.method == "refund_unanswered":
                raise ProviderAwayError
        return self._answer(kept.intent) if kept.waits else _given_back(kept.intent)

    async def refund_there(self, ref: str, amount_minor: int) -> bool:
        """Give money back as somebody does who works on the provider's own pages, and tell it; whether there was as much."""
        async with self._database.write() as connection:
            kept = await keep_refund(
                connection,
                ref,
                amount_minor,
                new_id("there"),
                now=self._clock.now(),
                moment=MOMENT,
                there=True,
            )
        if kept is not None:
            await self._tell_refund(kept.intent)
        return kept is not None

    async def bounce(self, key: str) -> bool:
        """Send a refund back as a buyer's bank does, and tell it; whether there was one that was done."""
        async with self._database.write() as connection:
            intent = await bounce_refund(connection, key)
        if intent is not None and self.tell is not None:
            notice = Notice("bounced", intent.ref, intent.payment_id, "closed", refund=key)
            body = msgspec.json.encode(notice)
            await self.tell(self.sign(new_id("fev"), body), body)
        return intent is not None

    async def decide(self, ref: str, *, approved: bool) -> str | None:
        """Take what the buyer has pressed on the page; return where they go from there, None for no page of ours."""
        async with self._database.write() as connection:
            intent = await read_intent(connection, ref)
            paid = "authorized" if intent is not None and intent.method == "secure" else "succeeded"
            state = paid if approved else "failed"
            moved = await move_intent(connection, ref, state, from_states=["waiting"])
        if moved is not None:
            await self._tell(moved)
        return None if intent is None else intent.return_url

    async def look(self, ref: str) -> Intent | None:
        """Return what a page is about; None for no page of ours."""
        async with self._database.read_soon() as connection:
            return await read_intent(connection, ref)

    async def run_once(self) -> int:
        """Take the money of those that are due, and tell it as their methods have it."""
        async with self._database.write() as connection:
            taken = await take_due(connection, self._clock.now())
            given_back = await refund_due(connection, self._clock.now())
        for intent in taken:
            await self._tell(intent)
        for intent in given_back:
            await self._tell_refund(intent)
        return len(taken) + len(given_back)

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Told | None:
        """Return what a webhook tells; raises `UnsignedError`."""
        event_id = require_signed(headers, body, self._key, self._clock.now())
        try:
            notice = _notices.decode(body)
        except msgspec.DecodeError:
            return None
        answer = Answer(
            notice.type, notice.ref, why=notice.why, refunded_minor=notice.refunded, refund=notice.refund
        )
        return Told(event_id, answer, notice.payment)

    def sign(self, event_id: str, body: bytes) -> dict[str, str]:
        """Return the headers of a webhook."""
        return headers_of(event_id, int(self._clock.now().timestamp()), body, [self._key])

    async def _move(self, ref: str, state: str, from_states: list[str]) -> Answer:
        if not ref.startswith(_AT_ONCE):
            async with self._database.write() as connection:
                await move_intent(connection, ref, state, from_states=from_states)
        return await self.ask(ref)

    def _answer(self, intent: Intent) -> Answer:
        redirect = f"/pay/fake/{intent.ref}" if intent.state == "waiting" else None
        counter = intent.method == "counter" and intent.state == "waiting"
        pay_by = intent.created_at + COUNTER_TIME if counter else None
        refunded = intent.refunded_minor or None
        return Answer(_KINDS[intent.state], intent.ref, redirect, pay_by, _why(intent), refunded)

    async def _tell_refund(self, intent: Intent) -> None:
        """Tell what has been given back in all, where something has and its method tells anything."""
        if self.tell is None or intent.method == "lost" or not intent.refunded_minor:
            return
        notice = Notice("refunded", intent.ref, intent.payment_id, refunded=intent.refunded_minor)
        body = msgspec.json.encode(notice)
        await self.tell(self.sign(new_id("fev"), body), body)

    async def _tell(self, intent: Intent) -> None:
        notice = Notice(_KINDS[intent.state], intent.ref, intent.payment_id, _why(intent))
        if self.tell is None or intent.method == "lost":
            return
        for event_id, each in _told_of(intent, notice):
            body = msgspec.json.encode(each)
            await self.tell(self.sign(event_id, body), body)


def take_at_once(payment_id: str, method: str) -> str | None:
    """Approve a payment that names no method, in memory, and return its reference; None for those that keep books."""
    if method != "":
        return None
    return _AT_ONCE + hashlib.sha256(payment_id.encode()).hexdigest()[:24]


def _at_once(ref: str) -> Answer:
    return Answer("succeeded", ref)


def _given_back(intent: Intent) -> Answer:
    return Answer("refunded", intent.ref, refunded_minor=intent.refunded_minor)


def _why(intent: Intent) -> str | None:
    return "declined" if intent.state == "failed" else None


def _told_of(intent: Intent, notice: Notice) -> list[tuple[str, Notice]]:
    """Return the events, with their ids, by which the newest notice of an intent is told."""
    event = new_id("fev"), notice
    if intent.method == "doubled":
        return [event, event, (new_id("fev"), notice)]
    if intent.method == "reordered":
        earlier: list[Any] = [
            msgspec.structs.replace(notice, type=kind) for kind in ("authorized", "pending")
        ]
        return [event, *((new_id("fev"), each) for each in earlier)]
    return [event]
