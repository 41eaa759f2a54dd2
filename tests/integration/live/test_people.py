"""A channel's people: they join by an invitation, sign in by a password, and what they may follows them on every process at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from server.access.roles import Role
from server.clock import ManualClock, SystemClock
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.members import (
    ANOTHER,
    HOUR,
    PASSWORD,
    Member,
    code_in,
    invitation_code,
    member_at,
    newcomer,
    somebody_at,
    terminal,
)
from tests.support.servers import SignFor
from tests.support.stage import CHANNEL, ELSEWHERE
from tests.support.viewer import joined_at

Two = tuple[str, str]
SIGNED_OUT = 4410
KEY = {"Idempotency_Key": "a-key-of-mine"}


@pytest.fixture
async def admin(server: str, settings: Settings) -> AsyncIterator[Member]:
    """An admin of the stage's channel."""
    async with member_at(server, settings, "admin") as member:
        yield member


async def refused_at(address: str, member: Member) -> str:
    """Why the member's token is refused by a process, or an empty string."""
    async with somebody_at(address) as other:
        other.token = member.token
        return await other.code("GET", "/channel")


# Invitations


async def test_somebody_joins_by_a_link_that_works_once(
    server: str, admin: Member, settings: Settings
) -> None:
    made = await admin.ask("POST", "/invitations", {"role": "host", "email": "Mika@Shop.example"})
    assert made.status_code == 201
    link = made.json()
    assert link["path"].startswith("/studio/join#code=")
    listed = (await admin.ask("GET", "/invitations")).json()["invitations"]
    assert [each["id"] for each in listed] == [link["id"]]
    assert "path" not in listed[0]
    async with somebody_at(server) as mika, somebody_at(server) as other:
        seen = (await mika.ask("POST", "/invitations/look", {"code": code_in(link["path"])})).json()
        assert (seen["kind"], seen["role"], seen["email"], seen["channel"]) == (
            "join",
            "host",
            "Mika@shop.example",
            "Demo",
        )
        answer = await mika.join(code_in(link["path"]), "Mika")
        assert (answer["role"], answer["channel"], answer["name"]) == ("host", CHANNEL, "Mika")
        body = {"code": code_in(link["path"]), "person": newcomer("Other")}
        again = await other.ask("POST", "/invitations/accept", body)
        assert (again.json()["code"], again.json()["why"]) == ("unauthenticated", "used_up")
    assert (await admin.ask("GET", "/invitations")).json()["invitations"] == []


async def test_a_link_that_was_taken_back_or_has_ended_lets_nobody_in(
    server: str, admin: Member, settings: Settings
) -> None:
    link = (await admin.ask("POST", "/invitations", {"role": "host"})).json()
    assert (await admin.ask("DELETE", f"/invitations/{link['id']}")).status_code == 204
    assert await admin.code("DELETE", f"/invitations/{link['id']}") == "not_found"
    clock = ManualClock(SystemClock().now() - HOUR - timedelta(seconds=1))
    ended = await invitation_code(settings, clock=clock)
    async with somebody_at(server) as other:
        for code, why in ((code_in(link["path"]), None), (ended, "ended")):
            for path, body in (
                ("/invitations/look", {"code": code}),
                ("/invitations/accept", {"code": code, "person": newcomer("Other")}),
            ):
                answer = (await other.ask("POST", path, body)).json()
                assert (answer["code"], answer.get("why")) == ("unauthenticated", why)


async def test_of_two_who_open_the_link_at_once_one_joins(servers: Two, settings: Settings) -> None:
    code = await invitation_code(settings)

    async def join(number: int) -> int:
        async with somebody_at(servers[number % 2]) as other:
            body = {"code": code, "person": newcomer(f"Other{number}")}
            return (await other.ask("POST", "/invitations/accept", body)).status_code

    assert sorted(await asyncio.gather(*map(join, range(6)))) == [201, 401, 401, 401, 401, 401]


