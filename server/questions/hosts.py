"""Hosts of shows by name: when somebody is called otherwise, or is staff no longer, the shows that they host hear it."""

from collections.abc import Sequence

import structlog
from sqlalchemy import text

from server.db.engine import Database
from server.errors import RefusedError
from server.journal.journal import Journal
from server.journal.transaction import ShowTransaction
from server.questions.moderating import follow_hosts
from server.shows.repository import read_show

log = structlog.get_logger()

_HOSTED = text(
    """
    SELECT s.show_id FROM show_staff s JOIN show ON show.id = s.show_id
    WHERE s.person_id = :person AND s.part = 'host' AND show.channel_id = :channel AND show.state NOT IN ('ended', 'cancelled')
    UNION
    SELECT j.leading_id FROM show_staff s JOIN joint_show j ON j.show_id = s.show_id AND j.left_at IS NULL AND NOT j.over
    WHERE s.person_id = :person AND s.part = 'host'
    ORDER BY 1
    """
)


class StageHosts:
    """Tells the shows of one database."""

    def __init__(self, journal: Journal, database: Database) -> None:
        self._journal = journal
        self._database = database

    async def heed(self, channel_id: str, person_id: str) -> None:
        """Tell the shows that the person hosts how the stages stand now; one that cannot be told now is right for whoever joins it."""
        async with self._database.read_soon() as connection:
            asked = {"person": person_id, "channel": channel_id}
            shows = list(await connection.scalars(_HOSTED, asked))
        for show_id in shows:
            try:
                await self._journal.commit(show_id, heed_many, person_id, patient=True)
            except RefusedError as refused:
                log.warning("questions.hosts_not_told", show=show_id, code=refused.code)


async def heed_many(tx: ShowTransaction, people: Sequence[str]) -> list[None]:
    """Publish the stages of the show with the hosts that there are now."""
    show = await read_show(tx.connection, tx.show_id)
    if show is not None:
        await follow_hosts(tx, show)
    return [None for _ in people]
