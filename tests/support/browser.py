"""A real Chromium for tests: where it is, the devices that people hold, and what the browser complained of."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    ViewportSize,
    async_playwright,
    expect,
)

PATIENCE_MS = 30_000
# The headless build draws the same pages without the rest of a browser: two thirds of the work.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]

Device = Literal["phone", "tablet", "desktop"]
Language = Literal["en", "ja"]
Scheme = Literal["light", "dark"]

SIZES: dict[Device, ViewportSize] = {
    "phone": {"width": 360, "height": 780},
    "tablet": {"width": 768, "height": 1024},
    "desktop": {"width": 1440, "height": 900},
}
NETWORK_FAILS = {"net::", "WebSocket connection"}
LOCALES: dict[Language, str] = {"en": "en-US", "ja": "ja-JP"}


def find_chromium(playwright: Playwright) -> str | None:
    """Return the machine's Chromium, else the one that Playwright has fetched, else None."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    own = playwright.chromium.executable_path
    return own if Path(own).is_file() else None


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser | None]:
    """Yield a running Chromium, or None where there is none to run."""
    async with async_playwright() as playwright:
        found = find_chromium(playwright)
        if found is None:
            yield None
            return
        browser = await playwright.chromium.launch(executable_path=found, args=SWITCHES)
        try:
            yield browser
        finally:
            await browser.close()


class Desk:
    """Opens tabs, each of a person of its own, and keeps what the browser said against the pages."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        """Errors on the console (Content Security Policy among them) and errors that no script caught."""
        self.expected: set[str] = set()
        """Words of console errors that are part of the test: the browser writes one for each refusal and each failing connection."""

    async def open(
        self,
        device: Device = "desktop",
        language: Language = "en",
        scheme: Scheme = "light",
        **options: Any,
    ) -> Page:
        """Return an empty tab of a new person."""
        chosen: dict[str, Any] = {
            "viewport": SIZES[device],
            "locale": LOCALES[language],
            "color_scheme": scheme,
            "timezone_id": "Asia/Tokyo",
            "reduced_motion": "reduce",
            "is_mobile": device == "phone",
            "has_touch": device != "desktop",
        }
        context = await self._browser.new_context(**chosen | options)
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page = await context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    async def close(self) -> None:
        """Close all tabs."""
        for context in self._contexts:
            await context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type != "error" or any(words in message.text for words in self.expected):
            return
        self.complaints.append(f"{message.location['url']}: {message.text}")
