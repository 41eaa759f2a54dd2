"""While no server can be reached, the proxy that ships says so itself: a page in the person's language, a problem document to programs."""

import json
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import httpx
import pytest

from tests.support.commands import free_port
from tests.support.nginx import find_nginx, nginx_before

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
async def visitor() -> AsyncIterator[httpx.AsyncClient]:
    """Asks nginx, behind which nobody listens."""
    if find_nginx() is None:
        pytest.skip("no nginx on this machine (Debian: apt-get install nginx)")
    nobody = (f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}")
    async with (
        nginx_before(nobody) as address,
        httpx.AsyncClient(base_url=f"https://{address}", verify=False, timeout=20) as client,
    ):
        yield client


class Words(HTMLParser):
    """The language, the links and the words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.language = ""
        self.links: list[str | None] = []
        self.refreshes = False
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "html":
            self.language = told["lang"] or ""
        elif tag == "a":
            self.links.append(told["href"])
        elif tag == "meta" and told.get("http-equiv") == "refresh":
            self.refreshes = True

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize(
    ("path", "accepted", "language", "words"),
    [
        ("/", "en-US,en;q=0.9,ja;q=0.8", "en", "tries again by itself"),
        ("/shows/demo?utm_source=mail", "ja-JP,ja;q=0.9", "ja", "自動で再読み込み"),
        ("/host", "", "en", "tries again by itself"),
        ("/shows/demo?lang=ja", "en", "ja", "自動で再読み込み"),
        ("/analyst?lang=en", "ja", "en", "tries again by itself"),
        ("/nothing", "fr", "en", "tries again by itself"),
    ],
)
async def test_a_browser_gets_a_page_with_a_way_on(
    visitor: httpx.AsyncClient, path: str, accepted: str, language: str, words: str
) -> None:
    answer = await visitor.get(path, headers={"Accept": BROWSER, "Accept-Language": accepted})
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["retry-after"]) > 0
    assert "script" not in answer.headers["content-security-policy"]
    page = Words(answer.text)
    assert page.language == language
    assert page.refreshes
    assert "" in page.links
    assert words in "".join(page.words)
    assert "nginx" not in answer.text
    assert "$" not in answer.text


@pytest.mark.parametrize(
    ("asked", "key", "code", "retry"),
    [
        ("GET /v1/shows?channel=demo", None, "unavailable", "later"),
        ("GET /v1/live/demo/events", None, "unavailable", "later"),
        ("GET /assets/some.js", None, "unavailable", "later"),
        ("GET /readyz", None, "unavailable", "later"),
        ("POST /v1/orders", "key-000001", "outcome_unknown", "later"),
        ("POST /v1/live/demo/commands", None, "outcome_unknown", "reload"),
    ],
)
async def test_a_program_gets_a_problem_document_with_a_code_of_the_protocol(
    visitor: httpx.AsyncClient, asked: str, key: str | None, code: str, retry: str
) -> None:
    method, path = asked.split()
    accepts = BROWSER if path.startswith("/v1/shows") else "*/*"
    headers = {"Accept": accepts, **({"Idempotency-Key": key} if key else {})}
    answer = await visitor.request(method, path, headers=headers, content="{}" if method == "POST" else None)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    problem = json.loads(answer.text)
    assert (problem["code"], problem["retry"], problem["status"]) == (code, retry, 503)
    assert problem["type"] == f"urn:showfloor:problem:{code}"


async def test_the_head_of_it_has_no_body(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.head("/", headers={"Accept": BROWSER})
    assert (answer.status_code, answer.text) == (503, "")
