"""Staff who sign in by the merchant's own provider: whoever is known comes in, and what is wrong is refused and named."""

import socket
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
from tests.support.stage import CHANNEL, ELSEWHERE

START = f"/v1/sign-in/oidc/start?channel={CHANNEL}"
CALLBACK = "/v1/sign-in/oidc/callback"
KNOWN = {"sub": "u-1", "email": "Mika@Shop.Example", "email_verified": True}


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """A server that may be sent to this machine."""
    return make_settings(outbound_networks=["127.0.0.0/8"], outbound_http=True, limits="off")


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
    again = await browser.put("/v1/oidc", json=wanted, headers=admin)
    assert again.json()["version"] == 3, "versions go on, so that nobody's If-Match fits by chance"


async def test_a_change_is_made_to_the_version_that_was_read_and_keeps_the_secret_at_the_same_issuer(
    browser: httpx.AsyncClient, provider: Provider, sign_for: SignFor
) -> None:
    admin = {"Authorization": f"Bearer {sign_for('admin')}"}
    read = await browser.get("/v1/oidc", headers=admin)
    assert read.headers["etag"] == '"1"'
    wanted = {"issuer": provider.issuer, "client_id": "another"}
    stale = await browser.put("/v1/oidc", json=wanted, headers=admin | {"If-Match": '"0"'})
    assert (stale.status_code, stale.json()["current"]) == (412, read.json())
    assert (await browser.delete("/v1/oidc", headers=admin | {"If-Match": '"0"'})).status_code == 412
    changed = await browser.put("/v1/oidc", json=wanted, headers=admin | {"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"'), changed.text
    back = await browser.put("/v1/oidc", json=wanted | {"client_id": CLIENT_ID}, headers=admin)
    assert back.status_code == 200
    provider.claims = dict(KNOWN)
    assert (await come_back(browser, provider)).status_code == 303, "the secret was kept"
    async with sign_in_provider() as other:
        moved = await browser.put("/v1/oidc", json=wanted | {"issuer": other.issuer}, headers=admin)
        assert (moved.status_code, moved.json()["errors"][0]["at"]) == (422, "body/client_secret")
    assert (await browser.get("/v1/oidc", headers=admin)).json()["issuer"] == provider.issuer


async def test_a_test_says_what_is_wrong_with_an_issuer_and_keeps_nothing(
    browser: httpx.AsyncClient, server: str, provider: Provider, sign_for: SignFor
) -> None:
    admin = {"Authorization": f"Bearer {sign_for('admin')}"}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        unused = listening.getsockname()[1]
    right = await browser.post("/v1/oidc/test", json={"issuer": provider.issuer}, headers=admin)
    assert right.json()["authorization_endpoint"] == f"{provider.issuer}/authorize"
    for issuer, code in {
        provider.issuer + "/": "provider_issuer",
        f"http://{server}": "provider_form",
        f"http://127.0.0.1:{unused}": "provider_silent",
    }.items():
        wrong = await browser.post("/v1/oidc/test", json={"issuer": issuer}, headers=admin)
        assert wrong.status_code == 422
        assert [(each["at"], each["code"]) for each in wrong.json()["errors"]] == [("body/issuer", code)]
    host = {"Authorization": f"Bearer {sign_for('host')}"}
    refused = await browser.post("/v1/oidc/test", json={"issuer": provider.issuer}, headers=host)
    assert refused.status_code == 403


async def test_the_door_hears_of_a_provider_and_a_browser_hears_what_went_wrong_there(
    browser: httpx.AsyncClient, provider: Provider, sign_for: SignFor
) -> None:
    ways = "/v1/sign-in/ways"
    assert (await browser.get(ways, params={"channel": CHANNEL})).json() == {"provider": START}
    assert (await browser.get(ways, params={"channel": "nowhere"})).json() == {"provider": ""}
    provider.claims = {"sub": "u-9"}
    browser.headers["Accept"] = "text/html,*/*"
    back = await come_back(browser, provider)
    assert (back.status_code, back.headers["location"]) == (303, "/studio#failed=unknown_person")
    admin = {"Authorization": f"Bearer {sign_for('admin')}"}
    assert (await browser.delete("/v1/oidc", headers=admin)).status_code == 204
    assert (await browser.get(ways, params={"channel": CHANNEL})).json() == {"provider": ""}
    assert (await browser.get(START)).headers["location"] == "/studio#failed=not_found"


async def invite(browser: httpx.AsyncClient, bearer: str, **wishes: Any) -> str:
    made = await browser.post(
        "/v1/invitations", json={"role": "moderator"} | wishes, headers={"Authorization": f"Bearer {bearer}"}
    )
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def open_invitations(browser: httpx.AsyncClient, bearer: str) -> list[str]:
    listed = await browser.get("/v1/invitations", headers={"Authorization": f"Bearer {bearer}"})
    return [each["id"] for each in listed.json()["invitations"]]


async def test_who_was_invited_comes_in_by_their_verified_address_and_the_invitation_is_used(
    browser: httpx.AsyncClient, provider: Provider, sign_for: SignFor
) -> None:
    bearer = sign_for("admin")
    kept = await invite(browser, bearer, email="other@shop.example")
    used = await invite(browser, bearer, email="Nao@Shop.Example")
    provider.claims = {
        "sub": "u-2",
        "email": "nao@shop.example",
        "email_verified": True,
        "name": "Nao " + "x" * 99,
    }
    back = await come_back(browser, provider)
    assert back.status_code == 303, back.text
    code = urlsplit(back.headers["location"]).fragment.removeprefix("code=")
    taken = (await browser.post("/v1/sign-in/oidc", json={"code": code})).json()
    assert taken["role"] == "moderator"
    assert taken["name"].startswith("Nao x")
    assert await open_invitations(browser, bearer) == [kept]
    assert used != kept
    provider.claims = {"sub": "u-2"}
    again = await come_back(browser, provider)
    assert again.status_code == 303, "known by the subject from now on"


@pytest.mark.parametrize(
    ("invited", "claims"),
    [
        ("nao@shop.example", {"email": "nao@shop.example", "email_verified": False}),
        ("nao@shop.example", {"email": "nao@shop.example", "email_verified": "true"}),
        ("nao@shop.example", {"email": "nao@shop.example.evil", "email_verified": True}),
        ("", {"email": "nao@shop.example", "email_verified": True}),
        ("mika@shop.example", {"email": "mika@shop.example", "email_verified": True}),
    ],
)
async def test_an_invitation_lets_nobody_else_in(
    browser: httpx.AsyncClient,
    provider: Provider,
    sign_for: SignFor,
    invited: str,
    claims: dict[str, Any],
) -> None:
    bearer = sign_for("admin")
    provider.claims = dict(KNOWN)
    assert (await come_back(browser, provider)).status_code == 303, "Mika is bound to her own subject"
    invitation = await invite(browser, bearer, **({"email": invited} if invited else {}))
    provider.claims = {"sub": "u-3"} | claims
    back = await come_back(browser, provider)
    assert (back.status_code, back.json().get("why")) == (401, "unknown_person")
    assert await open_invitations(browser, bearer) == [invitation]


async def test_an_invitation_that_was_withdrawn_or_is_of_another_channel_lets_nobody_in(
    browser: httpx.AsyncClient, provider: Provider, sign_for: SignFor
) -> None:
    bearer = sign_for("admin")
    gone = await invite(browser, bearer, email="nao@shop.example")
    admin = {"Authorization": f"Bearer {bearer}"}
    assert (await browser.delete(f"/v1/invitations/{gone}", headers=admin)).is_success
    await invite(browser, sign_for("admin", ELSEWHERE), email="nao@shop.example")
    provider.claims = {"sub": "u-4", "email": "nao@shop.example", "email_verified": True}
    assert (await come_back(browser, provider)).json()["why"] == "unknown_person"
