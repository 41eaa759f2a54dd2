"""The pages behind the proxy that we ship: its kept connections carry whatever comes, and every join among it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.conftest import MakeSettings
from tests.support.browser import Desk
from tests.support.live_server import live_server
from tests.support.nginx import find_nginx, nginx_before
from tests.support.showroom import showroom_on

LOADS = 50


@pytest_asyncio.fixture(loop_scope="package")
async def proxy(make_settings: MakeSettings) -> AsyncIterator[str]:
    """nginx before two servers with the demo's show; its `host:port`, by TLS."""
    if find_nginx() is None:
        pytest.skip("no nginx on this machine (Debian: apt-get install nginx)")
    settings = make_settings(trust_proxy=True)
    async with (
        showroom_on(settings) as room,
        live_server(settings) as other,
        nginx_before((room.address, other)) as address,
    ):
        yield address


async def test_fifty_loads_of_the_page_join_at_the_first_try(proxy: str, desk: Desk) -> None:
    page = await desk.open("phone", ignore_https_errors=True)
    for _ in range(LOADS):
        await page.goto(f"https://{proxy}/shows/demo")
        await expect(page.get_by_test_id("show-state")).to_have_attribute("data-state", "live")
    # A refused upgrade would be in the browser's complaints, which the desk wants to be none.
