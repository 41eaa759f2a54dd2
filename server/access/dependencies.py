"""What a route asks for to know who calls, and whether they may."""

from typing import Annotated, cast

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from server.access.entry import require_entry
from server.access.repository import read_terms
from server.access.roles import require_stats_reader
from server.access.tokens import Identity, Tokens
from server.db.engine import Database
from server.errors import RefusedError
from server.hosts import Origins
from server.protocol.codes import Code

_bearer = HTTPBearer(
    auto_error=False, description="A token from `joined`, from `/v1/sign-in`, or from `showfloor token`."
)

ShowId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]+$", max_length=40, description="The show's id.")]


def current_identity(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Identity:
    """Return whose token came with the request; raises `unauthenticated` or `token_expired`."""
    if credentials is None:
        raise RefusedError(Code.UNAUTHENTICATED)
    identity = cast("Tokens", request.app.state.tokens).verify(credentials.credentials)
    request.state.viewer_id = identity.viewer_id  # for security events
    require_page(request, identity.channel_id)
    return identity


def require_page(request: Request, channel_id: str) -> None:
    """Raise `forbidden` for a request of a foreign page, unless it is one that the channel itself lets in."""
    page = request.scope.get("showfloor.page")
    if page is not None and not cast("Origins", request.app.state.origins).opens(page, channel_id):
        raise RefusedError(Code.FORBIDDEN, "Pages of this origin may not ask about this channel.")


CurrentIdentity = Annotated[Identity, Depends(current_identity)]


def optional_identity(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Identity | None:
    """Return whose token came with the request, None without one; raises `unauthenticated` or `token_expired` for one of no use."""
    return None if credentials is None else current_identity(request, credentials)


OptionalIdentity = Annotated[Identity | None, Depends(optional_identity)]


async def entrant_of(show: ShowId, request: Request, identity: CurrentIdentity) -> Identity:
    """Return the caller, who may enter `show`; raises `not_found`, `forbidden` and `guests_refused`."""
    database = cast("Database", request.app.state.database)
    async with database.read_soon() as connection:
        terms = await read_terms(connection, show, identity.viewer_id)
    if terms is None:
        raise RefusedError(Code.NOT_FOUND)
    require_entry(identity, terms)
    return identity


EntrantOfShow = Annotated[Identity, Depends(entrant_of)]


def stats_reader_of(identity: EntrantOfShow) -> Identity:
    """Return the caller if they may read the figures of the show in the path; raises `forbidden` else."""
    require_stats_reader(identity.role)
    return identity


StatsReaderOfShow = Annotated[Identity, Depends(stats_reader_of)]
