"""Staff who sign in by the merchant's own provider: whoever is known comes in, and what is wrong is refused and named."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text

from server.channels.people_repository import insert_person
from server.channels.tables import PersonRow
from server.clock import SystemClock
from server.db.engine import Database
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.servers import SignFor
from tests.support.sign_in_provider import CLIENT_ID, CLIENT_SECRET, Provider, sign_in_provider
from tests.support.stage import CHANNEL

START = f"/v1/sign-in/oidc/start?channel={CHANNEL}"
CALLBACK = "/v1/sign-in/oidc/callback"
KNOWN = {"sub": "u-1", "email": "Mika@Shop.Example", "email_verified": True}


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """A server that may be sent to this machine."""
    return make_settings(outbound_networks=["127.0.0.0/8"], outbound_http=True, limits="off")


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with sign_in_provider() as provider:
        yield provider


@pytest.fixture
async def browser(
    server: str, settings: Settings, provider: Provider, sign_for: SignFor
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a server whose channel has the provider, and Mika as its host."""
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=1)
    person = PersonRow(
        id="pn_1",
        channel_id=CHANNEL,
        email="mika@shop.example",
        email_key="mika@shop.example",
        name="Mika",
        role="host",
        created_at=SystemClock().now(),
    )
    async with database.write() as connection:
        await insert_person(connection, person)
    await database.close()
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=20) as client:
        admin = {"Authorization": f"Bearer {sign_for('admin')}"}
        wanted = {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        kept = await client.put("/v1/oidc", json=wanted, headers=admin)
        assert kept.status_code == 200, kept.text
        assert CLIENT_SECRET not in kept.text
        assert kept.json()["start"].endswith(START)
        yield client


async def come_back(browser: httpx.AsyncClient, provider: Provider, **others: Any) -> httpx.Response:
    """Go to the provider and come back, with `others` in place of what is right; None leaves it out."""
    begun = await browser.get(START)
    assert begun.status_code == 303, begun.text
    assert "httponly" in begun.headers["set-cookie"].lower()
    brought: dict[str, Any] = provider.authorize(begun.headers["location"]) | others
    return await browser.get(
        CALLBACK, params={name: value for name, value in brought.items() if value is not None}
    )


async def test_a_known_person_comes_in_by_a_verified_address_and_then_by_the_subject(
    browser: httpx.AsyncClient, provider: Provider
) -> None:
    for claims in (KNOWN, {"sub": "u-1", "email": "other@shop.example", "email_verified": False}):
        provider.claims = dict(claims)
        back = await come_back(browser, provider)
        assert back.status_code == 303, back.text
        address = urlsplit(back.headers["location"])
        assert (address.path, address.query) == ("/studio", "")
        code = address.fragment.removeprefix("code=")
        taken = await browser.post("/v1/sign-in/oidc", json={"code": code})
        assert (taken.json()["viewer"], taken.json()["role"]) == ("pn_1", "host")
        again = await browser.post("/v1/sign-in/oidc", json={"code": code})
        assert (again.status_code, again.json()["code"]) == (401, "unauthenticated")
        bearer = {"Authorization": f"Bearer {taken.json()['token']}"}
        sessions = (await browser.get("/v1/sessions", headers=bearer)).json()["sessions"]
        assert [session["current"] for session in sessions].count(True) == 1
        assert (await browser.post("/v1/tokens/renew", headers=bearer)).status_code == 200


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"sub": "u-9"}, "unknown_person"),
        ({"sub": "u-9", "email": "mika@shop.example"}, "unknown_person"),
        ({"sub": "u-9", "email": "mika@shop.example", "email_verified": "true"}, "unknown_person"),
        ({"sub": "u-9", "email": "boss@shop.example", "email_verified": True}, "unknown_person"),
        ({**KNOWN, "nonce": "another"}, "nonce"),
        ({**KNOWN, "nonce": None}, "nonce"),
        ({**KNOWN, "iss": "https://other.example"}, "issuer"),
        ({**KNOWN, "aud": "another-client"}, "audience"),
        ({**KNOWN, "aud": [CLIENT_ID, "another-client"]}, "audience"),
        ({**KNOWN, "aud": [CLIENT_ID, "another"], "azp": "another"}, "audience"),
        ({**KNOWN, "exp": 1_000_000_000}, "expired"),
        ({**KNOWN, "iat": 4_000_000_000, "exp": 4_100_000_000}, "not_yet"),
        ({**KNOWN, "sub": None}, "form"),
    ],
)
async def test_who_is_not_known_and_what_is_not_right_is_refused(
    browser: httpx.AsyncClient, provider: Provider, claims: dict[str, Any], why: str
) -> None:
    provider.claims = claims
    back = await come_back(browser, provider)
    assert (back.status_code, back.json()["code"], back.json().get("why")) == (401, "unauthenticated", why)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"algorithm": "none"}, "algorithm"),
        ({"algorithm": "HS256"}, "algorithm"),
        ({"kid": "another"}, "signature"),
        ({"forged": True}, "signature"),
    ],
)
async def test_a_token_that_is_not_the_providers_is_refused(
    browser: httpx.AsyncClient, provider: Provider, wrong: dict[str, Any], why: str
) -> None:
    provider.claims = dict(KNOWN)
    for name, value in wrong.items():
        setattr(provider, name, value)
    back = await come_back(browser, provider)
    assert (back.status_code, back.json().get("why")) == (401, why)


@pytest.mark.parametrize(
    ("brought", "why"),
    [
        ({"state": "another"}, "state"),
        ({"state": None}, "state"),
        ({"code": None, "error": "access_denied"}, "exchange"),
        ({"code": "another"}, "exchange"),
        ({"iss": "https://other.example"}, "issuer"),
    ],
)
async def test_an_answer_that_belongs_to_nothing_that_was_asked_is_refused(
    browser: httpx.AsyncClient, provider: Provider, brought: dict[str, Any], why: str
) -> None:
    provider.claims = dict(KNOWN)
    back = await come_back(browser, provider, **brought)
    assert (back.status_code, back.json().get("why")) == (401, why)


async def test_another_browser_cannot_finish_what_one_has_begun(
    browser: httpx.AsyncClient, server: str, provider: Provider
) -> None:
    provider.claims = dict(KNOWN)
    brought = provider.authorize((await browser.get(START)).headers["location"])
    async with httpx.AsyncClient(base_url=f"http://{server}") as other:
        assert (await other.get(CALLBACK, params=brought)).json()["why"] == "state"
        provider.authorize((await other.get(START)).headers["location"])
        assert (await other.get(CALLBACK, params=brought)).json()["why"] == "state"


async def test_a_provider_is_the_admins_to_set_and_its_secret_is_sealed(
    browser: httpx.AsyncClient, settings: Settings, provider: Provider, sign_for: SignFor
) -> None:
    admin = {"Authorization": f"Bearer {sign_for('admin')}"}
    wanted = {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    for issuer in (provider.issuer + "/", "https://10.0.0.1", "http://169.254.169.254", "nonsense"):
        wrong = await browser.put("/v1/oidc", json=wanted | {"issuer": issuer}, headers=admin)
        assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid"), issuer
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=1)
    async with database.read() as connection:
        kept = (await connection.execute(text("SELECT * FROM oidc_provider"))).all()
    await database.close()
    assert len(kept) == 1
    assert CLIENT_SECRET not in str(kept)
    assert (await browser.delete("/v1/oidc", headers=admin)).status_code == 204
    assert (await browser.get("/v1/oidc", headers=admin)).json()["issuer"] == ""
    assert (await browser.get(START)).status_code == 404
