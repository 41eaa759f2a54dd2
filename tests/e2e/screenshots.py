"""The pictures of the READMEs: `python -m tests.e2e.screenshots` starts a demo of its own and writes into `docs/images/`."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Page, expect

from server.demo.catalogue import PAST_SHOW_ID, QUESTIONS
from tests.support.browser import Desk, Language, chromium

IMAGES = Path(__file__).parents[2] / "docs" / "images"
BYTES_MAX = 300_000
AUDIENCE = 40
BUSY_SECONDS = 200.0
"""How long the audience may take to ask enough for a picture."""
QUESTIONS_MIN = 4


@asynccontextmanager
async def demo() -> AsyncIterator[dict[str, str]]:
    """Run `showfloor demo` on a free port with data of its own; yield the three addresses by page."""
    with TemporaryDirectory(prefix="showfloor-", ignore_cleanup_errors=True) as data:
        command = (sys.executable, "-m", "server", "demo", "--port", "0", "--audience", str(AUDIENCE))
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, env=os.environ | {"SHOWFLOOR_DATA": data}
        )
        try:
            yield await read_addresses(process)
        finally:
            process.terminate()
            await process.wait()


async def read_addresses(process: asyncio.subprocess.Process) -> dict[str, str]:
    """Return what the demo prints once it runs."""
    assert process.stdout is not None, "asked for when it was started"
    addresses: dict[str, str] = {}
    while len(addresses) < 3:
        line = (await process.stdout.readline()).decode()
        assert line, "the demo ended before it had begun"
        if found := re.match(r"\s+(Viewer|Host|Analyst)\s+(\S+)", line):
            addresses[found[1].lower()] = found[2]
    return addresses


async def keep(page: Page, name: str, language: Language) -> None:
    """Take a picture of what is on the screen: a JPEG where there is a photograph in it, else a PNG."""
    photograph = name == "viewer"
    path = IMAGES / f"{name}.{language}.{'jpg' if photograph else 'png'}"
    if photograph:
        await page.screenshot(path=path, type="jpeg", quality=82)
    else:
        await page.screenshot(path=path)
    size = path.stat().st_size
    assert size < BYTES_MAX, f"{path.name} has {size} bytes"
    print(f"{path.name}: {size // 1000} KB")  # noqa: T201 - said to whoever runs this


async def wait_for_questions(page: Page, n: int) -> None:
    """Wait until the audience has asked `n` questions that are open, and let them in."""
    many = re.compile(rf"^([{n}-9]|\d\d+)$")
    await expect(page.get_by_test_id("count-open")).to_have_text(many, timeout=BUSY_SECONDS * 1000)
    if await page.get_by_test_id("let-in").is_visible():
        await page.get_by_test_id("let-in").click()


async def write_answer(page: Page) -> None:
    """Choose the first question that the demo knows an answer to, and write it."""
    part = page.get_by_test_id
    rows = part("question")
    texts = await rows.locator(".line-text").all_inner_texts()
    known = dict(QUESTIONS)
    at = next(i for i, text in enumerate(texts) if known[text])
    await rows.nth(at).get_by_role("button").click()
    await part("answer-text").fill(known[texts[at]] or "")


async def take_host(page: Page, address: str, language: Language) -> None:
    """The desk in the middle of the work: a question was answered, one is on the screen, the next answer is being written."""
    part = page.get_by_test_id
    await page.goto(address)
    await wait_for_questions(page, QUESTIONS_MIN)
    await write_answer(page)
    await part("answer-send").click()
    await expect(part("last-deed")).to_have_attribute("data-state", "done")
    await wait_for_questions(page, QUESTIONS_MIN)
    await part("question").first.get_by_role("button").click()
    if await part("pin-question").get_attribute("aria-pressed") == "false":
        await part("pin-question").click()
        await expect(part("pin-question")).to_have_attribute("aria-pressed", "true")
    await write_answer(page)
    await keep(page, "host", language)


async def take_viewer(page: Page, address: str, language: Language) -> None:
    """The live show on a phone, with reactions in the air."""
    part = page.get_by_test_id
    await page.goto(address)
    await expect(part("play")).to_have_attribute("data-playing", "true")
    await expect(part("lines")).to_be_visible()
    if await part("announcement").is_visible():
        await part("announcement").get_by_role("button").click()
    await page.wait_for_function("() => document.querySelector('video').currentTime > 4")
    for _ in range(6):
        await part("react").click()
    await keep(page, "viewer", language)


async def take_analyst(page: Page, address: str, language: Language) -> None:
    """The figures of a show of the past."""
    place, code = address.split("#")
    await page.goto(f"{place}?show={PAST_SHOW_ID}#{code}")
    await expect(page.get_by_test_id("headline-bought")).to_be_visible()
    await expect(page.get_by_test_id("concurrency-plot").locator("canvas").first).to_be_visible()
    await keep(page, "analyst", language)


async def main() -> None:
    async with chromium() as browser, demo() as addresses:
        assert browser is not None, "this needs Chromium (Debian: apt-get install chromium fonts-noto-cjk)"
        desk = Desk(browser)
        for language in ("en", "ja"):
            await take_host(await desk.open("desktop", language), addresses["host"], language)
            phone = await desk.open("phone", language, reduced_motion="no-preference", device_scale_factor=2)
            await take_viewer(phone, addresses["viewer"], language)
            await take_analyst(await desk.open("desktop", language), addresses["analyst"], language)
        await desk.close()


if __name__ == "__main__":
    asyncio.run(main())
