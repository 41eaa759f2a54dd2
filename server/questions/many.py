"""Many acts at once: one transaction, in order, and each with a result of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from server.audit.trail import Actor
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.question_commands import ManyAct
from server.questions.moderating import Follow, follow_nothing, moderate_many
from server.questions.rules import Answer, Approve, Dismiss, Hold, Merge, Move, Restore, Undo
from server.questions.tasks import Label, Standing, Task, labels_of
from server.questions.telling import Push


@dataclass(frozen=True, slots=True)
class Many:
    """Tasks of one command."""

    tasks: Sequence[Task]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one act: how its question stands, or the `code` of the refusal with its further fields."""

    question: str
    state: str | None = None
    version: int | None = None
    code: str | None = None
    data: dict[str, Any] | None = None


async def act_on_many(
    tx: ShowTransaction, many: Sequence[Many], *, push: Push, follow: Follow = follow_nothing
) -> list[list[Outcome] | RefusedError]:
    """Carry out all acts of all commands, in order."""
    tasks = [task for each in many for task in each.tasks]
    answers = iter(await moderate_many(tx, tasks, push=push, follow=follow))
    return [[_outcome(task, next(answers)) for task in each.tasks] for each in many]


def as_task(actor: Actor, act: ManyAct) -> Task:
    """Return an act as a task; raises `invalid` for one that lacks what it needs."""
    return Task(actor, _action_of(act), act.question, act.version)


def _action_of(act: ManyAct) -> Move | Label:
    match act.act:
        case "approve":
            return Approve()
        case "hold":
            return Hold()
        case "answer_live":
            return Answer(None)
        case "dismiss":
            return Dismiss(act.reason)
        case "restore":
            return Restore()
        case "undo":
            return Undo()
        case "label":
            return Label(labels_of(act.labels))
        case "merge":
            if act.into is None:
                raise RefusedError(Code.INVALID, "To merge needs `into`.")
            return Merge(act.into)
        case _:
            assert_never(act.act)


def _outcome(task: Task, answer: Standing | RefusedError | None) -> Outcome:
    question = task.question_id or ""
    if isinstance(answer, RefusedError):
        return Outcome(question, code=answer.code, data=answer.data)
    assert answer is not None, "only unpinning may be about no question"
    return Outcome(question, answer.state, answer.version)
