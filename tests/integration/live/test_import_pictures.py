"""Pictures that an import names: fetched once it is applied, once each, only from where this server may go; none fails the import."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.settings import Settings
from tests.conftest import MakeSettings
from tests.integration.live.test_imports import Merchant
from tests.support import drawn
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.shop_backend import ShopBackend, shop_backend
from tests.support.viewer import joined_at

HEAD = "Handle,Title,Variant Price,Image Src,Image Position,Image Alt Text\n"


def answer(content: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP answer as it stands on the wire."""
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(content)}\r\n{named}\r\n".encode() + content


@pytest.fixture
async def shop() -> AsyncIterator[ShopBackend]:
    """The shop's own site, which has one picture at every address unless it is told otherwise."""
    async with shop_backend() as shop:
        shop.answer = answer(drawn.picture())
        yield shop


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    return make_settings(
        outbound_networks=["127.0.0.0/8"], outbound_http=True, limits="off", picture_bytes_max=100_000
    )


@pytest.fixture
async def merchant(settings: Settings, set_stage: None, sign_for: SignFor) -> AsyncIterator[Merchant]:
    async with live_server(settings) as server:
        yield Merchant(server, sign_for("host"))


async def fetched(merchant: Merchant, id: str) -> dict[str, int]:
    """Return what became of the pictures of an import, once none waits."""
    found: dict[str, Any] = {}

    async def look() -> bool:
        found.update((await merchant.client.get(f"/imports/{id}")).json())
        return not found["pictures"] or found["pictures"]["waiting"] == 0

    await eventually(look, within_seconds=90)
    return dict(found["pictures"] or {})


def shows_a_picture_of_ours(push: dict[str, Any]) -> bool:
    return any(each["image"].startswith("/pictures/") for each in push["products"])


async def product(merchant: Merchant, title: str) -> dict[str, Any]:
    listed = (await merchant.client.get("/products", params={"q": title})).json()["products"]
    (found,) = listed
    return dict(found)


async def test_they_are_kept_here_with_their_texts_and_asked_for_once(
    merchant: Merchant, shop: ShopBackend
) -> None:
    front, back = shop.url("/front.jpg"), shop.url("/back.jpg")
    file = f"{HEAD}cup,Cup,900,{front},1,A red cup\ncup,,,{back},2,\n"
    async with joined_at(merchant.client.base_url.netloc.decode()) as viewer:
        applied = await merchant.take(file)
        assert applied["state"] == "applied"
        assert await fetched(merchant, applied["id"]) == {"waiting": 0, "kept": 2, "failed": 0}
        # Whoever watches sees it without a reload.
        await viewer.expect_push("product.changed", shows_a_picture_of_ours)
    assert sorted(each.path for each in shop.received) == ["/back.jpg", "/front.jpg"]
    cup = await product(merchant, "Cup")
    own = cup["images"][0]
    # The same bytes are one picture.
    assert own.startswith("/pictures/")
    assert set(cup["images"]) == {own}
    assert cup["image_alts"] == {own: "A red cup"}
    again = await merchant.send(file)
    assert again["counts"] == {"create": 0, "update": 0, "unchanged": 1, "refused": 0}
    tea = await merchant.take(f"{HEAD}tea,Tea,500,{front},1,A tin\n")
    assert tea["pictures"] is None
    assert (await product(merchant, "Tea"))["images"] == [own]
    assert len(shop.received) == 2


WRONG = {
    "unreadable": answer(b"<svg/>"),
    "not_found": answer(b"", "404 Not Found"),
    "too_large": answer(b"x" * 100_001),
    "redirects": answer(b"", "302 Found", location="/redirects"),
    "address_refused": answer(b"", "302 Found", location="http://10.0.0.1/inside.jpg"),
    "address_refused?of=another_kind": answer(b"", "302 Found", location="file:///etc/passwd"),
}
"""Answers that are no picture, by the reason that each is told for, which stands in its address."""


async def test_those_that_cannot_be_had_are_told_by_their_line_and_leave_the_address(
    merchant: Merchant, shop: ShopBackend
) -> None:
    shop.by_path = {f"/{why}": said for why, said in WRONG.items()}
    lines = "".join(f"p{n},Product {n},{n + 1},{shop.url(f'/{why}')},1,\n" for n, why in enumerate(WRONG))
    applied = await merchant.take(f"{HEAD}hat,Hat,500,{shop.url('/good.jpg')},1,\n{lines}")
    assert applied["state"] == "applied"
    assert await fetched(merchant, applied["id"]) == {"waiting": 0, "kept": 1, "failed": len(WRONG)}
    told = await merchant.lines(applied["id"], unfetched="true")
    assert [(line["line"], line["title"]) for line in told] == [
        (n + 3, f"Product {n}") for n in range(len(WRONG))
    ]
    for line, path in zip(told, WRONG, strict=True):
        (one,) = line["pictures"]
        why = path.partition("?")[0]
        assert one == {"address": shop.url(f"/{path}"), "state": "failed", "why": why}
    assert (await product(merchant, "Product 0"))["images"] == [shop.url("/unreadable")]
    assert (await product(merchant, "Hat"))["image"].startswith("/pictures/")


async def test_what_failed_is_tried_again_by_a_persons_wish_and_what_is_kept_is_not(
    merchant: Merchant, shop: ShopBackend
) -> None:
    good, late = shop.url("/good.jpg"), shop.url("/late.jpg")
    shop.answers = [answer(drawn.picture()), answer(b"", "404 Not Found")]
    file = f"{HEAD}cup,Cup,900,{good},1,\n"
    first = await merchant.take(file)
    await fetched(merchant, first["id"])
    applied = await merchant.take(f"{HEAD}hat,Hat,500,{late},1,\n")
    assert (await fetched(merchant, applied["id"]))["failed"] == 1
    assert (await merchant.client.post(f"/imports/{applied['id']}/pictures")).status_code == 202
    assert await fetched(merchant, applied["id"]) == {"waiting": 0, "kept": 1, "failed": 0}
    assert (await product(merchant, "Hat"))["image"].startswith("/pictures/")
    assert [each.path for each in shop.received] == ["/good.jpg", "/late.jpg", "/late.jpg"]


async def test_a_private_address_is_never_asked_unless_the_setting_says_so(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor, shop: ShopBackend
) -> None:
    async with live_server(make_settings(limits="off", outbound_http=True)) as server:
        merchant = Merchant(server, sign_for("host"))
        hidden = shop.url("/inside.jpg")
        named = f"http://localhost:{shop.port}/inside.jpg"
        applied = await merchant.take(f"{HEAD}cup,Cup,900,{hidden},1,\ncup,,,{named},2,\n")
        assert await fetched(merchant, applied["id"]) == {"waiting": 0, "kept": 0, "failed": 2}
        (line,) = await merchant.lines(applied["id"])
        assert {each["why"] for each in line["pictures"]} == {"address_refused"}
    assert not shop.received


async def test_two_servers_at_once_fetch_each_picture_once(
    settings: Settings, set_stage: None, sign_for: SignFor, shop: ShopBackend
) -> None:
    async with live_server(settings) as one, live_server(settings):
        merchant = Merchant(one, sign_for("host"))
        lines = "".join(f"p{n},Product {n},{n + 1},{shop.url(f'/{n}.jpg')},1,\n" for n in range(24))
        applied = await merchant.take(HEAD + lines)
        assert (await fetched(merchant, applied["id"]))["kept"] == 24
    assert sorted(each.path for each in shop.received) == sorted(f"/{n}.jpg" for n in range(24))
