"""What becomes of a picture: judged by its bytes, made anew upright and in sRGB, and nothing of what came beside its pixels is kept."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from server.errors import RefusedError
from server.pictures.rendering import render
from server.pictures.rules import (
    CARD,
    HEIGHT_FACTOR,
    NAMES,
    WIDTHS,
    Bounds,
    Rendered,
    address_of,
    box_of,
    file_of,
    id_of,
)
from server.protocol.codes import Code
from tests.support import drawn

BOUNDS = Bounds(20_000_000, 50_000_000)


def rendered(content: bytes) -> Rendered:
    return render(content, BOUNDS)


def opened(content: Rendered, name: str = "640.webp") -> Image.Image:
    return Image.open(io.BytesIO(content.files[name]))


def is_near(found: object, wanted: tuple[int, ...]) -> bool:
    assert isinstance(found, tuple)
    return all(abs(a - b) < 12 for a, b in zip(found, wanted, strict=False))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_each_kind_is_rendered_in_every_width(kind: str) -> None:
    found = rendered(drawn.picture(kind))
    assert (found.width, found.height) == (900, 600)
    assert set(found.files) == set(NAMES)
    assert [opened(found, f"{width}.webp").size for width in WIDTHS] == [(320, 213), (640, 427), (900, 600)]
    assert opened(found, CARD).format == "JPEG"
    for name in NAMES:
        image = opened(found, name).convert("RGB")
        assert is_near(image.getpixel((10, 10)), drawn.RED)
        assert is_near(image.getpixel((image.width - 10, 10)), drawn.BLUE)


def test_a_picture_that_lies_is_stood_up_and_says_nothing_of_where_it_was_taken() -> None:
    content = drawn.lying_picture()
    assert b"secret" in content
    found = rendered(content)
    assert (found.width, found.height) == (600, 900)
    for name in NAMES:
        image = opened(found, name)
        assert image.height > image.width
        assert is_near(image.convert("RGB").getpixel((10, 10)), drawn.RED)
        assert not image.getexif()
        assert b"secret" not in found.files[name]
        assert not {"exif", "icc_profile", "xmp", "comment"} & set(image.info)


def test_of_a_file_that_is_something_else_too_the_picture_alone_is_kept() -> None:
    page = b"<html><script>alert(1)</script></html>"
    made = rendered(drawn.picture("JPEG") + page)
    assert not [name for name, file in made.files.items() if b"script" in file]


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "CMYK"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1"), ("JPEG", "L")]
)
def test_every_way_to_hold_colours_becomes_rgb(kind: str, mode: str) -> None:
    image = opened(rendered(drawn.picture(kind, mode=mode)))
    assert image.mode in ("RGB", "RGBA")


def test_cmyk_keeps_its_colours() -> None:
    image = opened(rendered(drawn.picture("JPEG", mode="CMYK"))).convert("RGB")
    assert is_near(image.getpixel((10, 10)), drawn.RED)


def test_sixteen_bits_keep_their_brightness() -> None:
    assert is_near(opened(rendered(drawn.sixteen_bits())).convert("RGB").getpixel((50, 50)), (128, 128, 128))


def test_a_profile_is_applied_and_left_out() -> None:
    image = opened(rendered(drawn.with_profile()))
    assert "icc_profile" not in image.info
    broken = drawn.picture("JPEG", icc_profile=b"no profile" * 20)
    assert is_near(opened(rendered(broken)).convert("RGB").getpixel((10, 10)), drawn.RED)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_of_what_moves_the_first_frame_is_taken(kind: str) -> None:
    found = rendered(drawn.moving(kind))
    image = opened(found)
    assert getattr(image, "n_frames", 1) == 1
    assert is_near(image.convert("RGB").getpixel((50, 50)), drawn.RED)


def test_what_is_seen_through_stays_so_and_is_white_in_the_card() -> None:
    content = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(content, "PNG")
    found = rendered(content.getvalue())
    assert opened(found).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]
    assert is_near(opened(found, CARD).getpixel((5, 5)), (255, 255, 255))


@pytest.mark.parametrize("name", drawn.NO_PICTURES)
def test_what_is_no_picture_is_refused(name: str) -> None:
    with pytest.raises(RefusedError, check=lambda error: error.code is Code.PICTURE_UNREADABLE):
        rendered(drawn.NO_PICTURES[name])


@pytest.mark.parametrize("size", [(20_000, 100), (100, 20_000), (8_000, 8_000), (60_000, 60_000)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(
        RefusedError, check=lambda error: error.code is Code.PICTURE_TOO_LARGE and error.data["side_max"] > 0
    ):
        rendered(drawn.bomb(*size))


@given(st.binary(max_size=300), st.sampled_from(["JPEG", "PNG", "WEBP", "AVIF"]), st.integers(0, 300))
def test_broken_bytes_are_refused_and_never_a_fault(noise: bytes, kind: str, at: int) -> None:
    content = bytearray(drawn.picture(kind, (40, 30)))
    content[at : at + len(noise)] = noise
    try:
        assert set(rendered(bytes(content)).files) == set(NAMES)
    except RefusedError as refused:
        assert refused.code in (Code.PICTURE_UNREADABLE, Code.PICTURE_TOO_LARGE)  # noqa: PT017


@given(st.integers(1, 16_384), st.integers(1, 16_384), st.sampled_from(WIDTHS))
def test_a_rendering_fits_and_is_never_larger_nor_empty(width: int, height: int, width_max: int) -> None:
    wide, high = box_of(width, height, width_max)
    assert 1 <= wide <= min(width, width_max)
    assert 1 <= high <= min(height, width_max * HEIGHT_FACTOR)


def test_an_address_tells_its_file_and_nothing_else_does() -> None:
    id = id_of(b"x")
    assert file_of(address_of(id).rpartition("/")[2]) == (id, "640.webp")
    for wrong in (
        "",
        id,
        f"{id}-641.webp",
        f"{id}-640.png",
        f"{id.upper()}-640.webp",
        f"../{id}-640.webp",
        f"{id}-640.webp\n",
    ):
        assert file_of(wrong) is None
