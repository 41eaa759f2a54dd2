"""Refusals over HTTP: problem details (RFC 9457) with the same codes as on the socket."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import Scope

from server import security
from server.db.doubt import InDoubtError
from server.db.engine import SQL_AWAY
from server.errors import RefusedError, outcome_unknown, unavailable
from server.http.error_pages import error_page
from server.http.request_ids import request_id_in
from server.protocol.codes import MEANINGS, Code

_SAID_BY_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
_KEY_MISSING_STATUS = 400
"""As the draft on idempotency keys has it: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/"""
_BY_STATUS = {
    400: Code.BAD_JSON,
    401: Code.UNAUTHENTICATED,
    403: Code.FORBIDDEN,
    413: Code.TOO_LARGE,
    429: Code.TOO_FAST,
}


def _is_missing_key(error: Mapping[str, Any]) -> bool:
    return (error["type"], error["loc"]) == ("missing", ("header", "Idempotency-Key"))


def as_response(
    refused: RefusedError, *, status: int | None = None, request_id: str | None = None
) -> JSONResponse:
    """Return the problem document of a refusal; `retry_after_ms` also becomes the header Retry-After."""
    meaning = MEANINGS[refused.code]
    status = status or refused.status or meaning.status
    document = {
        "type": f"urn:showfloor:problem:{refused.code.value}",
        "title": meaning.text,
        "status": status,
        "detail": refused.message,
        "code": refused.code.value,
        "retry": meaning.verdict,
        **({} if request_id is None else {"request_id": request_id}),
        **refused.data,
    }
    headers = {}
    if "retry_after_ms" in refused.data:
        headers["Retry-After"] = str(-(-int(refused.data["retry_after_ms"]) // 1000))
    if refused.code is Code.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(document, status, headers, media_type="application/problem+json")


def answer_refusal(
    scope: Scope,
    refused: RefusedError,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return what a refused caller gets: a page in a browser, a problem document elsewhere, either with `headers` too."""
    problem = as_response(refused, status=status, request_id=request_id_in(scope))
    problem.headers.update(headers or {})
    page = error_page(scope, problem.status_code)
    if page is None:
        problem.headers["Vary"] = "Accept"
        return problem
    for name in _SAID_BY_HEADERS:
        if name in problem.headers:
            page.headers[name] = problem.headers[name]
    return page


def answer_fault(scope: Scope) -> Response:
    """Return what a caller gets when something went wrong here."""
    return answer_refusal(scope, RefusedError(Code.INTERNAL, retry_after_ms=2000))


def install(app: FastAPI) -> None:
    """Let every error of `app` be answered by `answer_refusal`."""

    @app.exception_handler(RefusedError)
    async def _refused(request: Request, error: RefusedError) -> Response:
        id = error.about or getattr(request.state, "viewer_id", "")
        security.note_refusal(error.code, id=id, address=request.client.host if request.client else "")
        return answer_refusal(request.scope, error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        wrong = [{"at": "/".join(map(str, e["loc"])), "why": e["msg"]} for e in error.errors()]
        status = _KEY_MISSING_STATUS if any(map(_is_missing_key, error.errors())) else None
        return answer_refusal(request.scope, RefusedError(Code.INVALID, errors=wrong), status=status)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        code = _BY_STATUS.get(error.status_code, Code.NOT_FOUND if error.status_code == 404 else Code.INVALID)
        refused = RefusedError(code, str(error.detail))
        return answer_refusal(request.scope, refused, status=error.status_code, headers=error.headers)

    async def _away(request: Request, error: Exception) -> Response:
        return answer_refusal(request.scope, unavailable())

    @app.exception_handler(InDoubtError)
    async def _in_doubt(request: Request, error: InDoubtError) -> Response:
        repeatable = "idempotency-key" in request.headers
        return answer_refusal(request.scope, outcome_unknown(repeatable=repeatable))

    for kind in SQL_AWAY:
        app.add_exception_handler(kind, _away)

    @app.exception_handler(Exception)
    async def _fault(request: Request, error: Exception) -> Response:
        # Starlette raises it again after this answer, so that it is logged.
        return answer_fault(request.scope)
