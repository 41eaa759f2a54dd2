"""What cannot be read back cannot be written, by whatever way; and a list survives a row that is there all the same."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest

from server.settings import Settings
from tests.support.servers import SignFor
from tests.support.viewer import joined_at

PLAN: dict[str, Any] = {"title": "Autumn", "host": "Mika"}
WRONG_TIMES = [
    "0001-01-01T00:00:00+09:00",
    "9999-12-31T23:59:59-05:00",
    "1999-12-31T23:59:59Z",
    "2000-01-01T00:00:00+00:01",
    "2100-01-01T00:00:00Z",
    "2099-12-31T23:59:59-00:01",
    "2026-12-24T19:00:00",
    "1700000000",
    1700000000,
    1e400,
    "infinity",
]
WRONG_ADDRESSES = [
    "https://x/\u0000",
    "https://x/\n",
    "https://x/\u202e",
    "https://x/ y",
    "https://user:secret@x/",
    "https://user@x/",
    "https://x:99999/",
    "https://[::1/",
    "https://",
    "https:///x",
    "javascript:alert(1)",
    "data:text/html,x",
    "//elsewhere/x",
    "/\\elsewhere/x",
    "https://x/\\y",
    "media/x.m3u8",
    "https://x/" + "y" * 500,
    "\ud800",
]
GOOD_ADDRESSES = [
    "",
    "/media/show.m3u8",
    "https://cdn.example:8443/a/b.m3u8?c=%20d&e=f#g",
    "https://例え.jp/動画.m3u8",
]
UNREADABLE_ROWS = [
    "UPDATE show SET starts_at = '0001-01-01 00:00+09' WHERE id = %s",
    "UPDATE show SET starts_at = 'infinity' WHERE id = %s",
    "UPDATE show SET created_at = '1999-01-01Z' WHERE id = %s",
    "UPDATE show SET state = 'paused' WHERE id = %s",
    "UPDATE show SET moderation = '' WHERE id = %s",
    "UPDATE show SET video_hls = E'https://x/\\x01' WHERE id = %s",
    "UPDATE show SET video_hls = 'javascript:alert(1)' WHERE id = %s",
    """UPDATE show SET announcement = '{"text": "Hello"}' WHERE id = %s""",
    "UPDATE show SET announcement = '[]' WHERE id = %s",
    "INSERT INTO product (id, channel_id, title, description, image, price_minor, currency, stock, sold, rank, active)"
    " SELECT 'p_new', channel_id, '', '', '', 9223372036854775807, 'JPY', 1, 0, 0, true FROM show WHERE id = %s",
]
BREAKABLE = [UNREADABLE_ROWS[0], UNREADABLE_ROWS[3], UNREADABLE_ROWS[7], UNREADABLE_ROWS[8]]


@pytest.fixture
async def host(server: str, sign_for: SignFor) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {sign_for('host')}"}
    async with httpx.AsyncClient(base_url=f"http://{server}/v1", headers=headers) as host:
        yield host


async def titles(host: httpx.AsyncClient, **query: Any) -> list[str]:
    """The titles of all shows, read page by page."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await host.get("/shows", params={"channel": "demo", **query, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [show["title"] for show in page["shows"]]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


@pytest.mark.parametrize("starts_at", WRONG_TIMES)
async def test_a_time_that_is_none_of_ours_is_refused_and_stores_nothing(
    host: httpx.AsyncClient, starts_at: object
) -> None:
    body = str(PLAN | {"starts_at": starts_at}).replace("'", '"').replace("inf}", "1e400}")
    answer = await host.post("/shows", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert await titles(host) == ["Spring knitwear"]


@pytest.mark.parametrize("address", WRONG_ADDRESSES)
async def test_an_address_that_no_browser_takes_is_refused_and_stores_nothing(
    host: httpx.AsyncClient, address: str
) -> None:
    for name in ("hls", "mp4", "poster"):
        escaped = "".join(f"\\u{ord(c):04x}" for c in address)
        body = f'{{"title":"Autumn","host":"Mika","video":{{"{name}":"{escaped}"}}}}'
        answer = await host.post("/shows", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert await titles(host) == ["Spring knitwear"]


async def test_what_is_accepted_comes_back_as_it_was_sent(host: httpx.AsyncClient) -> None:
    for address in GOOD_ADDRESSES:
        made = await host.post("/shows", json=PLAN | {"video": {"hls": address}})
        assert made.status_code == 201, made.text
        assert (await host.get(f"/shows/{made.json()['id']}")).json()["video"]["hls"] == address
    for given, told in (
        ("2000-01-01T09:00:00+09:00", "2000-01-01T00:00:00.000Z"),
        ("2099-12-31T23:59:59.999Z", "2099-12-31T23:59:59.999Z"),
    ):
        made = await host.post("/shows", json=PLAN | {"starts_at": given})
        assert made.json()["starts_at"] == told
    assert len(await titles(host)) == 1 + len(GOOD_ADDRESSES) + 2


def run(settings: Settings, *statements: str) -> None:
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url.replace("+psycopg", "")) as connection:
        for statement in statements:
            connection.execute(statement.encode(), ["demo"] if "%s" in statement else None)


@pytest.mark.usefixtures("set_stage")
@pytest.mark.parametrize("statement", UNREADABLE_ROWS)
def test_the_database_itself_refuses_what_cannot_be_read(settings: Settings, statement: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        run(settings, statement)


@pytest.mark.parametrize("statement", BREAKABLE)
async def test_a_list_survives_a_row_that_cannot_be_read(
    server: str, host: httpx.AsyncClient, settings: Settings, statement: str
) -> None:
    for n in range(4):
        assert (await host.post("/shows", json=PLAN | {"title": f"Show {n}"})).status_code == 201
    rules = ("show_times", "show_state", "show_announcement")
    run(settings, *(f"ALTER TABLE show DROP CONSTRAINT {rule}" for rule in rules), statement)
    others = [f"Show {n}" for n in reversed(range(4))]
    for limit in (1, 2, 100):
        found = await titles(host, limit=limit)
        assert [title for title in found if title != "Spring knitwear"] == others
    if "announcement" in statement:
        async with joined_at(server) as viewer:
            assert viewer.id
    else:
        counted = await host.get(f"http://{server}/metrics")
        assert 'showfloor_rows_unreadable_total{table="show"}' in counted.text
