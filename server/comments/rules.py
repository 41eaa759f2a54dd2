"""What may become of a comment, and which of many viewers are shown: pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from server.protocol.commented import CommentsFor, CommentState
from server.protocol.question_commands import DismissReason

TEXT_CHARACTERS_MAX = 300
SHOWN_MAX = 50
"""The places behind the newest that a viewer's snapshot reaches back."""
TOLD_MAX = 200
"""The same for staff."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as the server keeps it; `version` counts its moves. See the table's columns."""

    id: str
    show_id: str
    viewer_id: str
    author: str
    role: str
    text: str
    state: CommentState
    at: datetime
    version: int = 0
    place: int | None = None
    staff_place: int | None = None
    shadow: bool = False
    state_before: CommentState | None = None
    reason: str | None = None
    moderated_by: str | None = None
    question_id: str | None = None
    reactions: Mapping[str, int] = field(default_factory=dict)


def is_seen(comment: Comment) -> bool:
    """Whether viewers have the comment before them: it was shown to them and is not gone."""
    return comment.place is not None and comment.state == "open"


# --- which of many are shown


class Allowance(NamedTuple):
    """So many a second, of which `burst` may come at once after a quiet time."""

    per_second: int
    burst: int

    @property
    def apart_ms(self) -> int:
        """Milliseconds in which one more is allowed."""
        return 1000 // self.per_second


VIEWERS: Final = Allowance(per_second=10, burst=20)
"""What viewers are shown of other viewers' comments; those of the host's side are shown besides."""
STAFF: Final = Allowance(per_second=40, burst=80)
"""What staff are told of besides what viewers are shown."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Where a show's stream stands. See the table's columns."""

    written: int = 0
    shown: int = 0
    told: int = 0
    whole_ms: int = 0
    staff_whole_ms: int = 0


class Wish(NamedTuple):
    """A comment that is to be placed. `open`: everybody may see it. `staff`: its writer is of the host's side."""

    viewer_id: str
    open: bool
    staff: bool


class Placed(NamedTuple):
    """The places that a comment got, None for none."""

    place: int | None
    staff_place: int | None


def take(allowance: Allowance, whole_ms: int, now_ms: int, wanted: int) -> tuple[int, int]:
    """Return how many of `wanted` are allowed now, and from when on the allowance is whole again."""
    used_ms = max(0, whole_ms - now_ms)
    allowed = min(wanted, (allowance.burst * allowance.apart_ms - used_ms) // allowance.apart_ms)
    allowed = max(0, allowed)
    return allowed, now_ms + used_ms + allowed * allowance.apart_ms


def in_turn(writers: Sequence[str]) -> list[int]:
    """Return the indexes of comments by their turn: everybody's first one, as they came, before anybody's second."""
    seen: Counter[str] = Counter()
    turns = []
    for index, writer in enumerate(writers):
        turns.append((seen[writer], index))
        seen[writer] += 1
    return [index for _, index in sorted(turns)]


def place(stream: Stream, now_ms: int, wishes: Sequence[Wish]) -> tuple[list[Placed], Stream]:
    """Give places to comments that are written together, in the order in which they came.

    All of the host's side, and of the others as many as `VIEWERS` allows, are shown to viewers; staff are told of these, and of as many
    more as `STAFF` allows.
    """
    shown, whole_ms = _choose(VIEWERS, stream.whole_ms, now_ms, wishes, [w.open for w in wishes])
    rest = [not each for each in shown]
    more, staff_whole_ms = _choose(STAFF, stream.staff_whole_ms, now_ms, wishes, rest)
    placed = []
    viewers_place, staff_place = stream.shown, stream.told
    for index in range(len(wishes)):
        viewers_place += shown[index]
        told = shown[index] or more[index]
        staff_place += told
        placed.append(Placed(viewers_place if shown[index] else None, staff_place if told else None))
    return placed, Stream(
        written=stream.written + sum(wish.open for wish in wishes),
        shown=viewers_place,
        told=staff_place,
        whole_ms=whole_ms,
        staff_whole_ms=staff_whole_ms,
    )


def admit(stream: Stream, comment: Comment) -> tuple[Comment, Stream]:
    """Give an open comment that viewers were not shown a place, whatever `VIEWERS` allows: somebody of the host's side wants it seen."""
    if comment.place is not None:
        return comment, stream
    told = stream.told + (comment.staff_place is None)
    after = replace(stream, written=stream.written + 1, shown=stream.shown + 1, told=told)
    return replace(comment, place=after.shown, staff_place=comment.staff_place or told), after


def _choose(
    allowance: Allowance, whole_ms: int, now_ms: int, wishes: Sequence[Wish], eligible: Sequence[bool]
) -> tuple[list[bool], int]:
    """Return which of the eligible are chosen: those of staff, and of the others as many as are allowed, in turn."""
    chosen = [wish.staff and may for wish, may in zip(wishes, eligible, strict=True)]
    others = [i for i, wish in enumerate(wishes) if eligible[i] and not wish.staff]
    allowed, whole_ms = take(allowance, whole_ms, now_ms, len(others))
    for turn in in_turn([wishes[i].viewer_id for i in others])[:allowed]:
        chosen[others[turn]] = True
    return chosen, whole_ms


# --- what may become of one


@dataclass(frozen=True, slots=True)
class Approve:
    """Let everybody see a held comment."""


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a comment away from everybody but staff."""

    reason: DismissReason


@dataclass(frozen=True, slots=True)
class Undo:
    """Take the last move of staff back."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Its writer takes it back, for good."""


Move = Approve | Remove | Undo | Withdraw

EDGES: Final[Mapping[type[Any], Mapping[CommentState, CommentState | None]]] = {
    Approve: {"held": "open"},
    Remove: {"held": "removed", "open": "removed"},
    Undo: {"open": None, "removed": None},
    Withdraw: {"held": "withdrawn", "open": "withdrawn"},
}
"""From which states each move leads where; None: to the state before the last move."""


def carry_out(move: Move, comment: Comment, by: str, *, version: int | None = None) -> Comment | None:
    """Return the comment after the move; None when its state does not allow it or `version` is no longer the newest.

    Whoever approves a comment lifts the shadow from it.
    """
    lifted = isinstance(move, Approve) and comment.shadow and comment.state == "open"
    edges = EDGES[type(move)]
    state = edges.get(comment.state) or (comment.state_before if comment.state in edges else None)
    state = "open" if lifted else state
    if state is None or (version is not None and version != comment.version):
        return None
    return replace(
        comment,
        state=state,
        shadow=comment.shadow and not lifted,
        version=comment.version + 1,
        state_before=None if lifted or isinstance(move, Undo | Withdraw) else comment.state,
        reason=move.reason if isinstance(move, Remove) else None,
        moderated_by=by,
    )


def why_closed(setting: CommentsFor, *, known: bool, staff: bool) -> CommentsFor | None:
    """Return the setting that keeps somebody from commenting, None when nothing does; staff may always."""
    if staff or setting == "on" or (setting == "known" and known):
        return None
    return setting
