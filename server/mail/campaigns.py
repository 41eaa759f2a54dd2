"""Follow-ups of shows: begun by themselves or by hand, written in steps, once to each address."""

from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from server.audit.trail import Actor, audit_beside
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.ids import new_id
from server.mail import campaign_repository as repository
from server.mail.campaign_repository import Figures
from server.mail.channel_repository import read_channel, read_name, read_template
from server.mail.composing import Addresses
from server.mail.facts_repository import Recipient, read_doings, read_recipients, read_show
from server.mail.follow_up import KIND, filled, message_for, values_of
from server.mail.queue_repository import enqueue
from server.mail.tables import MailCampaignRow, MailMessageRow
from server.mail.templates import TemplateError, Words
from server.mail.written import built_in
from server.protocol.codes import Code
from server.sealing.unsealing import facts_around
from server.waking import Waking

STEP: Final = 100
"""People whose messages are written in one transaction."""

log = structlog.get_logger()


class Campaigns:
    """Follow-ups of all channels."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        addresses: Addresses,
        new_mail: Waking | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._addresses = addresses
        self._new_mail = new_mail or Waking()

    async def begin(self, channel_id: str, show_id: str, by: Actor) -> None:
        """Write to a show's viewers now; raises `not_found`, and `conflict` for a show that has not ended or was written about."""
        now = self._clock.now()
        async with self._database.write_soon() as connection:
            show = await read_show(connection, show_id)
            channel = await read_channel(connection, channel_id)
            if show is None or show.channel_id != channel_id:
                raise RefusedError(Code.NOT_FOUND, "The channel has no such show.")
            if show.state != "ended":
                raise RefusedError(Code.CONFLICT, "The show has not ended.", current={"state": show.state})
            if channel is None or not channel.sender_address:
                raise RefusedError(
                    Code.CONFLICT, "Say first from which address you write.", current={"sender_address": ""}
                )
            row = MailCampaignRow(
                id=new_id("mp"),
                channel_id=channel_id,
                show_id=show_id,
                kind=KIND,
                send_at=now,
                created_at=now,
            )
            if not await repository.insert_campaign(connection, row):
                raise RefusedError(
                    Code.CONFLICT, "The show's viewers were written to already.", current={"state": "sent"}
                )
            await audit_beside(connection, by, "mail.sent", show_id, now, channel=channel_id)

    async def cancel(self, channel_id: str, show_id: str, by: Actor) -> None:
        """Send nothing more of a show's follow-up; raises `not_found` where there is none."""
        async with self._database.write_soon() as connection:
            if not await repository.cancel(connection, channel_id, show_id, KIND):
                raise RefusedError(Code.NOT_FOUND, "Nothing is being sent of this show.")
            await audit_beside(
                connection, by, "mail.cancelled", show_id, self._clock.now(), channel=channel_id
            )

    async def figures(self, channel_id: str, *, show_id: str | None = None, limit: int = 20) -> list[Figures]:
        """Return what became of the channel's follow-ups, the newest show first."""
        async with self._database.read_soon() as connection:
            return await repository.read_figures(connection, channel_id, KIND, show_id=show_id, limit=limit)

    async def write_all(self) -> None:
        """Begin what is due, and write the messages of all campaigns."""
        while await self.run_once():
            pass

    async def run_once(self) -> bool:
        """Begin what is due, and write the messages of one step of one campaign; False where no campaign needs any."""
        now = self._clock.now()
        async with self._database.write() as connection:
            await repository.begin_due(connection, KIND, now)
        async with self._database.write() as connection:
            campaign = await repository.lock_next(connection, now)
            if campaign is None:
                return False
            people = await read_recipients(
                connection, campaign.channel_id, campaign.show_id, after=campaign.prepared_to, limit=STEP
            )
            await enqueue(connection, await self._messages(campaign, people))
            done = len(people) < STEP
            reached = people[-1].consent_id if people else campaign.prepared_to
            await repository.advance(connection, campaign.id, reached, "queued" if done else "preparing")
        self._new_mail.tell()
        return True

    async def _messages(self, campaign: MailCampaignRow, people: list[Recipient]) -> list[MailMessageRow]:
        """Return the messages of these people; one whose template fails has none, and the log says why."""
        if not people:
            return []
        rows = []
        async with facts_around(self._database, campaign.show_id) as connection:
            show = await read_show(connection, campaign.show_id)
            channel = await read_channel(connection, campaign.channel_id)
            assert show is not None, "shows are not deleted"
            assert channel is not None, "a campaign needs a channel's settings"
            name = channel.sender_name or await read_name(connection, campaign.channel_id)
            doings = await read_doings(
                connection, channel.channel_id, show.id, [each.whose for each in people]
            )
            words = {
                language: await words_of(connection, channel.channel_id, language)
                for language in {each.language for each in people}
            }
        for each in people:
            values = values_of(
                show, channel, name, doings[each.whose], self._addresses,
                returning=each.returning, repeat_buyer=each.repeat_buyer,
            )  # fmt: skip
            id = new_id("m")
            try:
                done, links = filled(words[each.language], values, id, self._addresses)
            except TemplateError as error:
                log.error(
                    "mail.template_failed",
                    campaign=campaign.id,
                    part=error.part,
                    line=error.line,
                    why=error.why,
                )
                continue
            now = self._clock.now()
            rows.append(
                message_for(
                    each,
                    channel,
                    name=name,
                    campaign_id=campaign.id,
                    show=show,
                    words=done,
                    links=links,
                    id=id,
                    now=now,
                )
            )
        return rows


async def words_of(connection: AsyncConnection, channel_id: str, language: str) -> Words:
    """Return a channel's templates for follow-ups in a language."""
    own = await read_template(connection, channel_id, KIND, language)
    return built_in(KIND, language) if own is None else Words(own.subject, own.preheader, own.html, own.plain)
