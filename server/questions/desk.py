"""The moderators' desk: what was done in one transaction, applied in order; it publishes, and gathers what is to be written."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from server.audit.actions import Action
from server.audit.trail import audit
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.ledger.entries import Fact
from server.ledger.final import drop_own_final
from server.protocol.codes import Code
from server.questions.asked_fact import asked_fact
from server.questions.claims import LEASE, Claim, bars, is_fresh
from server.questions.faces import as_own, as_public, as_staff
from server.questions.publishing import publish_move
from server.questions.rules import (
    Answer,
    Begin,
    Deed,
    Merge,
    Move,
    Question,
    Withdraw,
    carry_out,
    comes_out,
    is_visible,
    with_claim,
)
from server.questions.stages import Host, Stages
from server.questions.standing import claimed_by_another, conflict, standing_of
from server.questions.tasks import (
    ACTIONS,
    Give,
    Label,
    Pin,
    Release,
    Standing,
    TakeClaim,
    TakeOff,
    Task,
    Unpin,
    details_of,
)
from server.shows.tables import ShowRow
from server.webhooks import outbox

CLAIMABLE: Final = frozenset({"pending", "shadowed", "open", "answering"})
"""States in which there is something to do to a question that two must not do."""
MAY_TAKE_OVER: Final = frozenset({"host", "admin"})


class Desk:
    """Holds the questions that a batch of tasks is about; `changed`, `moved`, `pinned` and `facts` are what came of it."""

    def __init__(
        self, tx: ShowTransaction, show: ShowRow, questions: list[Question], hosts: Sequence[Host] = ()
    ) -> None:
        self._tx = tx
        self._show = show
        self._questions = {question.id: question for question in questions}
        self._changed_ids: dict[str, None] = {}
        self._moved_ids: dict[str, None] = {}
        self._answered_ids: dict[str, None] = {}
        self.recounted: dict[str, None] = {}
        """Ids of questions of which other ones are part now, or no longer: their votes are to be counted anew."""
        self._stages = Stages(hosts, self._questions)
        self.pinned = show.pinned_question
        self.facts: list[Fact] = []

    @property
    def changed(self) -> list[Question]:
        """The questions that are to be written, as they stand now."""
        return [self._questions[id] for id in self._changed_ids]

    @property
    def moved(self) -> list[Question]:
        """The questions whose state changed, as they stand now."""
        return [self._questions[id] for id in self._moved_ids]

    def is_seen(self, question_id: str) -> bool:
        """Whether everybody sees the question, as it stands now."""
        return is_visible(self._questions[question_id])

    def root_of(self, question: Question) -> Question | None:
        """Return the question that stands for this one; None when it stands for itself."""
        return None if question.merged_into is None else self._questions[question.merged_into]

    def tell_answers(self) -> None:
        """Tell the merchant's backend of what was answered to everybody; nothing of a rehearsal."""
        for id in () if self._tx.rehearsal else self._answered_ids:
            told = {"show": self._tx.show_id, "question": as_public(self._questions[id])}
            outbox.leave(self._tx, self._show.channel_id, "question.answered", told)

    def drop_final(self) -> None:
        """Drop the stored reports of a show that has ended, if anything in its figures has changed."""
        if self._moved_ids and self._show.state == "ended":
            drop_own_final(self._tx)

    def carry_out(self, task: Task) -> Standing | RefusedError | None:
        """Do one task and return how its question stands, None when there is none; a refused task changes nothing."""
        standing = self._do(task)
        self._stages.tell(self._tx)
        return standing

    def _do(self, task: Task) -> Standing | RefusedError | None:
        action = task.action
        if isinstance(action, Unpin):
            return self._unpin(task)
        question = self._questions.get(task.question_id or "")
        if question is None:
            return RefusedError(Code.NOT_FOUND)
        if isinstance(action, Pin):
            return self._pin(task, question)
        if isinstance(action, TakeClaim):
            return self._claim(task, action, question)
        if isinstance(action, Release):
            return self._release(task, action, question)
        if isinstance(action, Label):
            return self._label(task, action, question)
        if isinstance(action, Withdraw):
            return self._withdraw(task, action, question)
        if isinstance(action, Give | TakeOff):
            return self._stage(task, action, question)
        if bars(question.claim, task.actor.viewer_id, self._tx.now):
            return claimed_by_another(question)
        return self._move(task, action, question)

    def _move(self, task: Task, move: Move, before: Question) -> Standing | RefusedError:
        barred = self._bars_merging(move, before) if isinstance(move, Merge) else None
        if barred is not None:
            return barred
        after = carry_out(move, before, self._deed_of(task, before), version=task.version)
        if after is None:
            return conflict(before)
        if isinstance(move, Begin):
            after = self._stages.begun(with_claim(after, self._claim_of(task, "")))
        self._keep(after)
        self._moved_ids[after.id] = None
        if comes_out(before, after):
            self.facts.append(asked_fact(after))
        publish_move(self._tx, move, before, after)
        self._unite(before, after)
        steps = {"from": before.state, "to": after.state, "version": after.version}
        self._audit(task, ACTIONS[type(move)], after, steps | details_of(move))
        if isinstance(move, Answer):
            self._note_answer(task, move, after)
        if self.pinned == after.id and not is_visible(after):
            self._set_pinned(None)
        return standing_of(after)

    def _bars_merging(self, merge: Merge, question: Question) -> RefusedError | None:
        """Return why the question may not be merged. Into what is merged itself nothing is, so there is no circle."""
        target = self._questions.get(merge.into)
        if merge.into == question.id:
            return RefusedError(Code.INVALID, "A question cannot be merged into itself.")
        if target is None:
            return RefusedError(Code.NOT_FOUND, "There is no such question to merge into.")
        waits = target.state == "pending" and question.state == "pending"
        if not (is_visible(target) or waits):
            return conflict(target)
        return conflict(question) if question.merged else None

    def _unite(self, before: Question, after: Question) -> None:
        """Count for the question that stands for this one, or no longer does, how many are merged into it."""
        for root_id, by in ((before.merged_into, -1), (after.merged_into, 1)):
            if root_id is not None:
                root = self._questions[root_id]
                self._change(replace(root, merged=root.merged + by))
                self.recounted[root_id] = None

    def _withdraw(self, task: Task, move: Withdraw, question: Question) -> Standing | RefusedError:
        """The author's own move is no staff's: it is in no audit, and who reads the refusal is no staff either."""
        if question.viewer_id not in task.owners:
            return RefusedError(Code.NOT_FOUND)
        claim = question.claim
        worked_on = claim is not None and claim.holds(self._tx.now)
        after = carry_out(move, question, self._deed_of(task, question), version=task.version)
        if after is None or worked_on or question.merged:
            return RefusedError(Code.CONFLICT, current=msgspec.to_builtins(as_own(question)))
        self._keep(after)
        self._moved_ids[after.id] = None
        publish_move(self._tx, move, question, after)
        if self.pinned == after.id:
            self._set_pinned(None)
        return standing_of(after)

    def _claim(self, task: Task, act: TakeClaim, question: Question) -> Standing | RefusedError:
        now, standing = self._tx.now, question.claim
        if question.state not in CLAIMABLE:
            return conflict(question)
        barred = bars(standing, task.actor.viewer_id, now)
        if barred and not act.take_over:
            return claimed_by_another(question)
        if barred and task.actor.role not in MAY_TAKE_OVER:
            return RefusedError(Code.FORBIDDEN, "Only a host may take a question over.")
        goes_on = standing is not None and standing.holds(now) and not barred
        fresh = self._claim_of(task, act.connection_id)
        if goes_on and standing is not None and is_fresh(standing, fresh):
            return standing_of(question)
        after = with_claim(question, fresh)
        self._change(after)
        if not goes_on:
            took_over = {"from": standing.viewer_id} if barred and standing is not None else {}
            self._audit(task, "question.claim", after, took_over)
        return standing_of(after)

    def _release(self, task: Task, act: Release, question: Question) -> Standing | RefusedError:
        if question.claim is None or not question.claim.holds(self._tx.now):
            return standing_of(question)
        if question.claim.viewer_id != task.actor.viewer_id:
            return claimed_by_another(question)
        after = with_claim(question, None)
        self._change(after)
        self._audit(task, "question.release", after, {"left": True} if act.left else {})
        return standing_of(after)

    def _label(self, task: Task, act: Label, question: Question) -> Standing:
        if tuple(question.labels) != act.labels:
            after = replace(question, labels=act.labels)
            self._change(after)
            self._audit(task, "question.label", after, {"labels": list(act.labels)})
        return standing_of(question)

    def _claim_of(self, task: Task, connection_id: str) -> Claim:
        return Claim(task.actor.viewer_id, task.actor.name, self._tx.now + LEASE, connection_id)

    def _keep(self, question: Question) -> None:
        self._questions[question.id] = question
        self._changed_ids[question.id] = None

    def _change(self, after: Question) -> None:
        """Keep what only staff see of a question, and tell them."""
        self._keep(after)
        self._tx.publish_to_staff("question.changed", {"question": as_staff(after)})

    def _deed_of(self, task: Task, question: Question) -> Deed:
        host = self._stages.host_of(question)
        voice = None if host is None else (host.name, host.role)
        return Deed(task.actor.name, self._tx.now, task.actor.role, self._show_ms(), voice)

    def _show_ms(self) -> int | None:
        """Where in the show we are; None unless it is live."""
        if self._show.state != "live" or self._show.started_at is None:
            return None
        return int((self._tx.now - self._show.started_at).total_seconds() * 1000)

    def _note_answer(self, task: Task, answer: Answer, after: Question) -> None:
        if not answer.private:
            self._answered_ids[after.id] = None
        actor = task.actor.viewer_id
        self.facts.append(Fact(self._tx.show_id, actor, "answer", self._tx.now, target=after.id, staff=True))

    def _pin(self, task: Task, question: Question) -> Standing | RefusedError:
        if not is_visible(question):
            return conflict(question)
        if self.pinned != question.id:
            self._set_pinned(question.id)
            self._audit(task, "question.pin", question, {})
        return standing_of(question)

    def _stage(self, task: Task, act: Give | TakeOff, question: Question) -> Standing | RefusedError:
        before = self._stages.host_of(question)
        try:
            after = (
                self._stages.given(act, question, task.actor.name)
                if isinstance(act, Give)
                else self._stages.taken_off(act, question)
            )
        except RefusedError as refused:
            return refused
        if after != question:
            self._keep(after)
            host = self._stages.host_of(after)
            hosts = {"from": before and before.name, "to": host and host.name}
            self._audit(task, ACTIONS[type(act)], after, hosts)
        return standing_of(after)

    def _unpin(self, task: Task) -> Standing | RefusedError | None:
        question = self._questions.get(task.question_id or self.pinned or "")
        if question is None:
            return RefusedError(Code.NOT_FOUND) if task.question_id else None
        if self.pinned == question.id:
            self._set_pinned(None)
            self._audit(task, "question.unpin", question, {})
        return standing_of(question)

    def _set_pinned(self, question_id: str | None) -> None:
        self.pinned = question_id
        pinned = None if question_id is None else as_public(self._questions[question_id])
        self._tx.publish("question.pinned", {"question": question_id, "pinned": pinned})

    def _audit(self, task: Task, action: Action, question: Question, details: dict[str, Any]) -> None:
        show_ms = self._show_ms()
        at = {} if show_ms is None else {"show_ms": show_ms}
        audit(self._tx, task.actor, action, question.id, **details, **at)
