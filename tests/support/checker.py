"""Holds what clients were told against what SQL says: every acknowledgement must be there, exactly once, as it was told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from server.db.engine import Database
from tests.support.eventually import eventually
from tests.support.visitor import Visitor

CAUGHT_UP_SECONDS = 60.0

Rows = list[dict[str, Any]]


@dataclass(slots=True)
class Acknowledged:
    """What clients hold: orders by (viewer, key), questions by id, votes, answers, announcements by offset."""

    orders: dict[tuple[str, str], tuple[str, str, int, int]] = field(default_factory=dict)
    """(viewer, key) → (order, product, quantity, amount)."""
    questions: dict[str, str] = field(default_factory=dict)
    """Question → its text."""
    votes: set[tuple[str, str]] = field(default_factory=set)
    """(question, viewer)."""
    answers: dict[str, str] = field(default_factory=dict)
    """Question → the answer's text."""
    announcements: dict[int, str] = field(default_factory=dict)
    """Offset → text."""

    @property
    def count(self) -> int:
        """How many acknowledgements are held."""
        kinds = (self.orders, self.questions, self.votes, self.answers, self.announcements)
        return sum(len(kind) for kind in kinds)

    def take_order(self, viewer: str, key: str, reply: dict[str, Any]) -> None:
        """Keep an acknowledged purchase; a key that is answered twice must be answered alike."""
        order = (reply["order"], reply["product"], reply["quantity"], reply["amount"])
        assert self.orders.setdefault((viewer, key), order) == order, "one key, two orders"


class Ledgers:
    """SQL's side."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, statement: str) -> Rows:
        """Return the rows of a query."""
        async with self._database.read() as connection:
            return [dict(row._mapping) for row in await connection.execute(text(statement))]

    async def assert_holds(self, told: Acknowledged) -> None:
        """Fail unless every acknowledgement is there as it was told, and nothing is there twice."""
        orders = {(r["viewer_id"], r["key"]): r for r in await self.rows("SELECT * FROM orders")}
        for at, order in told.orders.items():
            row = orders[at]
            assert (row["id"], row["product_id"], row["quantity"], row["amount_minor"]) == order
        questions = {r["id"]: r for r in await self.rows("SELECT * FROM question")}
        assert {id: questions[id]["text"] for id in told.questions} == told.questions
        assert {id: questions[id]["answer_text"] for id in told.answers} == told.answers
        votes = {(r["question_id"], r["viewer_id"]) for r in await self.rows("SELECT * FROM vote")}
        assert told.votes <= votes
        counted = Counter(question for question, _ in votes)
        assert {id: q["votes"] for id, q in questions.items() if q["votes"]} == counted
        await self._assert_journal_tells(told, orders, questions)

    async def _assert_journal_tells(
        self, told: Acknowledged, orders: dict[Any, Any], questions: dict[str, Any]
    ) -> None:
        """The journal has no hole, names every question once, and the ledger has one fact for each deed."""
        journal = await self.rows(
            "SELECT \"offset\", type, line::json->>'text' AS text, line::json->'question'->>'id' AS question "
            "FROM publication WHERE show_id = 'demo' ORDER BY \"offset\""
        )
        assert [r["offset"] for r in journal] == list(range(1, len(journal) + 1))
        (head,) = await self.rows("SELECT top FROM journal_head WHERE show_id = 'demo'")
        assert head["top"] == len(journal)
        announced = {r["offset"]: r["text"] for r in journal if r["type"] == "announce"}
        assert {offset: announced[offset] for offset in told.announcements} == told.announcements
        posted = [r["question"] for r in journal if r["type"] == "question.posted"]
        assert sorted(posted) == sorted(questions)
        facts = Counter(r["kind"] for r in await self.rows("SELECT kind FROM ledger_entry"))
        assert (facts["order"], facts["question"]) == (len(orders), len(questions))

    async def assert_stock_adds_up(self, product: str, units: int) -> int:
        """Fail unless stock + sold are the `units` there ever were, and sold is what the orders say; return what was sold."""
        (row,) = await self.rows(f"SELECT stock, sold FROM product WHERE id = '{product}'")
        (ordered,) = await self.rows(
            f"SELECT coalesce(sum(quantity), 0)::int AS units FROM orders WHERE product_id = '{product}'"
        )
        assert row["stock"] >= 0
        assert row["stock"] + row["sold"] == units
        assert row["sold"] == ordered["units"]
        return int(row["sold"])

    async def stock_up(self, product: str, units: int) -> None:
        """Put so many units of a product on sale; none of them is sold yet."""
        async with self._database.write() as connection:
            await connection.execute(text(f"UPDATE product SET stock = {units} WHERE id = '{product}'"))

    async def until_all_have_all(self, visitors: Sequence[Visitor]) -> None:
        """Wait until everybody has every publication that is in SQL."""
        (head,) = await self.rows("SELECT top FROM journal_head WHERE show_id = 'demo'")
        await eventually(
            lambda: all(v.offset == head["top"] for v in visitors), within_seconds=CAUGHT_UP_SECONDS
        )
