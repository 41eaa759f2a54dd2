"""Every command of the protocol with an idempotency key: it is carried out once, or refused. None takes a key and forgets it.

The commands are those of the protocol's own list: a new one has to be added here before it passes.
"""

import json
from collections.abc import Callable
from typing import Any, get_args

import httpx
import msgspec
import pytest
from sqlalchemy import text

from server.db.engine import Database
from server.protocol.commands import AnyCommand
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.servers import SignFor
from tests.support.viewer import joined_at

Fields = dict[str, Any]

IN_ORDER: dict[str, Fields] = {
    "join": {"show": "demo"},
    "react": {"kind": "heart", "n": 3},
    "click": {"product": "p_apron"},
    "impression": {"products": ["p_apron"]},
    "playing": {},
    "ping": {},
    "share": {"via": "line"},
    "announce": {"text": "Ten minutes left"},
    "announce.remove": {},
    "ask": {"text": "Is it warm?"},
    "question.hold": {"question": "$question"},
    "question.approve": {"question": "$question"},
    "vote": {"question": "$question"},
    "question.answering": {"question": "$question"},
    "question.merge": {"question": "$question", "into": "q_other"},
    "question.undo": {"question": "$question"},
    "question.label": {"question": "$question", "labels": ["size"]},
    "question.many": {"acts": [{"act": "label", "question": "q_none", "labels": []}]},
    "question.claim": {"question": "$question"},
    "question.release": {"question": "$question"},
    "question.begin": {"question": "$question"},
    "question.pin": {"question": "$question"},
    "question.unpin": {"question": "$question"},
    "question.stage": {"question": "$question", "host": "m_aya"},
    "question.unstage": {"question": "$question"},
    "question.answer": {"question": "$question", "text": "Very"},
    "question.dismiss": {"question": "$question"},
    "question.restore": {"question": "$question"},
    "question.withdraw": {"question": "$question"},
    "comment": {"text": "Lovely"},
    "comment.react": {"comment": "$comment"},
    "comment.remove": {"comment": "$comment"},
    "comment.undo": {"comment": "$comment"},
    "comment.to_question": {"comment": "$comment"},
    "comment.withdraw": {"comment": "$comment"},
    "comment.approve": {"comment": "c_held"},
    "comments.switch": {"comments": "known"},
    "product.pin": {"product": "p_apron"},
    "product.unpin": {"product": "p_apron"},
    "product.restock": {"product": "p_apron", "add": 10},
    "buy": {"product": "p_apron", "quantity": 1},
    "hold": {"lines": [{"product": "p_apron", "quantity": 1}]},
    "pay": {"hold": "$hold", "method": "decline"},
    "pay.cancel": {"payment": "$payment"},
    "hold.exchange": {"hold": "$hold", "lines": [{"product": "p_apron", "quantity": 2}]},
    "hold.release": {"hold": "$hold"},
    "waitlist.join": {"product": "p_bowl", "quantity": 1},
    "waitlist.leave": {"product": "p_bowl"},
    "survey.open": {"survey": "sv_1"},
    "survey.shown": {"survey": "sv_1"},
    "survey.answer": {"survey": "sv_1", "score": 9},
    "survey.close": {"survey": "sv_1"},
    "poll.open": {"poll": "po_1"},
    "poll.vote": {"poll": "po_1", "choices": [0]},
    "poll.see": {"poll": "po_1"},
    "poll.close": {"poll": "po_1"},
    "poll.hide": {"poll": "po_1"},
    "giveaway.open": {"giveaway": "gv_1"},
    "giveaway.enter": {"giveaway": "gv_1"},
    "giveaway.close": {"giveaway": "gv_1"},
    "giveaway.draw": {"giveaway": "gv_1"},
    "giveaway.claim": {"giveaway": "gv_won"},
    "giveaway.hide": {"giveaway": "gv_1"},
    "giveaway.cancel": {"giveaway": "gv_off"},
    "post.show": {"post": "vp_1"},
    "post.hide": {"post": "vp_1"},
    "offer.open": {"offer": "f_1"},
    "offer.see": {"offer": "f_1"},
    "offer.close": {"offer": "f_1"},
    "auction.start": {"auction": "au_1"},
    "bid": {"auction": "au_1", "max": 100},
    "auction.cancel": {"auction": "au_1", "reason": "It broke"},
    "viewer.ban": {"viewer": "v_nobody"},
    "viewer.unban": {"viewer": "v_nobody"},
    "viewer.sanction": {"viewer": "v_nobody", "kind": "timeout", "seconds": 60},
    "report": {"kind": "question", "item": "q_reported", "reason": "spam"},
    "report.settle": {"kind": "question", "item": "q_reported"},
    "sanction.lift": {"sanction": "sn_mute"},
    "appeal.answer": {"sanction": "sn_ban", "lift": True},
    "show.moderate": {"slow_seconds": 5},
    "show.hand_over": {},
    "arrival.settle": {"show": "s_nowhere"},
    "arrival.decline": {"show": "s_nowhere", "undo": True},
    "show.start": {},
    "show.end": {},
}
QUESTION = """
    INSERT INTO question (id, show_id, viewer_id, author, text, state, version, votes, asked_at, answered_live)
    VALUES ('q_other', 'demo', 'v_other', 'Ren', 'Is it soft?', 'open', 0, 0, now(), false)
"""
HOSTS = (
    "INSERT INTO staff_member VALUES ('demo', 'm_aya', 'host', 'Aya', now())",
    "INSERT INTO show_staff VALUES ('demo', 'm_aya', 'host')",
)
REPORTED = """
    INSERT INTO question (id, show_id, viewer_id, author, text, state, version, votes, asked_at, answered_live)
    VALUES ('q_reported', 'demo', 'v_9', 'Ken', 'You fools', 'open', 0, 0, now(), false)
"""
HELD = """
    INSERT INTO comment (id, show_id, viewer_id, author, role, text, state, version, at)
    VALUES ('c_held', 'demo', 'v_other', 'Ren', 'viewer', 'So soft', 'held', 0, now())
"""
SANCTIONS = """
    INSERT INTO sanction (id, channel_id, show_id, kind, viewer_id, at, actor, actor_name, appeal, appeal_state, appealed_at)
    SELECT 'sn_' || kind, 'demo', 'demo', kind, 'v_9', now(), 'm', 'Mika', 'Not me', 'open', now()
    FROM unnest(ARRAY['mute', 'ban']) AS kind
"""
SURVEY = "INSERT INTO survey VALUES ('sv_1', 'demo', 'demo', 'nps', 'How?', '{}', true, NULL, false, 24, 'ready', 0, now())"
POLL = """
    INSERT INTO poll (id, channel_id, show_id, kind, question, choices, picks_min, picks_max, results, changeable, state, version, shown,
        counts, voters, apart, told_counts, told_voters, told_apart, untold, created_at)
    VALUES ('po_1', 'demo', 'demo', 'single', 'Which?', '{A,B}', 1, 1, 'voted', true, 'ready', 1, false, '{0,0}', 0, 0, '{0,0}', 0, 0,
        false, now())
"""
GIVEAWAYS = """
    INSERT INTO giveaway (id, channel_id, show_id, prize, task, hint, winners_max, claim_seconds, per_address_max, state, version, shown,
        seed, commitment, entries, told_entries, reason, created_at, opened_at)
    SELECT id, 'demo', 'demo', 'A bowl', 'enter', '', 1, 60, 0, state, 1, false, repeat('00', 32), repeat('00', 32), 1, 1, '', now(), now()
    FROM (VALUES ('gv_1', 'ready'), ('gv_off', 'open'), ('gv_won', 'drawn')) AS made (id, state)
"""
POST = """
    INSERT INTO post (id, channel_id, show_id, product_id, viewer_id, author, text, state, version, at, consent)
    VALUES ('vp_1', 'demo', 'demo', 'p_apron', 'v_other', 'Ren', 'I wear it', 'approved', 2, now(), '2026-11')
"""
WON = """
    INSERT INTO giveaway_winner (giveaway_id, rank, viewer_id, ticket, name, state, claim_by)
    SELECT 'gv_won', 0, viewer_id, ticket, name, 'won', now() + interval '1 hour' FROM giveaway_entry
"""
OTHERS: dict[str, Callable[[Fields], Fields]] = {
    "bid": lambda said: said | {"max": 200},
    "buy": lambda said: said | {"quantity": 2},
    "hold": lambda said: said | {"lines": [{"product": "p_apron", "quantity": 2}]},
    "hold.exchange": lambda said: said | {"lines": [{"product": "p_apron", "quantity": 3}]},
    "pay": lambda said: said | {"method": "card"},
    "waitlist.join": lambda said: said | {"quantity": 2},
}
"""What shares no namespace with the rest: the same command with other parameters."""
OFFER = """
    INSERT INTO offer (id, channel_id, show_id, product_id, price_minor, currency, audience, state, version, created_at)
    VALUES ('f_1', 'demo', 'demo', 'p_apron', 500, 'JPY', 'everyone', 'prepared', 1, now())
"""
AUCTION = """
    INSERT INTO auction (id, channel_id, show_id, product_id, quantity, currency, start_minor, step_froms, step_sizes, seconds,
        extend_within_seconds, extend_by_seconds, extensions_max, state, version, created_at)
    VALUES ('au_1', 'demo', 'demo', 'p_apron', 1, 'JPY', 100, '{0}', '{10}', 60, 10, 10, 20, 'prepared', 1, now())
"""
ANOTHER = {"type": "announce", "text": "Something else"}
BY_HTTP = [tag for tag in IN_ORDER if tag not in ("join", "playing")]
"""`playing` and `join` are a stream's there, whatever key comes with them."""


