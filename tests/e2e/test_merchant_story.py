"""A merchant with a shop and a camera: from an empty database to tomorrow at eight, sold, ended, and its figures, with pages alone."""

from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from server.http.pages import MEDIA
from server.running.channel_terminal import owner_path
from server.settings import Settings
from tests.e2e.by_hand import Hand, HostAtPage, ViewerAtPage
from tests.e2e.merchant import Effort, Merchant, Newcomer, Person
from tests.support.browser import Desk, Language
from tests.support.live_server import live_server

OWNER = Person("Mika Arai", "mika@harbour.example", "seven grey herons wade")
HOST = Person("Aoi", "aoi@harbour.example", "a kettle sings at dusk")
ZONE = "Asia/Tokyo"
SPRING = """external_id,sku,title,option1_name,option1_value,price,stock
spoon,SP-1,Ash spoon,,,1200,40
cloth,CL-S,Tea cloth,Colour,Indigo,1800,12
cloth,CL-W,,Colour,White,1800,9
"""


def tomorrow_at_eight() -> str:
    """As the field takes it, in the channel's time zone."""
    return f"{datetime.now(ZoneInfo(ZONE)) + timedelta(days=1):%Y-%m-%d}T20:00"


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_from_an_empty_database_to_figures_with_pages_alone(
    settings: Settings, servers: AsyncExitStack, desk: Desk, language: Language, tmp_path: Path
) -> None:
    url = f"http://{await servers.enter_async_context(live_server(settings))}"
    link = await owner_path(settings, str(settings.database_url))
    assert link is not None, "the database has no channel yet"
    effort = Effort()
    hand = Hand()
    owner = Merchant(await desk.open("desktop", language), effort)
    await Newcomer(owner.page, effort).found(url + link, "Harbour Tea", "JPY", ZONE, OWNER)
    for what in ("products", "show", "people"):
        await expect(owner.part(f"missing-{what}")).to_be_visible()
    effort.say("the channel")

    await owner.press("area-products")
    await owner.add_product("Indigo teapot", "8800", "6")
    await owner.add_product_in_sizes("Linen apron", "6500", {"M": "4", "L": "3"})
    await owner.add_product("Hinoki tray", "5400", "20")
    effort.say("three products, one of them in sizes")
    spring = tmp_path / "spring.csv"
    spring.write_text(SPRING, "utf-8")
    await owner.import_products(spring, ["Ash spoon", "Tea cloth"])
    effort.say("two more from a file, one of them in colours")

    show = await owner.plan_show(
        "Harbour evening",
        tomorrow_at_eight(),
        MEDIA / "poster.jpg",
        "/media/demo.mp4",
        {"Indigo teapot": "7900", "Linen apron": "", "Hinoki tray": "", "Ash spoon": "1000"},
    )
    effort.say("a show for tomorrow at eight")

    host = HostAtPage(await desk.open("desktop", language), hand)
    await Newcomer(host.page, effort).join(await owner.invite("host"), HOST)
    effort.say("a host who has joined")
    await owner.press("area-home")
    await expect(owner.part("nothing-missing")).to_be_visible()
    await expect(owner.part("home-next")).to_have_attribute("data-show", show)

    viewer = ViewerAtPage(await desk.open("phone", language), "viewer", hand)
    await viewer.come(f"{url}/shows/{show}")
    await expect(viewer.part("cover-scheduled")).to_contain_text("20:00" if language == "ja" else "8:00")
    await host.page.goto(f"{url}/host?show={show}")
    await host.start_show()
    await expect(viewer.part("show-state")).to_have_attribute("data-state", "live")
    await viewer.watch()
    teapot = await host.page.locator('[data-testid^="product-"]').first.get_attribute("data-testid") or ""
    product = teapot.removeprefix("product-")
    hand.stock[product] = 6
    await host.pin_product(product)
    await viewer.see_pinned(product)
    await viewer.buy(product, 7900, 2)
    await host.end_show()
    await expect(viewer.part("cover-ended")).to_be_visible()
    effort.say("sold and ended")

    await owner.press("area-shows")
    row = owner.page.locator(f'[data-testid="row"][data-id="{show}"]')
    await owner.press(row.get_by_test_id("row-figures"))
    await expect(owner.part("show-page")).to_have_attribute("data-show", show)
    await expect(owner.part("value-orders")).to_have_text("1")
    effort.say("its figures")
    print("\n".join(["", language, *effort.said]))  # noqa: T201 - what the story took is its result
