"""What may be wanted of sanctions in a show's transaction, and what comes of it."""

from dataclasses import dataclass

import msgspec

from server.audit.trail import Actor
from server.protocol.sanctioned import OwnSanction
from server.sanctions.likeness import Likeness
from server.sanctions.rules import Terms


@dataclass(frozen=True, slots=True)
class Written:
    """Something that a viewer wrote, of whatever kind."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Giving:
    """A member of staff lays a sanction on a viewer, named by their id or by something that they wrote."""

    actor: Actor
    terms: Terms
    whom: str | Written


@dataclass(frozen=True, slots=True)
class Unbanning:
    """A member of staff lets a viewer in again: every ban of theirs that was given in the show is lifted."""

    actor: Actor
    viewer_id: str


@dataclass(frozen=True, slots=True)
class Lifting:
    """A member of staff ends a sanction before its end."""

    actor: Actor
    sanction_id: str


@dataclass(frozen=True, slots=True)
class Appealing:
    """A person appeals against what was laid on one of `viewer_ids`, who all are they; `text` is clean."""

    viewer_ids: tuple[str, ...]
    sanction_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Answering:
    """A member of staff answers an appeal: the sanction is lifted, or stays."""

    actor: Actor
    sanction_id: str
    lift: bool


@dataclass(frozen=True, slots=True)
class Recognising:
    """Somebody is likely the person of a ban: what the channel wants is laid on them, once."""

    viewer_id: str
    name: str
    like: Likeness


Task = Recognising | Giving | Unbanning | Lifting | Appealing | Answering


class Standing(msgspec.Struct, frozen=True):
    """How a sanction stands behind a task; `own` as its person reads it. Empty but for the viewer where there was nothing to lift."""

    viewer: str
    sanction: str = ""
    version: int = 0
    until: str | None = None
    lifted: bool = False
    own: OwnSanction | None = None
