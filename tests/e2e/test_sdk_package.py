"""The page in the SDK's README works when it is copied: on an origin of its own, with the package as it is published."""

import re
from pathlib import Path

from playwright.async_api import expect

from tests.support.browser import Desk
from tests.support.embedding import let_in
from tests.support.sdk_package import build_package, unpack
from tests.support.shop_site import shop_site
from tests.support.showroom import Showroom


async def test_the_page_of_its_readme_works_when_it_is_copied(
    tmp_path: Path, desk: Desk, showroom: Showroom
) -> None:
    folder = unpack(build_package(tmp_path), tmp_path)
    found = re.search(r"```html\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    assert found is not None
    page = found[1].replace("https://live.example", f"http://{showroom.address}").replace("your-show", "demo")
    async with shop_site(tmp_path, {"/": page}) as site:
        await let_in(showroom, origins=[site.origin])
        tab = await desk.open()
        await tab.goto(site.url())
        await expect(tab.locator("#link")).to_have_text("joined")
        await expect(tab.locator("#products li")).not_to_have_count(0)
        await tab.get_by_label("Your question").fill("Does it fit a small table?")
        await tab.get_by_role("button", name="Ask").click()
        await expect(tab.get_by_label("Your question")).to_have_value("")
        await tab.close()
    asked = await showroom.ask("GET", "/shows/demo/questions", "host")
    assert "Does it fit a small table?" in [question["text"] for question in asked["questions"]]
