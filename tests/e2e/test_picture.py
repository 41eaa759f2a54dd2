"""The picture of a live show comes back by itself, whatever happened to it, in each way of playing; and who watches is who sees it move."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest
from playwright.async_api import Page, expect

from server.demo.catalogue import VIDEO_MP4
from server.settings import Settings
from tests.support.browser import NETWORK_FAILS, Desk
from tests.support.eventually import eventually
from tests.support.rolling_playlist import RollingPlaylist, rolling_playlist
from tests.support.showroom import Showroom, showroom_on

Way = Literal["hls.js", "native", "file", "both", "both native"]
WITHOUT_SCRIPT = "delete window.MediaSource; delete window.ManagedMediaSource"
"""Leaves the browser's own HLS, as on an iPhone."""
QUICK = "Math.random = () => 0.1"
EXPECTED = NETWORK_FAILS | {"status of 404"}


@asynccontextmanager
async def theatre(settings: Settings, *streams: RollingPlaylist) -> AsyncIterator[Showroom]:
    """A server whose pages may play `streams`."""
    origins = [stream.origin for stream in streams]
    async with showroom_on(settings.model_copy(update={"media_origins": origins})) as room:
        yield room


async def open_show(desk: Desk, room: Showroom, stream: RollingPlaylist, way: Way) -> Page:
    """Return a tab in a show of its own that plays `stream` by `way`."""
    video = {"mp4": stream.file_url} if way == "file" else {"hls": stream.url}
    if way.startswith("both"):
        video["mp4"] = VIDEO_MP4
    show = await room.begin_show(video)
    page = await desk.open("phone")
    await page.add_init_script(QUICK)
    if way.endswith("native"):
        await page.add_init_script(WITHOUT_SCRIPT)
    await page.goto(room.url(f"/shows/{show}"))
    return page


async def expect_playing(page: Page, *, playing: bool = True) -> None:
    """Wait until the page says so, and with it the server."""
    await expect(page.get_by_test_id("play")).to_have_attribute("data-playing", str(playing).lower())
    await expect(page.get_by_test_id("watching")).to_have_attribute("data-viewers", "1" if playing else "0")


async def moves(page: Page) -> bool:
    """Return whether frames advance, by the element itself."""
    return bool(
        await page.evaluate(
            "async () => { const video = document.querySelector('video'); const before = video.currentTime;"
            " await new Promise(done => setTimeout(done, 500)); return !video.paused && video.currentTime > before; }"
        )
    )


async def expect_back(page: Page, stream: RollingPlaylist) -> None:
    """Wait until frames advance again, at the live edge."""
    await expect_playing(page)
    await eventually(lambda: moves(page))
    await eventually(lambda: stream.edge_was_fetched)


async def survive_a_cut(page: Page, stream: RollingPlaylist) -> None:
    """The network goes until the buffer is empty, and is back; sound stays as it was."""
    await expect_playing(page)
    await page.evaluate("document.querySelector('video').muted = false")
    stream.cut()
    await expect_playing(page, playing=False)
    await expect(page.get_by_test_id("notice")).to_contain_text("standing still")
    stream.mend()
    await expect_back(page, stream)
    assert await page.evaluate("document.querySelector('video').muted") is False


async def survive_a_restart(page: Page, stream: RollingPlaylist) -> None:
    """The encoder begins again: other numbers, other timestamps."""
    await expect_playing(page)
    stream.segments.clear()
    stream.restart()
    await eventually(lambda: any(name.startswith("s1-") for name in stream.segments), within_seconds=30)
    await expect_back(page, stream)


async def survive_an_end(page: Page, stream: RollingPlaylist) -> None:
    """The encoder says that it is done, and is started once more; the end is not shown again and again meanwhile."""
    await expect_playing(page)
    stream.end()
    await expect_playing(page, playing=False)
    asked = stream.playlists
    await eventually(lambda: stream.playlists > asked + 2, within_seconds=30)
    assert not await moves(page)
    stream.restart()
    await expect_back(page, stream)


async def survive_a_stall(page: Page, stream: RollingPlaylist) -> None:
    """The playlist stops growing; nothing that was seen is shown again, and it goes on."""
    await expect_playing(page)
    stream.stall()
    await expect_playing(page, playing=False)
    fetched = len(stream.segments)
    asked = stream.playlists
    await eventually(lambda: stream.playlists > asked + 2, within_seconds=30)
    assert len(stream.segments) == fetched
    stream.go_on()
    await expect_back(page, stream)


