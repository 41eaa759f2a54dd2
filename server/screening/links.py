"""Links in a text, and the hosts to which they lead. Pure."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from linkify_it import LinkifyIt

from server.errors import RefusedError
from server.hosts import HOST_BYTES_MAX
from server.protocol.codes import Code
from server.text.characters import without_blanks

_MORE_ENDINGS: Final = (
    "app biz blog club dev fun gg icu "
    "link live me online page shop site space store stream tokyo top tv vip website win work xyz"
)
_FINDER: Final = LinkifyIt(options={"fuzzy_email": False}).tlds(_MORE_ENDINGS.split(), keep_old=True)
_MAY_BE: Final = re.compile(r"[a-z0-9-]\s*[.。(\[{]|:/|www", re.IGNORECASE)
_HIDDEN_DOT: Final = re.compile(
    r"\s*[\[({<]\s*(?:\.|dot)\s*[\])}>]\s*|(?<=[a-z0-9])[。](?=[a-z0-9])", re.IGNORECASE
)
_HIDDEN_SCHEME: Final = re.compile(r"\bh(?:xx|\*\*)p(s?)\b", re.IGNORECASE)
_SCRIPTS_MEET: Final = re.compile(r"(?<=[\x21-\x7e])(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])(?=[\x21-\x7e])")
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def known_host(given: str) -> str:
    """Return a host as it is kept, in the ASCII of names; raises `invalid` for what is none, such as an address with a path."""
    try:
        host = given.strip().rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        host = ""
    if len(host) > HOST_BYTES_MAX or not _HOST.fullmatch(host):
        raise RefusedError(Code.INVALID, "A host is written as shop.example, without https:// and path.")
    return host


def hosts_in(text: str) -> list[str]:
    """Return the hosts of the links in a text, each once, in their order; also of links that were made hard to see."""
    written = unicodedata.normalize("NFKC", without_blanks(text))
    if _MAY_BE.search(written) is None:
        return []
    plain = _HIDDEN_SCHEME.sub(r"http\1", _HIDDEN_DOT.sub(".", written))
    found = [*_links(plain), *_links(_SCRIPTS_MEET.sub(" ", plain))]
    return list(dict.fromkeys(host for url in found if (host := _host_of(url))))


def _links(text: str) -> list[str]:
    return [link.url for link in _FINDER.match(text) or ()]


def _host_of(url: str) -> str:
    # Browsers take `\` for `/`; what stands before an `@` is no host.
    try:
        host = urlsplit(url.replace("\\", "/")).hostname or ""
        return host.rstrip(".").encode("idna").decode()
    except (ValueError, UnicodeError):
        return "?"


def is_among(host: str, hosts: Collection[str]) -> bool:
    """Whether a host is one of `hosts`, or below one."""
    return any(host == each or host.endswith("." + each) for each in hosts)