def takes_a_key(kind: Any) -> bool:
    """Whether the type says that more than null is a key."""
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)
    (key,) = [field for field in info.fields if field.name == "key"]
    return not isinstance(key.type, msgspec.inspect.NoneType)


KEYED = {str(kind.__struct_config__.tag): takes_a_key(kind) for kind in get_args(AnyCommand)}


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """No limit is in the way of sending everything."""
    return make_settings(limits="off", flush_ms=50)


@pytest.fixture
async def database(settings: Settings, set_stage: None) -> Any:
    """The servers' database, with a show whose questions are looked at first."""
    database = Database(settings.database_url or "", pool_size=2)
    async with database.write() as connection:
        await connection.execute(text("UPDATE show SET moderation = 'pre'"))
        await connection.execute(text(QUESTION))
        for statement in HOSTS:
            await connection.execute(text(statement))
        await connection.execute(text(SURVEY))
        await connection.execute(text(POLL))
        await connection.execute(text(GIVEAWAYS))
        await connection.execute(text(POST))
        await connection.execute(text(REPORTED))
        await connection.execute(text(HELD))
        await connection.execute(text(SANCTIONS))
        await connection.execute(text(OFFER))
        await connection.execute(text(AUCTION))
    yield database
    await database.close()


def test_the_list_is_the_protocols() -> None:
    assert set(IN_ORDER) == set(KEYED)


