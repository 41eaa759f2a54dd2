"""The commands about questions. No I/O."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from server.protocol.command_kinds import EntityId, Keyed, Passing, Text500, Text1000, Version
from server.protocol.replayed import ShowMs

DismissReason = Literal["spam", "off_topic", "rude", "duplicate", "other"]
LabelText = Annotated[str, Meta(min_length=1, max_length=4 * 24)]


class Ask(Keyed, tag="ask"):
    """`product`: what it is about. `anonymous`: without the viewer's name. `replay_ms`: at the replay, which place of the show is seen."""

    text: Text500
    product: EntityId | None = None
    anonymous: bool = False
    replay_ms: ShowMs | None = None


class Vote(Keyed, tag="vote"):
    question: EntityId


class QuestionApprove(Keyed, tag="question.approve"):
    question: EntityId
    version: Version | None = None


class QuestionAnswer(Keyed, tag="question.answer"):
    question: EntityId
    version: Version | None = None
    text: Text1000 | None = None
    live: bool = False
    private: bool = False
    """The text is for those alone who asked or voted."""


class QuestionHold(Keyed, tag="question.hold"):
    question: EntityId
    version: Version | None = None


class QuestionBegin(Keyed, tag="question.begin"):
    question: EntityId
    version: Version | None = None


class QuestionUndo(Keyed, tag="question.undo"):
    question: EntityId
    version: Version | None = None


class QuestionMerge(Keyed, tag="question.merge"):
    question: EntityId
    into: EntityId
    version: Version | None = None


class QuestionLabel(Keyed, tag="question.label"):
    """In the place of the labels that it had."""

    question: EntityId
    labels: Annotated[list[LabelText], Meta(max_length=10)]


class ManyAct(Struct, gc=False):
    """One of many acts; `reason` of a dismissal, `into` of a merge, `labels` of a label."""

    act: Literal["approve", "hold", "answer_live", "dismiss", "restore", "undo", "merge", "label"]
    question: EntityId
    version: Version | None = None
    reason: DismissReason = "other"
    into: EntityId | None = None
    labels: Annotated[list[LabelText], Meta(max_length=10)] = []


class QuestionMany(Keyed, tag="question.many"):
    """Done in order, in one transaction."""

    acts: Annotated[list[ManyAct], Meta(min_length=1, max_length=100)]


class QuestionWithdraw(Keyed, tag="question.withdraw"):
    question: EntityId


class QuestionClaim(Passing, tag="question.claim"):
    question: EntityId
    take_over: bool = False


class QuestionRelease(Passing, tag="question.release"):
    question: EntityId


class QuestionAnswering(Passing, tag="question.answering"):
    question: EntityId
    answering: bool = True


class QuestionDismiss(Keyed, tag="question.dismiss"):
    question: EntityId
    version: Version | None = None
    reason: DismissReason = "other"


class QuestionRestore(Keyed, tag="question.restore"):
    question: EntityId
    version: Version | None = None


class QuestionPin(Keyed, tag="question.pin"):
    question: EntityId


class QuestionUnpin(Keyed, tag="question.unpin"):
    question: EntityId | None = None


class QuestionStage(Keyed, tag="question.stage"):
    """`seen`: the host on whose stage it stood when this was wanted, null for none; not said: whatever it is."""

    question: EntityId
    host: EntityId
    now: bool = False
    """Before what the host has before them, not behind what comes next."""
    seen: EntityId | UnsetType | None = UNSET


class QuestionUnstage(Keyed, tag="question.unstage"):
    question: EntityId
    seen: EntityId | UnsetType | None = UNSET


QuestionCommand = (
    QuestionApprove
    | QuestionAnswer
    | QuestionHold
    | QuestionBegin
    | QuestionUndo
    | QuestionMerge
    | QuestionLabel
    | QuestionMany
    | QuestionWithdraw
    | QuestionClaim
    | QuestionRelease
    | QuestionAnswering
    | QuestionDismiss
    | QuestionRestore
    | QuestionPin
    | QuestionUnpin
    | QuestionStage
    | QuestionUnstage
)
