"""What a report says of a show's replay: beside the figures of the show itself, never in them."""

from pydantic import Field

from server.stats.ratio import Figures
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
    money: list[ReplayMoney] = Field(
        description="orders placed here at the replay; they are in the show's money, and in its conversion within each window"
    )


def build_replay(viewers: int | None, tallies: ReplayTallies) -> ReplayFigures | None:
    """Return the figures of a replay; None where nothing of one is recorded."""
    if viewers is None and not tallies:
        return None
    return ReplayFigures(
        viewers=viewers or 0,
        watched_seconds=tallies.watched_us / 1_000_000,
        questions=tallies.questions,
        answered=tallies.answered,
        reactions=tallies.reactions,
        money=[
            ReplayMoney(
                currency=each.currency, orders=each.orders, units=each.units, gmv_minor=each.gmv_minor
            )
            for each in tallies.sold
        ],
    )
