"""`<showfloor-show>` in a merchant's page of another origin, under that page's strict policy: the whole show, and nothing of it outside."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import jwt
import pytest
from playwright.async_api import Page, expect

from server.demo.catalogue import CHANNEL_ID
from tests.e2e.test_blocked_sockets import BLOCK, LITTLE_CHANCE
from tests.e2e.test_checkout import by_checkout, fill_in, pay, shown
from tests.support.browser import NETWORK_FAILS, Desk, Device, Language
from tests.support.embedding import let_in
from tests.support.eventually import eventually
from tests.support.shop_site import ShopSite, shop_site
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

TAG = '<showfloor-show show="demo" lang="en"></showfloor-show>'
HEAR = """() => {
  window.heard = [];
  for (const type of ["ready", "product", "buy", "order", "end", "error"])
    document.addEventListener(`showfloor:${type}`, (event) => window.heard.push([type, event.detail, event.cancelable]));
}"""


def page_with(room: Showroom, body: str) -> str:
    """A page of the shop's; its one script tag is the element's."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Our shop</title>'
        f'<script type="module" src="{room.url("/element/showfloor.js")}"></script></head>'
        f"<body><h1>Our shop</h1>{body}<p>Below the show</p></body></html>"
    )


def policy_for(room: Showroom) -> str:
    """The strictest policy that the element works under: the one that client_demo/README.md documents."""
    server, socket = room.url(""), f"ws://{room.address}"
    return (
        f"default-src 'none'; script-src {server}; connect-src {server} {socket}; img-src {server}; "
        f"media-src {server} blob:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


@asynccontextmanager
async def shop_with(room: Showroom, folder: Path, body: str = TAG) -> AsyncIterator[ShopSite]:
    """The shop's site, whose pages the channel lets in."""
    async with shop_site(folder, {"/": page_with(room, body)}, policy_for(room)) as site:
        await let_in(room, origins=[site.origin])
        yield site


async def open_shop(
    desk: Desk, site: ShopSite, device: Device = "desktop", language: Language = "en"
) -> Page:
    """Return a tab of the shop, which writes down what it hears of its elements."""
    page = await desk.open(device, language)
    await page.add_init_script(f"({HEAR})()")
    await page.goto(site.url())
    return page


async def heard(page: Page, type: str) -> list[Any]:
    """Return the details of the events of a type that the page has heard."""
    return [detail for each, detail, _ in await page.evaluate("window.heard") if each == type]


def has_heard(page: Page, type: str, times: int = 1) -> Callable[[], Awaitable[bool]]:
    """A claim for `eventually`."""

    async def claim() -> bool:
        return len(await heard(page, type)) >= times

    return claim


async def test_the_whole_show_is_in_the_shops_page(tmp_path: Path, desk: Desk, showroom: Showroom) -> None:
    async with shop_with(showroom, tmp_path) as site:
        page = await open_shop(desk, site)
        await eventually(has_heard(page, "ready"))
        await expect(page.get_by_test_id("video")).to_be_visible()
        await expect(page.get_by_test_id("play")).to_have_attribute("data-playing", "true")
        await page.get_by_test_id("ask-text").fill("Is the glaze safe for food?")
        await page.get_by_test_id("ask-send").click()
        await expect(page.get_by_text("Is the glaze safe for food?").first).to_be_visible()
        await page.get_by_test_id("tab-products").click()
        await page.get_by_test_id("product").first.get_by_test_id("buy").click()
        await page.get_by_test_id("buy-confirm").click()
        await expect(page.get_by_test_id("buy-done")).to_be_visible()
        ((order,),) = [detail.values() for detail in await heard(page, "order")]
        assert order["number"]
        assert await page.title() == "Our shop"
        assert await page.evaluate("document.documentElement.lang + history.length") == "en2"
        await page.close()


FOCUSED = """() => {
  const inside = document.querySelector("showfloor-show").shadowRoot.activeElement;
  const outside = document.activeElement.matches("body, showfloor-show") ? "" : document.activeElement.localName;
  return outside || (inside === null ? "" : inside.closest("[data-testid=checkout]") ? "checkout" : inside.localName);
}"""
"""Where the focus is: in the sheet, with the browser's own bars (nothing of the page has it), or on something behind the sheet."""


@pytest.mark.parametrize(("device", "language"), [("phone", "ja"), ("desktop", "en")])
async def test_the_checkout_is_filled_in_and_paid_by_the_bank_within_the_shops_page(
    tmp_path: Path, desk: Desk, showroom: Showroom, device: Device, language: Language
) -> None:
    await by_checkout(showroom)
    async with shop_with(showroom, tmp_path, TAG.replace("en", language)) as site:
        page = await open_shop(desk, site, device, language)
        part = page.get_by_test_id
        await eventually(has_heard(page, "ready"))
        buy = part("pinned-product").get_by_test_id("buy")
        await buy.focus()
        await page.keyboard.press("Enter")
        await expect(part("checkout-form")).to_be_visible()
        await shown(page, f"element-checkout-{language}")
        focused = []
        for key in ["Tab"] * 40 + ["Shift+Tab"] * 5:
            await page.keyboard.press(key)
            focused.append(await page.evaluate(FOCUSED))
        assert set(focused) <= {"checkout", ""}, "nothing behind the sheet gets the focus"
        assert focused.count("checkout") > 30
        await page.keyboard.press("Escape")
        await expect(part("checkout")).to_have_count(0)
        await expect(buy).to_be_focused()
        await part("hold-open").click()
        await fill_in(page)
        await pay(page, "redirect")
        await expect(part("checkout-state")).to_have_attribute("data-state", "going")
        await shown(page, f"element-going-{language}")
        async with page.context.expect_page() as opened:
            await part("pay-go").click()
        bank = await opened.value
        await bank.get_by_test_id("pay-approve").click()
        await expect(part("checkout-state")).to_have_attribute("data-state", "ordered")
        await shown(page, f"element-ordered-{language}")
        await eventually(has_heard(page, "order"))
        assert page.url == site.url(), "the shop's page is not left"
        await part("buy-close").click()
        await part("tab-orders").click()
        await expect(part("order")).to_have_count(1)
        await bank.close()
        await page.close()


async def test_the_shops_own_cart_takes_over(tmp_path: Path, desk: Desk, showroom: Showroom) -> None:
    async with shop_with(showroom, tmp_path) as site:
        page = await open_shop(desk, site, "phone")
        await eventually(has_heard(page, "ready"))
        await page.evaluate("document.addEventListener('showfloor:buy', (event) => event.preventDefault())")
        await page.get_by_test_id("tab-products").click()
        await page.get_by_test_id("product").first.get_by_test_id("buy").click()
        await eventually(has_heard(page, "buy"))
        await expect(page.get_by_test_id("purchase")).to_have_count(0)
        await page.get_by_test_id("product").first.locator(".product-open").click()
        await page.get_by_test_id("buy-confirm").click()
        await eventually(has_heard(page, "buy", 2))
        await expect(page.get_by_test_id("purchase")).to_have_count(0)
        first, second = await heard(page, "buy")
        assert first["product"]["id"] == second["product"]["id"]
        assert await heard(page, "order") == []
        await page.close()


async def test_several_elements_live_side_by_side_and_leave_nothing_behind(
    tmp_path: Path, desk: Desk, showroom: Showroom
) -> None:
    other = await showroom.begin_show({"mp4": "/media/demo.mp4"})
    body = f'{TAG}<showfloor-show show="{other}" lang="ja"></showfloor-show>'
    async with shop_with(showroom, tmp_path, body) as site, joined_at(showroom.address, other) as guest:
        page = await open_shop(desk, site)
        await eventually(has_heard(page, "ready", 2))
        first, second = page.locator("showfloor-show").nth(0), page.locator("showfloor-show").nth(1)
        await expect(first.get_by_test_id("tab-questions")).to_contain_text("Questions")
        await expect(second.get_by_test_id("tab-questions")).to_contain_text("質問")
        await second.evaluate("element => element.setAttribute('lang', 'en')")
        await expect(second.get_by_test_id("tab-questions")).to_contain_text("Questions")
        await guest.do("ask", text="Only in the second show")
        await expect(second.get_by_text("Only in the second show").first).to_be_visible()
        await expect(first.get_by_text("Only in the second show")).to_have_count(0)

        element = await second.element_handle()
        await page.evaluate("element => { window.kept = element; element.remove(); }", element)
        await expect(page.locator("showfloor-show")).to_have_count(1)
        await eventually(lambda: page.evaluate("window.kept.shadowRoot.childElementCount === 0"))
        await page.evaluate("document.body.append(window.kept)")
        await eventually(has_heard(page, "ready", 3))
        await expect(second.get_by_text("Only in the second show").first).to_be_visible()
        await page.evaluate("document.body.prepend(window.kept)")
        await expect(
            page.locator("showfloor-show").nth(0).get_by_text("Only in the second show").first
        ).to_be_visible()
        assert len(await heard(page, "ready")) == 3, "what is only moved goes on as it is"
        await page.close()


async def test_its_looks_are_the_pages_to_choose_and_nothing_of_the_page_leaks_in(
    tmp_path: Path, desk: Desk, showroom: Showroom
) -> None:
    async with shop_with(showroom, tmp_path) as site:
        page = await open_shop(desk, site)
        await page.evaluate(
            """() => {
              const looks = new CSSStyleSheet();
              looks.replaceSync(`
                html { font-size: 5px } * { letter-spacing: 9px; color: red }
                button { display: none } .stage { display: none }
                showfloor-show { --showfloor-accent: rgb(200, 0, 100); height: 500px }
                showfloor-show::part(buy) { border-radius: 3px }`);
              document.adoptedStyleSheets = [looks];
            }"""
        )
        await eventually(has_heard(page, "ready"))
        buy = page.get_by_test_id("buy").first
        await expect(buy).to_be_visible()
        await expect(buy).to_have_css("background-color", "rgb(200, 0, 100)")
        await expect(buy).to_have_css("border-radius", "3px")
        await expect(buy).to_have_css("letter-spacing", "normal")
        await expect(buy).to_have_css("font-size", "16px")
        box = await page.locator("showfloor-show").bounding_box()
        inside = await page.get_by_test_id("viewer").bounding_box()
        assert box is not None
        assert box == inside
        assert box["height"] == 500
        await page.close()


async def test_it_stands_whatever_the_pages_styles_do_to_every_element(
    tmp_path: Path, desk: Desk, showroom: Showroom
) -> None:
    reset = "* { all: unset; direction: rtl; font-size: 40px !important; text-transform: uppercase; line-height: 3 }"
    async with shop_with(showroom, tmp_path) as site:
        page = await open_shop(desk, site, "phone")
        await eventually(has_heard(page, "ready"))
        usual = await page.get_by_test_id("viewer").bounding_box()
        await page.evaluate(
            "css => { document.adoptedStyleSheets = [new CSSStyleSheet()]; document.adoptedStyleSheets[0].replaceSync(css) }",
            reset,
        )
        buy = page.get_by_test_id("buy").first
        for name, value in (("direction", "ltr"), ("font-size", "16px"), ("text-transform", "none")):
            await expect(buy).to_have_css(name, value)
        box = await page.get_by_test_id("viewer").bounding_box()
        assert box is not None
        assert usual is not None
        assert box["height"] == usual["height"]
        assert box["width"] == 360
        await buy.click()
        await expect(page.get_by_test_id("buy-confirm")).to_be_visible()
        await page.evaluate("document.adoptedStyleSheets[0].replaceSync('showfloor-show { height: 500px }')")
        await expect(page.get_by_test_id("viewer")).to_have_css("height", "500px")
        await page.close()


async def test_keys_are_heard_where_the_focus_is(tmp_path: Path, desk: Desk, showroom: Showroom) -> None:
    async with shop_with(showroom, tmp_path, f"<input aria-label='Search our shop'>{TAG}") as site:
        page = await open_shop(desk, site)
        await eventually(has_heard(page, "ready"))
        buy = page.get_by_test_id("buy").first
        await buy.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("purchase")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("purchase")).to_have_count(0)
        await expect(buy).to_be_focused()
        search = page.get_by_label("Search our shop")
        await search.press_sequentially("tea m")
        await search.press("Escape")
        await expect(search).to_have_value("tea m")
        await expect(search).to_be_focused()
        assert await page.evaluate("history.length") == 2, "the page's own way back is left alone"
        await page.close()


