"""The commands about who may write and who may be there. No I/O."""

from typing import Annotated

from msgspec import Meta

from server.protocol.command_kinds import EntityId, Keyed
from server.protocol.sanctioned import SanctionKind, SanctionReason

Seconds = Annotated[int, Meta(ge=10, le=10 * 366 * 24 * 3600)]


class ViewerBan(Keyed, tag="viewer.ban"):
    """By the viewer's id, or by a question that they asked; one of the two."""

    viewer: EntityId | None = None
    question: EntityId | None = None


class ViewerUnban(Keyed, tag="viewer.unban"):
    viewer: EntityId


class ViewerSanction(Keyed, tag="viewer.sanction"):
    """By the viewer's id, or by a question, a comment or a post of theirs; one of the four.

    `seconds` of a time-out or a ban; `channel`: a ban from all its shows; `device`, `address`: of whoever comes with the same one, too.
    """

    kind: SanctionKind
    viewer: EntityId | None = None
    question: EntityId | None = None
    comment: EntityId | None = None
    post: EntityId | None = None
    seconds: Seconds | None = None
    reason: SanctionReason = "other"
    channel: bool = False
    device: bool = False
    address: bool = False


class SanctionLift(Keyed, tag="sanction.lift"):
    sanction: EntityId


class AppealAnswer(Keyed, tag="appeal.answer"):
    """`lift`: the sanction ends; else it stays."""

    sanction: EntityId
    lift: bool
