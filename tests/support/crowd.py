"""A show that is full: hundreds of questions, hundreds of products, names and words as long as they may be."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, update

from server.catalogue.tables import ProductRow
from server.db.engine import Database
from server.questions.repository import insert_questions
from server.questions.rules import Question
from server.shows.tables import ShowRow

LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff A."
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LONG_TITLE = (
    "春の新作ニット・リネンと陶器の夕べ、職人の手仕事をたっぷりご紹介します"
    " — Spring knitwear and stoneware, an evening with its makers"
)


def question_of(n: int, at: datetime) -> Question:
    """The `n`-th question; later ones are newer, the oldest have the most votes, every seventh is long."""
    text = f"Question {n}: is it machine washable?" if n % 7 else f"{n}: {LONG_WORD} これは長い質問です。" * 4
    return Question(
        id=f"q_{n:032d}",
        show_id="demo",
        viewer_id=f"v_{n}",
        author=LONG_NAME if n % 5 == 0 else f"Guest {1000 + n}",
        text=text[:500],
        state="open",
        version=0,
        votes=max(0, 1000 - 2 * n),
        asked_at=at + timedelta(seconds=n),
    )


async def fill_show(database_url: str, *, questions: int = 500, products: int = 0) -> list[str]:
    """Fill the show `demo`, before anybody has joined it; returns the questions' ids, oldest first."""
    at = datetime.now(UTC) - timedelta(hours=1)
    asked = [question_of(n, at) for n in range(questions)]
    database = Database(database_url, pool_size=1)
    try:
        async with database.write() as connection:
            await insert_questions(connection, asked)
            for n in range(products):
                row = ProductRow(
                    id=f"p_{n}",
                    channel_id="demo",
                    title=f"{LONG_WORD} {n}" if n % 9 == 0 else f"Stoneware teapot, {n}",
                    price_minor=1_234_567 + n,
                    currency="JPY",
                    stock=n * 37,
                    rank=100 + n,
                )
                await connection.execute(insert(ProductRow).values(**row.model_dump()))
            if products:
                await connection.execute(
                    update(ShowRow)
                    .where(ShowRow.id == "demo")  # type: ignore[arg-type]
                    .values(title=LONG_TITLE[:120], host=LONG_NAME)
                )
    finally:
        await database.close()
    return [question.id for question in asked]
