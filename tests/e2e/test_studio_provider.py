"""The company's own provider of sign-ins: an admin sets it, a person who was invited comes in by it, and it is removed again."""

import re
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import expect

from server.demo.catalogue import CHANNEL_ID
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.e2e.test_people_pages import look_at
from tests.support.browser import Desk, Device, Language
from tests.support.showroom import Showroom
from tests.support.sign_in_provider import CLIENT_ID, CLIENT_SECRET, sign_in_provider

DOOR = f"/studio?channel={CHANNEL_ID}"


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """A server that may be sent to this machine."""
    return make_settings(outbound_networks=["127.0.0.0/8"], outbound_http=True)


@pytest.mark.parametrize("sight", [("phone", "en"), ("desktop", "ja")])
async def test_an_admin_sets_the_provider_and_who_was_invited_comes_in_by_it(
    showroom: Showroom,
    desk: Desk,
    servers: AsyncExitStack,
    sight: tuple[Device, Language],
    tmp_path: Path,
) -> None:
    provider = await servers.enter_async_context(sign_in_provider())
    desk.expected |= {"status of 422"}
    admin = await desk.open(*sight)
    part = admin.get_by_test_id
    await admin.goto(showroom.staff_url("admin", "/studio/keys/staff"))
    await expect(part("provider-callback")).to_have_value(showroom.url("/v1/sign-in/oidc/callback"))
    await part("field-issuer").fill(provider.issuer + "/")
    await part("provider-test").click()
    await expect(part("provider-tested")).to_have_attribute("data-bad", "true")
    await expect(part("provider-tested")).not_to_be_empty()
    await part("field-client_id").fill(CLIENT_ID)
    await part("field-client_secret").fill(CLIENT_SECRET)
    await part("form-save").click()
    await expect(part("wrong-issuer")).not_to_be_empty()
    await part("field-issuer").fill(provider.issuer)
    await part("provider-test").click()
    await expect(part("provider-tested")).to_have_attribute("data-bad", "false")
    await part("form-save").click()
    await expect(part("provider-remove")).to_be_visible()
    await expect(part("field-client_secret")).to_have_value("")
    assert CLIENT_SECRET not in await admin.content()
    await admin.screenshot(path=tmp_path / "provider.png", full_page=True)
    await look_at(admin, "provider")

    provider.claims = {"sub": "u-1", "email": "nao@shop.example", "email_verified": True, "name": "Nao"}
    person = await desk.open(*sight)
    await person.goto(showroom.url(DOOR))
    await person.get_by_test_id("sign-in-by-provider").click()
    await expect(person.get_by_test_id("sign-in-failure")).not_to_be_empty()
    await look_at(person, "door")
    await person.screenshot(path=tmp_path / "door.png", full_page=True)
    await showroom.ask("POST", "/invitations", "admin", {"role": "host", "email": "nao@shop.example"})
    await person.goto(showroom.url(DOOR))
    await person.get_by_test_id("sign-in-by-provider").click()
    await expect(person.get_by_test_id("studio")).to_be_visible()
    await expect(person).to_have_url(re.compile("/studio$"))

    await part("provider-remove").click()
    await part("provider-remove-sure").click()
    await expect(part("provider-remove")).to_have_count(0)
    await expect(part("field-issuer")).to_have_value("")
    other = await desk.open(*sight)
    async with other.expect_response(lambda answer: "/sign-in/ways" in answer.url):
        await other.goto(showroom.url(DOOR))
    await expect(other.get_by_test_id("sign-in-by-password")).to_be_visible()
    await expect(other.get_by_test_id("sign-in-by-provider")).to_have_count(0)
