"""A request's way to the pace service."""

from fastapi import Request

from server.http.guard import caller_key
from server.pace.rates import Act, By
from server.pace.service import Keys, Pace


async def spend(request: Request, act: Act, *, viewer: str | None = None, api_key: str | None = None) -> None:
    """Count `act` for the caller's address, and for the viewer or API key where there is one; raises `too_fast`.

    An application without the service, such as one of a few routes, has no limits.
    """
    if (pace := _service_of(request)) is not None:
        await pace.spend(act, _keys_of(request, viewer, api_key))


def give_back(request: Request, act: Act, *, viewer: str | None = None) -> None:
    """Put back what was spent for something that turned out not to count."""
    if (pace := _service_of(request)) is not None:
        pace.give_back(act, _keys_of(request, viewer))


def _service_of(request: Request) -> Pace | None:
    return getattr(request.app.state, "pace", None)


def _keys_of(request: Request, viewer: str | None, api_key: str | None = None) -> Keys:
    keys = {By.ADDRESS: caller_key(request.scope)}
    if viewer is not None:
        keys[By.VIEWER] = viewer
    if api_key is not None:
        keys[By.KEY] = api_key
    return keys
