"""After a show its viewers who agreed are written to: once, in their language, with what they did, and nobody else."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from server.errors import RefusedError
from server.mail.consents import Wish
from server.mail.rules import CONFIRMATIONS_MAX, CONFIRMED_WITHIN, mailbox_of
from server.protocol.codes import Code
from tests.support.mail import Post, link_tokens, open_post, token_in
from tests.support.mail_server import MailServer
from tests.support.stage import ADMIN, CHANNEL, MODERATOR, SHOW, Stage, refused


async def test_a_viewer_gets_what_they_did_with_the_answers_and_no_html_of_their_own(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    await post.agree("v_anna", "anna@example.com")
    await post.attend("v_anna", ("click", "p_apron"))
    asked = await stage.questions.ask(
        SHOW, "v_anna", "Anna", 'Washable? <img src=x onerror="alert(1)"> {{ 7*7 }}'
    )
    await stage.questions.answer(SHOW, MODERATOR, asked.id, None, text="Yes, at 30 °C.", live=False)
    await stage.buy("v_anna", "p_bowl", quantity=2)
    await post.end()
    await post.begin()
    assert await post.send() == 1
    taken = smtp.to("anna@example.com")[-1]
    html, plain = taken.part("html"), taken.part("plain")
    assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt; {{ 7*7 }}" in html
    assert "<img src=x" not in html
    for part in (html, plain):
        assert "Yes, at 30 °C." in part
        assert "p_apron" in part
        assert "JPY 1,000" in part
        assert "p_bowl" in part
        assert "JPY 5,000" in part
        assert "/m/u/" in part
    headers = taken.message
    assert headers["From"].addresses[0].display_name == "Kitchen Ōsaka"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert token_in(str(headers["List-Unsubscribe"]).rstrip(">"), "u") == token_in(plain, "u")
    assert headers["Date"]
    assert headers.get_content_type() == "multipart/alternative"
    assert taken.envelope_from.startswith("bounces+r.m-")
    assert len(taken.envelope_from.partition("@")[0]) <= 64


async def test_nothing_but_the_question_is_sent_before_an_address_is_confirmed(
    post: Post, smtp: MailServer
) -> None:
    await post.agree("v_anna", "anna@example.com", confirm=False)
    await post.attend("v_anna")
    await post.end()
    await post.begin()
    await post.send()
    (only,) = smtp.taken
    assert only.message["Auto-Submitted"] == "auto-generated"
    token = token_in(only.part("plain"), "f")
    assert await post.consents.confirm(token, look=True) == "confirmed"
    assert (await post.consents.standing(CHANNEL, "v_anna", "en")).state == "asked"
    assert await post.consents.confirm(token) == "confirmed"
    assert await post.consents.confirm(token) == "ended", "it is good for one use"
    assert (await post.consents.standing(CHANNEL, "v_anna", "en")).state == "confirmed"
    assert await post.consents.confirm(token[:-1] + ("a" if token[-1] != "a" else "b")) == "unknown"


async def test_a_confirmation_ends_and_one_for_another_address_confirms_nothing(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    await post.agree("v_anna", "old@example.com", confirm=False)
    await post.agree("v_anna", "new@example.com", confirm=False)
    await post.send()
    old, new = (token_in(smtp.to(f"{name}@example.com")[0].part("plain"), "f") for name in ("old", "new"))
    assert await post.consents.confirm(old) == "ended"
    stage.tick(CONFIRMED_WITHIN.total_seconds())
    assert await post.consents.confirm(new) == "ended"


async def test_asking_reveals_nothing_and_floods_nobody(post: Post, smtp: MailServer) -> None:
    for n in range(CONFIRMATIONS_MAX + 3):
        await post.agree(f"v_{n}", "Victim@Example.com" if n % 2 else "victim@example.com", confirm=False)
        standing = await post.consents.standing(CHANNEL, f"v_{n}", "en")
        assert standing.state == "asked"
    await post.send()
    assert len(smtp.taken) == CONFIRMATIONS_MAX


async def test_everybody_gets_one_whoever_is_at_work_and_however_often_it_is_said(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    for n in range(30):
        await post.agree(f"v_{n}", f"{n}@example.com")
        await post.attend(f"v_{n}")
    await post.agree("v_30", "0@example.com")  # another device of the same person
    await post.attend("v_30")
    smtp.taken.clear()
    await post.end()
    others = [open_post(stage, smtp) for _ in range(3)]
    done = await asyncio.gather(
        *(each.campaigns.begin(CHANNEL, SHOW, ADMIN) for each in (post, *others)), return_exceptions=True
    )
    assert [each.code for each in done if isinstance(each, RefusedError)] == [Code.CONFLICT] * 3
    await asyncio.gather(*(each.prepare() for each in (post, *others)))
    await asyncio.gather(*(each.send() for each in (post, *others)))
    assert sorted(each.to for each in smtp.taken) == sorted(f"{n}@example.com" for n in range(30))
    for each in others:
        await each.worker.close()


async def test_who_is_counted_only_after_it_was_said_is_written_to_as_well(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    for name in ("anna", "bert"):
        await post.agree(f"v_{name}", f"{name}@example.com")
    smtp.taken.clear()
    await post.attend("v_anna")
    await post.end()
    ended = stage.clock.now()
    await read_ledger_until(stage, ended - timedelta(seconds=1))
    await post.begin()
    await post.send()
    await post.attend("v_bert")
    await read_ledger_until(stage, ended + timedelta(hours=1))
    await post.prepare()
    await post.send()
    assert sorted(each.to for each in smtp.taken) == ["anna@example.com", "bert@example.com"]


async def read_ledger_until(stage: Stage, until: datetime) -> None:
    """Have the ledger's stream be counted as far as this."""
    async with stage.database.write() as connection:
        await connection.execute(
            text("""
                INSERT INTO ledger_cursor (stream, last_id, read_until) VALUES ('ledger', '0-0', :until)
                ON CONFLICT (stream) DO UPDATE SET read_until = excluded.read_until
            """),
            {"until": until},
        )


