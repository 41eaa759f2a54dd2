"""From a page's word that it was opened to a page view in the ledger. SQL is asked about the show alone, which is remembered."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta

from server.access.tokens import Identity, Tokens
from server.browsers import browser_of
from server.channels.repository import channel_exists
from server.clock import Clock
from server.db.engine import Database
from server.errors import RefusedError
from server.ledger.flush import PageView
from server.ledger.recorder import Recorder
from server.protocol.codes import Code
from server.shows.card import Cards
from server.viewers.sources import source_of
from server.visits.rules import AGE_MS_MAX, WORD_CHARACTERS_MAX, Opened, host_in

CHANNELS_MAX = 10_000


class PageViews:
    """Records the page views of one process."""

    def __init__(
        self, recorder: Recorder, tokens: Tokens, cards: Cards, database: Database, clock: Clock
    ) -> None:
        self._recorder = recorder
        self._tokens = tokens
        self._cards = cards
        self._database = database
        self._clock = clock
        self._channels: OrderedDict[str, None] = OrderedDict()

    async def channel_of(self, opened: Opened) -> str:
        """Return the channel of the page; raises `not_found`, and `unavailable` while nobody can tell."""
        if opened.show is None:
            return await self._known_channel(opened.channel or "")
        # Nobody waits for this answer, and a view that is refused is one that no figure has.
        card = await self._cards.find(opened.show, seconds_max=None)
        if card is None:
            raise RefusedError(Code.UNAVAILABLE)
        return card.channel_id

    def record(self, opened: Opened, channel_id: str, headers: Mapping[bytes, bytes], address: str) -> None:
        """Record it, unless staff opened the page; of a crawler only that it came."""
        browser = browser_of(headers)
        now = self._clock.now()
        if browser.crawler:
            view = PageView(channel_id, opened.show, None, now, opened.page, crawler=True)
            self._recorder.view_page(view, address)
            return
        identity = self._identify(opened.token, channel_id)
        if identity is not None and identity.role != "viewer":
            return
        private = headers.get(b"sec-gpc") == b"1" or headers.get(b"dnt") == b"1"
        known = identity is not None and may_be_known(identity, asks_for_privacy=private)
        own = host_in(headers.get(b"host", b"").decode("latin-1"))
        from_page = host_in(headers.get(b"origin", b"").decode("latin-1"), own)
        view = PageView(
            channel_id,
            opened.show,
            identity.viewer_id if identity is not None and known else None,
            now - timedelta(milliseconds=min(opened.age_ms, AGE_MS_MAX)),
            opened.page,
            site=from_page if opened.page == "element" else None,
            referrer=host_in(opened.referrer, own),
            source=_word(opened.source),
            medium=_word(opened.medium),
            campaign=_word(opened.campaign),
            term=_word(opened.term),
            content=_word(opened.content),
            device=browser.device,
        )
        self._recorder.view_page(view, address)

    def _identify(self, token: str | None, channel_id: str) -> Identity | None:
        """Return whose token a page has; one of no use is as none."""
        if token is None:
            return None
        try:
            identity = self._tokens.verify(token)
        except RefusedError:
            return None
        return identity if identity.channel_id == channel_id else None

    async def _known_channel(self, channel_id: str) -> str:
        if channel_id not in self._channels:
            async with self._database.read_soon() as connection:
                if not await channel_exists(connection, channel_id):
                    raise RefusedError(Code.NOT_FOUND)
            self._channels[channel_id] = None
            if len(self._channels) > CHANNELS_MAX:
                self._channels.popitem(last=False)
        return channel_id


def _word(given: str | None) -> str | None:
    return given and source_of(given, WORD_CHARACTERS_MAX)


def may_be_known(identity: Identity, *, asks_for_privacy: bool) -> bool:
    """Whether the view may be joined to the viewer: they are signed in, or a guest who agreed, and their browser asks for nothing else."""
    return not asks_for_privacy and (not identity.guest or identity.remembered)
