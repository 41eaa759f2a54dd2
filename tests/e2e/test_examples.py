"""The examples for plain HTML, React and Vue: built with the package as it is published, on an origin of their own, and opened."""

import shutil
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.async_api import expect

from tests.support.browser import Desk
from tests.support.embedding import let_in
from tests.support.sdk_package import PAGES, build_package, run_node, unpack
from tests.support.shop_site import shop_site
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

EXAMPLES = PAGES / "examples"
VITE = PAGES / "node_modules" / "vite" / "bin" / "vite.js"
POLICY = "script-src 'self' 'unsafe-inline'; require-trusted-types-for 'script'; trusted-types vue"


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of each example, ready to be served."""
    work = tmp_path_factory.mktemp("examples")
    for name in ("plain", "react", "vue"):
        shutil.copytree(EXAMPLES / name, work / name)
    for name in ("package.json", "vite.config.js"):
        shutil.copy(EXAMPLES / name, work)
    (work / "node_modules").mkdir()
    for package in (EXAMPLES / "node_modules").iterdir():
        (work / "node_modules" / package.name).symlink_to(package)
    unpack(build_package(tmp_path_factory.mktemp("package")), work)
    made = {"plain": work}
    for name in ("react", "vue"):
        made[name] = work / "made" / name
        run_node(
            VITE,
            "build",
            work / name,
            "--config",
            work / "vite.config.js",
            "--outDir",
            made[name],
            "--logLevel",
            "error",
        )
    return made


@pytest.mark.parametrize("name", ["plain", "react", "vue"])
async def test_the_example_shows_the_show_and_asks(
    name: str, sites: dict[str, Path], desk: Desk, showroom: Showroom
) -> None:
    async with shop_site(sites[name], {}, POLICY) as site, joined_at(showroom.address) as other:
        await let_in(showroom, origins=[site.origin])
        page = await desk.open("phone")
        path = "/plain/index.html" if name == "plain" else "/index.html"
        query = urlencode({"url": f"http://{showroom.address}", "show": "demo"})
        await page.goto(f"{site.url(path)}?{query}")
        await expect(page.locator("#link")).to_have_text("joined")
        await expect(page.locator("h1")).to_contain_text("Autumn kitchen")
        first = page.locator("#products li").first
        await expect(first).to_contain_text("left")
        await page.get_by_label("Your question").fill(f"Asked in {name}")
        await page.get_by_role("button", name="Ask").click()
        await expect(page.get_by_label("Your question")).to_have_value("")
        await other.expect_push(
            "question.posted", lambda line: line["question"]["text"] == f"Asked in {name}"
        )
        await page.close()
