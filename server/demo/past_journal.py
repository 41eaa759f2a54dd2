"""The journal of a past show: what its viewers were told, in order, derived from its history."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import to_wire
from server.demo.catalogue import CURRENCY, HOST_NAME, PRODUCTS
from server.demo.history import History
from server.demo.plan import PastPlan
from server.journal.tables import PublicationRow
from server.journal.transaction import ShowTransaction
from server.protocol.pushes import ProductStock, QuestionVotes, Sales
from server.protocol.shelf_lines import ShownProduct
from server.questions.faces import as_public, as_staff
from server.questions.rules import Question
from server.shows.repository import as_show
from server.shows.tables import ShowRow


@dataclass(frozen=True, slots=True)
class News:
    """One thing that was published at `at`; `staff` where staff were told otherwise."""

    at: datetime
    type: str
    fields: dict[str, Any]
    staff: dict[str, Any] | None = None


def write_journal(
    connection: AsyncConnection, epoch: str, show: ShowRow, plan: PastPlan, history: History
) -> list[PublicationRow]:
    """Return the show's publications with consecutive offsets from 1, in the words of the real journal."""
    rows: list[PublicationRow] = []
    for news in sorted(_news(show, plan, history), key=lambda news: news.at):
        tx = ShowTransaction(show.id, connection, news.at, epoch, len(rows))
        tx.publish(news.type, news.fields, staff=news.staff)
        published = tx.publications[0]
        staff_line = None if published.staff_line is None else published.staff_line.decode()
        rows.append(
            PublicationRow(
                show_id=show.id,
                offset=published.offset,
                type=published.type,
                at=news.at,
                line=published.line.decode(),
                staff_line=staff_line,
            )
        )
    return rows


def _news(show: ShowRow, plan: PastPlan, history: History) -> Iterator[News]:
    live = show.model_copy(update={"state": "live", "ended_at": None})
    yield News(plan.started_at, "show.started", {"show": as_show(live)})
    yield News(plan.ended_at, "show.ended", {"show": as_show(show)})
    for seconds, product in plan.pins:
        shown = ShownProduct(product.title, product.image, product.price, CURRENCY)
        yield News(plan.at(seconds), "product.pinned", {"product": product.id, "shown": shown})
    for seconds, text in plan.announcements:
        yield News(plan.at(seconds), "announce", {"text": text, "by": "host", "name": HOST_NAME})
    for question in history.questions:
        yield from _news_of_question(question, _moved_at(plan, question))
    yield from _news_of_votes(history)
    yield from _news_of_orders(history)


def _news_of_question(question: Question, moved_at: datetime) -> Iterator[News]:
    asked = replace(
        question,
        state="open",
        version=0,
        votes=0,
        answer_text=None,
        answered_live=False,
        answered_at=None,
        dismissed_reason=None,
        moderated_by=None,
        answered_by=None,
        answered_role=None,
    )
    yield News(
        question.asked_at, "question.posted", {"question": as_public(asked)}, {"question": as_staff(asked)}
    )
    if question.state == "answered":
        public, staff = {"question": as_public(question)}, {"question": as_staff(question)}
        yield News(moved_at, "question.answered", public, staff)
    elif question.state == "dismissed":
        yield News(
            moved_at, "question.dismissed", {"question": question.id}, {"question": as_staff(question)}
        )


def _moved_at(plan: PastPlan, question: Question) -> datetime:
    """Return when the question was answered; a dismissal keeps no time, so it is put half-way to the end."""
    return question.answered_at or question.asked_at + (plan.ended_at - question.asked_at) / 2


def _news_of_votes(history: History) -> Iterator[News]:
    counts: dict[str, int] = {}
    for vote in sorted(history.votes, key=lambda vote: vote.at):
        counts[vote.question_id] = counts.get(vote.question_id, 0) + 1
        yield News(
            vote.at, "question.voted", {"votes": [QuestionVotes(vote.question_id, counts[vote.question_id])]}
        )


def _news_of_orders(history: History) -> Iterator[News]:
    """Stock after each order, counted back from what the catalogue has now."""
    left = {product.id: product.stock for product in PRODUCTS}
    for order in history.orders:
        left[order.product_id] += order.quantity
    units = amount = 0
    for number, order in enumerate(history.orders, 1):
        left[order.product_id] -= order.quantity
        units, amount = units + order.quantity, amount + order.amount_minor
        stock = {"products": [ProductStock(order.product_id, left[order.product_id])]}
        yield News(
            order.at, "product.stock", stock, stock | {"sales": Sales(number, units, {CURRENCY: amount})}
        )


def last_announcement(plan: PastPlan) -> dict[str, str]:
    """Return the last announcement as a show's row keeps it."""
    seconds, text = plan.announcements[-1]
    return {"text": text, "by": "host", "name": HOST_NAME, "at": to_wire(plan.at(seconds))}
