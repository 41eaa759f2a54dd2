"""What comes back by mail, read: bounces (DSN, RFC 3464) and complaints (ARF, RFC 5965). Pure.

Nothing in it is believed but a token that we have signed: who makes up a bounce for another's address has none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import Final, Literal

from server.mail.rules import mailbox_is_gone
from server.mail.tokens import MailTokens

Kind = Literal["hard", "soft", "complaint", "none"]
"""`none`: nothing that counts, such as a delay or an automatic answer."""
_TOKEN: Final = re.compile(r"\br\.m-[0-9a-f]{32}\.[a-z2-7]{16}(?=@)", re.IGNORECASE)
_TO_HEADERS: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "To")


@dataclass(frozen=True, slots=True)
class Report:
    """Which message it is about, and what is said of it."""

    message_id: str
    kind: Kind


def read_report(raw: bytes, tokens: MailTokens, *, to: str | None = None) -> Report | None:
    """Return what a message that came back says; None for one that is about no message of ours.

    `to`: the envelope's recipient, where the mail server tells it.
    """
    message = message_from_bytes(raw, policy=policy.default)
    kind = _kind_of(message)
    for words in _places(message, to, complaint=kind == "complaint"):
        for found in _TOKEN.findall(words):
            read = tokens.read("return", found)
            if read is not None:
                return Report(read[0], kind)
    return None


def _places(message: EmailMessage, to: str | None, *, complaint: bool) -> Iterator[str]:
    """Where a token may stand: where a bounce was sent to; of a complaint, and else, in the message that it has within."""
    if to and not complaint:
        yield to
    if not complaint:
        for name in _TO_HEADERS:
            yield from (_header(each) for each in message.get_all(name, []))
    for part in message.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            yield _original(part)


def _header(value: object) -> str:
    return str(value)


def _original(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(_fields(each) for each in payload[:1])
    return str(payload)


def _fields(block: object) -> str:
    """Return the fields of a block of headers, one on a line."""
    if not isinstance(block, Message):
        return str(block)
    return "\n".join(f"{name}: {value}" for name, value in block.items())


def _kind_of(message: EmailMessage) -> Kind:
    if message.get_content_type() != "multipart/report":
        return "none"
    kinds = [part.get_content_type() for part in message.walk()]
    if "message/feedback-report" in kinds:
        return "complaint" if _is_abuse(message) else "none"
    if "message/delivery-status" not in kinds:
        return "none"
    found = [_verdict(fields) for part in message.walk() for fields in _recipients(part)]
    return "hard" if "hard" in found else "soft" if "soft" in found else "none"


def _is_abuse(message: EmailMessage) -> bool:
    """Whether the report is of an abuse; a provider that says "not spam" complains of nothing."""
    for part in message.walk():
        if part.get_content_type() == "message/feedback-report":
            return "feedback-type: not-spam" not in _text(part).lower()
    return False


def _recipients(part: Message) -> Iterator[str]:
    """Yield the fields of each recipient in a delivery status: its first block is about the message."""
    if part.get_content_type() == "message/delivery-status":
        payload = part.get_payload()
        if isinstance(payload, list):
            yield from map(_fields, payload[1:])
        else:
            yield from str(payload).split("\n\n")[1:]


def _text(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(f"{each}" for each in payload)
    return str(payload)


def _verdict(fields: str) -> Kind:
    lines = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in fields.splitlines())
    }
    if lines.get("action", "").lower() != "failed":
        return "none"
    status = f"{lines.get('status', '')} {lines.get('diagnostic-code', '')}"
    return "hard" if mailbox_is_gone(0, status) else "soft"
