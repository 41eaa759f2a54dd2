"""Webhooks: written with the fact, delivered at least once, never by an endpoint that harms another."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from server.access.sealing import Sealing
from server.addresses import Networks
from server.catalogue.service import upsert_products
from server.catalogue.wanted import WantedProduct
from server.errors import RefusedError
from server.http.outbound import Outbound, OutboundRules
from server.journal.intents import Intent
from server.protocol.codes import Code
from server.shows.plans import Plan
from server.webhooks.rules import EVENT_TYPES, PAUSES, TRIED_FOR, EventType
from server.webhooks.sending import Sending
from server.webhooks.service import Webhooks, Wish
from server.workers.webhooks import CLAIMED_FOR, PLACES, WebhookForgetting, WebhookWorker
from tests.support.eventually import eventually
from tests.support.shop_backend import ShopBackend, answer, shop_backend
from tests.support.stage import ADMIN, CHANNEL, ELSEWHERE, HOST, MODERATOR, SECRET, SHOW, Stage, refused

LOCAL = OutboundRules(Networks(["127.0.0.0/8"]), http=True)


class Post:
    """Endpoints, and a worker that delivers to them, on a stage."""

    def __init__(self, stage: Stage, *, secret: str = SECRET, rules: OutboundRules = LOCAL) -> None:
        self.stage = stage
        self.outbound = Outbound(rules)
        sealing = Sealing(secret)
        self.service = Webhooks(stage.database, stage.clock, sealing, self.outbound.require_fit)
        self.worker = self.another_worker(secret)

    def another_worker(self, secret: str = SECRET) -> WebhookWorker:
        """A worker beside the first."""
        sending = Sending(self.outbound.client, Sealing(secret), self.stage.clock)
        return WebhookWorker(self.stage.database, self.stage.clock, sending)

    async def add(self, url: str, *events: EventType, channel: str = CHANNEL) -> str:
        """Write an endpoint and return its id."""
        row, _ = await self.service.create(channel, ADMIN, Wish(url, events or EVENT_TYPES))
        return row.id

    async def deliver(self) -> None:
        """Deliver all that is due now."""
        while await self.worker.run_once():
            await self.worker.finish()

    async def log(self, endpoint: str) -> list[tuple[str, str, int | None, str | None]]:
        """Return (type, state, status, error) of what was sent, the newest first."""
        found = await self.service.list_deliveries(
            CHANNEL, endpoint, state=None, type=None, after=None, limit=100
        )
        return [(each.type, each.state, each.status, each.error) for each in found]


@pytest.fixture
async def post(stage: Stage) -> AsyncIterator[Post]:
    post = Post(stage)
    yield post
    await post.worker.finish()
    await post.outbound.close()


@pytest.fixture
async def backend() -> AsyncIterator[ShopBackend]:
    async with shop_backend() as backend:
        yield backend


async def rows(stage: Stage, table: str) -> int:
    async with stage.database.read() as connection:
        return int(await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def ask_and_answer(stage: Stage) -> str:
    question = await stage.questions.ask(SHOW, "v_anna", "Anna", "Is it washable?")
    await stage.questions.answer(SHOW, MODERATOR, question.id, None, text="Yes.", live=False)
    return question.id


async def test_everything_that_happens_is_told_signed_so_that_the_package_verifies_it(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    row, secrets = await post.service.create(CHANNEL, ADMIN, Wish(backend.url(), EVENT_TYPES))
    planned = await stage.shows.create(CHANNEL, HOST, Plan("Tomorrow at eight", "Mika"))
    receipt = await stage.buy("v_anna", "p_bowl", quantity=3)
    question = await ask_and_answer(stage)
    await stage.shows.start(planned.id, HOST)
    await stage.shows.end(planned.id, HOST)
    await post.deliver()
    told = {each.event["type"]: each.event["data"] for each in backend.received}
    assert set(told) == {
        "show.scheduled", "show.started", "show.ended", "order.paid", "product.sold_out", "question.answered"
    }  # fmt: skip
    assert told["show.scheduled"]["show"]["id"] == planned.id
    assert told["show.ended"]["show"]["state"] == "ended"
    line = {
        "product": "p_bowl",
        "external_id": None,
        "sku": None,
        "title": "p_bowl",
        "quantity": 3,
        "amount": 7500,
        "refunded_units": 0,
    }
    assert told["order.paid"]["order"] == {
        "order": receipt.order.id, "number": receipt.order.number, "external_id": None, "state": "paid", "show": SHOW,
        "viewer": "v_anna", "attributed_by": None, "currency": "JPY", "amount": 7500, "refunded": 0, "lines": [line],
        "at": "2026-11-22T12:00:00.000Z", "staff": False,
    }  # fmt: skip
    assert told["product.sold_out"] == {"show": SHOW, "product": "p_bowl"}
    assert told["question.answered"]["question"]["id"] == question
    for each in backend.received:
        assert each.event["timestamp"] == "2026-11-22T12:00:00.000Z"
        assert each.headers["content-type"] == "application/json"
        signed = Webhook(secrets.keys[0]).sign(each.id, stage.clock.now(), each.body.decode())
        assert each.headers["webhook-signature"] == signed
    assert {state for _, state, _, _ in await post.log(row.id)} == {"delivered"}
    await post.deliver()
    assert len(backend.received) == 6


async def test_nothing_is_written_for_what_nobody_wants_to_hear(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    await stage.buy("v_anna", "p_apron")
    await post.add(backend.url(), "show.ended")
    await post.add(backend.url(), "order.paid", channel=ELSEWHERE)
    off = await post.add(backend.url(), "order.paid")
    await post.service.change(CHANNEL, ADMIN, off, {"state": "off"})
    await stage.buy("v_anna", "p_apron")
    await ask_and_answer(stage)
    assert await rows(stage, "webhook_event") == 0
    assert await rows(stage, "webhook_delivery") == 0


async def test_what_was_taken_back_is_never_told(stage: Stage, post: Post, backend: ShopBackend) -> None:
    await post.add(backend.url(), "order.paid", "product.sold_out")
    with refused(Code.SOLD_OUT):
        await stage.buy("v_anna", "p_bowl", quantity=4)
    first = await stage.buy("v_anna", "p_bowl", key="the-same-key")
    again = await stage.buy("v_anna", "p_bowl", key="the-same-key")
    assert first.order == again.order
    assert await rows(stage, "webhook_event") == 1


async def test_taking_away_the_last_unit_is_told_and_so_is_selling_it(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    await post.add(backend.url(), "product.sold_out")
    await stage.shop.restock(SHOW, HOST, "p_bowl", -3)
    await stage.shop.restock(SHOW, HOST, "p_bowl", 1)
    await stage.buy("v_anna", "p_bowl")
    assert await rows(stage, "webhook_event") == 2
    async with stage.database.write() as connection:
        none_left = [WantedProduct(id="p_apron", stock=0, stock_seen=10)]
        await upsert_products(connection, CHANNEL, HOST, none_left, now=stage.clock.now())
    assert await rows(stage, "webhook_event") == 3


async def test_a_failure_is_tried_again_with_the_same_id_until_it_is_taken(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    endpoint = await post.add(backend.url(), "order.paid")
    backend.answers = [answer(500), answer(302, "location: /elsewhere"), answer(200)]
    await stage.buy("v_anna", "p_apron")
    await post.deliver()
    assert await post.log(endpoint) == [("order.paid", "waiting", 500, "status")]
    await post.deliver()
    assert len(backend.received) == 1
    stage.tick(PAUSES[0].total_seconds() * 2)
    await post.deliver()
    assert await post.log(endpoint) == [("order.paid", "waiting", 302, "redirect")]
    assert (await post.service.find(CHANNEL, endpoint)).failing_since is not None
    stage.tick(PAUSES[1].total_seconds() * 2)
    await post.deliver()
    assert await post.log(endpoint) == [("order.paid", "delivered", 200, None)]
    assert len(set(backend.ids())) == 1
    assert len({each.body for each in backend.received}) == 1
    assert [each.path for each in backend.received] == ["/hooks"] * 3
    assert (await post.service.find(CHANNEL, endpoint)).failing_since is None


async def test_an_endpoint_that_is_dead_for_three_days_is_switched_off_and_what_waits_is_kept(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    endpoint = await post.add(backend.url(), "order.paid")
    backend.answer = answer(503)
    await stage.buy("v_anna", "p_apron")
    began = stage.clock.now()
    while stage.clock.now() < began + TRIED_FOR:
        assert (await post.service.find(CHANNEL, endpoint)).state == "on"
        await post.deliver()
        stage.tick(3600)
    await stage.buy("v_anna", "p_apron")
    await post.deliver()
    row = await post.service.find(CHANNEL, endpoint)
    assert (row.state, row.off_reason) == ("off", "dead")
    assert [state for _, state, _, _ in await post.log(endpoint)] == ["waiting", "failed"]
    tried = len(backend.received)
    stage.tick(PAUSES[-1].total_seconds() * 2)
    await post.deliver()
    assert len(backend.received) == tried
    backend.answer = answer(200)
    await post.service.change(CHANNEL, ADMIN, endpoint, {"state": "on"})
    await post.deliver()
    assert [state for _, state, _, _ in await post.log(endpoint)] == ["delivered", "failed"]


async def test_an_endpoint_that_is_gone_is_switched_off_at_once(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    endpoint = await post.add(backend.url(), "order.paid")
    backend.answer = answer(410)
    await stage.buy("v_anna", "p_apron")
    await post.deliver()
    row = await post.service.find(CHANNEL, endpoint)
    assert (row.state, row.off_reason, row.off_at) == ("off", "gone", stage.clock.now())


async def test_an_address_that_turned_private_gets_nothing(stage: Stage, backend: ShopBackend) -> None:
    lenient, strict = Post(stage), Post(stage, rules=OutboundRules(http=True))
    endpoint = await lenient.add(backend.url(), "order.paid")
    await stage.buy("v_anna", "p_apron")
    await strict.deliver()
    assert await lenient.log(endpoint) == [("order.paid", "waiting", None, "address")]
    assert not backend.received
    for post in (lenient, strict):
        await post.outbound.close()


async def test_an_answer_that_never_ends_is_left(stage: Stage, post: Post, backend: ShopBackend) -> None:
    endpoint = await post.add(backend.url(), "order.paid")
    backend.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n" + b"x" * 200_000
    await stage.buy("v_anna", "p_apron")
    await post.deliver()
    assert await post.log(endpoint) == [("order.paid", "delivered", 200, None)]


async def test_a_slow_endpoint_has_its_places_and_harms_no_other(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    async with shop_backend() as slow:
        slow.open.clear()
        await post.add(slow.url(), "order.paid")
        quick = await post.add(backend.url(), "order.paid")
        await asyncio.gather(*(stage.buy(f"v_{n}", "p_apron") for n in range(2)))
        await stage.shop.restock(SHOW, HOST, "p_apron", 100)
        await asyncio.gather(*(stage.buy(f"v_{n}", "p_apron") for n in range(3 * PLACES)))
        running = asyncio.create_task(post.worker.run())
        await eventually(lambda: len(backend.received) == 3 * PLACES + 2)
        assert slow.most_under_way == PLACES
        slow.open.set()
        await eventually(lambda: len(set(slow.ids())) == 3 * PLACES + 2)
        running.cancel()
        await asyncio.wait([running])
        assert len(await post.log(quick)) == 3 * PLACES + 2


async def test_an_endpoint_that_fails_has_one_place(stage: Stage, post: Post, backend: ShopBackend) -> None:
    await post.add(backend.url(), "order.paid")
    backend.answers = [answer(500)]
    await stage.buy("v_anna", "p_apron")
    await post.deliver()
    backend.open.clear()
    await asyncio.gather(*(stage.buy(f"v_{n}", "p_apron") for n in range(4)))
    assert await post.worker.run_once() == 1
    backend.open.set()
    await post.deliver()
    assert len(backend.received) == 5


async def test_an_answer_that_comes_after_another_was_written_down_is_written_down_too(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    async with shop_backend() as slow:
        quick_one, slow_one = await post.add(backend.url()), await post.add(slow.url())
        slow.open.clear()
        await stage.buy("v_anna", "p_apron")
        await post.worker.run_once()

        async def both_are_asked() -> bool:
            return bool(backend.received and slow.received)

        await eventually(both_are_asked)

        async def the_quick_one_is_written_down() -> bool:
            await post.worker.run_once()
            return (await post.log(quick_one))[0][1] == "delivered"

        await eventually(the_quick_one_is_written_down)
        slow.open.set()
        await post.worker.finish()
        assert [state for _, state, _, _ in await post.log(slow_one)] == ["delivered"]
        stage.tick(CLAIMED_FOR.total_seconds() + 1)
        await post.deliver()
        assert len(slow.received) == 1, "it is not sent again when its claim has run out"


async def test_two_workers_share_and_a_killed_ones_claims_run_out(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    await post.add(backend.url(), "order.paid")
    backend.open.clear()
    await asyncio.gather(*(stage.buy(f"v_{n}", "p_apron") for n in range(4)))
    killed, other = post.worker, post.another_worker()
    assert await killed.run_once() == 4
    await eventually(lambda: len(backend.received) == 4)
    assert await other.run_once() == 0
    await killed._stop()
    backend.open.set()
    assert await other.run_once() == 0
    stage.tick(CLAIMED_FOR.total_seconds())
    assert await other.run_once() == 4
    await other.finish()
    ids = backend.ids()
    assert sorted(ids[:4]) == sorted(ids[4:])


async def test_a_late_word_of_a_failure_does_not_undo_a_delivery(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    endpoint = await post.add(backend.url(), "order.paid")
    backend.answers = [answer(500), answer(200)]
    await stage.buy("v_anna", "p_apron")
    late, other = post.worker, post.another_worker()
    assert await late.run_once() == 1
    await eventually(lambda: len(backend.received) == 1)
    stage.tick(CLAIMED_FOR.total_seconds())
    assert await other.run_once() == 1
    await other.finish()
    await late.finish()
    assert await post.log(endpoint) == [("order.paid", "delivered", 200, None)]


async def test_what_a_worker_cannot_sign_is_left_to_one_that_can(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    endpoint = await post.add(backend.url(), "order.paid")
    stranger = post.another_worker("some-other-secret-of-thirty-two-characters")
    await stage.buy("v_anna", "p_apron")
    await stranger.run_once()
    await stranger.finish()
    assert not backend.received
    assert await post.log(endpoint) == [("order.paid", "waiting", None, None)]
    stage.tick(61)
    await post.deliver()
    assert len(backend.received) == 1


async def test_while_a_secret_is_rotated_both_verify(stage: Stage, post: Post, backend: ShopBackend) -> None:
    row, first = await post.service.create(CHANNEL, ADMIN, Wish(backend.url(), ("order.paid",)))
    second = await post.service.rotate(CHANNEL, ADMIN, row.id)
    assert second.keys[1:] == first.keys
    third = await post.service.rotate(CHANNEL, ADMIN, row.id)
    assert third.keys[1:] == second.keys[:1]
    await stage.buy("v_anna", "p_apron")
    await post.deliver()
    stage.tick(timedelta(hours=24).total_seconds())
    await stage.buy("v_anna", "p_apron")
    await post.deliver()
    assert (await post.service.secrets(CHANNEL, row.id)).keys == third.keys[:1]
    signatures = [each.headers["webhook-signature"].split(" ") for each in backend.received]
    assert [len(each) for each in signatures] == [2, 1]
    first_sent = backend.received[0]
    at = stage.clock.now() - timedelta(hours=24)
    by = [Webhook(key).sign(first_sent.id, at, first_sent.body.decode()) for key in third.keys]
    assert signatures[0] == by


async def test_secrets_are_sealed_in_sql_and_sealed_anew_when_the_servers_secret_is_rotated(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    row, made = await post.service.create(CHANNEL, ADMIN, Wish(backend.url(), ("order.paid",)))
    await post.service.rotate(CHANNEL, ADMIN, row.id)
    async with stage.database.read() as connection:
        kept = (await connection.execute(text("SELECT secret, secret_old FROM webhook_endpoint"))).one()
    assert not any(made.keys[0].removeprefix("whsec_") in each for each in kept)
    new = "a-new-secret-of-more-than-thirty-two-characters"
    rotating = Webhooks(stage.database, stage.clock, Sealing(new, SECRET), post.outbound.require_fit)
    assert await rotating.reseal() == 1
    assert await rotating.reseal() == 0
    rotated = Webhooks(stage.database, stage.clock, Sealing(new), post.outbound.require_fit)
    assert (await rotated.secrets(CHANNEL, row.id)).keys[1] == made.keys[0]
    with refused(Code.UNAVAILABLE):
        await post.service.secrets(CHANNEL, row.id)


async def test_what_was_sent_can_be_sent_again_under_its_id(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    endpoint = await post.add(backend.url(), "order.paid")
    await stage.buy("v_anna", "p_apron")
    await post.deliver()
    (event,) = backend.ids()
    await post.service.send_again(CHANNEL, endpoint, event)
    await post.deliver()
    assert backend.ids() == [event, event]
    for channel, id in ((CHANNEL, "msg_none"), (ELSEWHERE, event)):
        with refused(Code.NOT_FOUND):
            await post.service.send_again(channel, endpoint, id)


async def test_a_test_goes_to_the_one_endpoint_that_was_asked_about(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    await post.add(backend.url("/other"))
    endpoint = await post.add(backend.url("/this"), "show.ended")
    event = await post.service.send_test(CHANNEL, endpoint)
    await post.deliver()
    assert [(each.path, each.id, each.event["type"]) for each in backend.received] == [
        ("/this", event, "webhook.test")
    ]
    await post.service.change(CHANNEL, ADMIN, endpoint, {"state": "off"})
    with refused(Code.CONFLICT):
        await post.service.send_test(CHANNEL, endpoint)


async def test_a_removed_endpoint_hears_nothing_more_and_a_sale_goes_on(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    endpoint = await post.add(backend.url(), "order.paid")
    await stage.buy("v_anna", "p_apron")
    await post.service.remove(CHANNEL, ADMIN, endpoint)
    await stage.buy("v_anna", "p_apron")
    await post.deliver()
    assert not backend.received
    with refused(Code.NOT_FOUND):
        await post.service.remove(CHANNEL, ADMIN, endpoint)


async def test_who_made_changed_rotated_and_removed_a_webhook_is_in_the_audit(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    url, service = backend.url("/hooks"), post.service
    kept = Intent("m_admin", "one-webhook-please", "1")
    wish = Wish(f"{url}?token=shh", ("order.paid",))
    row, _ = await service.create(CHANNEL, ADMIN, wish, intent=kept)
    await service.create(CHANNEL, ADMIN, wish, intent=kept)
    await service.change(CHANNEL, ADMIN, row.id, {"state": "off"})
    await service.change(CHANNEL, ADMIN, row.id, {"state": "off"})
    await service.change(CHANNEL, ADMIN, row.id, {"url": f"{url}/new?token=shh"})
    again = Intent("m_admin", "one-secret-please", "1")
    for _ in range(2):
        await service.rotate(CHANNEL, ADMIN, row.id, intent=again)
    for failing in (
        service.change(ELSEWHERE, ADMIN, row.id, {"state": "on"}),
        service.rotate(ELSEWHERE, ADMIN, row.id),
        service.remove(ELSEWHERE, ADMIN, row.id),
    ):
        with refused(Code.NOT_FOUND):
            await failing
    await service.remove(CHANNEL, ADMIN, row.id)
    audits = await stage.audits()
    assert [(each.action, each.details) for each in audits] == [
        ("webhook.created", {"channel": CHANNEL, "url": url, "events": ["order.paid"]}),
        ("webhook.changed", {"channel": CHANNEL, "state": "off"}),
        ("webhook.changed", {"channel": CHANNEL, "url": f"{url}/new"}),
        ("webhook.secret", {"channel": CHANNEL}),
        ("webhook.removed", {"channel": CHANNEL, "url": f"{url}/new"}),
    ]
    who = {(each.actor, each.name, each.role, each.subject, each.show_id) for each in audits}
    assert who == {("m_admin", "Rin", "admin", row.id, "")}


async def test_the_log_is_forgotten_after_its_days(stage: Stage, post: Post, backend: ShopBackend) -> None:
    endpoint = await post.add(backend.url(), "order.paid")
    await stage.buy("v_anna", "p_apron")
    await post.deliver()
    stage.tick(timedelta(days=20).total_seconds())
    await stage.buy("v_anna", "p_apron")
    await post.deliver()
    forgetting = WebhookForgetting(stage.database, stage.clock, timedelta(days=10))
    assert await forgetting.run_once() == 1
    assert await forgetting.run_once() == 0
    assert len(await post.log(endpoint)) == 1


async def test_a_channel_has_no_more_endpoints_than_it_may(
    stage: Stage, post: Post, backend: ShopBackend
) -> None:
    made: list[Any] = await asyncio.gather(
        *(post.add(backend.url(), "show.ended") for _ in range(25)), return_exceptions=True
    )
    assert sum(isinstance(each, str) for each in made) == 20
    assert {each.code for each in made if isinstance(each, RefusedError)} == {Code.TOO_MANY}
    await post.add(backend.url(), channel=ELSEWHERE)
