"""Orders that a thank-you page brings: money only as the shop's backend has signed it, and where it came from as the page says."""

import asyncio
import os
import re
import shutil
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from tests.support.sdk_package import NODE_OF_THE_WHEEL, ROOT
from tests.support.servers import SignFor
from tests.support.stage import CHANNEL, ELSEWHERE

PAGE = ROOT / "docs" / "thank-you.md"
PAID: dict[str, Any] = {
    "order": "1001",
    "currency": "JPY",
    "at": "2026-11-22T12:30:00+09:00",
    "lines": [{"product": "p_apron", "quantity": 2, "amount": 2000}],
}
RUN = {
    "python": ("python3", "import json\n", "print(order_claim(json.loads({report!r}), '{channel}'))"),
    "js": ("node", "", "console.log(orderClaim(JSON.parse({report!r}), '{channel}'))"),
    "php": ("php", "<?php\n", "echo order_claim(json_decode({report!r}, true), '{channel}');"),
}
"""What runs each language, what stands before the example, and behind it."""


async def secret_of(admin: httpx.AsyncClient) -> str:
    made = await admin.post("/v1/customer-keys/secrets")
    assert made.status_code == 201, made.text
    return str(made.json()["secret"])


def claim(secret: str, report: Any = PAID, **others: Any) -> str:
    said = {"aud": CHANNEL, "exp": int(time.time()) + 600, "report": report} | others
    return jwt.encode({name: value for name, value in said.items() if value is not None}, secret, "HS256")


