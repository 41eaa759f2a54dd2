"""What is decided about mail. Pure."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address as HeaderAddress
from typing import Final, Literal
from unicodedata import normalize

from server.addresses import Networks, parse_address
from server.errors import RefusedError
from server.protocol.codes import Code

Language = Literal["en", "ja"]
Suppressed = Literal["unsubscribed", "hard_bounce", "complaint"]
GRAVITY: Final[Sequence[Suppressed]] = ("unsubscribed", "hard_bounce", "complaint")
"""Of several reasons the last of these is kept."""
STOPS_TRANSACTIONAL: Final = ("hard_bounce", "complaint")

ADDRESS_CHARACTERS_MAX: Final = 254
LOCAL_CHARACTERS_MAX: Final = 64
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")

PAUSES: Final = (60.0, 300.0, 900.0, 3600.0, 4 * 3600.0)
"""Seconds before each further try; the last one again and again."""
TRIED_FOR: Final = timedelta(hours=48)
CONFIRMED_WITHIN: Final = timedelta(hours=48)
CONFIRMATIONS_MAX: Final = 3
"""To one address within a day, whoever asks."""
ORDERS_WITHIN: Final = timedelta(days=7)
"""An order counts as one after a click for so long."""
MACHINE_SECONDS: Final = 10.0
"""Who opens or follows a link so soon after it was sent is a scanner."""

_PROXY_AGENTS: Final = ("googleimageproxy", "yahoomailproxy", "yahoocachesystem", "ggpht.com")
_ROBOTS: Final = (
    "bot",
    "crawler",
    "spider",
    "scanner",
    "curl/",
    "python-",
    "wget/",
    "barracuda",
    "mimecast",
    "proofpoint",
)
_MAIL_PRIVACY: Final = "mozilla/5.0"
"""All that Apple's Mail Privacy Protection says of itself."""

_MAILBOX_GONE = re.compile(r"\b5\.(1\.[0-36]|1\.10|2\.1)\b")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address: as it is written to, as it is compared, and the domain that it is paced by (in ASCII)."""

    address: str
    key: str
    domain: str


def mailbox_of(written: str) -> Mailbox:
    """Return the address that somebody wrote; raises `invalid` for what is none.

    The domain may be internationalised, the local part may hold any letters (SMTPUTF8); no quotes, comments, spaces or controls.
    """
    address = normalize("NFC", written.strip())
    local, at, domain = address.rpartition("@")
    if not at or len(address) > ADDRESS_CHARACTERS_MAX or not _is_local(local):
        raise not_an_address()
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
        if address.isascii():
            HeaderAddress(addr_spec=address)
    except (UnicodeError, HeaderParseError, ValueError, IndexError):
        raise not_an_address() from None
    if not _DOMAIN.fullmatch(ascii_domain):
        raise not_an_address()
    kept = f"{local}@{ascii_domain}"
    return Mailbox(kept, f"{local.casefold()}@{ascii_domain}", ascii_domain)


def not_an_address() -> RefusedError:
    """Return the refusal."""
    why = "This is no e-mail address."
    return RefusedError(Code.INVALID, why, errors=[{"at": "body/address", "why": why, "code": "address"}])


def _is_local(local: str) -> bool:
    if (
        not local
        or len(local.encode()) > LOCAL_CHARACTERS_MAX
        or local[0] == "."
        or local[-1] == "."
        or ".." in local
    ):
        return False
    return local.isprintable() and not any(each.isspace() or each in '()<>[]:;@\\,"' for each in local)


def hash_of(key: str, salt: str) -> str:
    """Return what a compared address is known by in a channel."""
    return hashlib.sha256(f"{salt}\n{key}".encode()).hexdigest()


def one_line(words: str) -> str:
    """Return words as a header may hold them: on one line, without controls."""
    return " ".join("".join(each if each.isprintable() else " " for each in words).split())


def next_try(attempts: int, since: datetime, now: datetime, chance: float) -> datetime | None:
    """Return when a message that was put off is tried again after `attempts` tries; None: it is given up. `chance` is from 0 to 1."""
    pause = PAUSES[min(attempts, len(PAUSES)) - 1]
    at = now + timedelta(seconds=pause * (0.9 + 0.2 * chance))
    return at if at <= since + TRIED_FOR else None


def reason_against(
    *, bulk: bool, cancelled: bool, suppressed: str | None, agreed: bool, late: bool
) -> Literal["cancelled", "too_late", "suppressed", "no_consent"] | None:
    """Return why a message may not go, if so. `agreed`: its address has confirmed, by mail that was really sent. `late`: of no use now."""
    if late:
        return "too_late"
    if cancelled:
        return "cancelled"
    if suppressed and (bulk or suppressed in STOPS_TRANSACTIONAL):
        return "suppressed"
    return "no_consent" if bulk and not agreed else None


def mailbox_is_gone(code: int, words: str) -> bool:
    """Whether a refusal (5xx) of a recipient says that there is no such mailbox, by its enhanced status (RFC 3463) where it has one."""
    if _STATUS.search(words):
        return _MAILBOX_GONE.search(words) is not None
    return code in (550, 551, 553)


def is_machine(agent: str, caller: str, after: timedelta | None, networks: Networks) -> bool:
    """Whether an open or a click is by a mailbox provider's proxy or a scanner rather than by a person. `after`: since it was sent."""
    said = agent.strip().lower()
    if after is None or after < timedelta(seconds=MACHINE_SECONDS) or said in ("", _MAIL_PRIVACY):
        return True
    if any(known in said for known in (*_PROXY_AGENTS, *_ROBOTS)):
        return True
    address = parse_address(caller.partition("/")[0])
    return address is not None and address in networks
