"""What belongs to the picture comes with the picture, which is seconds late, and everything else at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Route, expect

from server.settings import Settings
from tests.support.browser import Desk
from tests.support.embedding import let_in
from tests.support.eventually import eventually
from tests.support.rolling_playlist import RollingPlaylist, rolling_playlist
from tests.support.shop_site import shop_site
from tests.support.showroom import Showroom, showroom_on
from tests.support.viewer import Viewer, joined_at

LATE_SECONDS = 2.0
"""The encoder's; a player keeps 6 s more in hand, so that the picture is 8 s behind the host."""
MOST_APART_SECONDS = 0.5

WATCH = """() => {
  // Where the picture is when the pin is seen: written down in the page, before anything can be late.
  window.seen = [];
  const root = () => document.querySelector("showfloor-show")?.shadowRoot ?? document;
  const look = () => {
    const pinned = root().querySelector("[data-testid=pinned-product]")?.dataset.product ?? null;
    const text = root().querySelector("[data-testid=announcement-text]")?.textContent ?? null;
    const last = window.seen.at(-1);
    if (pinned !== last?.pinned || text !== last?.text)
      window.seen.push({ pinned, text, clock: root().querySelector("video")?.currentTime ?? 0 });
    requestAnimationFrame(look);
  };
  look();
}"""


@asynccontextmanager
async def late_show(
    settings: Settings, **wishes: Any
) -> AsyncIterator[tuple[Showroom, RollingPlaylist, str, Viewer]]:
    """A live show whose picture is late, and its host."""
    async with rolling_playlist(late_seconds=LATE_SECONDS) as stream:
        open_to = settings.model_copy(update={"media_origins": [stream.origin]})
        async with showroom_on(open_to) as room:
            show = await room.plan_show(video={"hls": stream.url}, **wishes)
            async with joined_at(room.address, show, token=room.token("host")) as host:
                await host.do("show.start")
                yield room, stream, show, host


async def expect_picture(page: Page) -> None:
    """Wait until the picture moves."""
    await expect(page.get_by_test_id("play")).to_have_attribute("data-playing", "true")


async def pin(host: Viewer, product: str) -> datetime:
    """Pin a product and return when that was published."""
    before = len(host.pushes)
    await host.do("product.pin", product=product)
    push = await host.expect_push("product.pinned", lambda line: line["product"] == product)
    assert len(host.pushes) > before
    return datetime.fromisoformat(push["at"])


async def picture_at(page: Page, stream: RollingPlaylist, claim: str) -> datetime:
    """Return when what the picture showed was made, at the moment when `claim` of what is seen came true."""
    await eventually(lambda: page.evaluate(f"window.seen.some((each) => {claim})"), within_seconds=30)
    clock = await page.evaluate(f"window.seen.find((each) => {claim}).clock")
    assert stream.first_listed is not None
    return stream.made_at(stream.first_listed) + timedelta(seconds=clock)


async def test_a_pin_that_comes_before_the_page_can_hold_it_is_held_too(
    settings: Settings, desk: Desk
) -> None:
    async with late_show(settings, picture_sync="date") as (room, stream, show, host):
        page = await desk.open("desktop")
        await page.add_init_script(f"({WATCH})()")
        on_its_way, may_come = asyncio.Event(), asyncio.Event()

        async def come_late(route: Route) -> None:
            on_its_way.set()
            await may_come.wait()
            await route.continue_()

        await page.route("**/assets/picture-*.js", come_late)
        await page.goto(room.url(f"/shows/{show}"))
        await expect_picture(page)
        assert on_its_way.is_set()
        product = "p_demo_teapot"
        at = await pin(host, product)
        async with joined_at(room.address, show) as guest:
            await guest.do("ask", text="Has everything come so far?")
        await expect(page.get_by_text("Has everything come so far?").first).to_be_visible()
        may_come.set()
        shown_at = await picture_at(page, stream, f"each.pinned === '{product}'")
        assert abs((shown_at - at).total_seconds()) < MOST_APART_SECONDS
        await page.close()


async def test_a_pin_comes_when_the_picture_shows_what_the_host_did(settings: Settings, desk: Desk) -> None:
    async with late_show(settings, picture_sync="date") as (room, stream, show, host):
        page = await desk.open("phone")
        await page.add_init_script(f"({WATCH})()")
        await page.goto(room.url(f"/shows/{show}"))
        await expect_picture(page)
        product = "p_demo_teapot"
        published = await pin(host, product)
        await host.do("announce", text="Now the teapot")
        await host.do("product.restock", product=product, add=5)
        shown = await picture_at(page, stream, f"each.pinned === '{product}'")
        assert abs((shown - published).total_seconds()) <= MOST_APART_SECONDS
        assert (datetime.now(UTC) - published).total_seconds() >= LATE_SECONDS, (
            "the picture was late, and so was it"
        )
        shown = await picture_at(page, stream, "each.text?.includes('Now the teapot')")
        assert abs((shown - published).total_seconds()) <= 2 * MOST_APART_SECONDS
        await page.close()


async def test_by_a_set_delay_a_pin_comes_after_it_and_the_end_at_once(
    settings: Settings, desk: Desk
) -> None:
    async with late_show(settings, picture_sync="fixed", picture_delay_ms=5_000) as (room, _, show, host):
        page = await desk.open("phone")
        await page.goto(room.url(f"/shows/{show}"))
        await expect_picture(page)
        published = await pin(host, "p_demo_teapot")
        await expect(page.get_by_test_id("pinned-product")).to_be_visible()
        assert (datetime.now(UTC) - published).total_seconds() >= 4.5
        await pin(host, "p_demo_cups")
        await host.do("show.end")
        await expect(page.get_by_test_id("cover-ended")).to_be_visible()
        await page.close()


async def test_a_show_that_does_not_ask_for_it_holds_nothing(settings: Settings, desk: Desk) -> None:
    async with late_show(settings) as (room, stream, show, host):
        page = await desk.open("phone")
        await page.add_init_script(f"({WATCH})()")
        await page.goto(room.url(f"/shows/{show}"))
        await expect_picture(page)
        published = await pin(host, "p_demo_teapot")
        shown = await picture_at(page, stream, "each.pinned === 'p_demo_teapot'")
        assert (published - shown).total_seconds() > MOST_APART_SECONDS, "it was there before the picture"
        await page.close()


async def test_in_the_element_it_is_the_same_and_the_player_comes_late(
    settings: Settings, desk: Desk, tmp_path: Path
) -> None:
    async with late_show(settings, picture_sync="date") as (room, stream, show, host):
        server = room.url("")
        policy = (
            f"default-src 'none'; script-src {server}; img-src {server}; media-src {server} {stream.origin} blob:; "
            f"connect-src {server} ws://{room.address} {stream.origin}; require-trusted-types-for 'script'"
        )
        page_text = (
            f'<!doctype html><title>Our shop</title><script type="module" src="{server}/element/showfloor.js"></script>'
            f'<showfloor-show show="{show}" lang="en"></showfloor-show>'
        )
        async with shop_site(tmp_path, {"/": page_text}, policy) as site:
            await let_in(room, origins=[site.origin])
            page = await desk.open("desktop")
            await page.add_init_script(f"({WATCH})()")
            await page.goto(site.url())
            await expect_picture(page)
            scripts = await page.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
            assert len([name for name in scripts if "/assets/element-hls-" in name]) == 1
            published = await pin(host, "p_demo_teapot")
            shown = await picture_at(page, stream, "each.pinned === 'p_demo_teapot'")
            assert abs((shown - published).total_seconds()) <= MOST_APART_SECONDS
            await page.close()