async def test_what_cannot_be_entered_is_told(tmp_path: Path, desk: Desk, showroom: Showroom) -> None:
    async with shop_with(showroom, tmp_path, TAG.replace("demo", "nothing")) as site:
        page = await open_shop(desk, site)
        await eventually(has_heard(page, "error"))
        assert await heard(page, "error") == [{"code": "not_found"}]
        await expect(page.get_by_test_id("cover-missing")).to_be_visible()
        await page.locator("showfloor-show").evaluate("element => element.setAttribute('show', 'demo')")
        await eventually(has_heard(page, "ready"))
        await showroom.end_show("demo")
        await eventually(has_heard(page, "end"))
        await expect(page.get_by_test_id("cover-ended")).to_be_visible()
        await page.close()


async def expect_asked_by_viewer(room: Showroom) -> None:
    """Wait for the first question, which somebody known has asked."""

    async def author() -> str:
        found = await room.ask("GET", "/shows/demo/questions", "host")
        return next((str(q["author"]) for q in found["questions"]), "")

    await eventually(author)
    assert await author() == "Viewer"


async def test_a_customer_of_the_shop_is_who_the_page_says(
    tmp_path: Path, desk: Desk, showroom: Showroom
) -> None:
    async with shop_with(showroom, tmp_path) as site:
        page = await open_shop(desk, site)
        await eventually(has_heard(page, "ready"))
        token = showroom.token("viewer")
        element = page.locator("showfloor-show")
        await element.evaluate("(element, token) => { element.token = async () => token; }", token)
        await expect(page.get_by_test_id("notices")).to_have_attribute("data-link", "joined")
        await page.get_by_test_id("ask-text").fill("Asked by somebody known")
        await page.get_by_test_id("ask-send").click()

        await expect_asked_by_viewer(showroom)
        kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert token not in kept, "what the page says is the page's to keep"
        await page.close()