async def counts(database: Database) -> dict[str, Any]:
    """What is kept of what was sent, by kind."""
    async with database.read() as connection:
        entries = await connection.execute(text("SELECT kind, sum(n) FROM ledger_entry GROUP BY kind"))
        found: dict[str, Any] = {str(kind): n for kind, n in entries}
        found["audit"] = await connection.scalar(text("SELECT count(*) FROM audit"))
        found["journal"] = await connection.scalar(text("SELECT sum(top) FROM journal_head"))
        return found


def command(tag: str, question: str, hold: str = "", payment: str = "pay_1", comment: str = "") -> Fields:
    known = {"$question": question, "$hold": hold, "$payment": payment, "$comment": comment}
    fields = {
        name: known.get(value, value) if isinstance(value, str) else value
        for name, value in IN_ORDER[tag].items()
    }
    return {"id": 1, "type": tag, **fields}


async def test_by_http_each_is_carried_out_once_or_refused(
    servers: tuple[str, str], database: Database, sign_for: SignFor
) -> None:
    headers = {"Authorization": f"Bearer {sign_for('host')}"}
    one, two = (httpx.AsyncClient(base_url=f"http://{at}/v1/live/demo", headers=headers) for at in servers)
    viewer = {"Authorization": f"Bearer {sign_for('viewer')}"}
    question = hold = comment = ""
    async with one, two:
        for tag in BY_HTTP:
            said, key = (
                command(tag, question, hold, comment=comment),
                {"Idempotency-Key": f"key-{tag.replace('.', '-')}-1"},
            )
            if tag == "giveaway.claim":
                async with database.write() as connection:
                    await connection.execute(text(WON))
            key |= viewer if tag == "bid" else {}  # who runs the show does not bid
            first = await one.post("/commands", json=said, headers=key)
            if not KEYED[tag]:
                assert (first.status_code, first.json()["code"]) == (422, "invalid"), tag
                continue
            assert first.status_code == 200, (tag, first.text)
            question, hold = first.json().get("question", question), first.json().get("hold", hold)
            comment = first.json().get("comment", comment)
            before = await counts(database)
            again = await two.post("/commands", json=said, headers=key)
            assert (again.status_code, again.json()) == (200, first.json()), tag
            other = OTHERS[tag](said) if tag in OTHERS else ANOTHER
            reused = await two.post("/commands", json=other, headers=key)
            assert (reused.status_code, reused.json()["code"]) == (422, "key_reused"), tag
            after = await counts(database)
            assert {name: after[name] for name in before if name != "share"} == {
                name: before[name] for name in before if name != "share"
            }, tag


