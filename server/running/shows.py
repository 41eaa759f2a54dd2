"""The shows of a process, with what other features do when one is rehearsed or ends."""

from collections.abc import Sequence

from server.clock import Clock
from server.db.engine import Database
from server.giveaways.moving import GiveawaysAside, close_giveaways_at_end
from server.hub.hub import Hub
from server.journal.journal import Journal
from server.offers.opening import OffersAside, close_at_end
from server.polls.moving import PollsAside, close_polls_at_end
from server.posts.showing import hide_at_end
from server.running.limits import crowd_limits_of
from server.screening.service import forget_pace
from server.settings import Settings
from server.shop.sold_out import forget_shelf, note_shelf
from server.shows.aside_repository import TablesAside
from server.shows.service import Shows
from server.shows.steps import AtStep
from server.surveys.opening import SurveysAside, open_at_end


def shows_for(
    settings: Settings,
    journal: Journal,
    database: Database,
    clock: Clock,
    *,
    hub: Hub,
    at_end: Sequence[AtStep] = (),
) -> Shows:
    """Return what is done with shows; `at_end`: what is done first when one ends, before offers are locked."""

    def watching(show_id: str) -> int | None:
        room = hub.rooms.get(show_id)
        # Nobody knows it yet, or any more: a show that has ended counts nobody as watching.
        if room is None or not (room.watched and room.pulse.known):
            return None
        return room.pulse.viewers

    return Shows(
        journal,
        database,
        clock,
        parts=[*tables_aside(), SurveysAside(), PollsAside(), GiveawaysAside(), OffersAside()],
        at_end=[
            *at_end,
            close_polls_at_end,
            close_giveaways_at_end,
            hide_at_end,
            open_at_end,
            close_at_end,
            forget_shelf,
            forget_pace,
        ],
        at_start=[note_shelf],
        bots_looked_for=crowd_limits_of(settings).tells_suspects,
        watching=watching,
    )


def tables_aside() -> list[TablesAside]:
    """Return what a rehearsal leaves as it was, of the features that have nothing but rows."""
    questions = {"question": {"anonymous": False, "labels": []}, "vote": {}}
    comments: dict[str, dict[str, object]] = {"comment_stream": {}, "comment": {}, "comment_reaction": {}}
    return [
        TablesAside("questions", questions),
        TablesAside("comments", comments),
        TablesAside("posts", {"post_showing": {}}),
    ]
