"""What a run must keep to; one sentence for each budget that was broken. No I/O, no locust."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run's figures. Milliseconds; `None` where nothing was measured."""

    failures: list[str]
    pushes: int
    push_p95_ms: float | None
    commands: int
    command_p95_ms: float | None
    own_lag_p95_ms: float | None
    clocks_agree: bool
    acknowledged: dict[str, int]
    """What the users were told is done, by kind: orders, questions, votes."""
    lost: dict[str, int] | None
    """How much of it the show's export does not have; `None` where they were not compared."""
    not_compared: str = ""
    """Why they were not."""
    faults: list[str] = field(default_factory=list)
    """What was wrong with the run itself: nobody to play the host, a load process that went missing."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """Limits of a run, in milliseconds. Times are judged only while this process itself keeps up."""

    push_p95_ms: float
    command_p95_ms: float
    own_lag_p95_ms: float = 50.0

    def judge(self, outcome: Outcome) -> list[str]:
        """Return what was broken; an empty list is a pass."""
        broken = [f"failed: {failure}" for failure in outcome.failures]
        broken += outcome.faults
        if outcome.pushes == 0:
            broken.append("no journal push was received")
        if outcome.commands == 0:
            broken.append("no command was answered")
        broken += _lost(outcome)
        if self.times_count(outcome):
            broken += _over("pushes", outcome.push_p95_ms, self.push_p95_ms)
            broken += _over("commands", outcome.command_p95_ms, self.command_p95_ms)
        return broken

    def times_count(self, outcome: Outcome) -> bool:
        """Whether the times say something about the server, and not about this process or two clocks."""
        return outcome.clocks_agree and (outcome.own_lag_p95_ms or 0) <= self.own_lag_p95_ms


def _lost(outcome: Outcome) -> list[str]:
    if outcome.lost is None:
        told = ", ".join(f"{count} {kind}" for kind, count in outcome.acknowledged.items() if count)
        why = outcome.not_compared or "the export was not asked"
        return [f"{told} were acknowledged and not compared with the export: {why}"] if told else []
    return [
        f"{count} acknowledged {kind} are not in the export" for kind, count in outcome.lost.items() if count
    ]


def _over(what: str, p95_ms: float | None, limit_ms: float) -> list[str]:
    if p95_ms is None or p95_ms <= limit_ms:
        return []
    return [f"{what}: p95 is {p95_ms:.0f} ms, the budget {limit_ms:.0f} ms"]
