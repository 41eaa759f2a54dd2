"""The stages of a show's hosts as the wire has them: which questions each of them is to answer."""

from msgspec import Struct


class Stage(Struct, frozen=True):
    """What a host has before them, as everybody may see it: who they are, and the question by its id."""

    name: str
    question: str


class Given(Struct, frozen=True):
    """A question on a host's stage, and who put it there."""

    question: str
    by: str


class StaffStage(Struct, frozen=True):
    """The same for staff: `host` by id, and all their questions, the one before them first, then what comes next."""

    host: str
    name: str
    questions: list[Given]
