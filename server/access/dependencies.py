"""What a route asks for to know who calls, and whether they may."""

from collections.abc import Collection
from typing import Annotated, Any, cast

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from server.access.entry import ShowTerms, as_entrant, require_entry
from server.access.permission import identity_with, permitted
from server.access.principal import Principal
from server.access.repository import read_terms
from server.access.roles import ANALYSTS, Role, Scope, is_staff, require_role
from server.access.tokens import Identity
from server.db.engine import Database
from server.errors import RefusedError
from server.protocol.codes import Code

_bearer = HTTPBearer(
    auto_error=False,
    description="A token from `joined`, from `/v1/sign-in`, or from `showfloor token`; or one of the shop's own (PROTOCOL.md 2.12).",
)

ShowId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]+$", max_length=40, description="The show's id.")]


def bearer_token(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    """Return the token that came with the request, not looked at; raises `unauthenticated` without one."""
    if credentials is None:
        raise RefusedError(Code.UNAUTHENTICATED)
    return credentials.credentials


BearerToken = Annotated[str, Depends(bearer_token)]


async def current_identity(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Identity:
    """Return whose token came with the request; raises `unauthenticated`, `token_expired` or `token_revoked`."""
    if credentials is None:
        raise RefusedError(Code.UNAUTHENTICATED)
    return await identity_with(request, credentials.credentials)


CurrentIdentity = Annotated[Identity, Depends(current_identity)]


async def optional_identity(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Identity | None:
    """Return whose token came with the request, None without one; raises `unauthenticated` or `token_expired` for one of no use."""
    return None if credentials is None else await current_identity(request, credentials)


OptionalIdentity = Annotated[Identity | None, Depends(optional_identity)]


async def entrant_of(show: ShowId, request: Request, identity: CurrentIdentity) -> Identity:
    """Return the caller, who may enter `show`; raises `not_found`, `forbidden` and `guests_refused`."""
    return as_entrant(identity, await require_entry_to(show, request, identity))


async def talker_of(show: ShowId, request: Request, identity: CurrentIdentity) -> Identity:
    """`entrant_of` for a route about what people say in `show`: partners' staff moderate it too."""
    return as_entrant(identity, await require_entry_to(show, request, identity), talks=True)


async def moderates(show: str, request: Request, identity: Identity) -> bool:
    """Whether the bearer, who may enter `show`, moderates what people say there; raises as `entrant_of` does."""
    return is_staff((await talker_of(show, request, identity)).role)


async def require_entry_to(show: str, request: Request, identity: Identity | None) -> ShowTerms:
    """Return the terms of `show`, which the bearer may enter, None without a token.

    Raises `not_found`, `forbidden` and `guests_refused`.
    """
    viewer_id = None if identity is None else identity.viewer_id
    database = cast("Database", request.app.state.database)
    async with database.read_soon() as connection:
        terms = await read_terms(connection, show, viewer_id, request.app.state.clock.now())
    if terms is None:
        raise RefusedError(Code.NOT_FOUND)
    require_entry(identity, terms)
    return terms


EntrantOfShow = Annotated[Identity, Depends(entrant_of)]
TalkerOfShow = Annotated[Identity, Depends(talker_of)]


def reader_of_show(roles: Collection[Role], scope: Scope) -> Any:
    """Return the dependency of a route that `roles`, and keys with `scope`, may read something of the show in the path by.

    It gives a `Principal`. Whether they may enter the show is asked first, then the role: raises `forbidden`, and `not_found` for a key of
    another channel, which need not learn that there is such a show.
    """

    async def read(
        show: ShowId,
        request: Request,
        by: Annotated[Principal, permitted(roles, scope, role_asked_later=True)],
    ) -> Principal:
        await _require_in_show(show, request, by)
        if by.identity is not None:
            require_role(by.identity.role, roles)
        return by

    return Depends(read)


def member_of_show(roles: Collection[Role], scope: Scope) -> Any:
    """Return the dependency of a route that `roles`, and keys with `scope`, may change something of the show in the path by.

    It gives a `Principal`. The role is asked first: raises what `permitted` does, then `not_found` for what they may not know of.
    """

    async def act(
        show: ShowId, request: Request, by: Annotated[Principal, permitted(roles, scope)]
    ) -> Principal:
        await _require_in_show(show, request, by)
        return by

    return Depends(act)


async def _require_in_show(show: str, request: Request, by: Principal) -> None:
    if by.identity is None:
        await require_show_of(show, request, by)
    else:
        terms = await require_entry_to(show, request, by.identity)
        if terms.channel_id != by.channel_id:
            raise RefusedError(Code.FORBIDDEN, "This token is of another channel.")


async def require_show_of(show: str, request: Request, by: Principal) -> None:
    """Raise `not_found` unless the caller's channel has the show."""
    database = cast("Database", request.app.state.database)
    async with database.read_soon() as connection:
        terms = await read_terms(connection, show)
    if terms is None or terms.channel_id != by.channel_id:
        raise RefusedError(Code.NOT_FOUND)


StatsReaderOfShow = Annotated[Principal, reader_of_show(ANALYSTS, "stats:read")]
