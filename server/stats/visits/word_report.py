"""The shapes of what is said of word of mouth. `docs/figures.md` defines each field."""

from datetime import datetime

from pydantic import Field

from server.stats.ratio import Figures
from server.stats.visits.visits_report import OfWhat

SHARERS_MAX = 100
CHAIN_LINKS_MAX = 200


class Brought(Figures):
    """What people came to who were brought as new, in the show or the period."""

    new_viewers: int = Field(
        description="people whose first show of the channel this was, who came by the link of somebody else and watched 60 s"
    )
    recognisable: int = Field(
        description="of `new_viewers`: known, or agreed to be recognised; of the others nobody can say that they were never here before"
    )
    watch_seconds: float
    buyers: int
    orders: int
    gmv_minor: int
    net_minor: int


class SharerRow(Brought):
    """Somebody who shared. `chain_…`: everybody who came of it, those brought by those they brought among them."""

    sharer: str = Field(description="the viewer's id")
    shares: int
    visits: int = Field(description="joins of other people by their links")
    chain_viewers: int
    chain_depth: int = Field(description="1: those whom they brought have brought nobody")
    chain_orders: int
    chain_net_minor: int


class ChainLink(Figures):
    """Somebody was brought by somebody; `depth` 1 where nobody had brought the sharer."""

    sharer: str
    viewer: str
    show: str
    at: datetime
    depth: int


class NotCounted(Figures):
    """Joins by a link that brought no new viewer, by the first reason that holds."""

    same_device: int = Field(description="the device had made the link itself")
    same_person: int = Field(description="the sharer, by their id, an alias or as the same customer")
    not_ours: int = Field(description="the code was changed, or is another channel's")
    expired: int
    unknown: int = Field(description="nobody is known who shared by this link")
    suspects: int = Field(description="of suspected bots, or by their links")
    staff: int = Field(description="of the host's side, or by their links")
    returning: int = Field(description="had been in a show of the channel before")
    too_short: int = Field(description="watched less than 60 s")


class WordOfMouthReport(OfWhat):
    """Who brought whom by share links."""

    shares: int
    sharers: int = Field(description="people who shared")
    visits: int = Field(description="joins of other people by a share link")
    brought: Brought
    new_viewers_per_sharer: float | None = Field(description="null where nobody shared")
    chains: int = Field(description="people whom nobody brought, and who brought somebody")
    depth: int = Field(description="of the longest chain: 2 where A brought B, who brought C")
    not_counted: NotCounted
    by_sharer: list[SharerRow] = Field(description=f"those who brought most first, {SHARERS_MAX} at most")
    links: list[ChainLink] = Field(
        description=f"who brought whom, of the longest chains first, {CHAIN_LINKS_MAX} at most"
    )
    names: dict[str, str] = Field(
        default_factory=dict,
        description="as what those who are named above last asked something in the channel, by their ids; for hosts and admins alone",
    )
