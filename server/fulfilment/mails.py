"""Mails to buyers: what was left by `tell_buyer` is put together and queued, each in one transaction, so that it is queued once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.channels.repository import read_channel as read_shop
from server.clock import Clock
from server.db.engine import Database
from server.fulfilment.buyer_mail import Step
from server.fulfilment.delivery import Addressee, addressee_of
from server.fulfilment.detail import Detail, read_detail
from server.fulfilment.mail_words import SUMS, Told, written
from server.fulfilment.packing import Language
from server.fulfilment.refund_repository import read_refunds
from server.ids import new_id
from server.mail.channel_repository import read_channel as read_sender
from server.mail.composing import Addresses, sender_line
from server.mail.follow_up import money
from server.mail.queue_repository import enqueue
from server.mail.rules import hash_of, mailbox_of
from server.mail.tables import MailChannelRow, MailMessageRow
from server.mail.templates import TemplateError
from server.payments.repository import read_payment
from server.shop.checked import Checked
from server.shop.hold_rules import Hold
from server.shop.holds_repository import read_holds
from server.shop.orders_repository import read_titles
from server.shop.receipt_links import ReceiptLinks
from server.waking import Waking

ReadChecked = Callable[[AsyncConnection, str], Awaitable[Checked | None]]
"""Returns the checkout of an order, or of a hold, by its id; None where there is none, so that nobody has left an address."""
ReadKept = Callable[[AsyncConnection, str], Awaitable[Addressee]]
"""Returns how whoever a hold is for wants to be reached the next time, by its id; nobody, where they keep nothing."""
_AT_ONCE: Final = 50
_DUE: Final = text("""
    SELECT subject, step, ref, channel_id, at FROM buyer_mail WHERE done_at IS NULL AND due_at <= :now
    ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED
""")
_DONE: Final = text("""
    UPDATE buyer_mail SET done_at = :now, outcome = :outcome WHERE subject = :subject AND step = :step AND ref = :ref
""")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Due:
    """A step that its buyer has not been written about."""

    subject: str
    step: Step
    ref: str
    channel_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who is written, in which language, by whom."""

    to: Addressee
    checked: Checked | None
    language: Language
    sender: MailChannelRow
    shop: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class _About:
    """What is told, in which show, to whom."""

    told: Told
    show_id: str | None
    viewer_id: str | None
    good_until: datetime | None = None
    """Afterwards it is not to be sent any more."""


