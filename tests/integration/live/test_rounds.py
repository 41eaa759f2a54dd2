"""Rounds and commits of a busy show: who waits for a round, and who does not."""

import asyncio

import pytest

from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import joined_at

FOR_A_WHILE = {"fanout_share": 1e-9, "round_wait_ms": 1500}
"""Every round of any cost is followed by the longest wait."""


@pytest.mark.usefixtures("set_stage")
async def test_a_buyers_reply_waits_for_nobodys_round(make_settings: MakeSettings, sign_for: SignFor) -> None:
    async with (
        live_server(make_settings(**FOR_A_WHILE)) as address,
        joined_at(address, token=sign_for("host")) as host,
        joined_at(address) as buyer,
    ):
        await host.do("announce", text="the room has a round, and waits")
        await host.expect_push("announce")
        waits = asyncio.create_task(host.do("announce", text="of the next round"))
        bought = await buyer.do("buy", product="p_apron", quantity=1, key="k-0123456789")
        assert bought["order"]
        for _ in range(20):
            await buyer.do("ping")
        assert [push["type"] for push in buyer.pushes] == ["announce"], "the round is still to come"
        await waits
        await buyer.expect_push("product.stock")
        buyer.assert_nothing_missing()


@pytest.mark.usefixtures("set_stage")
async def test_what_waits_for_the_same_round_is_committed_together(
    make_settings: MakeSettings, sign_for: SignFor
) -> None:
    settings: Settings = make_settings(**FOR_A_WHILE)
    async with live_server(settings) as address, joined_at(address, token=sign_for("host")) as host:
        await host.do("announce", text="first")
        await host.expect_push("announce")
        await asyncio.gather(*(host.do("announce", text=f"{n}") for n in range(10)))
        await host.expect_push("announce", lambda push: push["text"] == "9")
        assert len({push["at"] for push in host.pushes[1:]}) == 1, "one transaction has one time"
