"""What a viewer's own post may be, and what may become of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.posted import PostReason, PostState
from server.protocol.screening_lines import HeldFor
from server.text import clean_text

TEXT_CHARACTERS_MAX: Final = 500
PER_PRODUCT_MAX: Final = 3
"""Of one viewer about one product, so many may wait or be shown at once."""
WAITING_MAX: Final = 20
"""Of one viewer in a channel, so many may wait at once."""
CONSENT: Final = "2026-11"
"""The words that are in force (`docs/privacy.md` has all that were): the pages show them, and a post is kept with this name of theirs."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was sent, by the name of its files, with the size that it came with."""

    id: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Post:
    """A post as the server keeps it; see the table's columns."""

    id: str
    channel_id: str
    show_id: str
    product_id: str
    viewer_id: str
    author: str
    text: str
    picture: Picture | None
    state: PostState
    at: datetime
    consent: str
    version: int = 1
    held_for: Sequence[HeldFor] = ()
    reason: PostReason | None = None
    moderated_by: str | None = None
    moderated_at: datetime | None = None


def is_anonymous(post: Post) -> bool:
    """Whether its author does not want to be named; of one that was taken back nobody says."""
    return post.author == "" and post.state != "withdrawn"


def text_of(written: str, *, pictured: bool) -> str:
    """Return the words of a post, clean; none will do beside a picture. Raises `invalid` for a post of nothing, and for too many."""
    if pictured and not written.strip():
        return ""
    return clean_text(written, characters_max=TEXT_CHARACTERS_MAX)


def require_consent(given: str) -> None:
    """Raise `consent_needed` unless the words in force were agreed to."""
    if given != CONSENT:
        raise RefusedError(Code.CONSENT_NEEDED, consent=CONSENT)


@dataclass(frozen=True, slots=True)
class Approve:
    """Let everybody see it beside its product, and the host show it."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Do not show what waits."""

    reason: PostReason


@dataclass(frozen=True, slots=True)
class Remove:
    """Take down what is shown."""

    reason: PostReason


@dataclass(frozen=True, slots=True)
class Restore:
    """Have it wait again."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Its author takes it back, for good."""


Move = Approve | Reject | Remove | Restore | Withdraw
EDGES: Final[Mapping[type[Any], Mapping[PostState, PostState]]] = {
    Approve: {"held": "approved", "rejected": "approved", "removed": "approved"},
    Reject: {"held": "rejected"},
    Remove: {"approved": "removed"},
    Restore: {"approved": "held", "rejected": "held", "removed": "held"},
    Withdraw: {
        "held": "withdrawn",
        "approved": "withdrawn",
        "rejected": "withdrawn",
        "removed": "withdrawn",
    },
}
"""From which states each move leads where."""


def carry_out(move: Move, post: Post, by: str, now: datetime) -> Post | None:
    """Return the post after the move; None when its state does not allow it. One that is taken back keeps no words and no picture."""
    state = EDGES[type(move)].get(post.state)
    if state is None:
        return None
    if isinstance(move, Withdraw):
        return emptied(replace(post, state=state, version=post.version + 1))
    reason = move.reason if isinstance(move, Reject | Remove) else None
    return replace(
        post, state=state, version=post.version + 1, reason=reason, moderated_by=by, moderated_at=now
    )


def emptied(post: Post) -> Post:
    """Return the post without anything of its author's but that they agreed."""
    return replace(post, author="", text="", picture=None, held_for=(), reason=None)
