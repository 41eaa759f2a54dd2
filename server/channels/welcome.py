"""What who comes by a link is answered, and what is noted of it."""

from typing import Literal

from fastapi import Request

from server import security
from server.access.routes import TokenAnswer, token_answer
from server.channels.sessions import SignedIn
from server.channels.shapes import address_of
from server.errors import RefusedError
from server.protocol.codes import Code


class NotingFailures:
    """Notes, as a security event, a code that is refused."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, RefusedError) and error.code is Code.UNAUTHENTICATED:
            security.note("sign_in_failed", address=address_of(self._request))


def welcome(
    request: Request, signed_in: SignedIn, rule: Literal["joined", "password_changed"]
) -> TokenAnswer:
    """Return the token of who is signed in by a link now, and note why."""
    security.note(rule, id=signed_in.identity.viewer_id, address=address_of(request))
    return token_answer(request, signed_in.identity, signed_in.token)
