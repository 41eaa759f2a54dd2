"""What is answered in a show becomes a line of the product's FAQ, in the transaction of the answer; what is taken back goes again."""

from collections.abc import Sequence

from server.faq import repository
from server.faq.rules import (
    Answered,
    FaqLine,
    Moved,
    answered_among,
    changes_by,
    with_answer,
    without_answer,
)
from server.ids import new_id
from server.journal.transaction import ShowTransaction


async def keep_answers(tx: ShowTransaction, channel_id: str, moved: Sequence[Moved]) -> None:
    """Take what has become of these questions of the show; nothing of a rehearsal."""
    about = [each for each in moved if each.product_id is not None]
    if tx.rehearsal or not about:
        return
    products = {each.product_id for each in about if each.product_id is not None}
    heads = await repository.read_heads(tx.connection, channel_id, products)
    answered = answered_among(about, heads)
    gone = {each.id for each in about} - {each.source for each in answered}
    if gone:
        await _take_back(tx, await repository.read_from(tx.connection, gone, edited=False))
    if answered:
        await _keep(tx, channel_id, answered)


async def forget_asked(tx: ShowTransaction, asked: Sequence[str]) -> int:
    """Take the words of these questions' askers out of all FAQs; return how many rows were changed.

    A question that staff have reworded stays, and leads nowhere any more.
    """
    lines = await repository.read_from(tx.connection, asked, reworded=False)
    await _take_back(tx, lines)
    return len(lines) + await repository.part_from(tx.connection, asked)


async def _take_back(tx: ShowTransaction, lines: Sequence[FaqLine]) -> None:
    """Have lines whose newest answer is gone say what they said before, where that still stands, and remove the others."""
    earlier = {id for line in lines for id in line.earlier}
    asked = await repository.read_asked(tx.connection, earlier) if earlier else []
    products = {each.product_id for each in asked if each.product_id is not None}
    heads = await repository.read_heads(tx.connection, lines[0].channel_id, products) if products else {}
    standing = {each.source: each for each in answered_among(asked, heads)}
    gone = []
    for line in lines:
        before = without_answer(line, standing, tx.now)
        if before is None:
            gone.append(line.id)
        else:
            del standing[before.source or ""]
            await repository.update_line(tx.connection, before)
    if gone:
        await repository.delete_lines(tx.connection, gone)


async def _keep(tx: ShowTransaction, channel_id: str, answered: Sequence[Answered]) -> None:
    lines = await repository.read_of_products(
        tx.connection, {each.product_id for each in answered}, lock=True
    )
    changes = changes_by(answered, lines)
    known = {line.id: line for line in lines}
    for id, each in changes.again.items():
        await repository.update_line(tx.connection, with_answer(known[id], each, tx.now))
    await repository.insert_lines(tx.connection, [_new(tx, channel_id, each) for each in changes.new])


def _new(tx: ShowTransaction, channel_id: str, each: Answered) -> FaqLine:
    return FaqLine(
        id=new_id("fq"),
        channel_id=channel_id,
        product_id=each.product_id,
        question=each.question,
        answer=each.answer,
        shown=True,
        source=each.source,
        asked_in=tx.show_id,
        edited=False,
        reworded=False,
        version=1,
        at=tx.now,
        changed_at=tx.now,
        changed_by=None,
    )
