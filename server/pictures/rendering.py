"""One picture made anew, in a process of its own: `python -m server.pictures.rendering` reads it from standard input.

A picture from outside is the work of whoever wants a decoder to run wild: here it may take so much memory and so much time, then it is
over, and nobody else was on the process. Imports are few, for it starts with each picture.
"""

import io
import os
import resource
import sys
import warnings
from contextlib import suppress

import msgspec
from PIL import Image, ImageCms, ImageOps

from server.errors import RefusedError
from server.pictures.outcome import Files, Outcome, Refusal
from server.pictures.rules import CARD, WIDTHS, Bounds, Rendered, box_of, require_size
from server.protocol.codes import Code

KINDS = ("JPEG", "PNG", "WEBP", "AVIF")
MEMORY_BYTES_MAX = 2 << 30
CPU_SECONDS_MAX = 20
NICENESS = 5
"""Viewers come first."""
_BIG_SIDE = 2 * max(WIDTHS)
"""A JPEG is decoded at a smaller size where that is still at least as large."""
_ORIENTATION = 0x0112
_LYING = frozenset({5, 6, 7, 8})
# The size is looked at before anything is decoded, by a limit of ours.
Image.MAX_IMAGE_PIXELS = None
_SRGB = ImageCms.createProfile("sRGB")


def render(content: bytes, bounds: Bounds) -> Rendered:
    """Return the renderings of a picture: upright, in sRGB, of one frame, without anything that is no pixel.

    Raises `picture_unreadable` for what is no JPEG, PNG, WebP or AVIF or is broken, and `picture_too_large`.
    """
    try:
        with Image.open(io.BytesIO(content), formats=KINDS) as opened:
            require_size(*opened.size, bounds)
            width, height = _upright(opened.size, opened.getexif())
            opened.draft(None, (_BIG_SIDE, _BIG_SIDE))
            opened.load()  # the first frame of several
            pixels = _as_plain(ImageOps.exif_transpose(opened))
    except (RefusedError, MemoryError):
        raise
    except Exception as error:  # decoders say in many ways that they cannot read on
        raise RefusedError(Code.PICTURE_UNREADABLE, "It cannot be decoded.") from error
    files = {f"{width}.webp": _as_webp(_resized(pixels, width)) for width in WIDTHS}
    return Rendered(width, height, {**files, CARD: _as_jpeg(_resized(pixels, max(WIDTHS)))})


def _upright(size: tuple[int, int], exif: Image.Exif) -> tuple[int, int]:
    """Return width and height as people see them."""
    width, height = size
    return (height, width) if exif.get(_ORIENTATION) in _LYING else (width, height)


def _as_plain(image: Image.Image) -> Image.Image:
    """Return RGB or RGBA in sRGB, eight bits each, with no profile and no other data."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("P", "PA", "LA", "La", "RGBa", "1") or "transparency" in image.info:
        image = image.convert("RGBA")
    if isinstance(profile, bytes) and image.mode in ("RGB", "RGBA", "L", "CMYK"):
        image = _in_srgb(image, profile)
    wanted = "RGBA" if image.mode == "RGBA" else "RGB"
    plain = Image.new(wanted, image.size)
    plain.paste(image if image.mode == wanted else image.convert(wanted))
    return plain


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the colours as sRGB has them; a profile that is broken or of other colours is passed over."""
    with suppress(ImageCms.PyCMSError, OSError, ValueError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        wanted = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode=wanted)
        return converted if converted is not None else image
    return image


def _resized(image: Image.Image, width_max: int) -> Image.Image:
    size = box_of(*image.size, width_max)
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _as_webp(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", quality=80, method=4)
    return file.getvalue()


def _as_jpeg(image: Image.Image) -> bytes:
    if image.mode == "RGBA":
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    file = io.BytesIO()
    image.save(file, "JPEG", quality=82, optimize=True, progressive=True)
    return file.getvalue()


def outcome_of(content: bytes, bounds: Bounds) -> Outcome:
    """Return the renderings, or why there are none."""
    try:
        rendered = render(content, bounds)
        return Files(rendered.width, rendered.height, dict(rendered.files))
    except RefusedError as refused:
        return Refusal(refused.code, refused.message, refused.data)
    except MemoryError:
        return Refusal(Code.PICTURE_TOO_LARGE, "It takes too much memory.", {})


def main() -> None:
    """Read bounds and picture, write the outcome."""
    os.nice(NICENESS)
    with suppress(ValueError, OSError):  # less is allowed already, or the system knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))
    bounds = Bounds(*map(int, sys.argv[1:4]))
    warnings.simplefilter("ignore")
    outcome = outcome_of(sys.stdin.buffer.read(bounds.bytes_max + 1), bounds)
    sys.stdout.buffer.write(msgspec.msgpack.encode(outcome))


if __name__ == "__main__":
    main()
