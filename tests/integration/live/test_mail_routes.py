"""Mail over HTTP, on a whole server: from the viewer's address through real SMTP to the studio's figures, without a cookie anywhere."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from server.db.engine import Database
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.mail import link_tokens, token_in
from tests.support.mail_server import MailServer, mail_server
from tests.support.servers import SignFor
from tests.support.viewer import joined_at

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"}


@pytest.fixture
async def smtp() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
def settings(make_settings: MakeSettings, smtp: MailServer) -> Settings:
    """A server that sends."""
    return make_settings(
        smtp_url=smtp.url, public_url="https://shows.example", mail_bounces="bounces@shows.example", mail_per_second=0,
        mail_per_second_per_domain=0, mails_per_minute_per_ip=4,
    )  # fmt: skip


async def run(settings: Settings, statement: str) -> list[Any]:
    """Run a statement beside the server."""
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=1)
    async with database.write() as connection:
        found = await connection.execute(text(statement))
        rows = list(found.all()) if found.returns_rows else []
    await database.close()
    return rows


async def test_from_an_address_to_the_figures(
    admin: httpx.AsyncClient, settings: Settings, smtp: MailServer, sign_for: SignFor, server: str
) -> None:
    viewer = {"Authorization": f"Bearer {sign_for('viewer')}"}
    own, wish = "/v1/shows/demo/mail", {"address": "anna@example.com", "language": "ja", "wording": 1}
    async with httpx.AsyncClient(base_url=f"http://{server}") as anybody:
        assert (await anybody.get(own, headers=viewer)).json()["offered"] is False
        assert (await anybody.post(own, json=wish, headers=viewer)).status_code == 409
        before = (await admin.get("/v1/mail")).headers["etag"]
        wanted = {"sender_address": "hello@shop.example", "auto_after_hours": None}
        changed = await admin.patch("/v1/mail", json=wanted, headers={"If-Match": before})
        assert changed.json()["sending"] == "on"
        assert (
            await admin.patch("/v1/mail", json=wanted | {"postal": "x"}, headers={"If-Match": before})
        ).status_code == 412
        for wrong in ("x", "x@y.zz\r\nBcc: a@b.cc"):
            refused = await admin.patch("/v1/mail", json={"sender_address": wrong})
            assert refused.status_code == 422, refused.text
        assert (await anybody.post(own, json=wish, headers=viewer)).status_code == 202
        assert (await anybody.post(own, json=wish | {"address": "no"}, headers=viewer)).status_code == 422
        await eventually(lambda: smtp.taken)
        confirm = f"/m/f/{token_in(smtp.taken[0].part('plain'), 'f')}"
        asked = await anybody.get(confirm)
        assert '<form method="post">' in asked.text
        assert (await anybody.get(own, headers=viewer)).json()["state"] == "asked", "a GET confirms nothing"
        assert (await anybody.post(confirm)).status_code == 200
        assert (await anybody.post(confirm)).status_code == 410
        assert (await anybody.get(own, headers=viewer)).json() | {"words": ""} == {
            "offered": True, "wording": 1, "words": "", "state": "confirmed", "address": "anna@example.com"
        }  # fmt: skip
        assert (await admin.post("/v1/mail/shows/demo")).status_code == 409
        # They do the one thing that brings them there in the last moment: who is written to waits until that is counted.
        async with joined_at(server, token=viewer["Authorization"].removeprefix("Bearer ")) as there:
            await there.send(json.dumps({"type": "react", "kind": "heart", "n": 1}))
            await there.do("ask", text="Is it blue?")
            assert (await admin.post("/v1/shows/demo/end")).status_code == 200
        assert (await admin.post("/v1/mail/shows/demo")).status_code == 202
        assert (await admin.post("/v1/mail/shows/demo")).status_code == 409
        await eventually(lambda: len(smtp.taken) == 2)
        mail = smtp.taken[1]
        await eventually_sent(admin)
        await run(settings, "UPDATE mail_message SET sent_at = sent_at - interval '1 hour'")
        led = await anybody.get(f"/m/c/{link_tokens(mail)[0]}", headers=BROWSER)
        assert (led.status_code, led.headers["location"]) == (302, "https://shows.example/shows/demo")
        pixel = await anybody.get(f"/m/o/{token_in(mail.part('html'), 'o')}.gif", headers=BROWSER)
        assert pixel.headers["content-type"] == "image/gif"
        for made_up in ("/m/c/c.m-0.aaaa", f"/m/c/{token_in(mail.part('html'), 'o')}", "/m/f/x", "/m/u/x"):
            assert (await anybody.get(made_up)).status_code == 404
        stop = f"/m/u/{token_in(str(mail.message['List-Unsubscribe']).rstrip('>'), 'u')}"
        assert "<form" in (await anybody.get(stop)).text
        assert (await anybody.get(own, headers=viewer)).json()["state"] == "confirmed"
        one_click = await anybody.post(stop, data={"List-Unsubscribe": "One-Click"})
        assert one_click.status_code == 200
        assert (await anybody.get(own, headers=viewer)).json()["state"] == "withdrawn"
        figures = (await admin.get("/v1/shows/demo/stats/mail")).json()
        told = {
            name: figures[name]
            for name in ("recipients", "sent", "delivered", "opened", "clicked", "unsubscribed")
        }
        assert told == dict.fromkeys(told, 1)
        assert (await anybody.get("/v1/shows/demo/stats/mail", headers=viewer)).status_code == 403
        (stopped,) = (
            await admin.get("/v1/mail/suppressions", params={"address": "ANNA@example.com"})
        ).json()["suppressions"]
        assert stopped["reason"] == "unsubscribed"
        assert (await admin.delete(f"/v1/mail/suppressions/{stopped['id']}")).status_code == 204
        for _ in range(2):
            await anybody.post(own, json=wish, headers=viewer)
        assert (await anybody.post(own, json=wish, headers=viewer)).status_code == 429


async def eventually_sent(admin: httpx.AsyncClient) -> None:
    """Wait until the server has written down that the follow-up was taken."""

    async def sent() -> bool:
        return bool((await admin.get("/v1/mail/shows")).json()["shows"][0]["sent"])

    await eventually(sent)


async def test_words_are_checked_shown_without_rights_and_never_sent_half(
    admin: httpx.AsyncClient, server: str
) -> None:
    built_in = (await admin.get("/v1/mail/template?language=en")).json()
    assert built_in["version"] == 0
    parts = {name: built_in[name] for name in ("subject", "preheader", "html", "plain")}
    for name, source, line in (
        ("html", "{{ unsubscribe_url }}\n{% for a in clicked %}\n{{ a.nothing }}{% endfor %}", 3),
        ("html", "{{ unsubscribe_url }}\n{% if %}", 2),
        ("html", "no way out", 1),
        ("plain", "{{ unsubscribe_url }}\n\n{{ ''.__class__ }}", 3),
        ("plain", "{{ unsubscribe_url }}{% set x = 1 %}", 1),
        ("plain", "{{ unsubscribe_url }}{{ 9 ** 9 ** 9 }}", 1),
        ("plain", "{{ unsubscribe_url }}{{ show.title.upper() }}", 1),
        ("subject", "{{ nobody }}", 1),
        ("subject", "", 1),
    ):
        wrong = await admin.put("/v1/mail/template?language=en", json=parts | {name: source})
        assert wrong.status_code == 422, (source, wrong.text)
        (error,) = wrong.json()["errors"]
        assert (error["at"], error["line"]) == (f"body/{name}", line), (source, error)
    own = parts | {
        "html": "<script>alert(1)</script><a href='javascript:alert(1)'>x</a>{{ show.title }} {{ unsubscribe_url }}"
    }
    seen = (await admin.post("/v1/mail/preview", json=own | {"language": "en"})).json()
    async with httpx.AsyncClient(base_url=f"http://{server}") as anybody:
        page = await anybody.get(seen["look"])
    policy = page.headers["content-security-policy"]
    assert "sandbox allow-popups" in policy
    assert "default-src 'none'" in policy
    assert 'href="#"' in page.text
    kept = await admin.put("/v1/mail/template?language=en", json=own)
    assert kept.json()["version"] == 1
    assert (await admin.delete("/v1/mail/template?language=en")).status_code == 204
    assert (await admin.get("/v1/mail/template?language=en")).json()["version"] == 0
    tested = await admin.post("/v1/mail/test", json=own | {"language": "en"})
    assert tested.status_code == 409, "a token of the terminal has no address"