async def test_the_same_key_gets_the_same_link_and_the_same_person_again(server: str, admin: Member) -> None:
    wish = {"role": "host"}
    first, again = [(await admin.ask("POST", "/invitations", wish, **KEY)).json() for _ in range(2)]
    assert first == again
    assert await admin.code("POST", "/invitations", {"role": "admin"}, **KEY) == "key_reused"
    async with somebody_at(server) as mika:
        body = {"code": code_in(first["path"]), "person": newcomer("Mika")}
        one, two = [await mika.ask("POST", "/invitations/accept", body, **KEY) for _ in range(2)]
        assert mika.take(one)["viewer"] == mika.take(two)["viewer"]
        # What came of a key is looked up anew: nobody gets back what they have lost meanwhile.
        await admin.ask("PATCH", f"/people/{mika.id}", {"role": "analyst"})
        mika.token = ""
        assert mika.take(await mika.ask("POST", "/invitations/accept", body, **KEY))["role"] == "analyst"
        await admin.ask("DELETE", f"/people/{mika.id}")
        mika.token = ""
        assert await mika.code("POST", "/invitations/accept", body, **KEY) == "token_revoked"


async def test_an_address_is_taken_once_in_a_channel_and_the_link_works_on(
    server: str, admin: Member, settings: Settings
) -> None:
    code = await invitation_code(settings)
    async with somebody_at(server) as other:
        person = newcomer("Mika", email="ADMIN@Shop.Example")
        body = {"code": code, "person": person}
        assert await other.code("POST", "/invitations/accept", body) == "email_taken"
        await other.join(code, "Mika")
        assert await other.code("PATCH", "/people/me", {"email": "mika2@shop.example"}) == "forbidden"
        changes = {"email": "admin@SHOP.example"}
        assert await admin.code("PATCH", f"/people/{other.id}", changes) == "email_taken"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", "viewer"),
        ("role", "owner"),
        ("role", None),
        ("email", "nobody"),
        ("email", ""),
        ("email", "a@b\x00.example"),
        ("hours", 0),
        ("hours", -1),
        ("hours", 721),
        ("hours", 1.5),
        ("hours", "3"),
        ("channel", ELSEWHERE),
    ],
)
async def test_an_invitation_to_what_is_not_there_is_refused_by_its_field(
    admin: Member, field: str, value: object
) -> None:
    refused = await admin.ask("POST", "/invitations", {"role": "host"} | {field: value})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert [each["at"] for each in refused.json()["errors"]] == [f"body/{field}"]
    assert (await admin.ask("GET", "/invitations")).json()["invitations"] == []


# Who may


@pytest.mark.parametrize("role", ["viewer", "moderator", "host", "analyst"])
async def test_only_admins_let_people_in_and_out(
    server: str, admin: Member, sign_for: SignFor, role: Role
) -> None:
    async with somebody_at(server) as other:
        other.token = sign_for(role)
        for method, path, body in (
            ("POST", "/invitations", {"role": "admin"}),
            ("GET", "/invitations", None),
            ("DELETE", "/invitations/in_1", None),
            ("PATCH", f"/people/{admin.id}", {"role": "host"}),
            ("PATCH", f"/people/{admin.id}", {"name": "Mine"}),
            ("DELETE", f"/people/{admin.id}", None),
            ("POST", f"/people/{admin.id}/reset", {}),
            ("GET", f"/sessions?person={admin.id}", None),
            ("DELETE", f"/sessions/t_1?person={admin.id}", None),
        ):
            assert await other.code(method, path, body) == "forbidden", (method, path)


async def test_who_is_of_another_channel_is_nobody_here(
    server: str, admin: Member, sign_for: SignFor
) -> None:
    link = (await admin.ask("POST", "/invitations", {"role": "host"})).json()
    async with somebody_at(server) as other:
        other.token = sign_for("admin", ELSEWHERE)
        assert (await other.ask("GET", "/people")).json()["people"] == []
        for method, path, body in (
            ("GET", f"/people/{admin.id}", None),
            ("PATCH", f"/people/{admin.id}", {"role": "host"}),
            ("DELETE", f"/people/{admin.id}", None),
            ("POST", f"/people/{admin.id}/reset", {}),
            ("GET", f"/sessions?person={admin.id}", None),
            ("DELETE", f"/invitations/{link['id']}", None),
        ):
            assert await other.code(method, path, body) == "not_found", (method, path)
    assert len((await admin.ask("GET", "/invitations")).json()["invitations"]) == 1


async def test_colleagues_see_names_and_roles_and_admins_addresses_too(
    server: str, admin: Member, settings: Settings
) -> None:
    async with member_at(server, settings, "analyst", "Ken") as ken:
        seen = (await ken.ask("GET", "/people")).json()["people"]
        assert [(each["name"], each["role"], each["email"]) for each in seen] == [
            ("Admin", "admin", None),
            ("Ken", "analyst", "ken@shop.example"),
        ]
        seen = (await admin.ask("GET", "/people?q=KEN shop")).json()["people"]
        assert [(each["name"], each["email"]) for each in seen] == [("Ken", "ken@shop.example")]
        first = (await admin.ask("GET", "/people?limit=1")).json()
        rest = (await admin.ask("GET", f"/people?limit=1&cursor={first['next']}")).json()
        assert ([each["name"] for each in first["people"] + rest["people"]], rest["next"]) == (
            ["Admin", "Ken"],
            None,
        )


