"""What may be done at the replay of the show `s` (`hand_made`), written as the ledger's worker and the rooms write it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from server.db.engine import Database
from server.ids import new_id
from server.ledger.entries import Fact, RollupChange
from server.ledger.flush import Attendance, Flush, Stretch, Tally
from server.ledger.repository import append_facts, change_rollups
from server.ledger.writer import apply_batch, gather
from server.questions.tables import QuestionRow
from server.shop.tables import OrderRow, ReplayOrderRow
from tests.integration.stats.hand_made import CHANNEL, START, add, minutes

PEOPLE = ("anna", "ben", "chie", "dan", "eve", "gus", "newcomer")
PRODUCTS = (f"{CHANNEL}-1", f"{CHANNEL}-2")


_REFUND = text("""
    INSERT INTO refund (id, channel_id, show_id, order_id, origin, state, reason, amount_minor, shipping_minor, currency, order_state,
                        actor, actor_name, role, asked_at, ended_at)
    VALUES (:id || 'r', 'channel', 's', :id, 'merchant', 'done', 'other', 900, 0, 'JPY', 'refunded', 'h', 'h', 'host', now(), now())
""")


@dataclass(frozen=True)
class Deed:
    """What somebody does at the replay of `s`, so many minutes after its start."""

    what: str
    who: str
    minute: int
    product: str


class Replay:
    """The show `s`, which has ended, and what is written by whoever does something at its replay."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.deeds: dict[str, Callable[[Deed], Awaitable[None]]] = {
            **dict.fromkeys(("reaction", "click", "impression", "share"), self.tally),
            "survey_shown": self.tally,
            "come": lambda deed: self.come(deed, source="mail", device="phone"),
            "come in a burst": lambda deed: self.come(deed, suspect=True),
            "come by a link": lambda deed: self.come(deed, share="s_1"),
            "agree": lambda deed: self.come(deed, remembered=True, consent_at=START + minutes(deed.minute)),
            "clear": lambda deed: self.come(deed, cleared=True),
            "watch": self.watch,
            "ask": self.ask,
            "buy": self.buy,
            "buy and be refunded": self.buy,
        }

    async def do(self, deed: Deed) -> None:
        await self.deeds[deed.what](deed)

    async def _flush(self, *, tallies: Any = (), attendances: Any = (), stretches: Any = ()) -> None:
        flush = Flush(
            new_id("x"), 1, START + minutes(90), list(tallies), list(attendances), list(stretches), ended=True
        )
        async with self.database.write() as connection:
            await apply_batch(connection, await gather(connection, [flush]))

    async def tally(self, deed: Deed) -> None:
        at, target = START + minutes(deed.minute), {"share": new_id("s")}.get(deed.what, deed.product)
        await self._flush(tallies=[Tally("s", deed.who, deed.what, target, 2, None, at)])

    async def come(self, deed: Deed, **told: Any) -> None:
        known = {"guest": False, "remembered": False, "suspect": False, "source": None} | told
        await self._flush(attendances=[Attendance("s", deed.who, START + minutes(deed.minute), **known)])

    async def watch(self, deed: Deed) -> None:
        begin = START + minutes(deed.minute)
        await self._flush(
            stretches=[Stretch("s", deed.who, new_id("k"), begin, begin + timedelta(seconds=30))]
        )

    async def ask(self, deed: Deed) -> None:
        asked: dict[str, Any] = {
            "id": new_id("q"), "show_id": "s", "viewer_id": deed.who, "author": "@someone", "text": "Is it warm?", "state": "answered",
            "version": 0, "votes": 0, "asked_at": START + minutes(deed.minute), "answered_at": START + minutes(deed.minute + 1),
            "answered_live": False, "replay_ms": 1_000,
        }  # fmt: skip
        async with self.database.write() as connection:
            await add(connection, QuestionRow, asked)
            fact = Fact("s", deed.who, "replay_question", asked["asked_at"], target=asked["id"])
            await append_facts(connection, [fact])

    async def buy(self, deed: Deed) -> None:
        order: dict[str, Any] = {
            "id": new_id("o"), "channel_id": CHANNEL, "show_id": "s", "viewer_id": deed.who, "key": new_id("k"),
            "product_id": deed.product, "quantity": 1, "unit_price_minor": 900, "amount_minor": 900, "currency": "JPY",
            "payment": "fake", "at": START + minutes(deed.minute),
        }  # fmt: skip
        async with self.database.write() as connection:
            await add(connection, OrderRow, order)
            await add(connection, ReplayOrderRow, {"order_id": order["id"]})
            paid: dict[str, Any] = {"amount_minor": 900, "currency": "JPY"}
            await append_facts(
                connection, [Fact("s", deed.who, "order", order["at"], deed.product, 1, **paid)]
            )
            if deed.what == "buy and be refunded":
                await connection.execute(_REFUND, {"id": order["id"]})
                changed = RollupChange("s", deed.who, refunded={"JPY": 900})
                await change_rollups(connection, {("s", deed.who): changed})


KINDS = (
    "reaction", "click", "impression", "share", "survey_shown", "come", "come in a burst", "come by a link", "agree", "clear", "watch",
    "ask", "buy", "buy and be refunded",
)  # fmt: skip
ALL = [Deed(what, who, 65, PRODUCTS[0]) for what in KINDS for who in PEOPLE]