async def test_a_guest_who_signs_in_at_the_shop_keeps_what_they_did_though_the_page_is_loaded_anew(
    tmp_path: Path, desk: Desk, showroom: Showroom
) -> None:
    secret = (await showroom.ask("POST", "/customer-keys/secrets", "admin"))["secret"]
    said = {"sub": "customer-17", "aud": CHANNEL_ID, "exp": int(time.time()) + 600, "name": "Aki"}
    signed_in = TAG.replace("show=", f'token="{jwt.encode(said, secret, "HS256")}" show=')
    async with shop_with(showroom, tmp_path) as site:
        page = await open_shop(desk, site)
        await eventually(has_heard(page, "ready"))
        await page.get_by_test_id("ask-text").fill("Asked before I signed in")
        await page.get_by_test_id("ask-send").click()
        await expect(page.get_by_text("Asked before I signed in").first).to_be_visible()
        site.pages["/"] = page_with(showroom, signed_in)
        mine = page.get_by_test_id("question").filter(has_text="Asked before I signed in")
        for _ in range(2):
            await page.goto(site.url())
            await eventually(has_heard(page, "ready"))
            await page.get_by_test_id("tab-questions").click()
            await expect(mine.get_by_text("Yours", exact=True)).to_be_visible()
        site.pages["/"] = page_with(showroom, TAG)
        await page.goto(site.url())
        await eventually(has_heard(page, "ready"))
        await page.get_by_test_id("tab-questions").click()
        await expect(mine).to_be_visible()
        await expect(mine.get_by_text("Yours", exact=True)).to_have_count(0)
        await page.close()


