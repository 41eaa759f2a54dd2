"""A channel whose shows were held, and one that is live now in which everybody asks again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from server.access.tokens import Identity
from server.clock import ManualClock
from server.db.engine import Database
from server.ledger.derive_repository import derive_rows
from server.personal.cards import AskerCard, Cards
from server.personal.for_you import ForYouItem
from server.personal.service import Personal
from tests.integration.stats.hand_made import CHANNEL, START, HandMade, make_the_show

NOW = START + timedelta(days=20)
AGREED = START - timedelta(days=30)
LIVE = "now"


@dataclass
class World:
    """`questions`: what each of anna (known), ben (a guest who agreed), chie (one who did not) and newcomer asked in the live show."""

    database: Database
    clock: ManualClock
    cards: Cards
    personal: Personal
    questions: dict[str, str]

    async def run(self, statement: str, **given: Any) -> None:
        async with self.database.write() as connection:
            await connection.execute(text(statement), given)

    async def withdraw(self, viewer: str) -> None:
        """Let a guest take their consent back, now."""
        async with self.database.write() as connection:
            show = HandMade(connection, LIVE, start=NOW, length=None)
            show.do(viewer, "consent_withdrawn", 1)
            await show.close()

    async def cards_of(self, *viewers: str) -> dict[str, AskerCard]:
        asked = {self.questions[viewer]: viewer for viewer in viewers or self.questions}
        found = await self.cards.of_questions(CHANNEL, LIVE, list(asked))
        return {asked[card.question]: card for card in found}

    async def for_you(self, viewer: str, *, guest: bool = False, agreed: bool = True) -> list[ForYouItem]:
        ends = self.clock.now() + timedelta(hours=1)
        consent_at = AGREED if guest and agreed else None
        who = Identity(viewer, "viewer", CHANNEL, guest, agreed, viewer, ends, consent_at)
        return (await self.personal.for_you(LIVE, who)).products


@asynccontextmanager
async def personal_world(database_url: str) -> AsyncIterator[World]:
    """See `World`; what happened before is that of `make_the_show`, and ben opened product 1, anna asked while product 2 was pinned."""
    database, clock = Database(database_url), ManualClock(NOW + timedelta(minutes=10))
    async with database.write() as connection:
        _, show, _ = await make_the_show(connection)
        show.do("ben", "click", 12, f"{CHANNEL}-1")
        await show.close()
        await show.publish(3, "product.pinned", f'{{"product": "{CHANNEL}-2"}}')
        live = await HandMade(connection, LIVE, start=NOW, length=None).open()
        questions = {}
        for viewer in ("anna", "ben", "chie", "newcomer"):
            await live.attend(viewer, guest=viewer in ("ben", "chie"), remembered=viewer == "ben")
            await live.play(viewer, (0, 5))
            questions[viewer] = await live.ask(viewer, 6)
        await live.close()
        await connection.execute(
            text("UPDATE attendance SET consent_at = :at WHERE viewer_id = 'ben'"), {"at": AGREED}
        )
        for each in ("earlier", "s", "later", LIVE):
            await derive_rows(connection, each)
    yield World(database, clock, Cards(database, clock), Personal(database, clock), questions)
    await database.close()
