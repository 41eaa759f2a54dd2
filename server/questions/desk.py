"""The moderators' desk: what staff did in one transaction, applied in order; it publishes, and gathers what is to be written."""

from dataclasses import dataclass
from typing import Any

import msgspec

from server.audit.actions import Action
from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.ledger.entries import Fact
from server.ledger.final import drop_own_final
from server.protocol.codes import Code
from server.protocol.pushes import QuestionState
from server.questions.faces import as_public, as_staff
from server.questions.rules import Answer, Approve, Dismiss, Move, Question, Restore, carry_out, is_visible
from server.webhooks import outbox


@dataclass(frozen=True, slots=True)
class Pin:
    """Show a question above all others."""


@dataclass(frozen=True, slots=True)
class Unpin:
    """Show no question above the others."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a member of staff wants done; `version` is the one they saw, where they said so.

    `question_id` is None only for `Unpin`: whichever is pinned.
    """

    actor: Actor
    action: Move | Pin | Unpin
    question_id: str | None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a question stands after a task."""

    question_id: str
    state: QuestionState
    version: int


class Desk:
    """Holds the questions that a batch of tasks is about; `moved`, `answered`, `pinned` and `facts` are what came of it."""

    def __init__(self, tx: ShowTransaction, questions: list[Question], pinned: str | None) -> None:
        self._tx = tx
        self._questions = {question.id: question for question in questions}
        self._moved_ids: set[str] = set()
        self.pinned = pinned
        self.facts: list[Fact] = []
        self.answered: list[Question] = []

    @property
    def moved(self) -> list[Question]:
        """The questions whose state changed, as they stand now."""
        return [self._questions[id] for id in self._moved_ids]

    def tell_answers(self, channel_id: str) -> None:
        """Tell the merchant's backend of what was answered; nothing of a rehearsal."""
        for question in [] if self._tx.rehearsal else self.answered:
            told = {"show": self._tx.show_id, "question": as_public(question)}
            outbox.leave(self._tx, channel_id, "question.answered", told)

    def drop_final(self, show_state: str) -> None:
        """Drop the stored reports of a show that has ended, if anything in its figures has changed."""
        if self._moved_ids and show_state == "ended":
            drop_own_final(self._tx)

    def carry_out(self, task: Task) -> Standing | RefusedError | None:
        """Do one task and return how its question stands, None when there is none; a refused task changes nothing."""
        if isinstance(task.action, Unpin):
            return self._unpin(task)
        question = self._questions.get(task.question_id or "")
        if question is None:
            return RefusedError(Code.NOT_FOUND)
        if isinstance(task.action, Pin):
            return self._pin(task, question)
        return self._move(task, task.action, question)

    def _move(self, task: Task, move: Move, before: Question) -> Standing | RefusedError:
        after = carry_out(
            move, before, version=task.version, by=task.actor.name, at=self._tx.now, role=task.actor.role
        )
        if after is None:
            return _conflict(before)
        self._questions[after.id] = after
        self._moved_ids.add(after.id)
        self._publish(move, before, after)
        if isinstance(move, Answer):
            self.answered.append(after)
            actor = task.actor.viewer_id
            self.facts.append(
                Fact(self._tx.show_id, actor, "answer", self._tx.now, target=after.id, staff=True)
            )
        details: dict[str, Any] = {"from": before.state, "to": after.state, "version": after.version}
        if isinstance(move, Dismiss):
            details["reason"] = move.reason
        self._audit(task, _ACTIONS[type(move)], after, details)
        if self.pinned == after.id and not is_visible(after):
            self._set_pinned(None)
        return _standing_of(after)

    def _publish(self, move: Move, before: Question, after: Question) -> None:
        """Tell the room. Who had never seen the question does not hear that it went."""
        public, staff = {"question": as_public(after)}, {"question": as_staff(after)}
        match move:
            case Approve():
                self._tx.publish("question.posted", public, staff=staff)
            case Answer():
                self._tx.publish("question.answered", public, staff=staff)
            case Restore():
                self._tx.publish("question.restored", public, staff=staff)
            case Dismiss():
                if is_visible(before):
                    self._tx.publish("question.dismissed", {"question": {"id": after.id}}, staff=staff)
                else:
                    self._tx.publish_to_staff("question.dismissed", staff)

    def _pin(self, task: Task, question: Question) -> Standing | RefusedError:
        if not is_visible(question):
            return _conflict(question)
        if self.pinned != question.id:
            self._set_pinned(question.id)
            self._audit(task, "question.pin", question, {})
        return _standing_of(question)

    def _unpin(self, task: Task) -> Standing | RefusedError | None:
        question = self._questions.get(task.question_id or self.pinned or "")
        if question is None:
            return RefusedError(Code.NOT_FOUND) if task.question_id else None
        if self.pinned == question.id:
            self._set_pinned(None)
            self._audit(task, "question.unpin", question, {})
        return _standing_of(question)

    def _set_pinned(self, question_id: str | None) -> None:
        self.pinned = question_id
        pinned = None if question_id is None else as_public(self._questions[question_id])
        self._tx.publish("question.pinned", {"question": question_id, "pinned": pinned})

    def _audit(self, task: Task, action: Action, question: Question, details: dict[str, Any]) -> None:
        audit(self._tx, task.actor, action, question.id, **details)


_ACTIONS: dict[type[Move], Action] = {
    Approve: "question.approve",
    Answer: "question.answer",
    Dismiss: "question.dismiss",
    Restore: "question.restore",
}


def _conflict(question: Question) -> RefusedError:
    return RefusedError(Code.CONFLICT, current=msgspec.to_builtins(as_staff(question)))


def _standing_of(question: Question) -> Standing:
    return Standing(question.id, question.state, question.version)


def asked_fact(question: Question) -> Fact:
    """Return what the ledger keeps of a question that was asked just now."""
    staff = question.role != "viewer"
    return Fact(
        question.show_id, question.viewer_id, "question", question.asked_at, target=question.id, staff=staff
    )
