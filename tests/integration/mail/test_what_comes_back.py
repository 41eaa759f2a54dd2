"""Bounces, complaints, people who stop it, opens and clicks: believed by our token alone, and counted where they belong."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from server.mail.returns import Caller
from server.privacy import repository
from tests.support.mail import Post, link_tokens, token_in
from tests.support.mail_server import MailServer, Taken
from tests.support.stage import ADMIN, CHANNEL, SHOW, Stage

BROWSER = Caller("Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X) Safari/605", "198.51.100.7")


def bounce(to: str, *, action: str = "failed", status: str = "5.1.1", kind: str = "delivery-status") -> bytes:
    """Return a delivery status notification as Postfix writes it."""
    lines = f"""From: MAILER-DAEMON@mx.example.com
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="b"

--b
Content-Type: text/plain

It did not arrive.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; anna@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} said so

--b--
"""
    return lines.replace("\n", "\r\n").encode()


def complaint(taken: Taken, kind: str = "abuse") -> bytes:
    """Return a report of an abuse (ARF) about a message."""
    original = taken.raw.replace(b"\r\n", b"\n").decode("utf-8", "replace")
    lines = f"""From: feedback@provider.example
To: abuse@shows.example
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="arf"

--arf
Content-Type: text/plain

Somebody complained.

--arf
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1

--arf
Content-Type: message/rfc822

