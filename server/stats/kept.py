"""What is kept of a settled show beside its report, so that the report can be made again by small scans: counts, and nobody's id."""

from collections.abc import Mapping, Sequence

from server.stats.ratio import Figures
from server.stats.report import Funnel


class Seen(Figures):
    """Of V(s), as far as the channel may recognise them: who came back. No later order changes it."""

    days: int
    known: int
    before: int
    lasting: int
    after: int | None
    """None until the window has passed."""


class KeptPeople(Figures):
    """One scan over a show's wide rows: who was there, and what they did beside buying."""

    suspects: int
    staff: int
    without_a_view: int
    guests_without_consent: int
    viewers: int
    guests: int
    views: int
    visits: int
    replay_viewers: int
    viewers_in_all: int
    watched_us: int
    median_us: float | None
    reactions: int
    reactions_beside: int
    senders: int
    votes: int
    votes_beside: int
    shares: int
    shares_beside: int
    sharers: int
    impressed: int
    clickers: int
    clicked_what_they_saw: int
    engaged: int
    digest: str
    """Of the rows (`final_repository`)."""
    seen: Seen


class Met(Figures):
    """What was done with one product, its variants among it. `…_beside` are actions of people without a view."""

    impressions: int
    clicks: int
    impressions_beside: int
    clicks_beside: int
    impressed: int
    clickers: int
    saw_and_clicked: int
    clicks_seen: int
    """Clicks that have an impression of the same product by the same viewer each."""


class KeptActs(Figures):
    """What viewers of a show did, counted from its entries."""

    funnel: Funnel
    met: Mapping[str, Met]
    """By product."""
    heads: Mapping[str, str | None]
    """Which product each of the shown or clicked ids was counted to; None for an id that was none of the catalogue's."""

    def holds(self, heads: Mapping[str, str | None]) -> bool:
        """Whether the catalogue still says so."""
        return self.heads == heads

    @property
    def targets(self) -> Sequence[str]:
        """Whatever was shown or clicked."""
        return list(self.heads)