async def test_it_stands_in_a_frame_where_the_channel_lets_it(
    tmp_path: Path, desk: Desk, showroom: Showroom
) -> None:
    frame = f'<iframe title="Our show" src="{showroom.url("/embed/shows/demo")}" allow="autoplay"></iframe>'
    async with shop_site(tmp_path, {"/": f"<!doctype html><title>Our shop</title>{frame}"}) as site:
        desk.expected.add("frame-ancestors")
        page = await desk.open()
        await page.goto(site.url())
        await expect(page.frame_locator("iframe").get_by_test_id("viewer")).to_have_count(0)
        await let_in(showroom, frame_ancestors=[site.origin])
        await page.reload()
        await expect(page.frame_locator("iframe").get_by_test_id("show-title")).to_be_attached()
        await expect(page.frame_locator("iframe").get_by_test_id("notices")).to_have_attribute(
            "data-link", "joined"
        )
        await page.close()


async def test_it_begins_when_it_is_told_which_show_and_with_the_token_that_was_given_before(
    tmp_path: Path, desk: Desk, showroom: Showroom
) -> None:
    async with shop_with(showroom, tmp_path, "") as site:
        page = await desk.open()
        await page.add_init_script(f"({HEAR})()")
        await page.route("**/element/showfloor.js", lambda route: route.abort())
        desk.expected.add("net::")
        await page.goto(site.url())
        await page.evaluate(
            """token => {
              const element = document.createElement("showfloor-show");
              element.token = () => token;
              document.body.append(element);
            }""",
            showroom.token("viewer"),
        )
        await page.unroute("**/element/showfloor.js")
        await page.evaluate("url => import(url)", showroom.url("/element/showfloor.js?again"))
        element = page.locator("showfloor-show")
        await element.evaluate("element => element.setAttribute('url', 'ftp://nowhere.example')")
        await element.evaluate("element => element.setAttribute('show', 'demo')")
        await eventually(has_heard(page, "error"))
        assert (await heard(page, "error"))[0]["code"] == "invalid"
        await element.evaluate("element => element.removeAttribute('url')")
        await eventually(has_heard(page, "ready"))
        await page.get_by_test_id("ask-text").fill("Known from the start")
        await page.get_by_test_id("ask-send").click()

        await expect_asked_by_viewer(showroom)
        await page.close()


