"""Versions of what several people edit: `ETag` says which one was read, `If-Match` which one a change is made to (RFC 9110, 13.1.1)."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Response
from fastapi.encoders import jsonable_encoder

from server.errors import RefusedError
from server.http.refusals import Problem
from server.protocol.codes import Code

_TAGS: Final = re.compile(r'\s*(?:W/)?"[\x21\x23-\x7e]*"\s*(?:,\s*(?:W/)?"[\x21\x23-\x7e]*"\s*)*')
_TAG: Final = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"')


def tag_of(version: int) -> str:
    """Return the entity tag of a version, as `ETag` and `If-Match` carry it."""
    return f'"{version}"'


def answer_version(response: Response, version: int) -> None:
    """Say in the answer's head which version is in its body."""
    response.headers["ETag"] = tag_of(version)


class Match:
    """What a change asks of the version that it meets: `If-Match`, read; without the header any version will do."""

    def __init__(self, header: str | None, face: Callable[[Any], Any] = lambda current: current) -> None:
        """`face` makes the representation of what is there. Raises `invalid` for a header that names no tags."""
        self._header = header
        self._face = face
        self._tags: frozenset[str] | None = None
        if header is None or header.strip() == "*":
            return
        if not _TAGS.fullmatch(header):
            raise RefusedError(Code.INVALID, 'If-Match holds tags in quotes, such as "3", or *.')
        # A weak tag matches nothing here: the comparison is the strong one.
        self._tags = frozenset(tag for weak, tag in _TAG.findall(header) if not weak)

    def shown_by(self, face: Callable[[Any], Any]) -> "Match":
        """Return the same, which shows what is there as the route's answers do: `face` takes what the service knows."""
        return Match(self._header, face)

    def admits(self, version: int) -> bool:
        """Whether the change may be made to this version."""
        return self._tags is None or str(version) in self._tags

    def require(self, version: int, current: Any) -> None:
        """Raise `conflict` with status 412, and `current` as the route shows it, unless the version is admitted.

        Call it while the row is locked, so that nobody changes it between the question and the change.
        """
        if not self.admits(version):
            shown = jsonable_encoder(self._face(current))
            raise RefusedError(Code.CONFLICT, status=HTTPStatus.PRECONDITION_FAILED.value, current=shown)


ANY_VERSION: Final = Match(None)


def _match_of(
    if_match: Annotated[
        str | None,
        Header(
            max_length=400,
            description="The `ETag` that was read: refused with 412 if somebody changed it since. Without it nothing is asked.",
        ),
    ] = None,
) -> Match:
    return Match(if_match)


IfMatch = Annotated[Match, Depends(_match_of)]
"""The parameter of a route that changes what has a version."""

STALE: Final[dict[int | str, dict[str, Any]]] = {
    412: {
        "description": "`conflict`: Somebody changed it meanwhile; `current` is how it stands.",
        "model": Problem,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
"""FastAPI's `responses` of such a route, beside its refusals."""
