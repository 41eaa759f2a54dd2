"""The follow-up of a show: from what somebody did to the words of their mail. Pure."""

from datetime import datetime
from typing import Any, Final

from server.currencies import minor_digits
from server.mail.composing import Addresses, follow_links, sender_line
from server.mail.facts_repository import Asked, Doings, Ended, Product, Recipient
from server.mail.tables import MailChannelRow, MailMessageRow
from server.mail.templates import Words, render

KIND: Final = "follow_up"
SAMPLE_DOINGS: Final = {
    "en": Doings(
        [Product("Linen apron", 4800, "JPY")],
        [Asked("Is it machine washable?", "Yes, at 30 degrees.", answered_live=False)],
        [Product("Tea towel", 1200, "JPY", quantity=2)],
    ),
    "ja": Doings(
        [Product("リネンのエプロン", 4800, "JPY")],
        [Asked("洗濯機で洗えますか？", "はい、30度以下で洗えます。", answered_live=False)],
        [Product("ふきん", 1200, "JPY", quantity=2)],
    ),
}
"""For a preview without a viewer."""


def money(minor: int, currency: str) -> str:
    """Return an amount as mail writes it: `JPY 4,800`."""
    digits = minor_digits(currency)
    whole, rest = divmod(minor, 10**digits)
    return f"{currency} {whole:,}" + (f".{rest:0{digits}d}" if digits else "")


def values_of(
    show: Ended,
    channel: MailChannelRow,
    name: str,
    doings: Doings,
    addresses: Addresses,
    *,
    returning: bool,
    repeat_buyer: bool,
) -> dict[str, Any]:
    """Return what a template knows of one person's show; `unsubscribe_url` and `preheader` come with the message."""
    url = addresses.show(show.id)
    offered = returning or repeat_buyer
    return {
        "show": {"title": show.title, "url": url},
        "sender": {"name": name, "postal": channel.postal},
        "clicked": [_product(each, url, addresses) for each in doings.clicked],
        "bought": [_product(each, url, addresses) for each in doings.bought],
        "questions": [
            {"text": each.text, "answer": each.answer, "answered_live": each.answered_live}
            for each in doings.questions
        ],
        "returning": returning,
        "repeat_buyer": repeat_buyer,
        "offer": {"text": channel.offer_text if offered else "", "url": channel.offer_url if offered else ""},
    }


def _product(each: Product, url: str, addresses: Addresses) -> dict[str, Any]:
    picture = addresses.absolute(each.image) if each.image else ""
    price = money(each.minor, each.currency)
    return {"title": each.title, "price": price, "picture": picture, "url": url, "quantity": each.quantity}


def filled(
    words: Words, values: dict[str, Any], message_id: str, addresses: Addresses
) -> tuple[Words, list[str]]:
    """Return a message's words with its links led by here, and where they lead; raises TemplateError."""
    values = values | {"unsubscribe_url": addresses.unsubscribe(message_id), "preheader": ""}
    lines = render(Words(words.subject, words.preheader, "-", "-"), values)
    done = render(words, values | {"preheader": lines.preheader})
    html, links = follow_links(done.html, message_id, addresses)
    return Words(done.subject, done.preheader, html, done.plain), links


def message_for(
    to: Recipient, channel: MailChannelRow, *, name: str, campaign_id: str, show: Ended, words: Words, links: list[str], id: str,
    now: datetime,
) -> MailMessageRow:  # fmt: skip
    """Return the message as it is queued."""
    return MailMessageRow(
        id=id, channel_id=channel.channel_id, campaign_id=campaign_id, show_id=show.id, kind=KIND, bulk=True, viewer_id=to.viewer_id,
        consent_id=to.consent_id, address=to.address, address_hash=to.address_hash, domain=to.address.rpartition("@")[2],
        language=to.language, sender=sender_line(name, channel.sender_address) if channel.sender_address else "",
        reply_to=channel.reply_to, subject=words.subject, html=words.html, plain=words.plain, links=links, since=now, next_at=now,
    )  # fmt: skip


def sample_show(language: str) -> Ended:
    """Return a show for a preview of a channel that has had none."""
    return Ended("demo", "", {"en": "Evening at the kitchen", "ja": "キッチンの夜"}[language], "ended", None)
