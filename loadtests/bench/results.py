"""What one run found, peer by peer. CPU is of the whole process tree; `swarm_share` is the swarm's own share of its core meanwhile."""

from dataclasses import dataclass, field

from loadtests.bench.sizes import Sizes


@dataclass(frozen=True, slots=True)
class Delivery:
    """`rate` publications a second to `viewers`. `due` deliveries were asked for, `delivered` came in time."""

    viewers: int
    rate: float
    due: int
    delivered: int
    cpu_us: float
    """CPU µs per delivery that came."""
    cpu_by_process: dict[str, float]
    """The same, split by the processes' names."""
    p50_ms: float
    p99_ms: float
    max_ms: float
    bytes_each: float
    swarm_share: float
    reply_p99_ms: float | None = None
    """Of commands that were sent meanwhile, one at a time, where that was measured."""

    @property
    def whole(self) -> bool:
        """Whether everything came."""
        return self.delivered == self.due


@dataclass(frozen=True, slots=True)
class Joins:
    """`viewers` sockets, all at once (256 handshakes at a time), until the last one was in."""

    viewers: int
    lost: int
    seconds: float
    cpu_us: float
    """CPU µs per join."""
    cpu_by_process: dict[str, float]
    swarm_share: float


@dataclass(frozen=True, slots=True)
class Weight:
    """KiB per viewer: what the processes grew by, and all that they hold divided by the viewers (pages in common once)."""

    viewers: int
    grown_kib: float
    all_kib: float
    before_mib: float


@dataclass(frozen=True, slots=True)
class Inbound:
    """Commands from 1,000 sockets. `recorded` is what the report counted afterwards, or None where nothing is recorded."""

    rate: float
    sent: int
    cpu_us: float
    cpu_by_process: dict[str, float]
    recorded: int | None
    swarm_share: float


@dataclass(frozen=True, slots=True)
class Idle:
    """Percent of a core with `viewers` joined and nothing happening, and before anybody came."""

    viewers: int
    seconds: float
    percent: float
    empty_percent: float


@dataclass(slots=True)
class PeerResult:
    """One peer's part of the run; what was not measured is None or empty, and `faults` says why where that was not meant."""

    key: str
    title: str
    version: str = ""
    whole: bool = False
    not_here: str = ""
    slow: Delivery | None = None
    fast: Delivery | None = None
    crowd: Delivery | None = None
    calm: Delivery | None = None
    joins: list[Joins] = field(default_factory=list)
    room_weight: Weight | None = None
    crowd_weight: Weight | None = None
    inbound: Inbound | None = None
    idle: Idle | None = None
    growth: list[Delivery] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def median_join_seconds(self) -> float | None:
        """The middle one of the joins that lost nobody, in seconds."""
        times = sorted(j.seconds for j in self.joins if not j.lost)
        return times[len(times) // 2] if times else None

    @property
    def weight(self) -> Weight | None:
        """The weight with the most viewers."""
        return self.crowd_weight or self.room_weight


@dataclass(frozen=True, slots=True)
class Run:
    """A run: when, on what, how busy the machine was otherwise, and every peer."""

    at: str
    machine: str
    load_before: float
    quick: bool
    sizes: Sizes
    peers: list[PeerResult]

    def peer(self, key: str) -> PeerResult | None:
        """Return the peer with this key if it took part and was here."""
        return next((p for p in self.peers if p.key == key and not p.not_here), None)
