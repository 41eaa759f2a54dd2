"""The line of a sold-out product: what comes back is the first one's, for a time that is shown, and then the next one's."""

import pytest
from playwright.async_api import Locator, Page, expect

from server.demo.catalogue import VIDEO_MP4
from tests.e2e.test_surveys import picture
from tests.support.browser import Desk, Device
from tests.support.showroom import Showroom
from tests.support.viewer import joined_at

JOIN = {"en": "Join the line", "ja": "順番を待つ"}
NEXT = {"en": "You are next in line.", "ja": "次があなたの順番です。"}
SECOND = {"en": "You are 2nd in line.", "ja": "順番待ち：2番目"}
YOURS = {"en": "It is yours for", "ja": "お取り置き中"}


async def card_of(page: Page, product: str) -> Locator:
    await page.get_by_test_id("tab-products").click()
    return page.locator(f'[data-testid="product"][data-product="{product}"]')


@pytest.mark.parametrize(("language", "device"), [("en", "phone"), ("ja", "desktop")])
async def test_what_is_given_back_is_offered_to_the_first_in_line_and_then_to_the_next(
    showroom: Showroom, desk: Desk, language: str, device: Device
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    async with joined_at(showroom.address, show, token=showroom.token("host")) as host:
        snapshot = next(line["snapshot"] for line in host.lines if line["type"] == "joined")
        sold = next(each for each in snapshot["products"] if not each.get("variants") and each["stock"] > 1)
        product = sold["id"]
        await host.do("product.restock", product=product, add=1 - sold["stock"])
        held = await host.do("hold", lines=[{"product": product, "quantity": 1}], key="key-hold-0001")
        cards = []
        for n in range(2):
            page = await desk.open(device, language)  # type: ignore[arg-type]
            await page.goto(showroom.url(f"/shows/{show}"))
            card = await card_of(page, product)
            join = card.get_by_test_id("line-join")
            await expect(join).to_have_text(JOIN[language])
            await join.click()
            await expect(card.get_by_test_id("line")).to_contain_text((NEXT if n == 0 else SECOND)[language])
            cards.append(card)
        await picture(cards[1].page, f"waitlist-second-{language}")
        first, second = (card.get_by_test_id("line") for card in cards)
        await cards[1].page.reload()
        await card_of(cards[1].page, product)
        await expect(second).to_have_attribute("data-position", "2")
        await host.do("hold.release", hold=held["hold"])
        await expect(first).to_have_attribute("data-state", "called")
        await expect(first).to_contain_text(YOURS[language])
        await expect(second).to_contain_text(NEXT[language])
        await expect(cards[1].get_by_test_id("buy")).to_be_disabled()
        await picture(cards[0].page, f"waitlist-called-{language}")
        await first.get_by_test_id("line-leave").click()
        await expect(second).to_have_attribute("data-state", "called")


OTHERS = {"en": "1 waits · 1 may buy now", "ja": "1人が待機中 · 1人が購入できます"}
SURE = {"en": "Tell 1 and close", "ja": "1人に知らせて終了"}
TOLD = {"en": "The line was closed.", "ja": "順番待ちは締め切られました。"}


@pytest.mark.parametrize(("language", "device"), [("en", "desktop"), ("ja", "phone")])
async def test_the_host_sees_who_waits_and_closes_the_line_in_two_taps(
    showroom: Showroom, desk: Desk, language: str, device: Device
) -> None:
    show = await showroom.begin_show({"mp4": VIDEO_MP4})
    async with (
        joined_at(showroom.address, show, token=showroom.token("host")) as host,
        joined_at(showroom.address, show, token=showroom.token("moderator")) as first,
    ):
        snapshot = next(line["snapshot"] for line in host.lines if line["type"] == "joined")
        sold = next(each for each in snapshot["products"] if not each.get("variants") and each["stock"] > 1)
        product = sold["id"]
        await host.do("product.restock", product=product, add=1 - sold["stock"])
        held = await host.do("hold", lines=[{"product": product, "quantity": 1}], key="key-hold-0001")
        await first.do("waitlist.join", product=product, quantity=1, key="key-line-0001")
        page = await desk.open(device, language)  # type: ignore[arg-type]
        await page.goto(showroom.url(f"/shows/{show}"))
        card = await card_of(page, product)
        await card.get_by_test_id("line-join").click()
        await expect(card.get_by_test_id("line")).to_have_attribute("data-position", "2")
        await host.do("hold.release", hold=held["hold"])
        staff = await desk.open("desktop", language)  # type: ignore[arg-type]
        await staff.goto(showroom.staff_url("host", f"/host?show={show}"))
        await staff.get_by_test_id("takings").locator("summary").click()
        line = staff.get_by_test_id(f"line-{product}")
        await expect(line).to_contain_text(OTHERS[language])
        await staff.get_by_test_id(f"line-look-{product}").click()
        await expect(staff.get_by_test_id("line-places").locator("li")).to_have_count(2)
        close = staff.get_by_test_id(f"line-close-{product}")
        await close.click()
        await expect(close).to_have_text(SURE[language])
        await picture(staff, f"lines-host-{language}")
        await close.click()
        await expect(card.get_by_test_id("line")).to_contain_text(TOLD[language])
        await expect(line).to_have_attribute("data-waiting", "0")
        await picture(page, f"lines-viewer-{language}")
        await close.click()
        await expect(staff.get_by_test_id("last-deed")).to_have_attribute("data-state", "done")
