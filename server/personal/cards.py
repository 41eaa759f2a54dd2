"""The host's card of a viewer who asks: how often they came, what they bought, where they are in their life with the channel."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from server.clock import Clock, to_wire
from server.db.engine import Database
from server.http.params import Moment
from server.questions.people_repository import read_askers
from server.stats.lifetime.membership_repository import PersonNow, read_known_in, read_people_now
from server.stats.lifetime.people_repository import Scope, read_scope
from server.stats.lifetime.segments import Lifecycle

QUESTIONS_MAX: Final = 50
KEPT_SECONDS: Final = 60
"""For so long what is known of a viewer is not read again; whether it may be told is asked each time."""
VIEWERS_KEPT_MAX: Final = 5_000


class LastPurchase(BaseModel):
    """What a viewer bought last."""

    at: Moment
    title: str | None


class AskerCard(BaseModel):
    """What the host's side may know of whoever asked a question: somebody who has been here, or bought here, before."""

    question: str
    visits_before: int = Field(description="other shows of the channel that they watched")
    orders: int
    last_purchase: LastPurchase | None
    spent: int = Field(description="net, in minor units of `currency`, the channel's")
    currency: str
    segment: Lifecycle = Field(description="as of now: they are here, so that nobody is `lapsed`")


class Cards:
    """Makes cards for the questions of a show; what was found of a viewer is kept for a minute."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[datetime, PersonNow | None]] = {}

    async def of_questions(self, channel_id: str, show_id: str, questions: Sequence[str]) -> list[AskerCard]:
        """Return the cards of those who asked, where there is anything to say and their consent stands."""
        async with self._database.read_soon() as connection:
            askers = await read_askers(connection, show_id, questions)
            if not askers:
                return []
            scope = await read_scope(connection, channel_id, self._clock.now())
            known = await read_known_in(connection, scope, show_id, set(askers.values()))
            people = await self._people(connection, scope, show_id, known)
        found = [(question, people.get(viewer)) for question, viewer in askers.items()]
        return [
            _card(question, person, scope.currency)
            for question, person in found
            if person is not None and (person.visits_before or person.orders)
        ]

    async def _people(
        self, connection: AsyncConnection, scope: Scope, show_id: str, viewers: Collection[str]
    ) -> dict[str, PersonNow]:
        fresh = {
            viewer
            for viewer in viewers
            if (kept := self._kept.get((show_id, viewer))) is None
            or (scope.as_of - kept[0]).total_seconds() >= KEPT_SECONDS
        }
        if fresh:
            read = {each.viewer_id: each for each in await read_people_now(connection, scope, show_id, fresh)}
            if len(self._kept) + len(fresh) > VIEWERS_KEPT_MAX:
                self._kept.clear()
            self._kept |= {(show_id, viewer): (scope.as_of, read.get(viewer)) for viewer in fresh}
        found = {viewer: self._kept[show_id, viewer][1] for viewer in viewers}
        return {viewer: person for viewer, person in found.items() if person is not None}


def _card(question: str, person: PersonNow, currency: str) -> AskerCard:
    at = person.bought_at
    return AskerCard(
        question=question,
        visits_before=person.visits_before,
        orders=person.orders,
        last_purchase=None if at is None else LastPurchase(at=to_wire(at), title=person.bought),
        spent=person.net_minor,
        currency=currency,
        segment=segment_here(person),
    )


def segment_here(person: PersonNow) -> Lifecycle:
    """Return where somebody who is here now is in their life with the channel: as in `server.stats.lifetime.segments`, this show counted.

    Their view of the running show is in no row before it ends, so that by the rows alone they might still be lapsed, or new.
    """
    if person.orders >= 2:
        return "repeat_buyer"
    return "returning" if person.visits_before else "new"
