"""A browser that cannot have what it asked for gets a page in the person's language; a program gets a problem document."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.app import create_app
from tests.conftest import MakeSettings
from tests.support.built_pages import build_pages
from tests.support.live_server import live_server

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
REFUSED = [
    ("GET", "/nothing", 404),
    ("GET", "/shows/none", 404),
    ("GET", "/shows/none/", 404),
    ("GET", "/media/none.jpg", 404),
    ("GET", "/assets/none.js", 404),
    ("POST", "/host", 405),
    ("DELETE", "/shows/demo", 405),
    ("GET", "/v2/shows", 404),
]


@pytest.fixture
async def client(
    make_settings: MakeSettings, set_stage: None, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of one server with bare pages."""
    settings = make_settings(pages=build_pages(tmp_path / "pages"))
    async with live_server(settings) as address, httpx.AsyncClient(base_url=f"http://{address}") as caller:
        yield caller


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_browser_gets_a_page_in_its_language_with_a_way_on(
    client: httpx.AsyncClient, language: str
) -> None:
    for method, path, status in REFUSED:
        answer = await client.request(
            method, path, headers={"Accept": BROWSER, "Accept-Language": f"{language};q=0.9"}
        )
        assert (path, answer.status_code) == (path, status)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert f'<html lang="{language}">' in answer.text
        assert 'href="/"' in answer.text
        assert "<h1>" in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert "Accept" in answer.headers["vary"]
        assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html;q=0, */*", ""])
async def test_a_program_gets_a_problem_document(client: httpx.AsyncClient, accept: str) -> None:
    for method, path, status in REFUSED:
        answer = await client.request(method, path, headers={"Accept": accept})
        assert (path, answer.status_code) == (path, status)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


async def test_what_is_under_v1_stays_json(client: httpx.AsyncClient) -> None:
    for path in ("/v1/shows/none", "/v1/nothing", "/v1/shows?limit=x"):
        answer = await client.get(path, headers={"Accept": BROWSER})
        assert answer.headers["content-type"] == "application/problem+json"


async def test_the_address_s_language_counts_before_the_browser_s(client: httpx.AsyncClient) -> None:
    headers = {"Accept": BROWSER, "Accept-Language": "ja-JP, en;q=0.5"}
    assert '<html lang="ja">' in (await client.get("/nothing", headers=headers)).text
    assert '<html lang="en">' in (await client.get("/nothing?lang=en", headers=headers)).text
    assert (
        '<html lang="en">' in (await client.get("/nothing", headers=headers | {"Accept-Language": "fr"})).text
    )


async def test_a_page_says_what_the_headers_say_too(client: httpx.AsyncClient) -> None:
    answer = await client.post("/host", headers={"Accept": BROWSER})
    assert answer.headers["allow"] == "GET"


async def test_what_was_asked_for_is_not_written_into_the_page(client: httpx.AsyncClient) -> None:
    answer = await client.get("/<script>1</script>?<script>", headers={"Accept": BROWSER})
    assert answer.status_code == 404
    assert "<script>" not in answer.text


async def test_a_fault_and_a_missing_database_have_pages_too(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    app = create_app(make_settings(pages=build_pages(tmp_path / "pages")))

    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError

    @app.get("/away")
    def away() -> None:
        raise TimeoutError

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://a") as caller:
        for path, status in (("/broken", 500), ("/away", 503)):
            page = await caller.get(path, headers={"Accept": BROWSER, "Accept-Language": "ja"})
            assert (page.status_code, page.headers["retry-after"]) == (status, "2")
            assert '<html lang="ja">' in page.text
            assert f'href="{path}"' in page.text
            assert (await caller.get(path)).json()["status"] == status


async def test_a_host_that_is_not_ours_has_its_page(make_settings: MakeSettings, tmp_path: Path) -> None:
    settings = make_settings(pages=build_pages(tmp_path / "pages"), hosts=["shop.example"])
    async with live_server(settings) as address, httpx.AsyncClient(base_url=f"http://{address}") as caller:
        answer = await caller.get("/", headers={"Accept": BROWSER})
        assert (answer.status_code, answer.headers["content-type"]) == (421, "text/html; charset=utf-8")
