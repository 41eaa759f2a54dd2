"""A published draw, repeated: whether it came out as is claimed. Pure."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from server.giveaways.draw import commitment_of, digest_of, draw


class Published(Protocol):
    """What is published of a draw (PROTOCOL.md 2.25)."""

    @property
    def commitment(self) -> str: ...
    @property
    def seed(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def tickets(self) -> Sequence[str]: ...
    @property
    def winners(self) -> Sequence[str]: ...
    @property
    def winners_max(self) -> int: ...
    @property
    def entries(self) -> int: ...
    @property
    def left_out_in_all(self) -> int: ...


def _is_drawn_so(proof: Published) -> bool:
    order = draw(proof.seed, proof.tickets)
    won = len(proof.winners)
    return list(proof.winners) == order[:won] and won >= min(proof.winners_max, len(order))


_CHECKS: Final[tuple[tuple[str, Callable[[Published], bool]], ...]] = (
    (
        "The seed is not the one that was committed to.",
        lambda proof: commitment_of(proof.seed) == proof.commitment,
    ),
    ("A ticket is in the list twice.", lambda proof: len(set(proof.tickets)) == len(proof.tickets)),
    (
        "The digest is not that of the tickets.",
        lambda proof: digest_of(sorted(proof.tickets)) == proof.digest,
    ),
    ("The seed and the tickets give other winners.", _is_drawn_so),
    (
        "The tickets and those that were left out are not all entries.",
        lambda proof: len(proof.tickets) + proof.left_out_in_all == proof.entries,
    ),
)


def faults_of(proof: Published, *, commitment: str | None = None, ticket: str | None = None) -> list[str]:
    """Return what is wrong with a draw, in words for people; nothing: it came out as is claimed.

    `commitment` is the one that was noted when the giveaway opened, `ticket` one that is to be among those that were drawn.
    """
    try:
        found = [said for said, holds in _CHECKS if not holds(proof)]
    except ValueError:
        return ["The seed is not written in hexadecimal."]
    if commitment is not None and commitment.strip().lower() != proof.commitment:
        found.append("The commitment is another than the one that was noted.")
    if ticket is not None and ticket not in proof.tickets:
        found.append("The ticket is not among those that were drawn.")
    return found
