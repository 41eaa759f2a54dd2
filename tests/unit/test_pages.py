"""What is served around the pages: compressed assets that browsers keep, and the headers that every answer carries."""

import gzip
import json
import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from server.http import pages
from server.http.guard import Guard

PUBLIC = Path(__file__).parents[2] / "client_demo" / "public"
SCRIPT = b"export const floor = 'show';\n" * 100


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A build of one page with one script, which the build compressed too."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Showfloor</title>")
    (tmp_path / "assets" / "viewer-1.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "viewer-1.js.gz").write_bytes(gzip.compress(SCRIPT))
    return tmp_path


async def get(built: Path, path: str, accepted: str = "identity", language: str = "en") -> httpx.Response:
    app = FastAPI()
    pages.install(app, built)
    app.add_middleware(Guard)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://showfloor.test") as caller:
        return await caller.get(path, headers={"Accept-Encoding": accepted, "Accept-Language": language})


async def test_a_script_is_sent_as_the_build_compressed_it(built: Path) -> None:
    answer = await get(built, "/assets/viewer-1.js", "gzip, br")
    assert answer.headers["content-encoding"] == "gzip"
    assert "javascript" in answer.headers["content-type"]
    assert int(answer.headers["content-length"]) < len(SCRIPT) / 10
    assert answer.content == SCRIPT


async def test_a_caller_who_reads_no_compression_gets_the_script_itself(built: Path) -> None:
    answer = await get(built, "/assets/viewer-1.js")
    assert "content-encoding" not in answer.headers
    assert answer.content == SCRIPT


async def test_assets_are_kept_for_good_and_pages_are_asked_for_anew(built: Path) -> None:
    assert "immutable" in (await get(built, "/assets/viewer-1.js")).headers["cache-control"]
    assert (await get(built, "/shows/demo")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/host", "/analyst", "/studio/products", "/receipt"])
async def test_a_page_links_to_the_texts_of_the_language_that_is_read(built: Path, path: str) -> None:
    links = "\n    ".join(
        f'<link rel="modulepreload" hreflang="{each}" href="/{each}.js">' for each in ("en", "ja")
    )
    for name in ("index", "host", "analyst", "studio", "receipt"):
        (built / f"{name}.html").write_text(
            f'<html lang="en"><head>{links}<title>Showfloor</title></head></html>'
        )
    for asked, language, texts in (
        ("", "ja-JP,en;q=0.5", "ja"),
        ("", "en,ja;q=0.5", "en"),
        ("?lang=ja", "en", "ja"),
    ):
        page = await get(built, path + asked, language=language)
        assert re.findall(r'href="/(\w+)\.js"', page.text) == [texts]
        assert f'<html lang="{texts}">' in page.text
        assert page.headers["vary"] == "Accept-Language"


async def test_an_asset_outside_the_build_is_not_found(built: Path) -> None:
    assert (await get(built, "/assets/..%2Findex.html")).status_code == 404
    assert (await get(built, "/assets/none.js")).status_code == 404


async def test_every_answer_carries_the_content_security_policy(built: Path) -> None:
    for path in ("/", "/assets/viewer-1.js"):
        policy = (await get(built, path)).headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "require-trusted-types-for 'script'" in policy


@pytest.mark.parametrize("path", pages.FILES)
async def test_files_that_have_their_address_by_convention_are_there(path: str) -> None:
    answer = await get(PUBLIC, path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == pages.FILES[path]
    assert answer.headers["cache-control"] == "public, max-age=86400"


async def test_the_icons_of_the_manifest_are_served() -> None:
    manifest = json.loads((await get(PUBLIC, "/manifest.webmanifest")).text)
    for icon in manifest["icons"]:
        assert (await get(PUBLIC, icon["src"])).status_code == 200


async def test_without_a_build_a_page_says_so_and_an_asset_is_not_found(tmp_path: Path) -> None:
    assert (await get(tmp_path, "/shows/demo")).status_code == 503
    assert (await get(tmp_path, "/host")).status_code == 503
    assert (await get(tmp_path, "/assets/viewer-1.js")).status_code == 404
    assert (await get(tmp_path, "/favicon.ico")).status_code == 404
