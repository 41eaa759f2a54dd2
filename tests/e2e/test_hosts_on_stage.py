"""Several hosts of one show: questions are dealt out by keys, each host's screen has their own, and viewers read who answers what."""

import pytest
from playwright.async_api import expect

from server.access.people import person_of
from server.demo.catalogue import CHANNEL_ID
from tests.e2e.test_every_state import find_faults, settle
from tests.e2e.test_surveys import picture
from tests.support.browser import Desk, Language
from tests.support.showroom import ROLES, Showroom
from tests.support.viewer import joined_at

WASHING, SHIPPING, GLAZE = "洗濯機で洗えますか？", "Do you ship to Okinawa?", "Is the glaze safe for food?"
AOI, MIKA = (person_of(CHANNEL_ID, role, ROLES[role]) for role in ("host", "admin"))


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_each_host_has_their_own_questions_and_viewers_read_who_answers(
    showroom: Showroom, desk: Desk, language: Language
) -> None:
    staff = {"staff": [{"person": each, "part": "host"} for each in (AOI, MIKA)]}
    await showroom.ask("PUT", "/shows/demo/staff", "host", staff)
    async with (
        joined_at(showroom.address) as guest,
        joined_at(showroom.address, token=showroom.token("moderator")) as colleague,
    ):
        asked = [(await guest.do("ask", text=text))["question"] for text in (WASHING, SHIPPING, GLAZE)]
        console = await desk.open("desktop", language)
        await console.goto(showroom.staff_url("moderator", "/host?show=demo"))
        part = console.get_by_test_id
        hosts = [await part("for-host").nth(n).get_attribute("data-host") for n in range(2)]
        keys = {host: str(5 + n) for n, host in enumerate(hosts)}
        for question, host in ((asked[0], AOI), (asked[1], AOI), (asked[2], MIKA)):
            await console.locator(f"[data-testid=question][data-question={question}] button").click()
            await console.keyboard.press(keys[host])
            button = console.locator(f'[data-testid=for-host][data-host="{host}"]')
            await expect(button).to_have_attribute("aria-pressed", "true")
        screen = await desk.open("desktop", language)
        await screen.goto(showroom.staff_url("moderator", "/host?show=demo&view=stage"))
        await expect(screen.get_by_test_id("screen-for")).to_have_count(3)
        await picture(screen, f"hosts-chooser-{language}")
        await screen.locator(f'[data-testid=screen-for][data-host="{AOI}"]').click()
        await expect(screen.get_by_test_id("screen-question")).to_contain_text(WASHING)
        await expect(screen.get_by_test_id("screen-next").locator("li")).to_have_text([SHIPPING])
        await part("stages").locator("summary").click()
        await expect(part("staged")).to_have_count(3)
        for page, name in ((console, "console"), (screen, "screen")):
            await settle(page)
            assert await find_faults(page) == []
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            await picture(page, f"hosts-{name}-{language}")
        await part("staged-now").click()
        await expect(screen.get_by_test_id("screen-question")).to_contain_text(SHIPPING)
        await console.keyboard.press("z")
        await expect(screen.get_by_test_id("screen-question")).to_contain_text(WASHING)

        viewer = await desk.open("phone", language)
        await viewer.goto(showroom.url("/shows/demo"))
        await viewer.get_by_test_id("tab-questions").click()
        await colleague.do("question.begin", question=asked[2])
        on_stage = viewer.get_by_test_id("on-stage")
        await expect(on_stage).to_contain_text(ROLES["admin"])
        await expect(on_stage).to_contain_text(GLAZE)
        await settle(viewer)
        assert await find_faults(viewer) == []
        await picture(viewer, f"hosts-viewer-{language}")
        await colleague.do("question.answer", question=asked[2], live=True)
        await expect(on_stage).to_have_count(0)

        await showroom.ask("PUT", "/shows/demo/staff", "host", {"staff": [{"person": MIKA, "part": "host"}]})
        await expect(part("host-gone")).to_contain_text(ROLES["host"])
        await expect(screen.get_by_test_id("screen-chooser")).to_be_visible()
        await picture(console, f"hosts-gone-{language}")
