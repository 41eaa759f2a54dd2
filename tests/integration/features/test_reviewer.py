"""A reviewer outside, over real connections: quick, slow, dead, refusing, lying, and answering what is no answer."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from standardwebhooks import Webhook

from server.access.sealing import Sealing
from server.addresses import Networks
from server.clock import SystemClock
from server.http.outbound import Outbound, OutboundRules
from server.protocol.screening_lines import HeldFor
from server.screening.reviewing import AT_ONCE_MAX, FAILURES_MAX, Reviewing, purpose_of
from server.screening.rules import Fallback, Reviewer, refused_for
from server.screening.verdicts import ALLOWED, Held, Shadow, Verdict
from server.webhooks.signing import as_text
from tests.support.stage import CHANNEL, SECRET, SHOW

KEY = b"k" * 32


@dataclass(slots=True)
class Outside:
    """A reviewer's server: answers with `body`, after `gate` where it is closed."""

    body: bytes = b'{"verdict":"allow"}'
    status: str = "200 OK"
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if line]
                headers = {name.lower(): value for name, value in lines}
                self.asked.append((headers, await reader.readexactly(int(headers["content-length"]))))
                await self.gate.wait()
                answer = f"HTTP/1.1 {self.status}\r\ncontent-length: {len(self.body)}\r\n\r\n".encode()
                writer.write(answer + self.body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Bench:
    """A reviewer's server and who asks it, with a clock of its own."""

    def __init__(self, outside: Outside, outbound: Outbound) -> None:
        self.outside = outside
        self.now = 1_000.0
        self.sealing = Sealing(SECRET)
        # Longer than 200 ms, so that a busy machine is not taken for a slow reviewer.
        self.reviewing = Reviewing(
            outbound.client, self.sealing, SystemClock(), monotonic=lambda: self.now, deadline_seconds=20.0
        )

    async def ask(
        self, fallback: Fallback = "hold", *, port: int | None = None, reviewing: Reviewing | None = None
    ) -> Verdict:
        secret = self.sealing.seal(KEY, purpose_of(CHANNEL))
        reviewer = Reviewer(f"http://127.0.0.1:{port or self.outside.port}/review", secret, fallback)
        return await (reviewing or self.reviewing).review(CHANNEL, SHOW, reviewer, "Is it 洗える?")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    outside = Outside()
    outside.gate.set()
    listening = await asyncio.start_server(outside.serve, "127.0.0.1", 0)
    outside.port = listening.sockets[0].getsockname()[1]
    outbound = Outbound(OutboundRules(Networks(["127.0.0.0/8"]), http=True))
    async with listening:
        yield Bench(outside, outbound)
        await outbound.close()


def no_review(why: str) -> Held:
    return Held((HeldFor("no_reviewer", why),))


async def test_what_is_sent_is_signed_and_says_no_more_than_the_text(bench: Bench) -> None:
    assert await bench.ask() == ALLOWED
    ((headers, body),) = bench.outside.asked
    told = {"type": "text.review", "channel": CHANNEL, "show": SHOW, "text": "Is it 洗える?"}
    assert Webhook(as_text(KEY)).verify(body, headers) == told


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({"verdict": "allow"}, ALLOWED),
        ({"verdict": "hold", "reason": "rude"}, Held((HeldFor("reviewer", "rude"),))),
        ({"verdict": "shadow", "reason": "\u202e"}, Shadow((HeldFor("reviewer"),))),
        ({"verdict": "refuse", "reason": "x" * 900}, refused_for([HeldFor("reviewer", "x" * 200)])),
        ({"verdict": "allow", "and": {"more": [1]}}, ALLOWED),
    ],
)
async def test_its_answer_is_the_verdict(bench: Bench, said: object, verdict: Verdict) -> None:
    bench.outside.body = json.dumps(said).encode()
    assert await bench.ask() == verdict


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        ("200 OK", b"", "unreadable"),
        ("200 OK", b'{"verdict":"burn"}', "unreadable"),
        ("200 OK", b'["allow"]', "unreadable"),
        ("200 OK", b"\xff\xfe{", "unreadable"),
        ("200 OK", b'{"verdict":"allow","pad":"' + b"x" * 5_000 + b'"}', "unreadable"),
        ("200 OK", b"[" * 4_000, "unreadable"),
        ("500 Oh", b'{"verdict":"allow"}', "status"),
        ("302 Found", b'{"verdict":"allow"}', "status"),
        ("999999 What", b"{}", "unreachable"),
    ],
)
async def test_what_is_no_answer_is_the_fallbacks(bench: Bench, status: str, body: bytes, why: str) -> None:
    bench.outside.status, bench.outside.body = status, body
    assert await bench.ask() == no_review(why)
    assert await bench.ask("allow") == ALLOWED


async def test_a_slow_one_has_200_ms_and_is_then_left_alone(bench: Bench) -> None:
    bench.outside.gate.clear()
    outbound = Outbound(OutboundRules(Networks(["127.0.0.0/8"]), http=True))
    reviewing = Reviewing(outbound.client, bench.sealing, SystemClock(), monotonic=lambda: bench.now)
    began = time.monotonic()
    said = [await bench.ask(reviewing=reviewing) for _ in range(FAILURES_MAX)]
    assert said == [no_review("slow")] * FAILURES_MAX
    assert time.monotonic() - began < 20.0
    asked = len(bench.outside.asked)
    assert (
        await asyncio.gather(*(bench.ask(reviewing=reviewing) for _ in range(50)))
        == [no_review("left_alone")] * 50
    )
    assert len(bench.outside.asked) == asked
    await outbound.close()


async def test_a_dead_one_is_tried_by_one_text_at_a_time_and_comes_back(bench: Bench) -> None:
    bench.outside.status = "503 Away"
    for _ in range(FAILURES_MAX):
        assert await bench.ask() == no_review("status")
    bench.now += 4.9
    assert await bench.ask() == no_review("left_alone")
    bench.now += 0.2
    assert await bench.ask() == no_review("status")
    bench.now += 9.9
    assert await bench.ask() == no_review("left_alone")
    bench.now += 0.2
    bench.outside.status = "200 OK"
    bench.outside.gate.clear()
    trying = asyncio.create_task(bench.ask())
    await asyncio.sleep(0)
    assert await bench.ask() == no_review("left_alone")
    bench.outside.gate.set()
    assert await trying == ALLOWED
    assert await bench.ask() == ALLOWED


async def test_nobody_there_and_a_private_address_are_no_answer(bench: Bench) -> None:
    assert await bench.ask(port=1) == no_review("unreachable")
    strict = Outbound(OutboundRules(http=True))
    reviewing = Reviewing(strict.client, bench.sealing, SystemClock())
    assert await bench.ask(reviewing=reviewing) == no_review("unreachable")
    await strict.close()
    assert bench.outside.asked == []


async def test_so_many_at_once_and_no_more(bench: Bench) -> None:
    bench.outside.gate.clear()
    asking = [asyncio.create_task(bench.ask()) for _ in range(AT_ONCE_MAX)]
    await asyncio.sleep(0)
    assert await bench.ask() == no_review("busy")
    bench.outside.gate.set()
    assert set(await asyncio.gather(*asking)) == {ALLOWED}