async def test_consent_and_suppression_are_asked_for_again_when_it_is_sent(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    names = ("stays", "withdraws", "changes", "unsubscribes", "cancelled")
    for name in names:
        await post.agree(f"v_{name}", f"{name}@example.com")
        await post.attend(f"v_{name}")
    await post.end()
    await post.begin()
    smtp.taken.clear()
    await post.consents.withdraw(CHANNEL, "v_withdraws")
    await post.agree("v_changes", "another@example.com", confirm=False)
    (row,) = await post.rows(
        "SELECT plain FROM mail_message WHERE kind = 'follow_up' AND viewer_id = 'v_unsubscribes'"
    )
    assert await post.returns.unsubscribe(token_in(row[0], "u"))
    await post.send()
    assert {each.to for each in smtp.taken} == {
        "stays@example.com",
        "cancelled@example.com",
        "another@example.com",
    }
    states = await post.states()
    assert states["withdraws@example.com"] == ("withheld", "no_consent")
    assert states["changes@example.com"] == ("withheld", "no_consent")
    assert states["unsubscribes@example.com"] == ("withheld", "suppressed")


async def test_a_cancelled_follow_up_is_sent_to_nobody_more(post: Post, smtp: MailServer) -> None:
    await post.agree("v_anna", "anna@example.com")
    await post.attend("v_anna")
    await post.end()
    await post.begin()
    smtp.taken.clear()
    await post.campaigns.cancel(CHANNEL, SHOW, ADMIN)
    await post.send()
    assert not smtp.taken
    assert await post.states() == {"anna@example.com": ("withheld", "cancelled")}


async def test_who_comes_back_gets_the_offer_and_others_do_not(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    await post.open_channel(offer_text="Ten per cent off for you.", offer_url="https://shop.example/back")
    async with stage.database.write() as connection:
        await connection.execute(
            text(
                "UPDATE show SET started_at = started_at - interval '7 days', state = 'ended' WHERE id = :id"
            ),
            {"id": SHOW},
        )
    await stage.add_show("second")
    await post.attend("v_back", show=SHOW)
    async with stage.database.write() as connection:
        await connection.execute(text("UPDATE rollup SET views = 1"))
    for name in ("back", "first"):
        await post.agree(f"v_{name}", f"{name}@example.com")
        await post.attend(f"v_{name}", show="second")
    await stage.shows.end("second", ADMIN)
    await post.campaigns.begin(CHANNEL, "second", ADMIN)
    await post.prepare()
    await post.send()
    assert "Ten per cent off" in smtp.to("back@example.com")[-1].part("plain")
    assert "Ten per cent off" not in smtp.to("first@example.com")[-1].part("plain")
    (_, where), *_ = await post.rows(
        "SELECT id, links FROM mail_message WHERE kind = 'follow_up' AND address LIKE 'back%'"
    )
    assert where == ["https://shop.example/back", "https://shows.example/shows/second"]


async def test_it_goes_by_itself_so_many_hours_after_a_show_that_ends_from_then_on(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    await post.agree("v_anna", "anna@example.com", language="ja")
    await post.attend("v_anna")
    smtp.taken.clear()
    await post.open_channel(auto_after_hours=3)
    stage.tick(60)
    await post.end()
    stage.tick(3 * 3600 - 60)
    await post.prepare()
    assert await post.send() == 0
    stage.tick(60)
    await post.prepare()
    await post.send()
    (only,) = smtp.taken
    assert "ご覧になった商品" in only.message["Subject"]
    with refused(Code.CONFLICT):
        await post.campaigns.begin(CHANNEL, SHOW, ADMIN)


async def test_without_a_server_mail_is_kept_and_what_was_confirmed_by_it_proves_nothing(
    stage: Stage, smtp: MailServer
) -> None:
    keeping = open_post(stage, None)
    await keeping.open_channel()
    await keeping.agree("v_anna", "anna@example.com")
    await keeping.attend("v_anna")
    await keeping.end()
    await keeping.begin()
    await keeping.send()
    assert await keeping.states() == {"anna@example.com": ("kept", None)}
    kept = await keeping.desk.messages(CHANNEL, state="kept", after=None, limit=10)
    assert [each.kind for each in kept] == ["follow_up", "confirm"]
    shown = await keeping.desk.look(kept[0].look or "") or ""
    assert "Thank you for watching" in shown
    assert "/m/o/" not in shown, "looking at it is no opening"
    await stage.add_show("second")
    await keeping.attend("v_anna", show="second")
    await stage.shows.end("second", ADMIN)
    sending = open_post(stage, smtp)
    await sending.campaigns.begin(CHANNEL, "second", ADMIN)
    await sending.prepare()
    await sending.send()
    assert not smtp.taken, "nobody has shown that the mailbox is theirs"


async def test_an_address_in_any_script_is_written_to_and_headers_stay_one_line(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    await post.open_channel(sender_name="Shop\r\nBcc: everybody@example.com")
    async with stage.database.write() as connection:
        await connection.execute(
            text("UPDATE show SET title = :t"), {"t": "Evening\r\nBcc: all@example.com 夜"}
        )
    await post.agree("v_anna", "佐藤@例え.jp")
    await post.attend("v_anna")
    await post.end()
    await post.begin()
    await post.send()
    taken = smtp.to("佐藤@xn--r8jz45g.jp")[-1]
    assert taken.message["Bcc"] is None
    assert "夜" in taken.message["Subject"]
    assert mailbox_of("Anna@EXAMPLE.com").key == "anna@example.com"
    for wrong in (
        "",
        "a",
        "a@b",
        "a b@c.de",
        "a@c.de\nBcc: x@y.zz",
        "<a@c.de>",
        "a@c.de,b@c.de",
        "a@-c.de",
        '"a"@c.de',
        "a@c..de",
    ):
        with refused(Code.INVALID):
            await post.consents.ask(CHANNEL, SHOW, "v_x", Wish(wrong, "en", 1))


async def test_links_lead_where_the_message_says_and_nowhere_else(post: Post, smtp: MailServer) -> None:
    await post.agree("v_anna", "anna@example.com")
    await post.attend("v_anna", ("click", "p_apron"))
    await post.end()
    await post.begin()
    await post.send()
    tokens = link_tokens(smtp.to("anna@example.com")[-1])
    assert tokens
    (id, (number,)) = post.tokens.read("click", tokens[0]) or ("", (0,))
    assert post.tokens.read("open", tokens[0]) is None, "a token is good for its purpose alone"
    assert post.tokens.read("click", post.tokens.sign("click", id, number)) == (id, (number,))


@pytest.mark.parametrize("confirmed", [True, False])
async def test_mail_tells_of_what_a_guest_did_who_is_known_by_now(
    stage: Stage, post: Post, smtp: MailServer, confirmed: bool
) -> None:
    await post.attend("g_guest", ("click", "p_apron"))
    await post.attend("v_known", ("click", "p_bowl"))
    await post.agree("g_guest", "anna@example.com", confirm=confirmed)
    async with stage.database.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO viewer_alias (id, show_id, raw, canonical, at) VALUES ('l', :s, 'g_guest', 'v_known', now())"
            ),
            {"s": SHOW},
        )
    await post.end()
    await post.begin()
    await post.send()
    if confirmed:
        html = smtp.to("anna@example.com")[-1].part("html")
        assert "p_apron" in html
        assert "p_bowl" in html
