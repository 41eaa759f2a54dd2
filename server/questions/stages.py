"""The stages of a show's hosts, pure but for what is published: which questions each of them is to answer, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from msgspec import UNSET, UnsetType

from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.pushes import QuestionState
from server.protocol.staged import Given, StaffStage, Stage
from server.questions.faces import as_public, as_staff
from server.questions.rules import Question, off_stage
from server.questions.standing import conflict, staged_elsewhere
from server.questions.tasks import Give, TakeOff

ON_STAGE: Final[frozenset[QuestionState]] = frozenset({"open", "answering"})
"""States in which a question stands on a stage. What leaves them leaves the stage, and is back in its place when that is undone."""
LINE_MAX: Final = 20
"""Questions of one host."""


@dataclass(frozen=True, slots=True)
class Host:
    """Somebody who hosts the show, by the name that they have as staff."""

    person_id: str
    name: str
    role: str


class Stages:
    """The stages of one show over `questions`, which change under it: by id, all those among them that were ever put on a stage."""

    def __init__(self, hosts: Sequence[Host], questions: Mapping[str, Question]) -> None:
        self._hosts = {host.person_id: host for host in hosts}
        self._questions = questions
        self._told = self.staff()

    def host_of(self, question: Question) -> Host | None:
        """Return the host on whose stage the question stands."""
        return self._hosts.get(question.stage_host or "") if question.state in ON_STAGE else None

    def staff(self) -> list[StaffStage]:
        """Return each host's stage, as staff see it."""
        return [
            StaffStage(host.person_id, host.name, [Given(q.id, q.staged_by or "") for q in self._line(host)])
            for host in self._hosts.values()
        ]

    def public(self) -> list[Stage]:
        """Return what each host has before them, of those who have anything."""
        return _fronts(self.staff())

    def given(self, give: Give, question: Question, by: str) -> Question:
        """Return the question on the host's stage; as it is when it stands there so.

        Raises `not_found` for no host of the show, `too_many` for a full stage, and `conflict` for a question that nobody can answer, or
        that stands on another stage than was `seen`.
        """
        host = self._hosts.get(give.host)
        if host is None:
            raise RefusedError(Code.NOT_FOUND, "This show has no such host.")
        if question.state not in ON_STAGE:
            raise conflict(question)
        standing, line = self.host_of(question), self._line(host)
        if standing == host:
            return self.begun(question) if give.now else question
        self._require_seen(give.seen, question)
        if len(line) >= LINE_MAX:
            raise RefusedError(Code.TOO_MANY, f"A host has at most {LINE_MAX} questions.", limit=LINE_MAX)
        rank = _before(line) if give.now else _behind(line)
        return replace(question, stage_host=host.person_id, stage_rank=rank, staged_by=by)

    def taken_off(self, take: TakeOff, question: Question) -> Question:
        """Return the question on nobody's stage; as it is when it stands on none. Raises `conflict` for another stage than was `seen`."""
        if self.host_of(question) is None:
            return question
        self._require_seen(take.seen, question)
        return off_stage(question)

    def begun(self, question: Question) -> Question:
        """Return the question, which is answered now, before all others on the stage on which it stands, if it does."""
        host = self.host_of(question)
        line = [] if host is None else self._line(host)
        if not line or line[0].id == question.id:
            return question
        return replace(question, stage_rank=_before(line))

    def tell(self, tx: ShowTransaction) -> None:
        """Publish how the stages stand, if that is otherwise than was told last: to viewers only what they see of it."""
        before, now = self._told, self.staff()
        if now == before:
            return
        self._told = now
        known = {each.question for stage in before for each in stage.questions}
        came = [self._questions[each.question] for stage in now for each in stage.questions]
        staff = {"stages": now, "questions": [as_staff(q) for q in came if q.id not in known]}
        saw, see = _fronts(before), _fronts(now)
        if see == saw:
            tx.publish_to_staff("stage.changed", staff)
            return
        seen = {each.question for each in saw}
        shown = [as_public(self._questions[each.question]) for each in see if each.question not in seen]
        tx.publish("stage.changed", {"stages": see, "questions": shown}, staff=staff)

    def tell_anew(self, tx: ShowTransaction) -> None:
        """Publish how the stages stand, with the hosts that there are now."""
        tx.publish(
            "stage.changed",
            {"stages": self.public(), "questions": []},
            staff={"stages": self.staff(), "questions": []},
        )

    def _line(self, host: Host) -> list[Question]:
        mine = [q for q in self._questions.values() if self.host_of(q) == host]
        return sorted(mine, key=lambda question: (question.stage_rank or 0, question.id))

    def _require_seen(self, seen: str | UnsetType | None, question: Question) -> None:
        host = self.host_of(question)
        if seen is not UNSET and seen != (host and host.person_id):
            raise staged_elsewhere(question, None if host is None else host.name)


def _fronts(stages: Sequence[StaffStage]) -> list[Stage]:
    return [Stage(stage.name, stage.questions[0].question) for stage in stages if stage.questions]


def _before(line: Sequence[Question]) -> int:
    return (line[0].stage_rank or 0) - 1 if line else 0


def _behind(line: Sequence[Question]) -> int:
    return (line[-1].stage_rank or 0) + 1 if line else 0
