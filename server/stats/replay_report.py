"""What a report says of a show's replay: beside the figures of the show itself, never in them."""

from pydantic import Field

from server.stats.ratio import Figures, Ratio
from server.stats.replay_repository import ReplayTallies


class ReplayMoney(Figures):
    """What was bought at the replay, in one currency."""

    currency: str
    orders: int
    units: int
    gmv_minor: int


class ReplayFigures(Figures):
    """Who watched a show again, and what they did at its replay. Suspected bots and staff are in the money alone."""

    viewers: int = Field(
        description="V of the replay: viewers with 3 s or more of playing after the show's end"
    )
    watched_seconds: float = Field(description="what they watched of it, each the union over all tabs")
    questions: int = Field(
        description="asked at the replay, and not dismissed; in no figure of the show itself"
    )
    answered: int = Field(description="of these, those that are answered")
    reactions: int = Field(description="taps at the replay; in no figure of the show itself")
    impressions: int = Field(
        description="cards of products that were seen after the end; so are `clicks` and `shares` of then"
    )
    clicks: int
    shares: int
    engaged: Ratio = Field(
        description="of its viewers, those who asked, tapped, opened a product or shared at it"
    )
    money: list[ReplayMoney] = Field(
        description="orders placed here at the replay; beside the show's money and its buyers, never in them"
    )


def build_replay(viewers: int | None, tallies: ReplayTallies) -> ReplayFigures | None:
    """Return the figures of a replay; None where nobody watched one, asked, tapped or bought at it."""
    if viewers is None and not tallies.shows_one:
        return None
    return ReplayFigures(
        viewers=viewers or 0,
        watched_seconds=tallies.watched_us / 1_000_000,
        questions=tallies.questions,
        answered=tallies.answered,
        reactions=tallies.reactions,
        impressions=tallies.impressions,
        clicks=tallies.clicks,
        shares=tallies.shares,
        engaged=Ratio.of(tallies.engaged, viewers or 0),
        money=[
            ReplayMoney(
                currency=each.currency, orders=each.orders, units=each.units, gmv_minor=each.gmv_minor
            )
            for each in tallies.sold
        ],
    )
