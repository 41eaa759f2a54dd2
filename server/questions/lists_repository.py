"""The SQL of questions as they are listed: which are chosen, in which order, and those of a page."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.tables import ProductRow
from server.errors import RefusedError
from server.protocol.codes import Code
from server.questions.choice import Choice, QuestionOrder
from server.questions.repository import MOST_WANTED, read_as_questions, read_questions
from server.questions.rules import Question
from server.questions.tables import QuestionRow
from server.shows.tables import LineUpRow

_QUESTION = QuestionRow.__table__  # type: ignore[attr-defined]
_PRODUCT = ProductRow.__table__  # type: ignore[attr-defined]
_LINE_UP = LineUpRow.__table__  # type: ignore[attr-defined]

_WAITS = _QUESTION.c.state.in_(("pending", "open", "answering"))
_HEADING = func.coalesce(_PRODUCT.c.parent_id, _PRODUCT.c.id)
_ORDERS: Final[dict[QuestionOrder, tuple[Any, ...]]] = {
    "newest": (_QUESTION.c.id.desc(),),
    "wanted": MOST_WANTED,
    "oldest": (_WAITS.desc(), _QUESTION.c.id),
    "product": (_LINE_UP.c.rank.asc().nulls_last(), _HEADING.asc().nulls_last(), *MOST_WANTED),
    "repeat_buyers": MOST_WANTED,
}
"""By `repeat_buyers` those of theirs are put first afterwards: who they are, others know."""


async def read_newest(
    connection: AsyncConnection,
    choice: Choice,
    *,
    among: Collection[str] | None = None,
    after: str | None,
    limit: int,
) -> list[Question]:
    """Return up to `limit` of the questions, newest first, behind `after` and of `among` where given.

    Raises `invalid` when the show has no question `after`.
    """
    if after is not None and not await read_questions(connection, choice.show_id, [after]):
        raise RefusedError(Code.INVALID, "This cursor is none of this list.")
    wanted = _chosen(choice, select(_QUESTION)).order_by(_QUESTION.c.id.desc()).limit(limit)
    if among is not None:
        wanted = wanted.where(_QUESTION.c.id.in_(among))
    if after is not None:
        wanted = wanted.where(_QUESTION.c.id < after)
    return await read_as_questions(connection, wanted)


async def read_ranking(connection: AsyncConnection, choice: Choice) -> list[str]:
    """Return the ids of all the questions in their order, but for what `repeat_buyers` asks beyond that of the most wanted."""
    ids = _chosen(choice, select(_QUESTION.c.id))
    if choice.order == "product":
        ids = ids.outerjoin_from(_QUESTION, _PRODUCT, _PRODUCT.c.id == _QUESTION.c.product_id).outerjoin(
            _LINE_UP,
            (_LINE_UP.c.show_id == _QUESTION.c.show_id) & (_LINE_UP.c.product_id == _HEADING),
        )
    return list(await connection.scalars(ids.order_by(*_ORDERS[choice.order])))


async def read_chosen(connection: AsyncConnection, choice: Choice, ids: Sequence[str]) -> list[Question]:
    """Return those of the questions that are still chosen, in the order of `ids`."""
    wanted = _chosen(choice, select(_QUESTION)).where(_QUESTION.c.id.in_(ids))
    found = {each.id: each for each in await read_as_questions(connection, wanted)}
    return [found[id] for id in ids if id in found]


def _chosen(choice: Choice, what: Select[Any]) -> Select[Any]:
    chosen = what.where(_QUESTION.c.show_id == choice.show_id)
    if choice.states is not None:
        chosen = chosen.where(_QUESTION.c.state.in_(choice.states))
    if choice.label is not None:
        chosen = chosen.where(_QUESTION.c.labels.contains([choice.label]))
    if choice.product is not None:
        variant = exists().where(
            _PRODUCT.c.id == _QUESTION.c.product_id, _PRODUCT.c.parent_id == choice.product
        )
        chosen = chosen.where(or_(_QUESTION.c.product_id == choice.product, variant))
    return chosen
