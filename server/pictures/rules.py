"""What a picture is here: which kinds are taken, how large it may be, and under which names it is kept. Pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from server.errors import RefusedError
from server.protocol.codes import Code

WIDTHS = (320, 640, 1280)
"""In pixels, at most: nothing is made larger than it came. Every picture has all of them, so that a page knows the addresses from one."""
SHOWN_WIDTH = 640
"""Of the address that a product holds."""
CARD = "1280.jpg"
"""For link previews, which know no WebP."""
HEIGHT_FACTOR = 2
"""A rendering is at most so many times as high as its width says."""
SIDE_PIXELS_MAX = 16_384
NAMES = (*(f"{width}.webp" for width in WIDTHS), CARD)
MEDIA_TYPES: Mapping[str, str] = MappingProxyType({"webp": "image/webp", "jpg": "image/jpeg"})
RENDERING = b"1"
"""Changes whenever the same bytes would be rendered otherwise: an address is kept by browsers for good."""
ID_CHARACTERS = 40
_FILE = re.compile(rf"([0-9a-f]{{{ID_CHARACTERS}}})-({'|'.join(map(re.escape, NAMES))})")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a picture may come."""

    bytes_max: int
    pixels_max: int
    side_max: int = SIDE_PIXELS_MAX


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture made anew: the size that it came with, once upright, and its files by name."""

    width: int
    height: int
    files: Mapping[str, bytes]


def id_of(content: bytes) -> str:
    """Return the id of a picture: the same for the same bytes."""
    return hashlib.sha256(RENDERING + content).hexdigest()[:ID_CHARACTERS]


def address_of(id: str, name: str = f"{SHOWN_WIDTH}.webp") -> str:
    """Return where a browser finds a rendering on this server."""
    return f"/pictures/{id}-{name}"


def file_of(name: str) -> tuple[str, str] | None:
    """Return the picture's id and the rendering's name that the last part of an address means; None for one that means nothing."""
    found = _FILE.fullmatch(name)
    return (found[1], found[2]) if found else None


def require_size(width: int, height: int, bounds: Bounds) -> None:
    """Raise `picture_too_large` for a picture of more pixels than `bounds` allow."""
    if width * height > bounds.pixels_max or max(width, height) > bounds.side_max:
        raise too_large(bounds, f"It is {width} × {height} pixels.")


def too_large(bounds: Bounds, why: str) -> RefusedError:
    """Return the refusal of a picture that is more than is taken."""
    return RefusedError(
        Code.PICTURE_TOO_LARGE,
        why,
        bytes_max=bounds.bytes_max,
        pixels_max=bounds.pixels_max,
        side_max=bounds.side_max,
    )


def box_of(width: int, height: int, width_max: int) -> tuple[int, int]:
    """Return the size of a rendering that is at most `width_max` wide: of the same shape, never larger than the picture, never empty."""
    scale = min(1.0, width_max / width, width_max * HEIGHT_FACTOR / height)
    return max(1, round(width * scale)), max(1, round(height * scale))
