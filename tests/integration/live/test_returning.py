"""Somebody banned comes back as a new guest: recognised on every process, by device or address, and never without a way to object."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from server.settings import Settings
from tests.integration.live.test_sanctions import call, own
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.stage import open_stage
from tests.support.viewer import Viewer, joined_at, viewer_at

Two = tuple[str, str]
HOME, AWAY = "8.8.4.4", "9.9.9.9"
DEVICE, OTHER_DEVICE = "d" * 22, "e" * 22


@pytest.fixture
async def behind(settings: Settings, set_stage: None) -> AsyncIterator[Two]:
    """Two servers behind a proxy that tells where viewers come from."""
    told = settings.model_copy(update={"trusted_proxies": ["127.0.0.0/8"]})
    async with live_server(told) as one, live_server(told) as two:
        yield one, two


@asynccontextmanager
async def guest_from(address: str, home: str, **fields: Any) -> AsyncIterator[Viewer]:
    async with viewer_at(address, additional_headers={"X-Forwarded-For": home}) as viewer:
        await viewer.join("demo", **fields)
        yield viewer


async def marks(settings: Settings) -> list[str]:
    """By what the banned are known just now, as the database has it."""
    assert settings.database_url is not None
    async with open_stage(settings.database_url, empty=True) as stage, stage.database.read() as connection:
        return list(
            await connection.scalars(text("SELECT signal || ' ' || mark FROM sanction_mark ORDER BY 1"))
        )


async def is_held(viewer: Viewer, words: str) -> bool:
    return bool((await viewer.do("ask", text=words))["state"] == "pending")


async def comes_back_held(address: str, home: str, **fields: Any) -> bool:
    async with guest_from(address, home, **fields) as again:
        return await is_held(again, "Me again")


async def test_a_banned_guest_who_comes_back_on_the_same_device_is_held_and_staff_may_say_it_is_not_them(
    behind: Two, settings: Settings, sign_for: SignFor
) -> None:
    here, there = behind
    async with joined_at(there, token=sign_for("host")) as host:
        async with guest_from(here, HOME, device=DEVICE) as rude:
            asked = (await rude.do("ask", text="You are fools"))["question"]
        # They are gone before anybody could ban them.
        given = await host.do("viewer.sanction", question=asked, kind="ban", seconds=3600, reason="abuse")
        await eventually(lambda: comes_back_held(there, AWAY, device=DEVICE))
        async with guest_from(here, AWAY, device=DEVICE) as again, guest_from(here, AWAY) as other:
            assert await is_held(again, "So what")
            assert not await is_held(other, "Is it warm?")
            told = await host.expect_push(
                "sanction.changed", lambda push: push["sanction"]["viewer"] == again.id
            )
            found = told["sanction"]
            assert (found["kind"], found["reason"], found["by"]) == ("hold", "evasion", "")
            assert (found["like"], found["like_by"]) == (given["sanction"], "device")
            assert await own(here, again) == []
            await host.do("sanction.lift", sanction=found["id"])
            await eventually(lambda: _is_not_held(again))
        assert not await comes_back_held(there, AWAY, token=again.token, device=DEVICE)
        kept = await marks(settings)
        assert [each.split()[0] for each in kept] == ["address", "device"]
        assert not any(raw in str(kept) for raw in (HOME, AWAY, DEVICE))
        await host.do("sanction.lift", sanction=given["sanction"])
        assert await marks(settings) == []
        await eventually(lambda: _is_free(here))


async def _is_not_held(viewer: Viewer) -> bool:
    return not await is_held(viewer, "And now?")


async def _is_free(address: str) -> bool:
    return not await comes_back_held(address, AWAY, device=DEVICE)


async def test_of_an_address_only_who_is_new_is_held_and_the_household_goes_on(
    behind: Two, sign_for: SignFor
) -> None:
    here, there = behind
    async with (
        joined_at(here, token=sign_for("host")) as host,
        guest_from(here, HOME) as rude,
        guest_from(there, HOME) as sister,
    ):
        await host.do("viewer.sanction", viewer=rude.id, kind="ban")
        assert await rude.closed() == 4403
        await eventually(lambda: comes_back_held(there, HOME))
        await eventually(lambda: comes_back_held(here, HOME))
        assert not await is_held(sister, "Is it warm?")
        assert not await comes_back_held(here, AWAY)


async def test_a_device_that_is_shut_out_is_out_at_once_on_every_process_and_its_person_may_appeal(
    behind: Two, sign_for: SignFor
) -> None:
    here, there = behind
    async with (
        joined_at(here, token=sign_for("host")) as host,
        guest_from(here, HOME, device=DEVICE) as rude,
        guest_from(there, AWAY, device=DEVICE) as second,
        guest_from(there, HOME, device=OTHER_DEVICE) as sister,
    ):
        assert await host.refused("viewer.sanction", viewer=rude.id, kind="mute", device=True) == "invalid"
        await host.do("viewer.sanction", viewer=rude.id, kind="ban", device=True, reason="fraud")
        assert (await rude.closed(), await second.closed()) == (4403, 4403)
        assert not await is_held(sister, "Is it warm?")
        async with viewer_at(there) as again:
            refused = await again.ask_for("join", show="demo", device=DEVICE)
        assert refused["code"] == "banned"
        token = refused["token"]
        await eventually(lambda: _reads_a_ban(here, token))
        _, told = await call(here, "GET", "/shows/demo/sanctions/own", token)
        (ban,) = told["sanctions"]
        assert (ban["kind"], ban["reason"]) == ("ban", "evasion")
        path = f"/shows/demo/sanctions/{ban['id']}/appeal"
        status, _ = await call(there, "POST", path, token, text="This is the library's computer.")
        assert status == 200
        await host.do("appeal.answer", sanction=ban["id"], lift=True)
        await eventually(lambda: _may_join(there, token))


async def _reads_a_ban(address: str, token: str) -> bool:
    _, told = await call(address, "GET", "/shows/demo/sanctions/own", token)
    return bool(told.get("sanctions"))


async def _may_join(address: str, token: str) -> bool:
    async with viewer_at(address) as viewer:
        joined = await viewer.ask_for("join", show="demo", token=token, device=DEVICE)
        return bool(joined["type"] == "joined")


async def test_an_address_that_is_shut_out_is_out_for_guests_and_a_channel_may_look_for_nobody(
    behind: Two, sign_for: SignFor
) -> None:
    here, there = behind
    admin, path = sign_for("admin"), "/channels/demo/sanction-settings"
    assert await call(here, "GET", path, sign_for("moderator")) == (200, {"returning": "hold"})
    assert await call(here, "PUT", path, admin, returning="off") == (200, {"returning": "off"})
    async with joined_at(here, token=admin) as host, guest_from(here, HOME, device=DEVICE) as rude:
        given = await host.do("viewer.sanction", viewer=rude.id, kind="ban", address=True)
        assert await rude.closed() == 4403
        await eventually(lambda: _is_out(there, HOME))
        await eventually(lambda: _is_out(here, HOME))
        assert not await comes_back_held(here, AWAY, device=DEVICE)
        await host.do("sanction.lift", sanction=given["sanction"])
        await eventually(lambda: _is_in(there, HOME))


async def _is_out(address: str, home: str) -> bool:
    async with viewer_at(address, additional_headers={"X-Forwarded-For": home}) as viewer:
        return bool((await viewer.ask_for("join", show="demo"))["type"] == "error")


async def _is_in(address: str, home: str) -> bool:
    return not await _is_out(address, home)
