"""The course of a run: which peer does what, in which order, and what is said meanwhile."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from loadtests.bench import measure
from loadtests.bench.peers.peer import NotHere, Peer, Running
from loadtests.bench.peers.stores import HOME
from loadtests.bench.results import Delivery, PeerResult
from loadtests.bench.sizes import Sizes

FAULTS = (NotHere, OSError, subprocess.SubprocessError)
JOIN_RIVALS = ("nchan", "showfloor")


@dataclass(slots=True)
class Course:
    """Runs rows of the tables. `say` is told each step."""

    program: Path
    sizes: Sizes
    say: Callable[[str], None]
    results: dict[str, PeerResult] = field(default_factory=dict)

    def prepare(self, peers: Sequence[Peer]) -> list[Peer]:
        """Install what is missing; return the peers that are here."""
        here = []
        for peer in peers:
            result = self.results[peer.key] = PeerResult(peer.key, peer.title, whole=peer.whole)
            try:
                result.version = peer.prepare()
                here.append(peer)
            except FAULTS as error:
                result.not_here = str(error)
                self.say(f"{peer.key}: not here: {error}")
        return here

    def row(self, name: str, peers: Sequence[Peer]) -> None:
        """Measure one row with every peer that takes part in it."""
        steps = {
            "room": self._room,
            "calm": self._calm,
            "crowd": self._crowd,
            "inbound": self._inbound,
            "growth": self._growth,
            "idle": self._idle,
        }
        for peer in peers:
            if name in peer.rows:
                self._with(peer, name, steps[name])

    def join_again(self, peers: Sequence[Peer]) -> None:
        """Repeat the joins of those who are compared by them, in turn, since single ones scatter."""
        for _ in range(self.sizes.join_rounds - 1):
            for peer in peers:
                if peer.key in JOIN_RIVALS:
                    self._with(peer, "joins", self._join)

    def _with(self, peer: Peer, row: str, step: Callable[[Running, PeerResult], str]) -> None:
        folder = HOME / "run" / peer.key
        shutil.rmtree(folder, ignore_errors=True)
        result = self.results[peer.key]
        try:
            with peer.start(folder) as running:
                self.say(f"{row:8} {peer.key:16} pid {running.pid} …")
                self.say(f"{row:8} {peer.key:16} {step(running, result)}")
        except FAULTS as error:
            result.faults[row] = str(error)
            self.say(f"{row:8} {peer.key:16} failed: {error}")

    def _room(self, running: Running, result: PeerResult) -> str:
        sizes = self.sizes
        with measure.crowd(self.program, running, sizes.room) as came:
            result.room_weight = came.weight
            result.slow = measure.deliver(running, came.swarm, sizes.slow_rate, sizes.seconds)
            result.fast = measure.deliver(running, came.swarm, sizes.fast_rate, sizes.seconds)
        return f"{_told(result.slow)} | {_told(result.fast)}"

    def _calm(self, running: Running, result: PeerResult) -> str:
        sizes = self.sizes
        with measure.crowd(self.program, running, sizes.calm) as came:
            result.calm = measure.deliver(running, came.swarm, sizes.calm_rate, sizes.calm_seconds)
        return _told(result.calm)

    def _crowd(self, running: Running, result: PeerResult) -> str:
        sizes = self.sizes
        with measure.crowd(self.program, running, sizes.crowd) as came:
            result.joins.append(came.joins)
            result.crowd_weight = came.weight
            result.crowd = measure.deliver(
                running, came.swarm, sizes.crowd_rate, sizes.crowd_seconds, asking=True
            )
        joins, weight = came.joins, came.weight
        return (
            f"{joins.viewers - joins.lost} in {joins.seconds:.2f} s, {joins.cpu_us:.0f} µs each (swarm {joins.swarm_share:.0%}),"
            f" {weight.grown_kib:.1f} KiB grown, {weight.all_kib:.1f} KiB in all | {_told(result.crowd)}"
        )

    def _join(self, running: Running, result: PeerResult) -> str:
        with measure.crowd(self.program, running, self.sizes.crowd) as came:
            result.joins.append(came.joins)
        return f"{came.joins.seconds:.2f} s, {came.joins.cpu_us:.0f} µs each {came.joins.cpu_by_process}"

    def _inbound(self, running: Running, result: PeerResult) -> str:
        sizes = self.sizes
        with measure.crowd(self.program, running, sizes.room) as came:
            found = measure.receive(running, came.swarm, sizes.inbound_rate, sizes.seconds)
        result.inbound = found
        return (
            f"{found.cpu_us:.1f} µs each at {found.rate:.0f}/s, {found.recorded} of {found.sent} recorded,"
            f" {found.cpu_by_process} swarm {found.swarm_share:.0%}"
        )

    def _growth(self, running: Running, result: PeerResult) -> str:
        sizes = self.sizes
        for viewers in sizes.growth:
            with measure.crowd(self.program, running, viewers) as came:
                result.growth.append(
                    measure.deliver(running, came.swarm, sizes.crowd_rate, sizes.crowd_seconds)
                )
        return " | ".join(_told(d) for d in result.growth)

    def _idle(self, running: Running, result: PeerResult) -> str:
        found = measure.rest(self.program, running, self.sizes.idle, self.sizes.idle_seconds)
        result.idle = found
        return f"{found.percent:.2f} % of a core with {found.viewers}, {found.empty_percent:.2f} % with none"


def _told(found: Delivery) -> str:
    split = ", ".join(f"{name} {us:.1f}" for name, us in found.cpu_by_process.items())
    replies = f", replies p99 {found.reply_p99_ms:.1f} ms" if found.reply_p99_ms is not None else ""
    return (
        f"{found.viewers}×{found.rate:g}/s: {found.cpu_us:.2f} µs ({split}), {found.delivered / max(found.due, 1):.1%},"
        f" p50 {found.p50_ms:.1f} p99 {found.p99_ms:.1f} ms, {found.bytes_each:.0f} B, swarm {found.swarm_share:.0%}{replies}"
    )