# Signing in


async def test_an_unknown_address_and_a_wrong_password_are_told_apart_by_nobody(
    server: str, admin: Member
) -> None:
    async with somebody_at(server) as other:
        answers: list[httpx.Response] = [
            await other.ask("POST", "/sign-in/password", {"email": email, "password": password})
            for email, password in (
                ("admin@shop.example", ANOTHER),
                ("nobody@shop.example", PASSWORD),
                ("no address", PASSWORD),
            )
        ]
        told = [{**each.json(), "request_id": "", "status": each.status_code} for each in answers]
        assert told[0] == told[1] == told[2]
        assert told[0]["code"] == "unauthenticated"
        await other.sign_in("ADMIN")
        wide = "Ａｄｍｉｎ@shop.example"
        assert await other.code("POST", "/sign-in/password", {"email": wide, "password": PASSWORD}) == ""


async def test_wrong_passwords_have_a_pace_for_each_person_and_right_ones_none(
    make_settings: MakeSettings, set_stage: None
) -> None:
    settings = make_settings(passwords_per_minute=3)
    async with (
        live_server(settings) as server,
        member_at(server, settings, "host", "Mika") as mika,
        member_at(server, settings, "host", "Aki") as aki,
    ):
        for _ in range(5):
            await mika.sign_in("Mika")
        wrong = {"email": "mika@shop.example", "password": ANOTHER}
        codes = [await mika.code("POST", "/sign-in/password", wrong) for _ in range(4)]
        assert codes == ["unauthenticated"] * 3 + ["too_fast"]
        await aki.sign_in("Aki")


async def test_one_address_in_two_channels_names_the_one_it_signs_in_to(
    server: str, settings: Settings
) -> None:
    async with somebody_at(server) as mika, terminal(settings) as opened:
        for channel in (CHANNEL, ELSEWHERE):
            await mika.join(code_in((await opened.invite(channel, "host", "", HOUR))[1]), "Mika")
        body = {"email": "mika@shop.example", "password": PASSWORD}
        asked = await mika.ask("POST", "/sign-in/password", body)
        assert (asked.status_code, asked.json()["code"]) == (409, "conflict")
        assert sorted(each["id"] for each in asked.json()["channels"]) == [CHANNEL, ELSEWHERE]
        assert (await mika.sign_in("Mika", channel=ELSEWHERE))["channel"] == ELSEWHERE


async def test_a_person_changes_their_password_and_their_other_sessions_end(
    servers: Two, settings: Settings
) -> None:
    here, there = servers
    async with member_at(here, settings, "host", "Mika") as mika, somebody_at(there) as phone:
        await phone.sign_in("Mika")
        change = {"current": PASSWORD, "password": ANOTHER}
        wrong = await mika.ask("POST", "/people/me/password", change | {"current": ANOTHER})
        assert (wrong.status_code, wrong.json()["why"]) == (422, "wrong")
        short = await mika.ask("POST", "/people/me/password", change | {"password": "short"})
        assert short.json()["why"] == "short"
        assert await phone.code("GET", "/channel") == ""
        assert (await mika.ask("POST", "/people/me/password", change)).status_code == 204
        await eventually(lambda: refused_at(there, phone))
        assert await phone.code("POST", "/tokens/renew", {}) == "token_revoked"
        assert await refused_at(there, mika) == ""
        assert await phone.code(
            "POST", "/sign-in/password", {"email": "mika@shop.example", "password": PASSWORD}
        )
        await phone.sign_in("Mika", ANOTHER)


