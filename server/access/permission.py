"""Who may call a route of the merchant's side, asked in one place and written into the API's description.

A staff token by its role, an API key by its scope: `by: Annotated[Principal, permitted(RUNNERS, "shows:write")]`.
"""

from collections.abc import Collection
from typing import Annotated, Any, cast

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from server import security
from server.access.customer_claims import is_own
from server.access.customers import Customers
from server.access.known_keys import KnownKeys, is_api_key
from server.access.principal import Principal, as_principal
from server.access.roles import ROLES, Role, Scope
from server.access.tokens import Identity, Tokens
from server.errors import RefusedError
from server.hosts import Origins
from server.http import pacing
from server.pace.rates import Act
from server.protocol.codes import Code

_staff = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token of the channel, from `/v1/sign-in` or `showfloor token`; the roles that may are named at each operation.",
)
_key = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="An API key, `sk_…`, from `/v1/keys`; the scope that it needs is named at each operation.",
)
_Credentials = HTTPAuthorizationCredentials | None


def permitted(roles: Collection[Role], scope: Scope | None = None, *, role_asked_later: bool = False) -> Any:
    """Return the dependency of a route that `roles` may call, and API keys with `scope`; without one no key may.

    It gives a `Principal`, and raises `unauthenticated`, `token_expired`, `token_revoked`, `forbidden` and `too_fast`.
    `role_asked_later`: the route has to ask something else before it asks for the role.
    """
    named = [role for role in ROLES if role in roles]
    asked = ROLES if role_asked_later else named
    staff = Annotated[_Credentials, Security(_staff, scopes=named)]

    async def staff_alone(request: Request, given: staff) -> Principal:
        return await principal_of(request, given, asked, None)

    if scope is None:
        return Depends(staff_alone)
    key = Annotated[_Credentials, Security(_key, scopes=[scope])]

    async def staff_or_key(request: Request, given: staff, same: key) -> Principal:
        return await principal_of(request, given, asked, scope)

    return Depends(staff_or_key)


async def principal_of(
    request: Request, given: HTTPAuthorizationCredentials | None, roles: Collection[Role], scope: Scope | None
) -> Principal:
    """Return who calls; raises as `permitted` says."""
    if given is None:
        raise RefusedError(Code.UNAUTHENTICATED)
    if is_api_key(given.credentials):
        return await _key_with(request, given.credentials, scope)
    identity = await identity_with(request, given.credentials)
    return as_principal(_in_role(identity, roles))


async def identity_with(request: Request, token: str) -> Identity:
    """Return whose token came with the request, be it ours or a shop's; raises what `Tokens.verify` and `Customers.identify` raise."""
    customers: Customers | None = getattr(request.app.state, "customers", None)
    if customers is None or is_own(token):
        identity = cast("Tokens", request.app.state.tokens).verify(token)
    else:
        identity = await customers.identify(token)
    request.state.viewer_id = identity.viewer_id  # for security events
    require_page(request, identity.channel_id)
    return identity


async def optional_principal(
    request: Request, given: Annotated[_Credentials, Security(_staff)]
) -> Principal | None:
    """Return who calls what everybody may read, None without a token; raises as `permitted` for one of no use.

    What the caller may see beyond that is asked of the principal.
    """
    if given is None:
        return None
    if is_api_key(given.credentials):
        return await verify_api_key(request, given.credentials)
    identity = cast("Tokens", request.app.state.tokens).verify(given.credentials)
    request.state.viewer_id = identity.viewer_id  # for security events
    return as_principal(identity)


OptionalPrincipal = Annotated[Principal | None, Depends(optional_principal)]


def require_page(request: Request, channel_id: str) -> None:
    """Raise `forbidden` for a request of a foreign page, unless it is one that the channel itself lets in."""
    page = request.scope.get("showfloor.page")
    if page is not None and not cast("Origins", request.app.state.origins).opens(page, channel_id):
        raise RefusedError(Code.FORBIDDEN, "Pages of this origin may not ask about this channel.")


def _in_role(identity: Identity, roles: Collection[Role]) -> Identity:
    if identity.role not in roles:
        named = ", ".join(role for role in ROLES if role in roles)
        raise RefusedError(Code.FORBIDDEN, f"Of this channel's people these may do this: {named}.")
    return identity


async def _key_with(request: Request, secret: str, scope: Scope | None) -> Principal:
    principal = await verify_api_key(request, secret)
    if scope is None:
        raise _refused(request, principal.id, RefusedError(Code.FORBIDDEN, "No API key may do this."))
    if not principal.covers(scope):
        short = RefusedError(Code.FORBIDDEN, f"This API key has not the scope {scope}.", scope=scope)
        raise _refused(request, principal.id, short)
    return principal


async def verify_api_key(request: Request, secret: str) -> Principal:
    """Return whose secret this is, counted at the key's pace; raises `unauthenticated`, `token_revoked` and `too_fast`."""
    known = cast("KnownKeys", request.app.state.known_keys)
    try:
        principal = known.recall(secret)
        if principal is None:
            # Guessing has a pace; who has a key spends nothing of it.
            await pacing.spend(request, Act.KEY)
            principal = await known.look_up(secret)
            pacing.give_back(request, Act.KEY)
    except RefusedError as refused:
        if refused.code is Code.TOO_FAST:
            raise
        raise _refused(request, refused.about, refused) from None
    request.state.viewer_id = principal.id  # for security events
    require_page(request, principal.channel_id)
    await pacing.spend(request, Act.KEYED, api_key=principal.id)
    return principal


def _refused(request: Request, id: str, refused: RefusedError) -> RefusedError:
    security.note("key_refused", id=id, address=request.client.host if request.client else "")
    return refused
