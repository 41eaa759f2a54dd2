"""Pictures that tests draw, and bytes that are none."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageCms

RED, BLUE = (220, 30, 30), (30, 30, 220)


def picture(
    kind: str = "PNG", size: tuple[int, int] = (900, 600), mode: str = "RGB", **options: Any
) -> bytes:
    """Return a picture: its left half red, its right half blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, size[0], size[1]))
    file = io.BytesIO()
    image.convert(mode).save(file, kind, **options)
    return file.getvalue()


def lying_picture() -> bytes:
    """Return a JPEG that lies on its side, as phones write them: upright it is 600 wide and 900 high. Its place and text are in it too."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a secret description"
    exif.get_ifd(0x8825)[1] = "N"
    return picture("JPEG", exif=exif, comment=b"a secret comment", quality=92)


def sixteen_bits() -> bytes:
    """Return a grey PNG of sixteen bits, half as bright as white."""
    image = Image.new("I;16", (400, 300), 32_768)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def moving(kind: str) -> bytes:
    """Return three frames: red, blue, red."""
    frames = [Image.new("RGB", (200, 100), colour) for colour in (RED, BLUE, RED)]
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def with_profile() -> bytes:
    """Return a JPEG that says its profile."""
    return picture("JPEG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


def bomb(width: int, height: int) -> bytes:
    """Return a PNG that says it is so large, and of which a few bytes are there."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def archive() -> bytes:
    """Return a zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("picture.png", picture())
    return file.getvalue()


NO_PICTURES = {
    "nothing": b"",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "gif": picture("GIF", mode="P"),
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "html": b"<!doctype html><script>alert(1)</script>",
    "zip": archive(),
    "cut": picture("JPEG")[:3000],
    "cut png": picture("PNG")[:400],
    "head alone": b"\x89PNG\r\n\x1a\n",
    "webp head": b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(20),
    "avif head": b"\x00\x00\x00\x1cftypavif" + bytes(40),
    "noise": bytes(range(256)) * 40,
}
