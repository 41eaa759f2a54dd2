"""From a show's viewers to processes, memory, bandwidth, and the load on Redis and the ledger."""

import math
from dataclasses import dataclass, replace

from loadtests.scale.figures import Figures
from loadtests.scale.rounds import Rounds, simulate
from loadtests.scale.show import Rules, Show

GBIT = 125_000_000
"""Bytes."""
SIGNS_OF_LIFE_PER_SECOND = 1
"""A process's echo through Redis, and its top check in SQL."""
POSTGRES_CONNECTIONS = 10
"""A process's pool, as it is set by default."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a show of `viewers` takes. Shares are of one core."""

    viewers: int
    processes: int
    viewers_each: int
    rounds: Rounds
    memory_mib: float
    """Of one process."""
    out_gbit: float
    """Of all processes."""
    redis_commands: float
    """A second, of all processes."""
    redis_share: float
    top_checks: int
    """SQL queries a second, of all processes."""
    postgres_connections: int
    ledger_rows: float
    """A second."""
    ledger_share: float
    """Of what one worker carries."""
    rejoin_seconds: float
    """CPU time for the viewers of a process that died, on those that are left."""

    @property
    def out_mbit_each(self) -> float:
        """Of one process."""
        return self.out_gbit * 1000 / self.processes


def plan(figures: Figures, show: Show, rules: Rules, viewers: int) -> Plan:
    """Return what `viewers` in one show take."""
    processes = max(rules.processes_min, math.ceil(viewers / viewers_at_most(figures, show, rules)))
    each = math.ceil(viewers / processes)
    rounds = _rounds(figures, show, each)
    rows = ledger_rows(show, viewers)
    return Plan(
        viewers=viewers,
        processes=processes,
        viewers_each=each,
        rounds=rounds,
        memory_mib=figures.server.process_mib + each * figures.server.viewer_kib / 1024,
        out_gbit=viewers * rounds.bytes_per_viewer / GBIT,
        redis_commands=_redis_commands(show, processes),
        redis_share=redis_share(figures, show, processes, rows),
        top_checks=processes * SIGNS_OF_LIFE_PER_SECOND,
        postgres_connections=processes * POSTGRES_CONNECTIONS,
        ledger_rows=rows,
        ledger_share=rows * figures.engines.ledger_row_us / 1e6,
        rejoin_seconds=math.ceil(each / (processes - 1)) * figures.server.join_us / 1e6,
    )


def viewers_at_most(figures: Figures, show: Show, rules: Rules) -> int:
    """Return how many viewers one process takes by the rules; never more than were measured in one room."""
    most = rules.step_viewers
    while most + rules.step_viewers <= figures.server.viewers:
        rounds = _rounds(figures, show, most + rules.step_viewers)
        if rounds.busy_share > rules.cpu_share_max or rounds.p99_ms > rules.p99_ms_max:
            break
        most += rules.step_viewers
    return most


def _rounds(figures: Figures, show: Show, viewers: int) -> Rounds:
    return simulate(show, viewers, figures.server.write_us, other_share=_other_share(figures, show, viewers))


def _other_share(figures: Figures, show: Show, viewers: int) -> float:
    """Commands and pings, of a process's core."""
    commands = viewers * show.commands_per_viewer * figures.server.command_us / 1e6
    return commands + viewers / 10_000 * figures.server.idle_percent / 100


def ledger_rows(show: Show, viewers: int) -> float:
    """Return rows a second: a viewer's taps of one flush are one row, so that rows grow slower than taps."""
    active = viewers * show.active_share
    taps = show.commands_per_viewer / show.active_share * show.flush_seconds
    return active * -math.expm1(-taps) / show.flush_seconds


def _redis_commands(show: Show, processes: int) -> float:
    each = 1 / show.tick_seconds + 1 / show.flush_seconds + SIGNS_OF_LIFE_PER_SECOND
    return processes * each + show.publications_per_second


def redis_share(figures: Figures, show: Show, processes: int, rows: float) -> float:
    """Return how much of Redis's one core the show takes. Its ticks look at every process's entry: they grow with processes²."""
    engines = figures.engines
    tick = engines.tick_us + (processes - 1) * engines.tick_process_us
    ticks = processes / show.tick_seconds * tick
    published = engines.publish_us + (processes - 1) * engines.publish_subscriber_us
    echoes = processes * SIGNS_OF_LIFE_PER_SECOND * (engines.publish_us + engines.publish_subscriber_us)
    flushes = processes / show.flush_seconds * engines.publish_us + rows / 2000 * engines.append_us
    return (ticks + show.publications_per_second * published + echoes + flushes) / 1e6


def processes_at_most(figures: Figures, show: Show) -> int:
    """Return how many processes Redis carries for one show before its core is full."""
    processes = 1
    while redis_share(figures, show, processes + 1, 0.0) < 1.0:
        processes += 1
    return processes


def with_every_question_published(show: Show, viewers: int, *, asks_per_viewer: float) -> Show:
    """Return the show as it is when nobody moderates before: each question is a publication to everybody."""
    return replace(show, publications_per_second=show.publications_per_second + viewers * asks_per_viewer)
