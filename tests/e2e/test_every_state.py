"""Every page in every state is accessible, light and dark, and keeps to its Content Security Policy: nothing is ever refused by it."""

import asyncio
import re
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page

from server.demo.catalogue import QUESTIONS
from tests.e2e.states import WALKS, Walk
from tests.support.browser import NETWORK_FAILS, Desk, Device, Language
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

AXE = Path(__file__).parents[2] / "client_demo" / "node_modules" / "axe-core" / "axe.min.js"
# An open dialog is modal: what lies under it is out of reach.
AUDIT = "options => axe.run(document.querySelector('dialog[open]') ?? document, options)"
DRAW_ALL = """() => {
    const all = new CSSStyleSheet();
    all.replaceSync("* { content-visibility: visible !important }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, all];
}"""
READINGS_MAX = 5
GRAVE = ("serious", "critical")
REFUSED = {"status of 401", "status of 404", "status of 412", "status of 422"}
STRICT = (
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
)


@cache
def axe_source() -> str:
    return AXE.read_text("utf-8")


async def settle(page: Page) -> None:
    """Bring every transition to its end, so that colours are what they are to be."""
    await page.evaluate(
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        ".then(() => document.getAnimations().forEach(each => each.effect.getComputedTiming().endTime < Infinity && each.finish()))"
    )


async def find_faults(page: Page, rules: list[str] | None = None) -> list[str]:
    """Return what axe-core finds wrong: everything that breaks WCAG 2.2 A or AA, and whatever else it calls serious.

    A page that draws meanwhile may be read half in its old colours: what is wrong is found until nothing changes any more.
    """
    found = await _read_faults(page, rules)
    for _ in range(READINGS_MAX - 1):
        if not found:
            break
        await settle(page)
        before, found = found, await _read_faults(page, rules)
        if found == before:
            break
    return found


async def _read_faults(page: Page, rules: list[str] | None) -> list[str]:
    if not await page.evaluate("'axe' in window"):
        # The debugger's road into the page, which is not the page's own: the policy of the page stays in force.
        await page.evaluate(axe_source())
        # What lies below the fold is not drawn, and keeps the colours that it had before the dark came.
        await page.evaluate(DRAW_ALL)
    options = {"resultTypes": ["violations"], "preload": False, **({"runOnly": rules} if rules else {})}
    found: dict[str, Any] = await page.evaluate(AUDIT, options)
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:160]} {node['failureSummary'][:300]}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE or any(re.match(r"wcag\d+a", tag) for tag in fault["tags"])
        for node in fault["nodes"]
    ]


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def lively_gallery(gallery: Showroom) -> Showroom:
    """The gallery with something in every tab of the host's desk."""
    async with (
        joined_at(gallery.address) as viewer,
        joined_at(gallery.address, token=gallery.token("host")) as host,
    ):
        asked = [(await viewer.do("ask", text=text))["question"] for text, _ in QUESTIONS[:6]]
        await host.do("question.answer", question=asked[0], text="Yes, at 40 °C.")
        await host.do("question.answer", question=asked[1], live=True)
        await host.do("question.dismiss", question=asked[2], reason="spam")
        await host.do("question.pin", question=asked[3])
        await viewer.do("vote", question=asked[3])
    return gallery


# Each state on both devices, in both languages, light and dark; a language changes no rule, so it need not meet each device.
MEETINGS: tuple[tuple[Device, Language], ...] = (("phone", "en"), ("desktop", "ja"))


async def audit(page: Page, room: Showroom, walk: Walk, language: Language) -> dict[str, list[str]]:
    """Take a walk and return what is wrong, by state."""
    faults: dict[str, list[str]] = {}
    async for state in walk(page, room):
        await settle(page)
        faults[f"{state}, light"] = await find_faults(page)
        await page.emulate_media(color_scheme="dark")
        await settle(page)
        faults[f"{state}, dark"] = await find_faults(page, ["color-contrast"])  # all that the dark changes
        await page.emulate_media(color_scheme="light")
        assert await page.evaluate("document.documentElement.lang") == language
    return faults


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
async def test_every_state_is_accessible(lively_gallery: Showroom, desk: Desk, walk: Walk) -> None:
    desk.expected |= NETWORK_FAILS | REFUSED
    async with asyncio.TaskGroup() as side_by_side:
        audits = {
            f"{device}, {language}": side_by_side.create_task(
                audit(await desk.open(device, language), lively_gallery, walk, language)
            )
            for device, language in MEETINGS
        }
    found = {
        (meeting, state): faults
        for meeting, task in audits.items()
        for state, faults in task.result().items()
        if faults
    }
    assert found == {}


@pytest.mark.parametrize("path", ["/", "/shows/demo", "/host", "/analyst", "/studio", "/docs", "/docs/live"])
async def test_the_policy_of_every_page_is_strict(gallery: Showroom, path: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(gallery.url(path))
    policy = answer.headers["content-security-policy"]
    assert [rule for rule in STRICT if rule not in policy.split("; ")] == []
    assert "unsafe" not in policy


async def test_what_the_policy_forbids_would_not_go_unnoticed(gallery: Showroom, desk: Desk) -> None:
    page = await desk.open()
    await page.goto(gallery.url("/host"))
    assert desk.complaints == []
    await page.evaluate(
        "document.body.append(Object.assign(document.createElement('style'), {textContent: 'p {color: red}'}))"
    )
    assert any("Content Security Policy" in line for line in desk.complaints)
    desk.complaints.clear()


async def test_the_language_switch_changes_every_word_and_is_remembered(
    gallery: Showroom, desk: Desk
) -> None:
    page = await desk.open("phone", "en")
    await page.goto(gallery.url("/host"))
    before = await page.get_by_test_id("sign-in").inner_text()
    await page.get_by_test_id("language-ja").click()
    await page.reload()
    after = await page.get_by_test_id("sign-in").inner_text()
    assert re.search("[ぁ-ん]", after)
    assert await page.evaluate("document.documentElement.lang") == "ja"
    assert not re.search("[ぁ-ん]", before)
