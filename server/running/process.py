"""One server process: what it is made of, what runs in it, and how it starts and ends."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

from server.access.customers import customers_for
from server.access.known_keys import KnownKeys
from server.access.revocations import Ended, Revocations
from server.access.tokens import tokens_for
from server.bus.bus import Bus
from server.catalogue.service import Catalogue
from server.catalogue.stockroom import Stockroom
from server.channels.origins import ChannelOrigins
from server.clock import Clock
from server.db.engine import SQL_AWAY, Database
from server.hosts import Origins
from server.http.outbound import outbound_for
from server.http.readiness import ServerReadiness
from server.http.scrape import Families
from server.hub.connection import Connection
from server.hub.dispatch import Dispatcher
from server.hub.endings import of_pages, of_sign_ins
from server.hub.hub import PAGE_REFUSED, SIGNED_OUT
from server.joint.service import JointShows
from server.joint.settling import Settling
from server.journal.journal import Journal
from server.journal.rooms import Rooms
from server.journal.topcheck import TopCheck
from server.ledger.recorder import Recorder
from server.ledger.repository import read_reaction_totals
from server.payments import polling
from server.privacy.service import Privacy
from server.protocol.publication import Publication
from server.questions.moderating import follow_hosts
from server.questions.pseudonyms import Pseudonyms
from server.running.commands import commands_of
from server.running.comments import comments_for
from server.running.disk import DataDisks
from server.running.exports import exports_for
from server.running.giveaways import giveaways_for
from server.running.limits import hub_for, pace_for, units_max_of
from server.running.loops import loops_of
from server.running.mail import MailDelivery
from server.running.offers import offers_for
from server.running.polls import polls_for
from server.running.posts import posts_for
from server.running.privacy import erasures_for, privacy_for
from server.running.questions import StaffAtWork, question_lists_for, questions_for
from server.running.reports import reports_for
from server.running.sanctions import recognition_for, sanctions_for
from server.running.screening import screening_for
from server.running.selling import Selling, selling_for
from server.running.shows import shows_for
from server.running.uploads import feeds_for, picture_errands_for, pictures_for
from server.running.vouchers import vouchers_for
from server.running.watch import ProcessWatch
from server.running.webhooks import WebhookDelivery
from server.running.worker import OF_THE_WORKERS
from server.sanctions.following import ChannelBans
from server.sanctions.service import Sanctions
from server.sanctions.silencing import Silencing
from server.settings import Settings
from server.shop.receipt_links import ReceiptLinks
from server.shows.card import Cards
from server.snapshots.snapshot import read_snapshot
from server.surveys.service import Surveys
from server.viewers.aliases import Aliases
from server.viewers.events import Desk
from server.viewers.join import Joins
from server.viewers.own_pushes import OwnPushes
from server.viewers.share_codes import share_codes_for
from server.viewers.staff_roll import StaffRoll
from server.waking import Waking
from server.workers.ledger import LedgerWorker


class Process:
    """Built from settings that have both URLs; nothing connects or runs before `running`."""

    def __init__(self, settings: Settings, clock: Clock, origins: Origins) -> None:
        assert settings.database_url, "the command line puts the embedded engines' URLs in"
        assert settings.redis_url, "the command line puts the embedded engines' URLs in"
        self.settings = settings
        self.clock = clock
        self.id = secrets.token_hex(6)
        self.database = Database(settings.database_url, pool_size=settings.database_pool_size)
        self.hub = hub_for(settings)
        self.bus = self._bus(settings.redis_url)
        self.topcheck = self._topcheck(settings.top_check_ms / 1000)
        self.journal = Journal(self.database, clock, self._publish, round_due=self.hub.round_due)
        self.rooms = self._rooms(settings)
        self.recorder = Recorder(self.bus.append_ledger, process_id=self.id, clock=clock)
        tell = self.bus.tell_everyone
        self.revocations = Revocations(self.database, clock, tell=tell, close=self._close_ended)
        self.origins = origins
        self.channel_origins = ChannelOrigins(self.database, origins, tell=tell, close=self._close_pages)
        self.tokens = tokens_for(settings, clock, revoked=self.revocations)
        self.outbound = outbound_for(settings)
        self.customers = customers_for(settings, self.database, clock, self.revocations, self.outbound)
        self.aliases = Aliases(self.database, clock)
        self.known_keys = KnownKeys(self.database, clock, self.revocations)
        self.own_pushes = OwnPushes(self.hub, self.bus.tell, self.aliases.known_as)
        self.screening = screening_for(settings, self.database, clock, self.bus, self.outbound)
        self.recognition = recognition_for(settings, self.hub, self.database)
        push, door = self.own_pushes.push, Silencing(self.screening.screening, self.recognition.is_like)
        self.questions = questions_for(settings, self.journal, self.database, push, door)
        self.comments = comments_for(self.journal, self.database, push, door)
        self.sanctions, self.channel_bans = self._sanctions()
        self.surveys = Surveys(self.journal, self.database, clock)
        self.polls = polls_for(settings, self.journal, self.database, clock)
        self.giveaways = giveaways_for(settings, self.journal, self.database, clock, push)
        self.pictures = pictures_for(settings, self.database, clock)
        self.posts, self.post_pictures = posts_for(
            settings, self.journal, self.database, clock, push=push, screening=door, pictures=self.pictures
        )
        self.reports = reports_for(self.journal, self.database, clock, push, self.posts)
        self.offers = offers_for(settings, self.journal, self.database, clock)
        self.vouchers, self.reserving = vouchers_for(settings, self.database, clock)
        self.receipt_links = self._receipt_links()
        lists = question_lists_for(self.questions, self.database, clock, self.bus.kept)
        self.similar_questions, self.browsing_questions, self.visible_questions = lists
        selling = self._selling()
        self.shop, self.holds, self.exchanges, self.auctions, self.checkouts, self.waitlist = selling[:6]
        paying, self.refunds = selling[6:]
        self.payments, self.fake_provider, self.payment_accounts, self.payment_providers, self.stripe = paying
        self.catalogue = Catalogue(self.database, clock, self.shop.neighbours.note_products)
        self.exports = exports_for(settings, self.database, clock)
        self.feeds = feeds_for(settings, self.database, clock, self.catalogue.tell)
        self.picture_errands = picture_errands_for(settings, self.database, clock, self.catalogue.tell)
        self.erasures = erasures_for(self.database, clock, self._privacy(), self.revocations, self.exports)
        self.stockroom = Stockroom(self.database, clock, self.shop.neighbours.note_stock)
        self.cards = Cards(self.database)
        at_end = [self.auctions.end_with_show, self.waitlist.end_at_end]
        self.shows = shows_for(settings, self.journal, self.database, clock, hub=self.hub, at_end=at_end)
        self.joint_settling = Settling(self.journal, self.database, clock, self.shows, [follow_hosts])
        self.joint_shows = JointShows(self.database, clock, self.joint_settling)
        self.staff_roll = StaffRoll(self.hub, self.database, clock, self.bus.tell)
        self.at_work = StaffAtWork(self.hub, self.bus.tell, self.questions)
        self.pace = pace_for(settings, self.bus)
        self.joins = self._joins()
        self.ledger = LedgerWorker(self.database, self.bus) if settings.worker else None
        works = settings.worker
        self.delivery = WebhookDelivery(settings, self.database, clock, self.outbound) if works else None
        self.new_mail = Waking()
        self.mail = MailDelivery(settings, self.database, clock, self.new_mail) if settings.worker else None
        self.disks = DataDisks(settings)
        self.watch = self._watched()
        self.dispatcher = Dispatcher(self.hub, commands_of(self), self.pace.commands)
        self.desk = Desk(self.hub, self.dispatcher, self.rooms, self.recognition.bars)

    def _receipt_links(self) -> ReceiptLinks:
        old_secret = self.settings.old_signing_secret()
        return ReceiptLinks(self.settings.signing_secret(), self.clock, old_secret=old_secret)

    def _privacy(self) -> Privacy:
        return privacy_for(
            self.settings, self.database, self.clock, self.journal,
            revocations=self.revocations, pictures=self.pictures,
        )  # fmt: skip

    def _sanctions(self) -> tuple[Sanctions, ChannelBans]:
        return sanctions_for(
            self.hub, self.journal, self.database, self.clock, self.recognition,
            pseudonyms=Pseudonyms(self.settings.signing_secret()), push=self.own_pushes.push, tell=self.bus.tell_everyone,
        )  # fmt: skip

    def _selling(self) -> Selling:
        return selling_for(
            self.settings, self.journal, self.database, self.clock,
            push=self.own_pushes.push, offers=self.offers.desk, vouchers=self.reserving,
        )  # fmt: skip

    def _rooms(self, settings: Settings) -> Rooms:
        return Rooms(
            self.hub,
            self.database,
            partial(read_snapshot, units_max=units_max_of(settings)),
            subscribe=self.bus.subscribe,
            unsubscribe=self.bus.unsubscribe,
            ring_length=settings.ring_length,
            snapshot_seconds=settings.snapshot_ms / 1000,
            unfit=lambda channel_id, name: self.screening.screeners.of(channel_id).takes_no_name(name),
        )

    def _topcheck(self, seconds: float) -> TopCheck:
        return TopCheck(self.hub, self.database, seconds=seconds, bus_alive=lambda: self.bus.alive)

    def _joins(self) -> Joins:
        return Joins(
            self.hub, self.rooms, self.tokens, self.recorder, self.pace, customers=self.customers, aliases=self.aliases,
            origins=self.origins, codes=share_codes_for(self.settings, self.clock), greet_staff=self._greet_staff,
            bars=self.recognition.bars,
        )  # fmt: skip

    def _watched(self) -> ProcessWatch:
        families = Families() if self.ledger else Families(lambda name: name not in OF_THE_WORKERS)
        readiness = ServerReadiness(self.hub, self.database, self.bus)
        return ProcessWatch(readiness, families, measure=self._measure)

    def _bus(self, url: str) -> Bus:
        return Bus(
            url,
            prefix=self.settings.redis_prefix,
            process_id=self.id,
            on_publications=self._deliver,
            on_word=self._hear_word,
            on_gap_possible=lambda: self.topcheck.ask_now(),  # noqa: PLW0108 - it is made later
            seed_reactions=self._read_reactions,
        )

    async def _measure(self) -> None:
        """Read, at a scrape, what nobody keeps at hand."""
        await self.disks.measure()
        await polling.measure(self.database, self.clock.now())
        await self.refunds.measure()
        if self.ledger:
            await self.ledger.measure()
        if self.delivery:
            await self.delivery.worker.measure()
        if self.mail:
            await self.mail.worker.measure()

    def _deliver(self, show_id: str, epoch: str, publications: list[Publication]) -> None:
        if not self.hub.deliver(show_id, epoch, publications):
            self.topcheck.ask_now()

    def _publish(self, show_id: str, epoch: str, publications: list[Publication]) -> None:
        """Deliver here at once and tell the other processes; if that is lost, their top check finds it."""
        self._deliver(show_id, epoch, publications)
        self.bus.publish(show_id, epoch, publications)

    def _close_ended(self, ended: Ended) -> None:
        for connection in of_sign_ins(self.hub.rooms.values(), ended.sign_ins, ended.people):
            self.hub.evict(connection, SIGNED_OUT, "signed out", "signed_out")

    def _close_pages(self) -> None:
        """End the connections of pages that their show's channel no longer lets in."""
        for connection in of_pages(self.hub.rooms.values(), self.origins.opens):
            self.hub.evict(connection, PAGE_REFUSED, "pages of this origin may not enter", "page_refused")

    def _hear_word(self, show_id: str, word: bytes) -> None:
        if not show_id:
            for part in (self.revocations, self.channel_origins, self.channel_bans, self.screening.screeners):
                part.hear_word(word)
            return
        for each in (self.at_work.answering, self.staff_roll, self.own_pushes):
            each.hear_word(show_id, word)

    def _greet_staff(self, connection: Connection) -> None:
        self.staff_roll.enter(connection)
        self.at_work.answering.greet(connection)
        room = self.hub.room_of(connection)
        if room is not None and room.pulse.apart:
            connection.send(room.pulse.apart_line())

    async def _read_reactions(self, show_id: str) -> dict[str, int]:
        async with self.database.read_soon() as connection:
            return await read_reaction_totals(connection, show_id)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start connections and loops; at the end finish what was accepted, flush, and close."""
        await self.bus.start()
        try:
            with suppress(*SQL_AWAY):
                # Before anybody comes in; else the loops make up for it.
                await self.revocations.run_once()
                await self.channel_origins.run_once()
                await self.screening.screeners.run_once()
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(loop, name=name) for name, loop in loops_of(self).items()]
                try:
                    yield
                    await self._finish()
                finally:
                    for task in tasks:
                        task.cancel()
        finally:
            await self.outbound.close()
            await self.stripe.close()
            await self.bus.close()
            await self.database.close()

    async def _finish(self) -> None:
        """Carry out, commit and hand over everything that was accepted, in the order in which each feeds the next."""
        await self.dispatcher.close()
        await self.offers.showing.close()
        for part in (self.shop, self.waitlist, self.staff_roll, self.at_work, self.journal, self.own_pushes):
            await part.close()
        await self.recorder.close()
        with suppress(*SQL_AWAY):
            await self.known_keys.write_uses()

    async def drain(self) -> None:
        """Send the viewers elsewhere, spread over a set time."""
        await self.hub.drain(self.settings.drain_seconds)
