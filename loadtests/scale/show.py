"""What happens in the modelled show, and how its machines are meant to be used. Everything here is an assumption; change it and see."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Show:
    """One lively show, seen from outside."""

    publications_per_second: float = 2.0
    """The journal: questions that a moderator let through, answers, pins, stock, votes in batches. Not in proportion to the viewers."""
    line_bytes: int = 350
    """A journal push."""
    pulse_bytes: int = 150
    tick_seconds: float = 0.25
    commands_per_viewer: float = 1 / 20
    """A second: reactions above all, which the page adds up."""
    active_share: float = 0.3
    """Of the viewers, who send these commands; the others watch."""
    flush_seconds: float = 1.0
    frame_bytes: int = 4 + 66 + 40
    """Beside each frame's payload: its own head, Ethernet, IP and TCP, and the acknowledgement's share."""
    snapshot_bytes: int = 20_000
    """`joined` with the snapshot of a show that has run for a while."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How full a process may be."""

    cpu_share_max: float = 0.6
    """Of one core; the rest is for joins after another process has died."""
    p99_ms_max: float = 250.0
    step_viewers: int = 500
    processes_min: int = 2


LIVELY = Show()
RULES = Rules()
SIZES = (10_000, 100_000, 1_000_000)
