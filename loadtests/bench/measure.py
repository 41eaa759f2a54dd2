"""The measurements: each takes a server that runs, brings a swarm, and returns one result."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loadtests.bench.cost import CpuSeconds, Memory, ServerCost, spent_between
from loadtests.bench.peers.peer import Running
from loadtests.bench.publisher import Asker, Publisher
from loadtests.bench.results import Delivery, Idle, Inbound, Joins, Weight
from loadtests.bench.swarm import Swarm

GRACE_SECONDS = 1.0
"""How long deliveries may come after the last publication."""
BEGIN_SECONDS = 0.1
"""The swarm has begun to count by then: what a quick server delivers of the first message must not come before that."""
REST_SECONDS = 1.0
BUSY_SHARE = 0.05
SETTLE_SECONDS_MAX = 20.0
RECORDED_SECONDS_MAX = 15.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """A swarm that is in, how it came in, and what the server grew by."""

    swarm: Swarm
    joins: Joins
    weight: Weight


@contextmanager
def crowd(program: Path, running: Running, viewers: int) -> Iterator[Crowd]:
    """Let `viewers` come to a fresh server, and leave at the end."""
    cost = _cost(running)
    memory_before, cpu_before = cost.memory(), cost.cpu()
    with Swarm(program, running.door, viewers) as swarm:
        cpu = spent_between(cpu_before, cost.cpu())
        joins = Joins(
            viewers,
            swarm.joined.lost + viewers - swarm.joined.viewers,
            swarm.joined.seconds,
            sum(cpu.values()) / viewers * 1e6,
            _each(cpu, viewers),
            swarm.joined.cpu_share,
        )
        time.sleep(REST_SECONDS)
        yield Crowd(swarm, joins, _weight(viewers, memory_before, cost.memory()))


def deliver(running: Running, swarm: Swarm, rate: float, seconds: float, *, asking: bool = False) -> Delivery:
    """Publish at `rate` for `seconds` to everybody in the swarm; with `asking`, time replies meanwhile where the peer has any."""
    cost = _cost(running)
    publisher = Publisher(running.way, rate, seconds)
    time.sleep(REST_SECONDS / 2)
    asker = Asker(running.way, running.question, running.reply) if asking and running.question else None
    before = cost.cpu()
    swarm.begin_measure(seconds + GRACE_SECONDS)
    time.sleep(BEGIN_SECONDS)
    publisher.start()
    counted = swarm.result()
    cpu = spent_between(before, cost.cpu())
    reply_p99_ms = asker.finish() if asker else None
    publisher.finish()
    came = max(counted.messages, 1)
    return Delivery(
        viewers=swarm.joined.viewers,
        rate=rate,
        due=publisher.due * swarm.joined.viewers,
        delivered=counted.messages,
        cpu_us=sum(cpu.values()) / came * 1e6,
        cpu_by_process=_each(cpu, came),
        p50_ms=counted.p50_ms,
        p99_ms=counted.p99_ms,
        max_ms=counted.max_ms,
        bytes_each=counted.bytes / came,
        swarm_share=counted.cpu_share,
        reply_p99_ms=reply_p99_ms,
    )


def receive(running: Running, swarm: Swarm, rate: float, seconds: float) -> Inbound:
    """Send `rate` commands a second for `seconds`, spread over the swarm; count until the server has done them all."""
    cost = _cost(running)
    recorded_before = running.reactions() if running.reactions else 0
    before = cost.cpu()
    swarm.begin_send(rate, seconds, running.command)
    counted = swarm.result()
    _settle(cost)
    cpu = spent_between(before, cost.cpu())
    return Inbound(
        rate=counted.sent / counted.seconds,
        sent=counted.sent,
        cpu_us=sum(cpu.values()) / counted.sent * 1e6,
        cpu_by_process=_each(cpu, counted.sent),
        recorded=_recorded(running, recorded_before, counted.sent),
        swarm_share=counted.cpu_share,
    )


def rest(program: Path, running: Running, viewers: int, seconds: float) -> Idle:
    """Watch the empty server for a while, then the same with `viewers` to whom nothing happens but pings."""
    cost = _cost(running)
    time.sleep(5 * REST_SECONDS)
    empty_seconds = seconds / 2
    before = cost.cpu()
    time.sleep(empty_seconds)
    empty = sum(spent_between(before, cost.cpu()).values()) / empty_seconds
    with crowd(program, running, viewers) as came:
        time.sleep(5 * REST_SECONDS)
        before = cost.cpu()
        came.swarm.begin_measure(seconds)
        counted = came.swarm.result()
        cpu = sum(spent_between(before, cost.cpu()).values())
    return Idle(viewers - counted.lost, counted.seconds, cpu / counted.seconds * 100, empty * 100)


def _cost(running: Running) -> ServerCost:
    return ServerCost(running.pid, running.data)


def _each(cpu: CpuSeconds, things: int) -> dict[str, float]:
    return {name: round(seconds / things * 1e6, 3) for name, seconds in cpu.items()}


def _weight(viewers: int, before: Memory, after: Memory) -> Weight:
    return Weight(
        viewers,
        (after.rss - before.rss) / viewers / 1024,
        after.pss / viewers / 1024,
        before.pss / 2**20,
    )


def _settle(cost: ServerCost) -> None:
    """Wait until the server has caught up."""
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    before = sum(cost.cpu().values())
    while time.monotonic() < deadline:
        time.sleep(0.5)
        now = sum(cost.cpu().values())
        if now - before < 0.5 * BUSY_SHARE:
            return
        before = now


def _recorded(running: Running, before: int, sent: int) -> int | None:
    """What the report counts more than `before`, as soon as it is `sent`, or in the end."""
    if running.reactions is None:
        return None
    deadline = time.monotonic() + RECORDED_SECONDS_MAX
    while (recorded := running.reactions() - before) < sent and time.monotonic() < deadline:
        time.sleep(0.5)
    return recorded