@pytest.mark.usefixtures("database")
async def test_by_socket_those_that_keep_no_key_refuse_one(server: str, sign_for: SignFor) -> None:
    token = sign_for("host")
    async with joined_at(server, token=token) as host:
        question = (await host.do("ask", text="Is it soft?"))["question"]
        lines = [{"product": "p_apron", "quantity": 1}]
        hold = (await host.do("hold", lines=lines, key="hold-000001"))["hold"]
        payment = (await host.do("pay", hold=hold, method="counter", key="pay-000001"))["payment"]
        await host.do("offer.open", offer="f_1")
        await host.do("poll.open", poll="po_1")
        for tag in (tag for tag, keyed in KEYED.items() if not keyed):
            fields = {
                name: value
                for name, value in command(tag, question, hold, payment).items()
                if name not in ("id", "type")
            }
            if tag == "join":
                fields["token"] = token
            refused = await host.ask_for(tag, **fields, key="key-000001")
            assert (refused["type"], refused.get("code")) == ("error", "invalid"), tag
            assert "takes no key" in refused["message"]
            answer = await host.ask_for(tag, **fields, key=None)
            assert answer["type"] != "error", (tag, answer)


async def test_a_share_sent_again_with_its_key_is_one_link_counted_once(
    servers: tuple[str, str], database: Database
) -> None:
    async with joined_at(servers[0]) as fan:
        links = {(await fan.do("share", via="line", key="share-0001"))["share"] for _ in range(3)}
        headers = {"Authorization": f"Bearer {fan.token}", "Idempotency-Key": "share-0001"}
        address = f"http://{servers[1]}/v1/live/demo/commands"
        async with httpx.AsyncClient(headers=headers) as elsewhere:
            for _ in range(3):
                body = json.dumps({"id": 7, "type": "share", "via": "line"})
                links.add((await elsewhere.post(address, content=body)).json()["share"])
        assert len(links) == 1
        other = (await fan.do("share", via="line"))["share"]

        async def both_are_kept() -> bool:
            async with database.read() as connection:
                targets = await connection.scalars(
                    text("SELECT target FROM ledger_entry WHERE kind = 'share'")
                )
                return sorted(targets) == sorted([*links, other])

        await eventually(both_are_kept)
    assert (await counts(database))["share"] == 2
