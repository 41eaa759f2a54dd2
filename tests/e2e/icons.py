"""Draws the pages' icons and the default card from `client_demo/shared/icon.svg`: `python -m tests.e2e.icons`."""

import asyncio
import struct
from pathlib import Path

from playwright.async_api import Browser

from tests.support.browser import chromium

PAGES = Path(__file__).parents[2] / "client_demo"
SVG = (PAGES / "shared" / "icon.svg").read_text()
GROUND = "#2f45d0"
ICO_SIZES = (16, 32, 48)
CARD = f"""<body style="margin:0;background:{GROUND};color:#fff;font:600 112px system-ui,sans-serif">
<div style="display:flex;align-items:center;justify-content:center;gap:48px;width:1200px;height:630px">
<div style="width:220px;height:220px">{SVG}</div>Showfloor</div></body>"""


async def draw(browser: Browser, html: str, width: int, height: int, *, clear: bool = False) -> bytes:
    """Return a PNG of `html`."""
    page = await browser.new_page(viewport={"width": width, "height": height})
    await page.set_content(html)
    picture = await page.screenshot(type="png", omit_background=clear)
    await page.close()
    return picture


def icon(size: int, ground: str = "transparent") -> str:
    """Return a page that is the icon alone."""
    return f'<body style="margin:0;background:{ground}"><div style="width:{size}px;height:{size}px">{SVG}</div></body>'


def as_ico(pictures: dict[int, bytes]) -> bytes:
    """Return the PNGs, by their size, in one ICO."""
    head, body = struct.pack("<HHH", 0, 1, len(pictures)), b""
    for size, picture in pictures.items():
        place = 6 + 16 * len(pictures) + len(body)
        head += struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(picture), place)
        body += picture
    return head + body


async def main() -> None:
    """Write all of them into `client_demo/public`."""
    public = PAGES / "public"
    async with chromium() as browser:
        assert browser is not None, "there is no Chromium here"
        small = {size: await draw(browser, icon(size), size, size, clear=True) for size in ICO_SIZES}
        pictures = {
            "favicon.ico": as_ico(small),
            "apple-touch-icon.png": await draw(browser, icon(180, GROUND), 180, 180),
            "icon-192.png": await draw(browser, icon(192, GROUND), 192, 192),
            "icon-512.png": await draw(browser, icon(512, GROUND), 512, 512),
            "card.png": await draw(browser, CARD, 1200, 630),
        }
    for name, picture in pictures.items():
        await asyncio.to_thread((public / name).write_bytes, picture)


if __name__ == "__main__":
    asyncio.run(main())