async def survive_a_late_start(page: Page, stream: RollingPlaylist) -> None:
    """There is nothing at the address yet; the person is told, and need not do anything."""
    await expect(page.get_by_test_id("notice")).to_contain_text("No picture at the moment")
    await expect(page.get_by_test_id("video-again")).to_be_visible()
    stream.find()
    await expect_playing(page)
    await expect(page.get_by_test_id("notice")).to_have_count(0)
    await eventually(lambda: moves(page))


async def take_over_from_a_file(page: Page, stream: RollingPlaylist) -> None:
    """The stream is late and the file plays meanwhile; it goes on until the stream can really be had, and then gives way to it."""
    await expect_playing(page)
    assert await page.evaluate("document.querySelector('video').currentSrc.endsWith('.mp4')")
    for be_there in (stream.cut, stream.mend, stream.hollow):
        be_there()
        asked = stream.playlists
        await eventually(lambda asked=asked: stream.playlists > asked, within_seconds=60)
        assert await moves(page)
        assert await page.evaluate("document.querySelector('video').currentSrc.endsWith('.mp4')")
    await page.evaluate("document.querySelector('video').muted = false")
    stream.fill()
    await eventually(lambda: stream.edge_was_fetched, within_seconds=60)
    await expect_back(page, stream)
    assert not await page.evaluate("document.querySelector('video').currentSrc.endsWith('.mp4')")
    assert not await page.evaluate("document.querySelector('video').muted")
    await expect(page.get_by_test_id("notice")).to_have_count(0)
    await survive_a_cut(page, stream)


async def survive_a_strange_pause(page: Page, stream: RollingPlaylist) -> None:
    """The browser pauses it although nobody asked; a person's pause stays."""
    await expect_playing(page)
    await page.evaluate("document.querySelector('video').pause()")
    await eventually(lambda: moves(page))
    await page.get_by_test_id("play").click()
    await expect_playing(page, playing=False)
    await expect(page.get_by_test_id("big-play")).to_be_visible()
    assert not await moves(page)
    await page.get_by_test_id("big-play").click()
    await expect_back(page, stream)


Story = Callable[[Page, RollingPlaylist], Awaitable[None]]
STORIES: tuple[tuple[Way, Story, dict[str, Any]], ...] = (
    ("hls.js", survive_a_cut, {}),
    ("hls.js", survive_a_restart, {}),
    ("hls.js", survive_an_end, {}),
    ("hls.js", survive_a_stall, {}),
    ("hls.js", survive_a_late_start, {"started": False}),
    ("hls.js", survive_a_strange_pause, {}),
    ("native", survive_a_cut, {}),
    ("native", survive_a_restart, {}),
    ("native", survive_an_end, {}),
    ("native", survive_a_late_start, {"started": False}),
    ("native", survive_a_strange_pause, {}),
    ("file", survive_a_late_start, {"started": False}),
)


async def tell(desk: Desk, settings: Settings, stories: list[tuple[Way, Story, dict[str, Any]]]) -> None:
    """Play the stories side by side, each with a stream of its own: most of each is waiting."""
    desk.expected |= EXPECTED
    async with asyncio.TaskGroup() as streams_up:
        made = [rolling_playlist(**wishes) for _, _, wishes in stories]
        opened = [streams_up.create_task(each.__aenter__()) for each in made]
    streams = [each.result() for each in opened]
    try:
        async with theatre(settings, *streams) as room:

            async def one(way: Way, story: Story, stream: RollingPlaylist) -> None:
                await story(await open_show(desk, room, stream, way), stream)

            async with asyncio.TaskGroup() as side_by_side:
                for (way, story, _), stream in zip(stories, streams, strict=True):
                    side_by_side.create_task(one(way, story, stream), name=f"{story.__name__} {way}")
    finally:
        for each in made:
            await each.__aexit__(None, None, None)


@pytest.mark.parametrize("half", [0, 1])
async def test_the_picture_comes_back_by_itself(settings: Settings, desk: Desk, half: int) -> None:
    await tell(desk, settings, list(STORIES[half::2]))


async def test_a_stream_that_is_late_takes_over_from_the_file_in_its_place(
    settings: Settings, desk: Desk
) -> None:
    late: dict[str, Any] = {"started": False}
    await tell(
        desk,
        settings,
        [("both", take_over_from_a_file, late), ("both native", take_over_from_a_file, late)],
    )