"""
    return (lines + original + "\n--arf--\n").replace("\n", "\r\n").encode()


@pytest.fixture
async def anna(post: Post, smtp: MailServer) -> Taken:
    """A follow-up that has been sent."""
    await post.agree("v_anna", "anna@example.com")
    await post.attend("v_anna", ("click", "p_apron"))
    await post.end()
    await post.begin()
    await post.send()
    return smtp.to("anna@example.com")[-1]


async def suppressed(post: Post) -> list[str]:
    return [
        each.reason
        for each in await post.desk.suppressed(CHANNEL, address="ANNA@example.com", after=None, limit=9)
    ]


async def test_a_bounce_with_our_token_counts_and_a_forged_one_does_not(
    stage: Stage, post: Post, anna: Taken
) -> None:
    forged = anna.envelope_from.replace("@", "x@").replace(".", ".a", 2)
    for raw in (
        bounce("bounces@shows.example"),
        bounce(forged),
        bounce("anna@example.com"),
        b"",
        b"\xff\x00",
        b"To: x\r\n\r\n",
    ):
        assert await post.returns.take_report(raw) is None
    delayed = await post.returns.take_report(bounce(anna.envelope_from, action="delayed", status="4.4.1"))
    assert delayed is not None
    assert delayed.kind == "none"
    answered = await post.returns.take_report(
        b"To: " + anna.envelope_from.encode() + b"\r\nSubject: on holiday\r\n\r\nback soon"
    )
    assert answered is not None
    assert answered.kind == "none"
    assert await suppressed(post) == []
    full = await post.returns.take_report(bounce(anna.envelope_from, status="5.2.2"))
    assert full is not None
    assert full.kind == "soft"
    assert await suppressed(post) == []
    gone = await post.returns.take_report(bounce("somebody@mx"), to=anna.envelope_from.upper())
    assert gone is not None
    assert gone.kind == "hard"
    assert await suppressed(post) == ["hard_bounce"]
    (figures,) = await post.campaigns.figures(CHANNEL, show_id=SHOW)
    assert (figures.sent, figures.delivered, figures.bounced) == (1, 0, 1)


async def test_a_complaint_stops_everything_and_not_spam_does_not(post: Post, anna: Taken) -> None:
    fine = await post.returns.take_report(complaint(anna, "not-spam"))
    assert fine is not None
    assert fine.kind == "none"
    said = await post.returns.take_report(complaint(anna))
    assert said is not None
    assert said.kind == "complaint"
    assert await suppressed(post) == ["complaint"]
    assert (await post.consents.standing(CHANNEL, "v_anna", "en")).state == "withdrawn"
    await post.agree("v_anna", "anna@example.com", confirm=False)
    assert await post.send() == 0, "who complained is not even asked again"
    (found,) = await post.desk.suppressed(CHANNEL, address=None, after=None, limit=9)
    await post.desk.lift(CHANNEL, ADMIN, found.address_hash)
    assert await suppressed(post) == []


async def test_one_click_stops_it_for_all_who_asked_with_the_address_and_agreeing_anew_begins_it(
    post: Post, anna: Taken, smtp: MailServer
) -> None:
    await post.agree("v_other_device", "anna@example.com")
    token = token_in(anna.part("plain"), "u")
    assert await post.returns.can_stop(token)
    assert await suppressed(post) == []
    for _ in range(2):
        assert await post.returns.unsubscribe(token)
    assert not await post.returns.unsubscribe(token.replace("u.", "o."))
    for viewer in ("v_anna", "v_other_device"):
        assert (await post.consents.standing(CHANNEL, viewer, "en")).state == "withdrawn"
    assert await suppressed(post) == ["unsubscribed"]
    await post.agree("v_anna", "anna@example.com")
    assert await suppressed(post) == []
    (figures,) = await post.campaigns.figures(CHANNEL, show_id=SHOW)
    assert figures.unsubscribed == 1


async def test_people_and_machines_are_told_apart_and_the_ledger_hears_of_both(
    stage: Stage, post: Post, anna: Taken
) -> None:
    pixel, link = token_in(anna.part("html"), "o"), link_tokens(anna)[0]
    await post.returns.opened(pixel, BROWSER)  # a moment after it was sent
    stage.tick(3600)
    for agent, address in (
        ("Mozilla/5.0", "17.58.0.1"),
        ("Mozilla/5.0 (via ggpht.com GoogleImageProxy)", "66.249.0.1"),
        ("", "198.51.100.7"),
        (BROWSER.agent, "192.0.2.77"),
    ):
        await post.returns.opened(pixel, Caller(agent, address))
        assert await post.returns.clicked(link, Caller(agent, address))
    (figures,) = await post.campaigns.figures(CHANNEL, show_id=SHOW)
    assert (figures.opened, figures.opened_machine, figures.opened_raw) == (0, 1, 1)
    assert (figures.clicked, figures.clicked_machine) == (0, 1)
    for _ in range(2):
        await post.returns.opened(pixel, BROWSER)
        assert await post.returns.clicked(link, BROWSER) == "https://shows.example/shows/demo"
    assert await post.returns.clicked(pixel, BROWSER) is None
    await stage.add_show("next")
    stage.tick(60)
    await stage.buy("v_anna", "p_apron", show="next")
    (figures,) = await post.campaigns.figures(CHANNEL, show_id=SHOW)
    assert (figures.opened, figures.clicked, figures.orders, figures.buyers, figures.amount_minor) == (
        1,
        1,
        1,
        1,
        1000,
    )
    found = await post.rows(
        "SELECT kind, via, sum(n) FROM ledger_entry WHERE kind LIKE 'mail%' AND viewer_id = 'v_anna' AND show_id = :s GROUP BY 1, 2",
        s=SHOW,
    )
    assert {(kind, via): n for kind, via, n in found} == {
        ("mail_open", "machine"): 1, ("mail_open", "person"): 1, ("mail_click", "machine"): 4, ("mail_click", "person"): 2,
    }  # fmt: skip


async def test_orders_count_for_a_week_after_a_click(stage: Stage, post: Post, anna: Taken) -> None:
    await stage.add_show("next")
    stage.tick(3600)
    await post.returns.clicked(link_tokens(anna)[0], BROWSER)
    stage.tick(timedelta(days=7).total_seconds() + 1)
    await stage.buy("v_anna", "p_apron", show="next")
    (figures,) = await post.campaigns.figures(CHANNEL, show_id=SHOW)
    assert figures.orders == 0


async def test_erasing_a_person_takes_address_words_and_what_waits_and_leaves_hash_and_counts(
    stage: Stage, post: Post, anna: Taken
) -> None:
    await post.returns.unsubscribe(token_in(anna.part("plain"), "u"))
    async with stage.database.write() as connection:
        await connection.execute(text("UPDATE mail_message SET state = 'queued' WHERE kind = 'confirm'"))
        reach = repository.Reach(["v_anna"], [SHOW])
        await repository.erase(connection, reach, {"v_anna": "v_nobody"}, "salt")
    left = await post.rows("SELECT * FROM mail_message")
    assert "anna" not in str(left).lower().replace("v_nobody", "")
    assert await post.rows("SELECT * FROM mail_consent") == []
    assert await post.send() == 0
    assert await suppressed(post) == ["unsubscribed"]
    (figures,) = await post.campaigns.figures(CHANNEL, show_id=SHOW)
    assert (figures.sent, figures.unsubscribed) == (1, 1)
