"""Why something that a viewer wrote is held or shadowed, as staff read it. No I/O."""

from typing import Literal

from msgspec import Struct

HeldBy = Literal["word", "pattern", "link", "newcomer", "reviewer", "no_reviewer", "sanction"]


class HeldFor(Struct, frozen=True, omit_defaults=True):
    """One reason. `what`: the list's entry, the link's host, or what the reviewer says; of `no_reviewer`, why it gave no answer.

    `sanction`: what its writer writes waits for approval.
    """

    by: HeldBy
    what: str | None = None
