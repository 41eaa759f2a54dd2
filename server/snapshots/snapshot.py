"""A show's full state, read in one piece: what a viewer needs who knows nothing yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.repository import read_staff_names
from server.access.sanctions_repository import read_banned, read_given
from server.auctions import repository as auctions
from server.channels.repository import read_channel_name, read_order_taker
from server.comments import repository as comments
from server.errors import RefusedError
from server.giveaways import repository as giveaways
from server.giveaways.telling import as_public as as_given_away
from server.offers import repository as offers
from server.polls import repository as polls
from server.polls import telling as polled
from server.posts.faces import as_public as as_posted
from server.posts.repository import count_waiting
from server.posts.showing_repository import read_shown as read_shown_post
from server.protocol.codec import encode
from server.protocol.codes import Code
from server.protocol.neighbours import Joint
from server.protocol.pushes import Sales, Show, Snapshot, StaffSnapshot
from server.questions import repository as questions
from server.questions.stages_repository import StagesPart, read_stages
from server.reports.repository import read_reported
from server.sanctions.faces import as_banned, as_staff
from server.shop import repository as shop
from server.shop.shelf import sold_ids
from server.shows.arrivals_repository import read_arrivals, read_declined
from server.shows.repository import as_announcement, as_show, read_show
from server.shows.tables import ShowRow
from server.surveys import repository as surveys
from server.text.names import ReservedNames

SANCTIONS_SHOWN_MAX = 200
"""The newest in a staff's snapshot; all of them hold."""


NOTHING_SOLD = Sales(orders=0, units=0, amount={})
"""What partners are told of a channel's sales, which are its own."""


@dataclass(frozen=True, slots=True)
class SnapshotRead:
    """A show's state at the moment of the read: as JSON for viewers (`public`) and for staff."""

    show: Show
    channel_id: str
    guests_allowed: bool
    banned: Mapping[str, float]
    """Who is banned, each until when in seconds since 1970."""
    names: ReservedNames
    on_sale: frozenset[str]
    public: bytes
    staff: bytes
    partner: bytes | None
    """For staff of channels that hold the show together with its own; None where there are none."""


async def read_snapshot(connection: AsyncConnection, show_id: str, *, units_max: int = 0) -> SnapshotRead:
    """Return the show's state as `connection` sees it; raises `not_found` when there is no such show.

    Read the journal's head in the same block of `Database.read()`: then the snapshot is true at that head's offset.
    """
    row = await read_show(connection, show_id)
    if row is None:
        raise RefusedError(Code.NOT_FOUND)
    staged = StagesPart(await read_stages(connection, show_id))
    first = [row.pinned_question or "", *staged.fronts]
    asked = await questions.read_snapshot_part(connection, show_id, first)
    sold = await shop.read_snapshot_part(connection, show_id, row.channel_id, units_max)
    bans, given = await read_given(connection, show_id, limit=SANCTIONS_SHOWN_MAX)
    show, announcement = as_show(row), as_announcement(row)
    by_shop = await read_order_taker(connection, row.channel_id) == "shop"
    taker: Literal["shop"] | UnsetType = "shop" if by_shop else UNSET
    older = asked.older or UNSET
    survey = await surveys.read_snapshot_part(connection, show_id)
    offered = await offers.read_snapshot_part(connection, show_id)
    auctioned = await auctions.read_snapshot_part(connection, show_id)
    commented = await comments.read_snapshot_part(connection, show_id)
    poll = await polls.read_shown(connection, show_id)
    giveaway = await giveaways.read_shown(connection, show_id)
    given_away = UNSET if giveaway is None else as_given_away(giveaway)
    post = await read_shown_post(connection, show_id)
    posted = UNSET if post is None else as_posted(post)
    public = Snapshot(
        show,
        sold.products,
        row.pinned_product,
        row.pinned_question,
        announcement,
        asked.public,
        older,
        taker,
        survey,
        offered.public,
        auctioned,
        commented[0],
        UNSET if poll is None else polled.as_public(poll),
        given_away,
        staged.public,
        posted,
    )
    staff = StaffSnapshot(
        show,
        sold.products,
        row.pinned_product,
        row.pinned_question,
        announcement,
        asked.staff,
        sold.sales,
        [as_banned(ban) for ban in bans],
        older,
        survey,
        offered.staff,
        auctioned,
        commented[1],
        UNSET if poll is None else polled.as_staffs(poll),
        [as_staff(each) for each in given] or UNSET,
        await read_reported(connection, show_id, most=SANCTIONS_SHOWN_MAX) or UNSET,
        given_away,
        staged.staff,
        posted,
        await count_waiting(connection, show_id=show_id),
        await read_arrivals(connection, show_id) or UNSET,
        await read_declined(connection, show_id) or UNSET,
    )
    return await _as_read(connection, row, (public, staff))


async def _as_read(
    connection: AsyncConnection, row: ShowRow, whole: tuple[Snapshot, StaffSnapshot]
) -> SnapshotRead:
    public, staff = whole
    show = public.show
    partner = None if show.joint is None else encode(replace(staff, sales=NOTHING_SOLD, offers=[]))
    banned = await read_banned(connection, row.id, row.channel_id)
    names = await _read_names(connection, row, show.joint)
    on_sale = frozenset(sold_ids(public.products))
    return SnapshotRead(
        show,
        row.channel_id,
        row.guests_allowed,
        banned,
        names,
        on_sale,
        encode(public),
        encode(staff),
        partner,
    )


async def _read_names(connection: AsyncConnection, row: ShowRow, joint: Joint | None) -> ReservedNames:
    channels = {row.channel_id} | (frozenset() if joint is None else joint.channels)
    staff = [name for each in sorted(channels) for name in await read_staff_names(connection, each)]
    channel = await read_channel_name(connection, row.channel_id)
    return _reserved(frozenset((row.host, *staff)), row.title, channel)


@lru_cache(maxsize=256)
def _reserved(staff: frozenset[str], title: str, channel: str) -> ReservedNames:
    """Made once for as long as nobody is added."""
    return ReservedNames(staff, (title, channel))