async def test_an_admins_link_gives_a_new_password_once_and_ends_what_was_signed_in(
    server: str, admin: Member, settings: Settings
) -> None:
    async with member_at(server, settings, "host", "Mika") as mika, somebody_at(server) as again:
        old, new = [
            code_in((await admin.ask("POST", f"/people/{mika.id}/reset")).json()["path"]) for _ in range(2)
        ]
        body = {"code": old, "password": ANOTHER}
        assert await again.code("POST", "/password/reset", body) == "unauthenticated"
        seen = (await again.ask("POST", "/invitations/look", {"code": new})).json()
        assert (seen["kind"], seen["name"]) == ("reset", "Mika")
        body["code"] = new
        weak = await again.ask("POST", "/password/reset", body | {"password": "mika@shop.example"})
        assert weak.json()["why"] == "own"
        answer = again.take(await again.ask("POST", "/password/reset", body))
        assert (answer["viewer"], answer["role"]) == (mika.id, "host")
        assert await mika.code("GET", "/channel") == "token_revoked"
        assert await again.code("GET", "/channel") == ""
        assert await mika.code("POST", "/password/reset", body) == "unauthenticated"
        await mika.sign_in("Mika", ANOTHER)


# Sessions


async def test_a_person_sees_where_they_are_signed_in_and_ends_one(servers: Two, settings: Settings) -> None:
    here, there = servers
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    async with (
        member_at(here, settings, "host", "Mika") as mika,
        somebody_at(there, **agent) as phone,
    ):
        await phone.sign_in("Mika")
        async with joined_at(there, token=phone.token) as socket:
            sessions = (await mika.ask("GET", "/sessions")).json()["sessions"]
            assert [(each["current"], each["device"]) for each in sessions] == [
                (False, "Firefox on Linux"),
                (True, "python-httpx"),
            ]
            assert sessions[0]["address"] == "127.0.0.0/24"
            assert (await mika.ask("DELETE", f"/sessions/{sessions[0]['id']}")).status_code == 204
            assert await socket.closed() == SIGNED_OUT
        assert await refused_at(there, phone) == "token_revoked"
        assert await phone.code("POST", "/tokens/renew", {}) == "token_revoked"
        assert len((await mika.ask("GET", "/sessions")).json()["sessions"]) == 1
        assert await mika.code("DELETE", f"/sessions/{sessions[0]['id']}") == "not_found"


async def test_an_admin_ends_a_session_of_somebody_else_and_nobody_anothers(
    server: str, admin: Member, settings: Settings
) -> None:
    async with (
        member_at(server, settings, "host", "Mika") as mika,
        member_at(server, settings, "host", "Aki") as aki,
    ):
        (session,) = (await admin.ask("GET", f"/sessions?person={mika.id}")).json()["sessions"]
        assert await aki.code("DELETE", f"/sessions/{session['id']}") == "not_found"
        assert await mika.code("GET", "/channel") == ""
        assert (await admin.ask("DELETE", f"/sessions/{session['id']}?person={mika.id}")).status_code == 204
        assert await mika.code("GET", "/channel") == "token_revoked"


async def test_who_signs_out_is_in_no_list_and_cannot_come_back_by_the_old_token(
    server: str, settings: Settings
) -> None:
    async with member_at(server, settings, "host", "Mika") as mika:
        old = mika.token
        await mika.sign_in("Mika")
        assert len((await mika.ask("GET", "/sessions")).json()["sessions"]) == 2
        new, mika.token = mika.token, old
        assert (await mika.ask("POST", "/sign-out", {})).status_code == 204
        assert await mika.code("POST", "/tokens/renew", {}) == "token_revoked"
        mika.token = new
        assert len((await mika.ask("GET", "/sessions")).json()["sessions"]) == 1


# Roles


@pytest.mark.parametrize("to", ["analyst", "moderator", "admin"])
async def test_another_role_reaches_every_process_and_is_what_a_renewal_gives(
    servers: Two, settings: Settings, to: str
) -> None:
    here, there = servers
    async with (
        member_at(here, settings, "admin") as admin,
        member_at(there, settings, "host", "Mika") as mika,
        joined_at(here, token=mika.token) as one,
        joined_at(there, token=mika.token) as two,
        joined_at(there, token=admin.token) as other,
    ):
        changed = await admin.ask("PATCH", f"/people/{mika.id}", {"role": to})
        assert (changed.status_code, changed.json()["role"]) == (200, to)
        assert (await one.closed(), await two.closed()) == (SIGNED_OUT, SIGNED_OUT)
        await eventually(lambda: refused_at(there, mika))
        assert await refused_at(here, mika) == "token_revoked"
        assert (await mika.renew())["role"] == to
        assert (await refused_at(here, mika), await refused_at(there, mika)) == ("", "")
        async with joined_at(there, token=mika.token) as back:
            assert back.lines[0]["role"] == to
        assert (await other.ask_for("ping"))["type"] == "pong"


