"""What knows a channel's people, for a server's routes and for the terminal."""

from dataclasses import dataclass
from datetime import timedelta

from server.access.revocations import Revocations
from server.access.tokens import Tokens
from server.channels.founding import Founding
from server.channels.hashing import Hashing
from server.channels.invitations import Invitations
from server.channels.links import Links
from server.channels.people import Follow, People, follow_nothing
from server.channels.resets import Resets
from server.channels.sessions import Sessions
from server.clock import Clock
from server.db.engine import Database
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class PeopleParts:
    """What knows a channel's people."""

    sessions: Sessions
    people: People
    founding: Founding
    invitations: Invitations
    resets: Resets


def people_parts(
    settings: Settings,
    database: Database,
    clock: Clock,
    *,
    tokens: Tokens,
    revocations: Revocations,
    follow: Follow = follow_nothing,
) -> PeopleParts:
    """Return what knows a channel's people, for a server or for the terminal; `follow` is done when one is called otherwise or goes."""
    hashing, links = Hashing(), Links(settings.signing_secret(), clock)
    sessions = Sessions(
        database,
        clock,
        tokens,
        revocations=revocations,
        hashing=hashing,
        kept_for=timedelta(days=settings.staff_sign_in_days),
    )
    return PeopleParts(
        sessions=sessions,
        people=People(database, clock, revocations, hashing, follow=follow),
        founding=Founding(database, clock, links=links, sessions=sessions, hashing=hashing),
        invitations=Invitations(database, clock, links=links, sessions=sessions, hashing=hashing),
        resets=Resets(
            database, clock, links=links, sessions=sessions, hashing=hashing, revocations=revocations
        ),
    )
