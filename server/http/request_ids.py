"""The id of a request: in its answer's head, in its problem document, and in the log lines that are written for it."""

import re
from collections.abc import Mapping
from typing import Final

from starlette.types import Scope

from server.ids import new_id

HEADER: Final = "Request-Id"
_IN_SCOPE: Final = "showfloor.request_id"
_WELL_FORMED: Final = re.compile(rb"[A-Za-z0-9._-]{8,64}")


def request_id_for(headers: Mapping[bytes, bytes]) -> str:
    """Return the id that the caller, or a proxy before us, gave the request, if it is well-formed and the only one; else a new one."""
    given = headers.get(HEADER.lower().encode()) or headers.get(b"x-request-id") or b""
    return given.decode("ascii") if _WELL_FORMED.fullmatch(given) else new_id("r")


def keep_request_id(scope: Scope, request_id: str) -> Scope:
    """Return the scope with the id in it."""
    return {**scope, _IN_SCOPE: request_id}


def request_id_in(scope: Scope) -> str | None:
    """Return the id of the scope's request; None where no guard stood before the route."""
    found: str | None = scope.get(_IN_SCOPE)
    return found