async def tell(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    """Post a claim as a page does: without a token."""
    return await client.post("/v1/orders/claim", json=body, headers={"Authorization": ""})


async def orders_of(admin: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await admin.get("/v1/orders")).json()["orders"]
    return found


async def attribution_of(admin: httpx.AsyncClient, sign_for: SignFor) -> str:
    """Return an attribution id of the show, as somebody has it who went to the shop's cart."""
    taking = {"order_taker": "shop", "cart_url": "https://shop.example/{sku}"}
    assert (await admin.patch("/v1/channel", json=taking)).status_code == 200
    viewer = {"Authorization": f"Bearer {sign_for('viewer')}"}
    cart = await admin.post("/v1/shows/demo/cart", json={"product": "p_apron"}, headers=viewer)
    assert cart.json()["hours"] == 24
    return str(cart.json()["attribution"])


async def test_what_the_shops_backend_signed_is_an_order_of_the_show_once(
    admin: httpx.AsyncClient, sign_for: SignFor
) -> None:
    secret, attribution = await secret_of(admin), await attribution_of(admin, sign_for)
    for status in ("created", "unchanged", "unchanged"):
        told = await tell(admin, claim=claim(secret), attribution=attribution)
        assert (told.status_code, told.json()) == (200, {"status": status, "order": "1001"})
    reported = await admin.post("/v1/orders/report", json=PAID)
    assert (reported.json()["status"], reported.json()["attributed_by"]) == ("unchanged", "link")
    assert (reported.json()["show"], reported.json()["amount"]) == ("demo", 2000)
    refund = {"order": "1001", "state": "refunded"}
    assert (await admin.post("/v1/orders/report", json=refund)).json()["status"] == "changed"
    assert (await tell(admin, claim=claim(secret))).json()["status"] == "unchanged", "a page kept open"
    (order,) = await orders_of(admin)
    assert (order["number"], order["state"], order["amount"]) == ("1001", "refunded", 2000)
    other = await tell(admin, claim=claim(secret, PAID | {"currency": "USD"}))
    assert (other.status_code, other.json()["code"]) == (409, "conflict")


async def test_a_browser_invents_no_money(admin: httpx.AsyncClient, sign_for: SignFor) -> None:
    secret, attribution = await secret_of(admin), await attribution_of(admin, sign_for)
    now = int(time.time())
    forged = {
        "signature": claim("cs_" + "x" * 40),
        "audience": claim(secret, aud=ELSEWHERE),
        "form": claim(secret, sub="customer-17"),
        "algorithm": jwt.encode({"aud": CHANNEL, "exp": now + 60, "report": PAID}, "", "none"),
        "too_long": claim(secret, exp=now + 90_000),
        "not_yet": claim(secret, nbf=now + 600),
    }
    for why, token in forged.items():
        told = await tell(admin, claim=token, attribution=attribution)
        assert (told.status_code, told.json().get("why")) == (401, why), told.text
    signed_in = jwt.encode({"sub": "customer-17", "aud": CHANNEL, "exp": now + 60}, secret, "HS256")
    assert (await tell(admin, claim=signed_in)).json()["why"] == "form"
    assert (await tell(admin, claim=claim(secret, exp=now - 1))).json()["code"] == "token_expired"
    assert (await tell(admin, order="1001", attribution=attribution, amount=9)).json()["code"] == "invalid"
    linked = await admin.post("/v1/orders/link", json={"order": "1001", "attribution": attribution})
    assert linked.status_code == 204
    assert await orders_of(admin) == []


async def test_a_claim_signs_nobody_in(server: str, admin: httpx.AsyncClient) -> None:
    token = claim(await secret_of(admin))
    mine = await admin.get("/v1/shows/demo/me", headers={"Authorization": f"Bearer {token}"})
    assert (mine.status_code, mine.json()["why"]) == (401, "form")


@pytest.mark.parametrize(
    "wrong",
    [
        PAID | {"order": ""}, PAID | {"order": None}, {name: PAID[name] for name in ("currency", "at", "lines")},
        PAID | {"state": "refunded"}, PAID | {"state": "cancelled"}, PAID | {"lines": []}, PAID | {"amount": 1},
        PAID | {"lines": [{"quantity": 1, "amount": -1}]}, PAID | {"currency": "XXX"}, PAID | {"at": "2999-01-01T00:00:00Z"},
        [], "1001", None, {"order": "1001"},
    ],
)  # fmt: skip
async def test_a_signed_claim_that_is_no_paid_order_is_refused(admin: httpx.AsyncClient, wrong: Any) -> None:
    told = await tell(admin, claim=claim(await secret_of(admin), wrong))
    code = "unauthenticated" if wrong is None else "invalid"
    assert told.json()["code"] == code, told.text
    assert await orders_of(admin) == []


async def test_another_channels_attribution_id_says_nothing_of_an_order(
    admin: httpx.AsyncClient, sign_for: SignFor
) -> None:
    secret = await secret_of(admin)
    elsewhere = {"Authorization": f"Bearer {sign_for('admin', channel=ELSEWHERE)}"}
    taking = {"order_taker": "shop", "cart_url": "https://shop.example/{sku}"}
    assert (await admin.patch("/v1/channel", json=taking, headers=elsewhere)).status_code == 200
    viewer = {"Authorization": f"Bearer {sign_for('viewer', channel=ELSEWHERE)}"}
    planned = {
        "title": "Elsewhere",
        "host": "Mika",
        "state": "scheduled",
        "starts_at": "2026-11-30T12:00:00Z",
    }
    show = (await admin.post("/v1/shows", json=planned, headers=elsewhere)).json()["id"]
    cart = await admin.post(f"/v1/shows/{show}/cart", json={"product": "p_other"}, headers=viewer)
    assert cart.status_code == 200, cart.text
    told = await tell(admin, claim=claim(secret), attribution=cart.json()["attribution"])
    assert told.json()["status"] == "created"
    (order,) = await orders_of(admin)
    assert (order["show"], order["attributed_by"]) == (None, None)


@pytest.mark.parametrize("language", RUN)
async def test_the_example_signs_an_order(admin: httpx.AsyncClient, tmp_path: Path, language: str) -> None:
    runner, before, after = RUN[language]
    path = f"{os.environ['PATH']}{os.pathsep}{NODE_OF_THE_WHEEL}"
    if shutil.which(runner, path=path) is None:
        pytest.skip(f"{runner} is not installed; .ci/run installs it")
    page = PAGE.read_text("utf-8")
    (example,) = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
    (report,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert sum(bool(line) for line in example.splitlines()) <= 10
    script = tmp_path / f"example.{'cjs' if language == 'js' else language}"
    told = after.format(report=report.replace("\n", " ").strip(), channel=CHANNEL)
    script.write_text(f"{before}{example}{told}\n", "utf-8")
    running = await asyncio.create_subprocess_exec(
        runner,
        str(script),
        env={"PATH": path, "SHOWFLOOR_CUSTOMER_SECRET": await secret_of(admin)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    signed, complained = await running.communicate()
    assert running.returncode == 0, complained
    assert (await tell(admin, claim=signed.decode().strip())).json()["status"] == "created"
    (order,) = await orders_of(admin)
    assert (order["number"], order["amount"]) == ("1001", 3600)
