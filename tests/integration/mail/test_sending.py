"""What the SMTP server and the network do to a message: sent once, tried again, or told apart; and a killed worker sends nobody two."""

import asyncio
import os
import signal
import ssl
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from subprocess import run

import pytest
from sqlalchemy import text

from server.ids import new_id
from server.mail.pacing import AHEAD
from server.mail.queue_repository import enqueue
from server.mail.rules import PAUSES, TRIED_FOR
from server.mail.sending import Line, Sending, relay_of
from server.mail.tables import MailMessageRow
from server.waking import Waking
from server.workers.mail import CLAIMED_FOR, MailWorker, Outgoing
from tests.support.eventually import eventually
from tests.support.mail import BASE, BOUNCES, Post, open_post
from tests.support.mail_server import DROP, MailServer, mail_server
from tests.support.stage import Stage

ONE_WORKER = """
import asyncio, sys
from datetime import timedelta
from server.clock import ManualClock
from server.db.engine import Database
from server.mail.composing import Addresses
from server.mail.sending import Sending, relay_of
from server.mail.tokens import MailTokens
from server.workers.mail import MailWorker, Outgoing
from tests.support.stage import NOON, SECRET

async def main(database, url, base, bounces):
    tokens, none = MailTokens(SECRET), timedelta(0)
    outgoing = Outgoing(Sending(relay_of(url), lines_max=1), bounces, (none, none))
    worker = MailWorker(Database(database, pool_size=2), ManualClock(NOON + timedelta(hours=1)), outgoing, tokens, Addresses(base, tokens))
    while await worker.run_once():
        pass

asyncio.run(main(*sys.argv[1:]))
"""


async def queued(post: Post, *names: str) -> None:
    """Have these people agree and be there, and their follow-ups wait."""
    for name in names:
        await post.agree(f"v_{name}", f"{name}@example.com")
        await post.attend(f"v_{name}")
    await post.end()
    await post.begin()


@pytest.mark.parametrize("answer", ["451 4.7.1 come back later", DROP, "421 closing"])
async def test_what_may_pass_is_tried_again_after_a_pause(
    stage: Stage, post: Post, smtp: MailServer, answer: str
) -> None:
    await queued(post, "anna")
    smtp.taken.clear()
    smtp.rcpt["anna@example.com"] = [answer]
    smtp.data["anna@example.com"] = [answer]
    for pause in PAUSES[:2]:
        await post.send()
        assert (await post.states())["anna@example.com"][0] == "queued"
        assert await post.send() == 0
        stage.tick(pause * 1.2)
    await post.send()
    assert [each.to for each in smtp.taken] == ["anna@example.com"]
    assert (await post.states())["anna@example.com"] == ("sent", None)


