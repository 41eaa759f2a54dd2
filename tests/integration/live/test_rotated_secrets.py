"""What is kept sealed outlives a new secret of the server's: it is sealed anew while both are there, and the old one is gone then."""

import time

import httpx
import jwt
import pytest
from pydantic import SecretStr

from server.access.tokens import Tokens
from server.clock import SystemClock
from server.db.engine import Database
from server.http.outbound import outbound_for
from server.running.resealing import resealers
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.live_server import live_server
from tests.support.sign_in_provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.support.stage import CHANNEL
from tests.support.viewer import viewer_at

NEW = SecretStr("a-new-secret-of-more-than-thirty-two-characters")
START = f"/v1/sign-in/oidc/start?channel={CHANNEL}"
INVITED = {"sub": "u-1", "email": "nao@shop.example", "email_verified": True}


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """A server that may be sent to this machine."""
    return make_settings(outbound_networks=["127.0.0.0/8"], outbound_http=True, limits="off")


def headers_of(settings: Settings) -> dict[str, str]:
    tokens = Tokens(settings.signing_secret(), SystemClock())
    return {"Authorization": f"Bearer {tokens.sign(tokens.new_member(CHANNEL, 'admin', name='Ada'))}"}


async def seal_anew(settings: Settings) -> None:
    """Do once what the loops of a process do while the secret is rotated."""
    assert settings.database_url is not None
    database, outbound = Database(settings.database_url, pool_size=1), outbound_for(settings)
    try:
        for reseal in resealers(settings, database, SystemClock(), outbound).values():
            await reseal()
    finally:
        await outbound.close()
        await database.close()


async def set_up(settings: Settings, provider: Provider) -> str:
    """Give the channel a secret of its shop's, a provider, and an invitation; returns the secret."""
    async with (
        live_server(settings) as server,
        httpx.AsyncClient(base_url=f"http://{server}/v1", headers=headers_of(settings)) as admin,
    ):
        wanted = {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        assert (await admin.put("/oidc", json=wanted)).status_code == 200
        invited = await admin.post("/invitations", json={"role": "host", "email": INVITED["email"]})
        assert invited.status_code == 201, invited.text
        made = await admin.post("/customer-keys/secrets")
        return str(made.json()["secret"])


async def viewer_by(server: str, secret: str) -> str:
    """Return which viewer the shop's customer is, or the code of the refusal."""
    claims = {"sub": "customer-17", "aud": CHANNEL, "exp": int(time.time()) + 600}
    async with viewer_at(server) as viewer:
        joined = await viewer.ask_for("join", show="demo", token=jwt.encode(claims, secret, "HS256"))
    return str(joined.get("viewer") or joined.get("code"))


async def comes_in(server: str, provider: Provider) -> bool:
    """Whether a person comes in by the provider, which knows the client by its secret."""
    provider.claims = dict(INVITED)
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=20) as browser:
        begun = await browser.get(START)
        if begun.status_code != 303:
            return False
        back = await browser.get(
            "/v1/sign-in/oidc/callback", params=provider.authorize(begun.headers["location"])
        )
    return "#code=" in str(back.headers.get("location"))


async def test_customer_keys_and_providers_outlive_a_rotation(
    set_stage: None, settings: Settings, provider: Provider
) -> None:
    secret = await set_up(settings, provider)
    async with live_server(settings) as server:
        viewer = await viewer_by(server, secret)
    assert viewer.startswith("v_")
    before = SecretStr(settings.signing_secret())
    rotating = settings.model_copy(update={"secret": NEW, "secret_old": before})
    async with live_server(rotating) as server:
        assert await viewer_by(server, secret) == viewer, "both secrets are there"
    await seal_anew(rotating)
    rotated = settings.model_copy(update={"secret": NEW, "secret_old": None})
    async with live_server(rotated) as server:
        assert await viewer_by(server, secret) == viewer, "and always the same viewer"
        assert await comes_in(server, provider)


async def test_after_a_change_at_once_the_shop_gets_new_secrets(
    set_stage: None, settings: Settings, provider: Provider
) -> None:
    secret = await set_up(settings, provider)
    changed = settings.model_copy(update={"secret": NEW, "secret_old": None})
    async with (
        live_server(changed) as server,
        httpx.AsyncClient(base_url=f"http://{server}/v1", headers=headers_of(changed)) as admin,
    ):
        assert await viewer_by(server, secret) == "unavailable"
        assert not await comes_in(server, provider)
        new = (await admin.post("/customer-keys/secrets")).json()["secret"]
        assert (await viewer_by(server, new)).startswith("v_")
        assert await viewer_by(server, secret) == "unauthenticated"
        wanted = {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        assert (await admin.put("/oidc", json=wanted)).status_code == 200
        assert await comes_in(server, provider)
