"""What of a page view is kept. Pure.

Of the page that led here its host alone; of a campaign's words so much as people read; of a person nothing but an id that may be kept.
"""

import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.command_kinds import EntityId

BODY_BYTES_MAX: Final = 8_192
WORD_CHARACTERS_MAX: Final = 64
AGE_MS_MAX: Final = 600_000
"""A page that tells later than that was asleep: nobody knows when it was opened."""
Page = Literal["viewer", "element", "frame", "channel"]

_Word = Annotated[str, Meta(max_length=512)]
_HOST = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/?#@]*@)?(\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253})(?::\d{1,5})?(?:[/?#].*)?",
    re.DOTALL,
)


class Opened(msgspec.Struct):
    """What a page says when it was opened: of a show, or of a channel and no show; with the viewer's token, if they have one.

    `age_ms`: how long ago that was. Fields that are not known are passed over.
    """

    page: Page
    show: EntityId | None = None
    channel: EntityId | None = None
    token: Annotated[str, Meta(max_length=2000)] | None = None
    referrer: Annotated[str, Meta(max_length=2048)] | None = None
    source: _Word | None = None
    medium: _Word | None = None
    campaign: _Word | None = None
    term: _Word | None = None
    content: _Word | None = None
    age_ms: Annotated[int, Meta(ge=0, le=2**53)] = 0


_decoder = msgspec.json.Decoder(Opened)


def read_opened(body: bytes) -> Opened:
    """Return what a body says; raises `too_large`, `bad_json` for what is no JSON in UTF-8, and `invalid` for what is no page view."""
    if len(body) > BODY_BYTES_MAX:
        raise RefusedError(Code.TOO_LARGE)
    try:
        opened = _decoder.decode(body)
    except msgspec.ValidationError as wrong:
        raise RefusedError(Code.INVALID, str(wrong)) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise RefusedError(Code.BAD_JSON, "The body is not a JSON object in UTF-8.") from None
    if (opened.show is None) is (opened.channel is None):
        raise RefusedError(
            Code.INVALID, "A page view is of a show or of a channel: one of `show` and `channel`."
        )
    if (opened.page == "channel") is not (opened.show is None):
        raise RefusedError(Code.INVALID, "`page` is `channel` where there is no show, and only there.")
    return opened


def host_in(address: str | None, own: str | None = None) -> str | None:
    """Return the host of an address, in lower case and without `www.`; None for no address, and for one of `own`."""
    found = _HOST.fullmatch((address or "").strip().lower())
    if found is None:
        return None
    host = found[1].strip(".").removeprefix("www.")
    return None if not host or host == own else host