async def test_a_server_that_says_nothing_is_left_and_asked_again(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    await queued(post, "anna")
    smtp.taken.clear()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    hanging = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    url = f"smtp+plain://127.0.0.1:{hanging.sockets[0].getsockname()[1]}"
    patient = MailWorker(
        stage.database,
        stage.clock,
        Outgoing(Sending(relay_of(url), step_seconds=0.2), BOUNCES, (timedelta(0), timedelta(0))),
        post.tokens,
        post.addresses,
    )
    assert await patient.run_once() == 1
    assert (await post.states())["anna@example.com"] == ("queued", "timeout")
    hanging.close()
    stage.tick(PAUSES[0] * 1.2)
    assert await post.send() == 1


async def test_what_never_passes_is_given_up_after_two_days(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    await queued(post, "anna")
    smtp.rcpt["anna@example.com"] = ["451 not now"] * 100
    for _ in range(40):
        await post.send()
        stage.tick(PAUSES[-1] * 1.2)
    assert (await post.states())["anna@example.com"] == ("failed", "too_old")
    assert 100 - len(smtp.rcpt["anna@example.com"]) <= TRIED_FOR / timedelta(seconds=PAUSES[-1]) + len(PAUSES)


async def test_only_a_mailbox_that_is_gone_is_never_written_to_again(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    await queued(post, "gone", "unnamed", "full", "policy", "refused")
    smtp.rcpt["gone@example.com"] = ["550 5.1.1 no such user"]
    smtp.rcpt["unnamed@example.com"] = ["550 who?"]
    smtp.rcpt["full@example.com"] = ["552 5.2.2 full"]
    smtp.rcpt["policy@example.com"] = ["550 5.7.1 we do not like you"]
    smtp.data["refused@example.com"] = ["554 5.6.0 what is this"]
    await post.send()
    states = await post.states()
    assert {name.partition("@")[0]: state for name, state in states.items()} == {
        "gone": ("bounced", "mailbox"), "unnamed": ("bounced", "mailbox"), "full": ("bounced", "policy"),
        "policy": ("bounced", "policy"), "refused": ("failed", "refused"),
    }  # fmt: skip
    found = await post.desk.suppressed("demo", address=None, after=None, limit=10)
    assert {(each.address, each.reason) for each in found} == {
        ("gone@example.com", "hard_bounce"), ("unnamed@example.com", "hard_bounce")
    }  # fmt: skip


async def test_a_domain_and_all_together_have_a_pace_over_all_workers(stage: Stage, smtp: MailServer) -> None:
    keeping = open_post(stage, smtp)
    await keeping.open_channel()
    await queued(keeping, "one", "two", "three")
    await keeping.agree("v_else", "one@elsewhere.example", confirm=False)
    smtp.taken.clear()
    paces = (timedelta(seconds=1), timedelta(seconds=10))
    workers = [open_post(stage, smtp, pauses=paces) for _ in range(2)]
    domains = []
    for _ in range(22):
        await asyncio.gather(*(each.send() for each in workers))
        domains.append(Counter(each.to.partition("@")[2] for each in smtp.taken))
        stage.tick(1)
    assert domains[0].total() == 1
    assert domains[1] == {"example.com": 1, "elsewhere.example": 1}, "one slow domain holds up no other"
    assert domains[9]["example.com"] == 1
    assert domains[11]["example.com"] == 2
    assert domains[21]["example.com"] == 3


async def queue_plain(stage: Stage, count: int) -> None:
    """Have so many messages due that need no consent."""
    at = stage.clock.now()
    async with stage.database.write() as connection:
        await enqueue(
            connection,
            [
                MailMessageRow(
                    id=new_id("m"),
                    channel_id="demo",
                    kind="confirm",
                    bulk=False,
                    address=f"n{n}@example.com",
                    address_hash=str(n),
                    domain="example.com",
                    language="en",
                    sender="a@shop.example",
                    html="x",
                    plain="x",
                    links=[],
                    since=at,
                    next_at=at,
                )
                for n in range(count)
            ],
        )


async def test_a_pace_is_used_to_the_full_by_one_worker_and_not_exceeded_by_several(
    stage: Stage, smtp: MailServer
) -> None:
    pause = timedelta(seconds=0.02)
    for number in (1, 3):
        await queue_plain(stage, 60)
        smtp.taken.clear()
        workers = [open_post(stage, smtp, pauses=(pause, pause)) for _ in range(number)]
        counts = []
        for _ in range(4):
            await asyncio.gather(*(each.send() for each in workers))
            counts.append(len(smtp.taken))
            stage.tick(AHEAD.total_seconds())
        slots = [rounds * AHEAD // pause + 1 for rounds in (1, 2, 3, 4)]
        assert counts == slots, "no slot of the pace is left out, and none is used twice"
        stage.tick(60)
        for each in workers:
            await each.send()
            await each.worker.close()
        stage.tick(60)


async def test_a_worker_that_stops_leaves_what_it_has_not_begun_to_others(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    await queue_plain(stage, 2)
    slow = open_post(stage, smtp, pauses=(AHEAD, timedelta(0)))
    running = asyncio.create_task(slow.worker.run(Waking()))
    await eventually(lambda: len(smtp.taken) >= 1)
    running.cancel()
    await asyncio.wait([running])
    stage.tick(AHEAD.total_seconds())
    await post.send()
    assert Counter(each.to for each in smtp.taken) == {"n0@example.com": 1, "n1@example.com": 1}
    assert {state for state, _ in (await post.states("confirm")).values()} == {"sent"}


async def test_mail_goes_by_a_running_worker_that_is_told_of_it_or_not(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    new_mail = Waking()
    running = asyncio.create_task(post.worker.run(new_mail))
    await queue_plain(stage, 20)
    await eventually(lambda: len(smtp.taken) == 20)
    await queue_plain(stage, 20)
    new_mail.tell()
    await eventually(lambda: len(smtp.taken) == 40)
    running.cancel()
    await asyncio.wait([running])


async def test_consent_that_is_taken_back_while_a_message_waits_for_a_line_is_obeyed(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    await queued(post, "anna", "bert")
    smtp.taken.clear()
    one_line = open_post(stage, smtp)
    one_line.worker = MailWorker(
        stage.database,
        stage.clock,
        Outgoing(Sending(relay_of(smtp.url), lines_max=1), BOUNCES, (timedelta(0), timedelta(0))),
        post.tokens,
        post.addresses,
    )
    held, go = asyncio.Future[str](), asyncio.Event()

    async def hold(to: str) -> None:
        if not held.done():
            held.set_result(to)
            await go.wait()

    smtp.before_taking = hold
    sending = asyncio.create_task(one_line.send())
    waiting = "bert" if "anna" in await held else "anna"
    await post.consents.withdraw("demo", f"v_{waiting}")
    stage.tick(5)
    go.set()
    await sending
    assert len(smtp.taken) == 1
    assert (await post.states())[f"{waiting}@example.com"] == ("withheld", "no_consent")


async def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(
    stage: Stage, post: Post, smtp: MailServer, tmp_path: Path
) -> None:
    await queued(post, "anna")
    names = ["-keyout", f"{tmp_path}/key", "-out", f"{tmp_path}/crt"]
    run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2", *names], check=True, capture_output=True)  # fmt: skip # noqa: E501, ASYNC221
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(f"{tmp_path}/crt", f"{tmp_path}/key")
    async with mail_server(tls=tls) as strange:
        for box, error in ((strange, "tls"), (smtp, "tls")):  # the second has no STARTTLS at all
            line = Line(replace(relay_of(box.url), scheme="smtp"))
            outcome = await line.send("a@shop.example", "anna@example.com", b"Subject: x\r\n\r\nx")
            assert (outcome.ended, outcome.error) == ("later", error)
        assert not strange.taken


async def test_a_worker_killed_in_mid_queue_leaves_nobody_with_two_or_none(
    database_url: str, stage: Stage, post: Post, smtp: MailServer
) -> None:
    names = [f"n{n}" for n in range(12)]
    await queued(post, *names)
    smtp.taken.clear()
    arguments = (database_url, smtp.url, BASE, BOUNCES)
    first = await asyncio.create_subprocess_exec(sys.executable, "-c", ONE_WORKER, *arguments)
    killed: list[str] = []

    def kill_at_the_fifth(to: str) -> str | None:
        if len(smtp.taken) < 4 or killed:
            return None
        os.kill(first.pid, signal.SIGKILL)
        killed.append(to)
        return "451 4.3.0 the connection is gone"

    smtp.before_taking = kill_at_the_fifth
    await first.wait()
    assert killed, "it was killed while a message was under way"
    await eventually(lambda: len(smtp.taken) == 4)
    stage.tick(3600)
    await post.send()
    assert killed[0] not in {each.to for each in smtp.taken}, "its claim has not run out"
    stage.tick(CLAIMED_FOR.total_seconds() + 1)
    await post.send()
    assert Counter(each.to for each in smtp.taken) == {f"{name}@example.com": 1 for name in names}


async def test_what_was_taken_and_not_written_down_comes_again_under_the_same_message_id(
    stage: Stage, post: Post, smtp: MailServer
) -> None:
    await queued(post, "anna")
    smtp.taken.clear()
    await post.send()
    (row,) = await post.rows("SELECT id FROM mail_message WHERE kind = 'follow_up'")
    async with (
        stage.database.write() as connection
    ):  # as a worker leaves it that dies between the 250 and its commit
        await connection.execute(
            text("UPDATE mail_message SET state = 'queued', sent_at = NULL WHERE id = :id"), {"id": row[0]}
        )
    stage.tick(CLAIMED_FOR.total_seconds() + 1)
    await post.send()
    assert len(smtp.taken) == 2
    assert len({each.message["Message-ID"] for each in smtp.taken}) == 1
