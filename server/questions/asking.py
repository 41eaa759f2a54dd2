"""Asking: what is kept of a question, and who is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from msgspec import to_builtins

from server.access.roles import is_staff
from server.errors import RefusedError
from server.ids import new_id
from server.journal.transaction import ShowTransaction
from server.ledger.late_facts import open_figures
from server.ledger.repository import record_facts
from server.protocol.codes import Code
from server.protocol.pushes import QuestionState
from server.protocol.question_lines import QuestionOwn
from server.questions.asked_fact import asked_fact
from server.questions.faces import as_own, as_public, as_staff
from server.questions.people_repository import read_newcomers, read_sold
from server.questions.pseudonyms import Pseudonyms
from server.questions.repository import INSERT_QUESTIONS
from server.questions.rules import Question
from server.questions.telling import Push, tell_nobody
from server.screening.door import NOT_LOOKED_AT, Allow, Held, Looked, Refuse, Screening, Shadow, Verdict
from server.shows.recording import require_place
from server.shows.repository import read_show
from server.shows.rules import WITHOUT_QUESTIONS
from server.shows.tables import ShowRow


@dataclass(frozen=True, slots=True)
class Asking:
    """A viewer asks; `text` is clean. `product`: what about. `anonymous`: without their name."""

    viewer_id: str
    author: str
    text: str
    role: str
    product: str | None = None
    anonymous: bool = False
    looked: Looked = NOT_LOOKED_AT
    replay_ms: int | None = None
    """At the replay of an ended show, which place of the show is seen."""


def first_state(verdict: Allow | Held | Shadow) -> QuestionState:
    """Return the state in which a question begins."""
    match verdict:
        case Held():
            return "pending"
        case Shadow():
            return "shadowed"
        case Allow():
            return "open"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is kept, and the state in which it began, as its author sees it."""

    id: str
    state: QuestionState


class AskedBefore(Asked):
    """The same of a question that was asked under the same key before."""

    __slots__ = ()


async def ask_many(
    tx: ShowTransaction,
    asked: Sequence[Asking],
    *,
    screening: Screening,
    pseudonyms: Pseudonyms,
    push: Push = tell_nobody,
) -> list[Asked | RefusedError]:
    """Write and publish the questions of one batch, in the order in which they came."""
    show = await read_show(tx.connection, tx.show_id)
    if show is None:
        return [RefusedError(Code.SHOW_NOT_LIVE) for _ in asked]
    answers: list[Asked | RefusedError | None] = [_barred(show, asking) for asking in asked]
    let_in = [asking for asking, barred in zip(asked, answers, strict=True) if barred is None]
    made = iter(await _ask(tx, show, let_in, screening=screening, pseudonyms=pseudonyms, push=push))
    return [next(made) if answer is None else answer for answer in answers]


def _barred(show: ShowRow, asking: Asking) -> RefusedError | None:
    """Return why nothing is asked here: there is no such time, or at the replay no such place."""
    if show.state in WITHOUT_QUESTIONS:
        try:
            require_place(show, asking.replay_ms)
        except RefusedError as refused:
            return refused
    elif asking.replay_ms is not None:
        return RefusedError(Code.INVALID, "The show has no replay.", at="replay_ms")
    return None


async def _ask(
    tx: ShowTransaction,
    show: ShowRow,
    asked: Sequence[Asking],
    *,
    screening: Screening,
    pseudonyms: Pseudonyms,
    push: Push,
) -> list[Asked | RefusedError]:
    """Write and publish what is asked in a show, live or again, that takes it."""
    if not asked:
        return []
    about = sorted({asking.product for asking in asked if asking.product is not None})
    sold = await read_sold(tx.connection, show.channel_id, about)
    newcomers = partial(read_newcomers, tx.connection, show.channel_id)
    verdicts = await screening.screen(tx, show, asked, newcomers=newcomers)
    authors = [pseudonyms.of(show.channel_id, a.viewer_id) if a.anonymous else a.author for a in asked]
    made = [_make(tx, *each, sold) for each in zip(asked, verdicts, authors, strict=True)]
    questions = [question for question in made if isinstance(question, Question)]
    tx.write(INSERT_QUESTIONS, questions)
    for question in questions:
        publish(tx, question)
    if show.state == "ended":
        await open_figures(tx)
    record_facts(tx, [asked_fact(question) for question in questions if question.state != "shadowed"])
    for question in questions:
        if question.state == "shadowed":  # its author alone hears of it
            told = QuestionOwn(as_own(question))
            tx.afterwards.append(partial(push, tx.show_id, question.viewer_id, told))
    return [Asked(each.id, as_own(each).state) if isinstance(each, Question) else each for each in made]


def _make(
    tx: ShowTransaction,
    asking: Asking,
    verdict: Verdict,
    author: str,
    sold: set[str],
) -> Question | RefusedError:
    if tx.rehearsal and not is_staff(asking.role):  # on the way when it began
        return RefusedError(Code.NOT_FOUND)
    if asking.product is not None and asking.product not in sold:
        return RefusedError(Code.NOT_FOUND, "There is no such product here.")
    if isinstance(verdict, Refuse):
        return verdict.as_error()
    return Question(
        id=new_id("q"),
        show_id=tx.show_id,
        viewer_id=asking.viewer_id,
        author=author,
        text=asking.text,
        state=first_state(verdict),
        version=0,
        votes=0,
        asked_at=tx.now,
        role=asking.role,
        product_id=asking.product,
        anonymous=asking.anonymous,
        replay_ms=asking.replay_ms,
        held=() if isinstance(verdict, Allow) else [to_builtins(why) for why in verdict.why],
    )


def publish(tx: ShowTransaction, question: Question) -> None:
    """Tell of a new question: everybody, or staff alone while it is held."""
    staff = {"question": as_staff(question)}
    if question.state == "open":
        tx.publish("question.posted", {"question": as_public(question)}, staff=staff)
    else:
        tx.publish_to_staff("question.submitted", staff)
