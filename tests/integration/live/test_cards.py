"""What a shared link says of a show: its own title and picture, escaped, at one address, and never an error in its place."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.built_pages import build_pages
from tests.support.live_server import live_server
from tests.support.servers import SignFor

TITLE = "</title><script>alert(\"1\")</script> & '2' {channel}"
POSTER = "https://cdn.example/p.jpg?a=1&b='2'"


@pytest.fixture
def with_pages(make_settings: MakeSettings, tmp_path: Path) -> MakeSettings:
    """Settings with pages that are bare, but there."""
    pages = build_pages(tmp_path / "pages")
    return lambda **others: make_settings(**{"pages": pages, **others})


@asynccontextmanager
async def caller(settings: Settings, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    async with live_server(settings) as address, httpx.AsyncClient(headers=headers, timeout=20) as client:
        client.base_url = httpx.URL(f"http://{address}")
        yield client


async def make_show(client: httpx.AsyncClient, token: str, **wishes: Any) -> str:
    plan = {"title": "Winter table", "host": "Aoi Tanaka", **wishes}
    made = await client.post("/v1/shows", json=plan, headers={"Authorization": f"Bearer {token}"})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def metas(html: str) -> dict[str, str]:
    """The page's metas by name or property, as a reader understands them."""
    found = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)" />', html)
    return {name: unescape(content) for name, content in found}


def canonical(html: str) -> str:
    found = re.search(r'<link rel="canonical" href="([^"]+)" />', html)
    assert found is not None, html
    return unescape(found[1])


async def test_a_show_s_page_has_its_card(
    with_pages: MakeSettings, set_stage: None, sign_for: SignFor
) -> None:
    async with caller(with_pages(), Host="shop.example:8443") as client:
        show = await make_show(client, sign_for("host"), title=TITLE, video={"poster": POSTER})
        page = await client.get(
            f"/shows/{show}?utm_source=mail&share=l_1&token=secret", headers={"Accept-Language": "ja"}
        )
    assert page.status_code == 200
    assert "<script>" not in page.text
    said = metas(page.text)
    address = f"http://shop.example:8443/shows/{show}"
    assert canonical(page.text) == said["og:url"] == address
    assert said["og:title"] == said["twitter:title"] == TITLE
    assert said["og:image"] == said["twitter:image"] == POSTER
    assert said["twitter:card"] == "summary_large_image"
    assert said["og:description"] == said["description"] != ""
    assert said["og:locale"] == "ja_JP"
    assert '<html lang="ja">' in page.text
    for personal in ("Aoi", "Tanaka", "secret", "l_1", "utm_source"):
        assert personal not in page.text
    assert page.headers["cache-control"] == "public, max-age=5"
    assert page.headers["vary"] == "Accept-Language"


async def test_what_is_seen_before_any_script_is_the_show(
    with_pages: MakeSettings, set_stage: None, sign_for: SignFor
) -> None:
    async with caller(with_pages()) as client:
        show = await make_show(client, sign_for("host"), title=TITLE, video={"poster": "/media/poster.jpg"})
        page = (await client.get(f"/shows/{show}")).text
        base = str(client.base_url).rstrip("/")
    body = page.partition('<div id="page">')[2]
    assert "&lt;script&gt;" in body
    assert 'src="/media/poster.jpg"' in body
    assert metas(page)["og:image"] == f"{base}/media/poster.jpg"


async def test_both_forms_of_an_address_have_one_canonical_address(
    with_pages: MakeSettings, set_stage: None
) -> None:
    async with caller(with_pages()) as client:
        plain, slash = await client.get("/shows/demo"), await client.get("/shows/demo/")
    assert plain.status_code == slash.status_code == 200
    assert canonical(plain.text) == canonical(slash.text)


@pytest.mark.parametrize("poster", ["", "/media/products/cups.svg"])
async def test_a_show_without_a_picture_has_the_product_s(
    with_pages: MakeSettings, set_stage: None, sign_for: SignFor, poster: str
) -> None:
    async with caller(with_pages(), Host="shop.example") as client:
        show = await make_show(client, sign_for("host"), video={"poster": poster})
        assert metas((await client.get(f"/shows/{show}")).text)["og:image"] == "http://shop.example/card.png"


async def test_the_scheme_is_the_trusted_proxy_s_alone(with_pages: MakeSettings, set_stage: None) -> None:
    claimed = {"Host": "shop.example", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    for trust, scheme in ((True, "https"), (False, "http")):
        async with caller(with_pages(trust_proxy=trust), **claimed) as client:
            page = await client.get("/shows/demo")
        assert canonical(page.text) == f"{scheme}://shop.example/shows/demo"
        assert "evil" not in page.text


async def test_an_unknown_show_is_not_found_and_a_known_one_is_soon(
    with_pages: MakeSettings, set_stage: None, sign_for: SignFor
) -> None:
    async with caller(with_pages()) as client:
        for path in ("/shows/none", "/shows/none/", "/shows/a%20b", "/shows/" + "a" * 50):
            assert (await client.get(path)).status_code == 404, path
        show = await make_show(client, sign_for("host"))
        assert (await client.get(f"/shows/{show}")).status_code == 200


async def test_a_show_that_cannot_be_read_has_its_page_without_a_card(with_pages: MakeSettings) -> None:
    away = "postgresql+psycopg://postgres@127.0.0.1:1/none"
    async with caller(with_pages(database_url=away)) as client:
        page = await client.get("/shows/demo")
    assert page.status_code == 200
    assert metas(page.text)["og:title"] == "Showfloor"
    assert page.headers["cache-control"] == "no-cache"


async def test_the_door_has_the_product_s_own_card(with_pages: MakeSettings, set_stage: None) -> None:
    async with caller(with_pages(), Host="shop.example") as client:
        page = await client.get("/")
    assert metas(page.text)["og:image"] == "http://shop.example/card.png"
    assert canonical(page.text) == "http://shop.example/"


async def test_a_cover_is_said_in_words_where_somebody_wrote_them(
    with_pages: MakeSettings, set_stage: None, sign_for: SignFor
) -> None:
    words = 'A red "cup" & <tea>'
    async with caller(with_pages()) as client:
        cover = {"cover": "https://cdn.example/cup.jpg", "video": {"poster": POSTER}}
        spoken = await make_show(client, sign_for("host"), cover_alt=words, **cover)
        silent = await make_show(client, sign_for("host"), **cover)
        # Without a cover the picture is the video's, of which the words are not.
        other = await make_show(client, sign_for("host"), cover_alt=words, video={"poster": POSTER})
        said = [metas((await client.get(f"/shows/{show}")).text) for show in (spoken, silent, other)]
    assert [each["og:image:alt"] for each in said] == [words, "Winter table", "Winter table"]
