"""What the doctor says of one thing."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a finding is to be taken; only `broken` makes the doctor's exit code 1."""

    FINE = "fine"
    ADVICE = "advice"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and how to mend it where it is not fine."""

    subject: str
    state: State
    what: str
    mend: str = ""
