"""A message as it goes out (RFC 5322, MIME), made of what is kept of it. Pure.

Headers are written by the standard library from values on one line, so nothing that anybody wrote makes a header of its own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape, unescape
from typing import Final

from server.mail.rules import one_line
from server.mail.tokens import MailTokens

_HREF: Final = re.compile(r"""(<a\b[^>]*?\bhref\s*=\s*)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_PIXEL: Final = re.compile(r'<img src="[^"]*/m/o/[^"]*" alt="" width="1" height="1">')
LINKS_MAX: Final = 100
_ONE_CLICK: Final = "List-Unsubscribe=One-Click"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is kept of a message, as far as it is sent. `links` are the addresses that its links lead to, by number."""

    id: str
    kind: str
    bulk: bool
    address: str
    sender: str
    reply_to: str
    subject: str
    html: str
    plain: str
    at: datetime


class Addresses:
    """The addresses of this server that stand in mail. `base`: its own origin, without a slash at its end."""

    def __init__(self, base: str, tokens: MailTokens) -> None:
        self.base = base.rstrip("/")
        self._tokens = tokens

    def show(self, show_id: str) -> str:
        """The viewer's page of a show."""
        return f"{self.base}/shows/{show_id}"

    def absolute(self, address: str) -> str:
        """An address of a picture or page, which may be from this server's root."""
        return f"{self.base}{address}" if address.startswith("/") else address

    def unsubscribe(self, message_id: str) -> str:
        """Where one click stops the mail."""
        return f"{self.base}/m/u/{self._tokens.sign('unsubscribe', message_id)}"

    def confirm(self, consent_id: str, round: int, message_id: str, ends: datetime) -> str:
        """Where an address is confirmed, for one round of asking."""
        number = int(message_id.partition("_")[2], 16)
        return f"{self.base}/m/f/{self._tokens.sign('confirm', consent_id, round, int(ends.timestamp()), number)}"

    def click(self, message_id: str, link: int) -> str:
        """The way to a link of a message by here."""
        return f"{self.base}/m/c/{self._tokens.sign('click', message_id, link)}"

    def opened(self, message_id: str) -> str:
        """A picture of one pixel."""
        return f"{self.base}/m/o/{self._tokens.sign('open', message_id)}.gif"


def follow_links(html: str, message_id: str, addresses: Addresses) -> tuple[str, list[str]]:
    """Lead the links of an HTML part by here, and put the pixel at its end. Return the part and where its links lead.

    What is neither http(s) nor mailto leads nowhere; the way out of the list is left alone.
    """
    links: list[str] = []

    def led(found: re.Match[str]) -> str:
        target = unescape(found[2] if found[2] is not None else found[3]).strip()
        return f'{found[1]}"{escape(_led(target, links, message_id, addresses))}"'

    html = _HREF.sub(led, html)
    pixel = f'<img src="{addresses.opened(message_id)}" alt="" width="1" height="1">'
    head, end, tail = html.rpartition("</body>")
    return (f"{head}{pixel}{end}{tail}" if end else html + pixel), links


def without_pixel(html: str) -> str:
    """Return an HTML part that may be looked at without being counted as opened."""
    return _PIXEL.sub("", html)


def _led(target: str, links: list[str], message_id: str, addresses: Addresses) -> str:
    if target.lower().startswith("mailto:") or target.startswith(f"{addresses.base}/m/"):
        return target
    if not target.lower().startswith(("http://", "https://")) or not target.isprintable():
        return "#"
    if target not in links:
        if len(links) >= LINKS_MAX:
            return target
        links.append(target)
    return addresses.click(message_id, links.index(target))


def sender_line(name: str, address: str) -> str:
    """Return a sender as a header has it; names in any script."""
    local, _, domain = address.rpartition("@")
    return str(Address(one_line(name), local, domain))


def return_path(bounces: str, message_id: str, tokens: MailTokens) -> str:
    """Return the envelope's sender, to which what does not arrive comes back: its token says which message that was."""
    local, _, domain = bounces.rpartition("@")
    return f"{local}+{tokens.sign('return', message_id)}@{domain}"


def compose(letter: Letter, tokens: MailTokens, unsubscribe: Callable[[str], str]) -> bytes:
    """Return the message in bytes. The same letter gives the same Message-ID, so that one that arrives twice can be told."""
    host = re.sub(r"[^a-z0-9.-]", "", letter.sender.rpartition("@")[2].lower()) or "localhost"
    written = (
        policy.SMTP
        if letter.address.isascii() and letter.sender.rpartition("<")[2].isascii()
        else policy.SMTPUTF8
    )
    message = EmailMessage(written.clone(cte_type="7bit"))
    message["From"] = letter.sender
    message["To"] = letter.address
    if letter.reply_to:
        message["Reply-To"] = one_line(letter.reply_to)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{tokens.sign('return', letter.id)}@{host}>"
    if letter.bulk:
        message["List-Unsubscribe"] = f"<{unsubscribe(letter.id)}>"
        message["List-Unsubscribe-Post"] = _ONE_CLICK
        message["List-Id"] = f"<{letter.kind.replace('_', '-')}.{host}>"
    else:
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.plain)
    message.add_alternative(letter.html, subtype="html")
    return message.as_bytes()
