"""The first channel: made by the owner's link, once, wholly or not at all, whoever else comes at the same moment."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from server.clock import ManualClock, SystemClock
from server.settings import Settings
from tests.support.live_server import live_server
from tests.support.members import HOUR, code_in, newcomer, owner_code, somebody_at, terminal

KEY = {"Idempotency_Key": "a-key-of-mine"}


def wish(code: str, **others: Any) -> dict[str, Any]:
    """What the owner fills in."""
    channel = {
        "name": "Aoi's kitchen",
        "currency": "JPY",
        "time_zone": "Asia/Tokyo",
        "language": "ja",
    }
    return {"code": code, **channel, "person": newcomer("Aoi"), **others}


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[str]:
    """A server on a database with no channel."""
    async with live_server(settings) as address:
        yield address


@pytest.fixture
async def servers(settings: Settings) -> AsyncIterator[tuple[str, str]]:
    """Two of them."""
    async with live_server(settings) as one, live_server(settings) as two:
        yield one, two


async def channels(settings: Settings) -> list[str]:
    """The names of the channels that there are."""
    async with terminal(settings) as opened:
        return [row.name for row in await opened.channels()]


async def test_the_owner_names_the_channel_and_is_its_admin(server: str, settings: Settings) -> None:
    async with somebody_at(server) as owner:
        code = await owner_code(settings)
        seen = await owner.ask("POST", "/invitations/look", {"code": code})
        assert (seen.json()["kind"], seen.json()["channel"]) == ("owner", "")
        answer = owner.take(await owner.ask("POST", "/channels", wish(code)))
        assert (answer["role"], answer["name"]) == ("admin", "Aoi")
        channel = (await owner.ask("GET", "/channel")).json()
        assert channel["id"] == answer["channel"]
        assert {name: channel[name] for name in ("name", "currency", "time_zone", "language")} == {
            "name": "Aoi's kitchen",
            "currency": "JPY",
            "time_zone": "Asia/Tokyo",
            "language": "ja",
        }
        people = (await owner.ask("GET", "/people")).json()["people"]
        assert [(each["email"], each["role"]) for each in people] == [("aoi@shop.example", "admin")]
        await owner.sign_in("Aoi")


async def test_the_link_works_once_and_who_has_it_hears_why(server: str, settings: Settings) -> None:
    code = await owner_code(settings)
    async with somebody_at(server) as owner, somebody_at(server) as other:
        owner.take(await owner.ask("POST", "/channels", wish(code)))
        again = await other.ask("POST", "/channels", wish(code, name="Mine"))
        assert (again.status_code, again.json()["code"], again.json()["why"]) == (
            401,
            "unauthenticated",
            "used_up",
        )
        guessed = await other.ask("POST", "/channels", wish("not-a-code-of-ours"))
        assert "why" not in guessed.json()
    assert await channels(settings) == ["Aoi's kitchen"]


async def test_the_same_key_gets_the_same_channel_again(server: str, settings: Settings) -> None:
    code = await owner_code(settings)
    async with somebody_at(server) as owner:
        first = owner.take(await owner.ask("POST", "/channels", wish(code), **KEY))
        owner.token = ""
        again = owner.take(await owner.ask("POST", "/channels", wish(code), **KEY))
        assert (again["viewer"], again["channel"]) == (first["viewer"], first["channel"])
        assert len((await owner.ask("GET", "/sessions")).json()["sessions"]) == 1
        owner.token = ""
        assert await owner.code("POST", "/channels", wish(code, name="Other"), **KEY) == "key_reused"
    assert await channels(settings) == ["Aoi's kitchen"]


async def test_of_a_fleet_in_which_each_has_a_link_one_wins(
    servers: tuple[str, str], settings: Settings
) -> None:
    codes = [await owner_code(settings) for _ in range(6)]

    async def try_at(address: str, code: str) -> int:
        async with somebody_at(address) as owner:
            return (await owner.ask("POST", "/channels", wish(code))).status_code

    answers = await asyncio.gather(*(try_at(servers[number % 2], code) for number, code in enumerate(codes)))
    assert sorted(answers) == [201, 401, 401, 401, 401, 401]
    assert await channels(settings) == ["Aoi's kitchen"]


async def test_a_link_ends_and_a_restart_makes_another(server: str, settings: Settings) -> None:
    clock = ManualClock(SystemClock().now() - timedelta(hours=1, minutes=1))
    old = await owner_code(settings, clock=clock)
    async with somebody_at(server) as owner:
        answer = await owner.ask("POST", "/channels", wish(old))
        assert (answer.json()["code"], answer.json()["why"]) == ("unauthenticated", "ended")
        owner.take(await owner.ask("POST", "/channels", wish(await owner_code(settings))))
    async with terminal(settings) as opened:
        assert await opened.owner_path() is None


async def test_an_invitation_is_no_owners_link_and_the_other_way_round(
    server: str, settings: Settings
) -> None:
    owners = await owner_code(settings)
    async with somebody_at(server) as owner:
        owner.take(await owner.ask("POST", "/channels", wish(owners)))
        unused = await owner_code_after(settings)
        async with terminal(settings) as opened:
            invitation = code_in((await opened.invite(None, "host", "", HOUR))[1])
        owner.token = ""
        assert await owner.code("POST", "/channels", wish(invitation)) == "unauthenticated"
        body = {"code": unused, "person": newcomer("Ben")}
        assert await owner.code("POST", "/invitations/accept", body) == "unauthenticated"
        assert await owner.code("POST", "/password/reset", {"code": unused, "password": "x" * 20}) == (
            "unauthenticated"
        )


async def owner_code_after(settings: Settings) -> str:
    """A code that was never made a link."""
    return "c" * 32


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "\u200b"),
        ("name", "n" * 81),
        ("currency", "jpy"),
        ("currency", "XXX"),
        ("currency", "XAU"),
        ("currency", ""),
        ("time_zone", "Tokyo"),
        ("time_zone", ""),
        ("language", "fr"),
        ("code", "short"),
        ("code", "with spaces in it"),
        ("person/name", ""),
        ("person/name", "n" * 41),
        ("person/name", "a\x00b"),
        ("person/email", "aoi"),
        ("person/email", "aoi@"),
        ("person/email", "a b@shop.example"),
        ("person/email", f"{'a' * 250}@shop.example"),
        ("person/email", "aoi@shop.example\x00"),
        ("person/password", ""),
        ("person/password", 15),
        ("person/role", "admin"),
    ],
)
async def test_what_no_channel_can_have_is_refused_by_its_field_and_the_link_works_on(
    server: str, settings: Settings, field: str, value: object
) -> None:
    code = await owner_code(settings)
    body = wish(code)
    *above, last = field.split("/")
    (body["person"] if above else body)[last] = value
    async with somebody_at(server) as owner:
        refused = await owner.ask("POST", "/channels", body)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
        assert [each["at"] for each in refused.json()["errors"]] == [f"body/{field}"]
        assert await channels(settings) == []
        owner.take(await owner.ask("POST", "/channels", wish(code)))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("fourteen chars", "short"),
        ("x" * 129, "long"),
        ("password1234567890", "common"),
        ("aaaaaaaaaaaaaaaaaa", "common"),
        ("Aois-Kitchen-2026!", "own"),
        ("aoi@shop.example", "own"),
    ],
)
async def test_a_password_that_others_would_try_is_refused_with_why(
    server: str, settings: Settings, password: str, why: str
) -> None:
    code = await owner_code(settings)
    async with somebody_at(server) as owner:
        body = wish(code, person=newcomer("Aoi", password=password))
        refused = await owner.ask("POST", "/channels", body)
        assert (refused.status_code, refused.json()["why"]) == (422, why)
        assert refused.json()["errors"][0]["at"] == "body/person/password"
        assert await channels(settings) == []
