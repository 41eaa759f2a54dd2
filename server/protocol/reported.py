"""Reports as they travel. No I/O."""

from typing import Literal

from msgspec import Struct

ReportKind = Literal["question", "comment", "post"]
"""What may be reported; it grows."""
ReportReason = Literal["spam", "abuse", "off_topic", "fraud", "personal_data", "other"]


class Reported(Struct, frozen=True):
    """How many viewers have reported an item, by their reasons, the last one at `at`; none any more: it is settled."""

    kind: str
    item: str
    reporters: int
    reasons: dict[str, int]
    at: str
