"""One Chromium for all tests of this folder, and a showroom: one for each test, or one that tests share which only look."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from server.embedded import PostgresProcess, ValkeyProcess
from server.settings import Settings
from tests.support.browser import Desk, chromium
from tests.support.databases import copy_database
from tests.support.showroom import Showroom, showroom_on

PAGES = Settings.model_fields["pages"].default


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives the browser, in the event loop that the browser lives in."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="package"), append=False)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[Browser]:
    """A running Chromium."""
    assert (PAGES / "index.html").is_file(), "the pages are not built: run `make setup`"
    async with chromium() as found:
        if found is None:
            pytest.skip(
                "no Chromium on this machine (Debian: apt-get install chromium-headless-shell fonts-noto-cjk)"
            )
        yield found


@pytest_asyncio.fixture(loop_scope="package")
async def servers(browser: Browser) -> AsyncIterator[AsyncExitStack]:
    """Servers enter here and close behind the desk: a page that outlives its server complains of it."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest_asyncio.fixture(loop_scope="package")
async def desk(browser: Browser, servers: AsyncExitStack) -> AsyncIterator[Desk]:
    """Opens tabs; the test fails if the browser complained of anything on their pages."""
    desk = Desk(browser)
    yield desk
    await desk.close()
    assert desk.complaints == []


@pytest_asyncio.fixture(loop_scope="package")
async def showroom(settings: Settings, servers: AsyncExitStack) -> Showroom:
    """A server for this test alone, with the demo's products and its live show `demo`."""
    return await servers.enter_async_context(showroom_on(settings))


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def gallery(
    postgres: PostgresProcess,
    valkey: ValkeyProcess,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
    browser: Browser,
) -> AsyncIterator[Showroom]:
    """A server with past shows too, shared by tests that look and change nothing that another one looks at."""
    copy_database(postgres, "gallery", migrated_template)
    settings = Settings(
        database_url=postgres.url("gallery"),
        redis_url=valkey.url,
        redis_prefix="gallery",
        secret=secrets.token_urlsafe(48),
        data=tmp_path_factory.mktemp("gallery"),
        guest_burst=0,
        guest_watch_seconds=0,
    )
    async with showroom_on(settings, past=True) as room:
        yield room
    postgres.drop_database("gallery")