class BuyerMails:
    """Those of all channels."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        addresses: Addresses,
        receipts: ReceiptLinks,
        read_checked: ReadChecked,
        *,
        read_kept: ReadKept,
        new_mail: Waking | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._addresses = addresses
        self._receipts = receipts
        self._read_checked = read_checked
        self._read_kept = read_kept
        self._new_mail = new_mail or Waking()

    async def write_all(self) -> None:
        """Queue everything that is due."""
        while await self.run_once() == _AT_ONCE:
            pass

    async def run_once(self) -> int:
        """Queue some of what is due, and return how many steps that were."""
        now = self._clock.now()
        async with self._database.write() as connection:
            rows = (await connection.execute(_DUE, {"now": now, "most": _AT_ONCE})).all()
            for row in rows:
                due = Due(*row)
                outcome = await self._write(connection, due, now)
                given = {"subject": due.subject, "step": due.step, "ref": due.ref}
                await connection.execute(_DONE, given | {"now": now, "outcome": outcome})
        if rows:
            self._new_mail.tell()
        return len(rows)

    async def _write(self, connection: AsyncConnection, due: Due, now: datetime) -> str:
        """Queue the mail about one step, and return what came of it."""
        checked = await self._read_checked(connection, due.subject)
        if due.step == "turn" and checked is not None:
            return "undone"
        to = addressee_of(checked)
        if due.step == "turn":
            to = await self._read_kept(connection, due.subject)
        if not to.email:
            return "no_address"
        sender = await read_sender(connection, due.channel_id)
        shop = await read_shop(connection, due.channel_id)
        if sender is None or not sender.sender_address or shop is None:
            return "no_sender"
        language: Language = "ja" if (to.language or shop.language) == "ja" else "en"
        reader = _Reader(
            to, checked, language, sender, sender.sender_name or shop.name, ZoneInfo(shop.time_zone)
        )
        about = await self._about(connection, due, reader)
        if about is None:
            return "undone"
        try:
            message = _message(due, reader, about, now)
        except TemplateError as error:
            log.error("fulfilment.mail_failed", subject=due.subject, step=due.step, why=error.why)
            return "failed"
        await enqueue(connection, [message])
        return "queued"

    async def _about(self, connection: AsyncConnection, due: Due, reader: _Reader) -> _About | None:
        if due.step in ("pending", "turn"):
            return await self._about_hold(connection, due, reader)
        if due.step == "too_late":
            return await self._about_too_late(connection, due, reader)
        detail = await read_detail(connection, due.channel_id, due.subject)
        if detail is None:
            return None
        told = await self._told(connection, due, detail, reader)
        order = detail.listed.order
        return None if told is None else _About(told, order.show, order.viewer)

    async def _told(
        self, connection: AsyncConnection, due: Due, detail: Detail, reader: _Reader
    ) -> Told | None:
        """Return what is to be said of an order; None where it is not so any more."""
        order = detail.listed.order
        receipt = f"{self._addresses.base}/receipt#{self._receipts.sign(order.order)[0]}"
        common = Told(reader.shop, number=order.number, postal=reader.sender.postal)
        if due.step == "shipped":
            shipment = next((each for each in detail.shipments if each.id == due.ref), None)
            if shipment is None or shipment.undone_at is not None:
                return None
            sent = [(order.lines[nth].title or "", units, "") for nth, units in shipment.units.items()]
            url = shipment.tracking or receipt
            return replace(common, carrier=shipment.carrier, url=url, lines=sent, address=reader.to.label)
        if due.step in ("refunded", "cancelled", "bounced"):
            refunds = await read_refunds(connection, order.order)
            refund = next((each for each in refunds if each.id == due.ref), None)
            if refund is None or (due.step == "refunded" and refund.bounced_at is not None):
                return None
            minor = refund.bounced_minor if due.step == "bounced" else refund.amount_minor
            return replace(common, amount=money(minor, order.currency) if minor else "", url=receipt)
        lines = [
            (line.title or "", line.quantity, money(line.amount, order.currency)) for line in order.lines
        ]
        return replace(
            common,
            url=receipt,
            lines=lines,
            sums=sums_of(order.amount, order.currency, reader.checked, reader.language),
            address=reader.to.label,
            gift_note=reader.to.gift_note,
        )

    async def _about_hold(self, connection: AsyncConnection, due: Due, reader: _Reader) -> _About | None:
        """Return what is to be said of a hold; None where it is over."""
        hold = (await read_holds(connection, [due.subject])).get(due.subject)
        if hold is None or not hold.open or (due.step == "turn" and not _is_open(hold, self._clock.now())):
            return None
        until, url, minor = hold.expires_at, self._addresses.show(hold.show_id), hold.amount_minor
        if due.step == "pending":
            payment = await read_payment(connection, due.ref)
            if payment is None or not payment.open:
                return None
            until, minor = payment.pay_by or until, payment.amount_minor
            url = payment.redirect_url or url
        titles = await read_titles(connection, {line.product_id for line in hold.lines})
        told = Told(
            shop=reader.shop,
            amount=money(minor, hold.currency),
            until=_moment(until.astimezone(reader.zone), reader.language),
            url=url,
            lines=_lines_of(hold, titles),
            postal=reader.sender.postal,
        )
        return _About(told, hold.show_id, hold.viewer_id, good_until=until if due.step == "turn" else None)

    async def _about_too_late(self, connection: AsyncConnection, due: Due, reader: _Reader) -> _About | None:
        """Return what is to be said of a payment that came too late, and of its money; None where it became an order after all."""
        hold = (await read_holds(connection, [due.subject])).get(due.subject)
        payment = await read_payment(connection, due.ref)
        if hold is None or payment is None or hold.state == "confirmed":
            return None
        titles = await read_titles(connection, {line.product_id for line in hold.lines})
        taken = payment.state in ("refunding", "refunded")
        told = Told(
            shop=reader.shop,
            amount=money(payment.amount_minor, payment.currency) if taken else "",
            url=self._addresses.show(hold.show_id),
            lines=_lines_of(hold, titles),
            postal=reader.sender.postal,
        )
        return _About(told, hold.show_id, hold.viewer_id)


def sums_of(amount: int, currency: str, checked: Checked | None, language: Language) -> list[tuple[str, str]]:
    """Return what the lines of an order come to, by its checkout where it had one; nothing is said of what is nothing."""
    names = SUMS[language]
    if checked is None:
        return [(names["total"], money(amount, currency))]
    said = [
        ("discount", -checked.discount_minor),
        ("shipping", checked.shipping_minor),
        ("total", checked.total_minor),
    ]
    sums = [(names[name], _signed(minor, currency)) for name, minor in said if minor or name == "total"]
    if checked.tax_minor:
        sums.append((names["tax"].format(tax=checked.tax_name), money(checked.tax_minor, currency)))
    return sums


def _is_open(hold: Hold, now: datetime) -> bool:
    """Whether a turn can still be taken, and nobody is about to pay for it."""
    return not hold.paying and hold.expires_at > now


def _signed(minor: int, currency: str) -> str:
    return f"−{money(-minor, currency)}" if minor < 0 else money(minor, currency)


def _lines_of(hold: Hold, titles: dict[str, str]) -> list[tuple[str, int, str]]:
    return [
        (
            titles.get(line.product_id, ""),
            line.quantity,
            money(line.unit_price_minor * line.quantity, hold.currency),
        )
        for line in hold.lines
    ]


def _message(due: Due, reader: _Reader, about: _About, now: datetime) -> MailMessageRow:
    words = written(due.step, reader.language, about.told)
    mailbox, sender = mailbox_of(reader.to.email), reader.sender
    return MailMessageRow(
        id=new_id("m"), channel_id=due.channel_id, show_id=about.show_id, kind=f"order_{due.step}", bulk=False,
        viewer_id=about.viewer_id, address=mailbox.address, address_hash=hash_of(mailbox.key, sender.salt), domain=mailbox.domain,
        language=reader.language, sender=sender_line(reader.shop, sender.sender_address), reply_to=sender.reply_to,
        subject=words.subject, html=words.html, plain=words.plain, links=[], since=now, next_at=now,
        good_until=about.good_until,
    )  # fmt: skip


def _moment(at: datetime, language: Language) -> str:
    if language == "ja":
        return f"{at.month}月{at.day}日 {at:%H:%M}"
    return f"{at:%B} {at.day}, {at:%H:%M} {at.tzname() or ''}".strip()