async def test_the_end_of_a_membership_reaches_every_process_and_nothing_brings_it_back(
    servers: Two, settings: Settings
) -> None:
    here, there = servers
    async with (
        member_at(here, settings, "admin") as admin,
        member_at(there, settings, "moderator", "Mika") as mika,
        joined_at(here, token=mika.token) as one,
        joined_at(there, token=mika.token) as two,
    ):
        link = (await admin.ask("POST", f"/people/{mika.id}/reset")).json()
        assert (await admin.ask("DELETE", f"/people/{mika.id}")).status_code == 204
        assert (await one.closed(), await two.closed()) == (SIGNED_OUT, SIGNED_OUT)
        await eventually(lambda: refused_at(there, mika))
        assert await mika.code("POST", "/tokens/renew", {}) == "token_revoked"
        mika.token = ""
        body: dict[str, Any] = {"email": "mika@shop.example", "password": PASSWORD}
        assert await mika.code("POST", "/sign-in/password", body) == "unauthenticated"
        body = {"code": code_in(link["path"]), "password": ANOTHER}
        assert await mika.code("POST", "/password/reset", body) == "unauthenticated"
        assert await admin.code("DELETE", f"/people/{mika.id}") == "not_found"


async def test_a_person_calls_themselves_otherwise_and_a_version_counts(
    server: str, admin: Member, settings: Settings
) -> None:
    async with member_at(server, settings, "host", "Mika") as mika:
        assert await mika.code("PATCH", "/people/me", {"name": "Mika", "role": "admin"}) == "forbidden"
        changed = await mika.ask("PATCH", "/people/me", {"name": " Mika   M. "})
        assert (changed.json()["name"], changed.json()["version"], changed.headers["etag"]) == (
            "Mika M.",
            2,
            '"2"',
        )
        assert (await mika.renew())["name"] == "Mika M."
        stale = await admin.ask("PATCH", f"/people/{mika.id}", {"role": "admin"}, If_Match='"1"')
        assert (stale.status_code, stale.json()["current"]["name"]) == (412, "Mika M.")
        assert await mika.code("GET", "/channel") == ""


async def test_the_last_admin_stays(server: str, admin: Member, settings: Settings) -> None:
    for method, body in (("DELETE", None), ("PATCH", {"role": "host"})):
        assert await admin.code(method, "/people/me", body) == "last_admin"
        assert await admin.code(method, f"/people/{admin.id}", body) == "last_admin"
    async with member_at(server, settings, "admin", "Second"):
        assert await admin.code("PATCH", "/people/me", {"role": "host"}) == ""
    await admin.renew()
    assert await admin.code("GET", "/invitations") == "forbidden"


@pytest.mark.parametrize("by", ["DELETE", "PATCH"])
async def test_of_two_admins_who_remove_each_other_at_once_one_stays(
    servers: Two, settings: Settings, by: str
) -> None:
    body = {"role": "host"} if by == "PATCH" else None
    async with (
        member_at(servers[0], settings, "admin", "One") as one,
        member_at(servers[1], settings, "admin", "Two") as two,
    ):
        answers = await asyncio.gather(
            one.code(by, f"/people/{two.id}", body), two.code(by, f"/people/{one.id}", body)
        )
        assert min(answers) == "", answers
        assert max(answers) in {"forbidden", "token_revoked", "last_admin"}, answers
        winner = one if answers[0] == "" else two
        people = (await winner.ask("GET", "/people")).json()["people"]
        assert [each["id"] for each in people if each["role"] == "admin"] == [winner.id]


async def test_the_terminals_tokens_remain_what_they_were(
    server: str, sign_for: SignFor, settings: Settings
) -> None:
    async with somebody_at(server) as host:
        host.token = sign_for("host")
        assert (await host.renew())["role"] == "host"
        assert await host.code("GET", "/people/me") == "not_found"
        assert await host.code("GET", "/sessions") == "not_found"
        assert (await host.ask("POST", "/sign-out", {})).status_code == 204
        assert await host.code("POST", "/tokens/renew", {}) == "token_revoked"


# Names


async def test_nobody_else_carries_the_name_of_one_of_its_people(
    server: str, admin: Member, settings: Settings
) -> None:
    async with member_at(server, settings, "host", "Marika") as marika:
        async with joined_at(server, name="Marika") as viewer:
            assert viewer.lines[0].get("name_refused") is True
        await admin.ask("DELETE", f"/people/{marika.id}")
        async with joined_at(server, name="Marika") as viewer:
            assert viewer.lines[0].get("name_refused") is True