async def test_where_sockets_are_blocked_it_comes_in_by_the_stream(
    tmp_path: Path, desk: Desk, showroom: Showroom
) -> None:
    desk.expected |= NETWORK_FAILS
    async with shop_with(showroom, tmp_path) as site, joined_at(showroom.address) as other:
        page = await desk.open()
        await page.add_init_script(LITTLE_CHANCE)
        await page.add_init_script(BLOCK)
        await page.goto(site.url())
        await expect(page.get_by_test_id("notices")).to_have_attribute("data-way", "stream")
        await page.get_by_test_id("ask-text").fill("By the other way?")
        await page.get_by_test_id("ask-send").click()
        await other.expect_push("question.posted")
        await page.close()


async def test_after_the_end_it_goes_on_to_another_show_in_its_place(
    tmp_path: Path, desk: Desk, showroom: Showroom
) -> None:
    other = await showroom.begin_show({"mp4": "/media/demo.mp4"})
    async with shop_with(showroom, tmp_path) as site:
        page = await open_shop(desk, site)
        await eventually(has_heard(page, "ready"))
        await showroom.end_show("demo")
        link = page.locator(f"[data-testid=show-link][data-show={other}]")
        await expect(link).to_have_attribute("href", showroom.url(f"/shows/{other}"))
        await link.click()
        await eventually(has_heard(page, "ready", 2))
        assert page.url == site.url()
        await expect(page.get_by_test_id("show-title")).to_contain_text("Winter table")
        await page.close()
