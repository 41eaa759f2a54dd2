"""What a browser says of itself in the heads of its requests: what sort of device it is, and whether nobody sits there. Pure."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

Device = Literal["phone", "tablet", "desktop"]

_HEARD_MAX = 512
"""So much of a name is looked at."""
_CRAWLER = re.compile(
    rb"(?<!cu)bot\b|crawl|spider|slurp|facebookexternalhit|facebookcatalog|mediapartners-google|google-inspectiontool|"
    rb"feedfetcher|lighthouse|whatsapp/\d|bingpreview|ia_archiver|embedly|line-poker|pingdom|statuscake|uptime",
    re.IGNORECASE,
)
"""What known crawlers, previews of links and watchdogs call themselves. `Cubot` makes phones."""
_TABLET = re.compile(rb"ipad|tablet|playbook|kindle|silk/(?!.*mobile)", re.IGNORECASE)
_PHONE = re.compile(rb"iphone|ipod|mobile|windows phone|opera mini", re.IGNORECASE)
_DESKTOP = re.compile(rb"windows nt|macintosh|x11|cros|linux", re.IGNORECASE)


class Browser(NamedTuple):
    """`device` is None where nothing tells; an iPad that asks for desktop pages calls itself a Macintosh, and counts as one."""

    device: Device | None
    crawler: bool


def browser_of(headers: Mapping[bytes, bytes]) -> Browser:
    """Return what a request's heads tell; their names are in lower case."""
    return _read(headers.get(b"user-agent", b"")[:_HEARD_MAX], headers.get(b"sec-ch-ua-mobile", b""))


@lru_cache(maxsize=4096)
def _read(agent: bytes, mobile: bytes) -> Browser:
    return Browser(_device_of(agent, mobile), _CRAWLER.search(agent) is not None)


def _device_of(agent: bytes, mobile: bytes) -> Device | None:
    if _TABLET.search(agent):
        return "tablet"
    if mobile == b"?1" or _PHONE.search(agent):
        return "phone"
    if b"Android" in agent:
        return "tablet"  # telephones add "Mobile"
    return "desktop" if _DESKTOP.search(agent) else None
