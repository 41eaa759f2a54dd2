"""Looks at a page as a person would: does it scroll sideways, is a text cut off or broken inside a word, does one control lie on another?

`find_layout_faults(page)` is for any page in any state; `at_all_widths` brings a page to each width that people have.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

from playwright.async_api import Page

WIDTHS = (360, 390, 768, 820, 1024, 1440)
LOOKS_MAX = 5
HEIGHTS = {360: 780, 390: 844, 768: 1024, 820: 1180, 1024: 768, 1440: 900}

# What may be cut: a text that ends in an ellipsis (if enough of it is left to be read), what is for screen readers alone, and what a
# person reaches by scrolling a box of its own. Everything else that does not fit is a fault.
_PROBE = Path(__file__).with_name("layout.js").read_text("utf-8")


async def find_layout_faults(page: Page) -> list[str]:
    """Return what does not fit on the page, each in words; an open dialog is looked at alone.

    A page that is being laid out meanwhile is looked at again, until nothing changes any more.
    """
    found = await _probe(page)
    for _ in range(LOOKS_MAX - 1):
        if not found:
            break
        await _until_drawn(page)
        before, found = found, await _probe(page)
        if found == before:
            break
    return found


async def _probe(page: Page) -> list[str]:
    return cast("list[str]", await page.evaluate(_PROBE))


async def _until_drawn(page: Page) -> None:
    await page.evaluate(
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
    )


async def at_all_widths(page: Page, widths: tuple[int, ...] = WIDTHS) -> AsyncIterator[int]:
    """Bring the page to each width and let it be drawn, then yield the width."""
    for width in widths:
        await page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        await _until_drawn(page)
        yield width


async def find_faults_at_all_widths(page: Page, widths: tuple[int, ...] = WIDTHS) -> dict[int, list[str]]:
    """Return what does not fit, by width; empty when everything does."""
    return {
        width: faults
        async for width in at_all_widths(page, widths)
        if (faults := await find_layout_faults(page))
    }
