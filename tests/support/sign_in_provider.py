"""The merchant's own provider of sign-ins: OpenID Connect, as small as it may be, and as wrong as a test wants it."""

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc.jwk import RSAKey

from tests.support.eventually import eventually
from tests.support.live_server import without_signals

CLIENT_ID, CLIENT_SECRET = "showfloor-studio", "a secret of the client"
_KEY = rsa.generate_private_key(65537, 2048)
_OTHER_KEY = rsa.generate_private_key(65537, 2048)


@dataclass
class Provider:
    """Signs everybody in as `claims` say, which replace what would be right."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "u-1"})
    algorithm: str = "RS256"
    kid: str = "k1"
    forged: bool = False
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    """By code: what the browser came with."""

    def authorize(self, url: str) -> dict[str, str]:
        """Do what a browser and a person do at the provider; returns what the browser brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return {"code": code, "state": asked["state"]}

    def id_token(self, asked: dict[str, str]) -> str:
        """Return the token for who came."""
        now = int(time.time())
        right = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        said = {name: value for name, value in {**right, **self.claims}.items() if value is not None}
        if self.algorithm == "none":
            return jwt.encode(said, "", "none", headers={"kid": self.kid})
        if self.algorithm == "HS256":
            return jwt.encode(said, CLIENT_SECRET * 2, "HS256", headers={"kid": self.kid})
        return jwt.encode(
            said, _OTHER_KEY if self.forged else _KEY, self.algorithm, headers={"kid": self.kid}
        )


def _app(provider: Provider) -> FastAPI:
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    async def configuration() -> dict[str, Any]:
        at = provider.issuer
        return {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys",
        }

    @app.get("/authorize")
    async def authorize(request: Request) -> RedirectResponse:
        brought = provider.authorize(str(request.url))
        return RedirectResponse(f"{request.query_params['redirect_uri']}?{urlencode(brought)}", 303)

    @app.get("/keys")
    async def keys() -> dict[str, Any]:
        return {"keys": [RSAKey.import_key(_KEY).as_dict(private=False) | {"kid": "k1"}]}

    @app.post("/token")
    async def token(request: Request) -> JSONResponse:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = provider.asked.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        proved = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        known = request.headers.get("authorization") == f"Basic {basic}"
        if asked is None or not known or proved.rstrip(b"=").decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert form["redirect_uri"] == asked["redirect_uri"]
        body = {"access_token": "x", "token_type": "Bearer", "id_token": provider.id_token(asked)}
        return JSONResponse(json.loads(json.dumps(body)))

    return app


@asynccontextmanager
async def sign_in_provider() -> AsyncIterator[Provider]:
    """Run one on a free port of this machine."""
    provider = Provider()
    config = uvicorn.Config(_app(provider), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = without_signals(uvicorn.Server(config))
    serving = asyncio.create_task(server.serve(), name="provider")
    try:
        await eventually(lambda: server.started)
        provider.issuer = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        yield provider
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """A provider of this test alone."""
    async with sign_in_provider() as provider:
        yield provider
