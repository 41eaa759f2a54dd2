"""Questions of a show page by page: chosen by state, product, label and words, in any order."""

from collections.abc import Collection
from typing import Protocol

from server.db.engine import Database
from server.errors import RefusedError
from server.protocol.codes import Code
from server.questions.choice import Choice, Page
from server.questions.lists_repository import read_chosen, read_newest, read_ranking
from server.questions.people_repository import read_askers
from server.questions.rankings import Kept, Rankings
from server.questions.similar import SimilarQuestions
from server.shows.repository import read_show


class RepeatBuyers(Protocol):
    """Who they are, by canonical ids, as an offer's audience `repeat_buyers` has them."""

    async def who_bought_twice(
        self, channel_id: str, show_id: str, viewers: Collection[str]
    ) -> frozenset[str]:
        """Return who of these viewers has two paid orders of the channel or more; of whom it may not recognise, nobody."""
        ...


class Browsing:
    """Reads pages. Who may see which states is asked before."""

    def __init__(self, database: Database, texts: SimilarQuestions, kept: Kept, buyers: RepeatBuyers) -> None:
        self._database = database
        self._texts = texts
        self._buyers = buyers
        self._rankings = Rankings(kept, self._rank)

    async def page(self, choice: Choice, cursor: str | None, limit: int, *, shared: bool = False) -> Page:
        """Return the page behind `cursor`, the first for None. Its questions are as they stand, and none is in two pages of an order.

        `shared`: the order may be one that somebody else took just now. Raises `invalid` for words in another order than `newest`, and for
        a cursor that is none of this list or no longer kept; `unavailable`.
        """
        if choice.order == "newest":
            return await self._newest(choice, cursor, limit)
        if choice.said is not None:
            raise RefusedError(Code.INVALID, "What is searched for comes in the order `newest`.", at="q")
        ranked = None if cursor is None else await self._rankings.after(choice, cursor, limit)
        if ranked is None:
            ranked = await self._rankings.first(choice, limit, shared=shared)
        async with self._database.read_soon() as connection:
            found = await read_chosen(connection, choice, ranked.ids)
        return Page(found, ranked.next, ranked.repeat_buyers)

    async def _newest(self, choice: Choice, cursor: str | None, limit: int) -> Page:
        among = None if choice.said is None else await self._texts.holding(choice.show_id, choice.said)
        async with self._database.read_soon() as connection:
            found = await read_newest(connection, choice, among=among, after=cursor, limit=limit + 1)
        return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)

    async def _rank(self, choice: Choice) -> tuple[list[str], Collection[str]]:
        async with self._database.read_soon() as connection:
            ids = await read_ranking(connection, choice)
            if choice.order != "repeat_buyers":
                return ids, ()
            show = await read_show(connection, choice.show_id)
            askers = await read_askers(connection, choice.show_id, ids)
        if show is None:
            return [], ()
        buyers = await self._buyers.who_bought_twice(show.channel_id, show.id, set(askers.values()))
        repeat = {id for id, viewer in askers.items() if viewer in buyers}
        return sorted(ids, key=lambda id: id not in repeat), repeat
