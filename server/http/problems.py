"""Refusals over HTTP: problem details (RFC 9457) with the same codes as on the socket."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import Scope

from server.db.engine import SQL_AWAY
from server.errors import RefusedError
from server.protocol.codes import MEANINGS, Code

_BY_STATUS = {
    400: Code.BAD_JSON,
    401: Code.UNAUTHENTICATED,
    403: Code.FORBIDDEN,
    413: Code.TOO_LARGE,
    429: Code.TOO_FAST,
}


def as_response(refused: RefusedError, *, status: int | None = None) -> JSONResponse:
    """Return the problem document of a refusal; `retry_after_ms` also becomes the header Retry-After."""
    meaning = MEANINGS[refused.code]
    document = {
        "type": f"urn:showfloor:problem:{refused.code.value}",
        "title": meaning.text,
        "status": status or meaning.status,
        "detail": refused.message,
        "code": refused.code.value,
        "retry": meaning.verdict,
        **refused.data,
    }
    headers = {}
    if "retry_after_ms" in refused.data:
        headers["Retry-After"] = str(-(-int(refused.data["retry_after_ms"]) // 1000))
    if refused.code is Code.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(document, status or meaning.status, headers, media_type="application/problem+json")


def answer_refusal(scope: Scope, refused: RefusedError, *, status: int | None = None) -> Response:
    """Return what a caller gets who is refused before any route is reached, or by one."""
    return as_response(refused, status=status)


def install(app: FastAPI) -> None:
    """Let every error of `app` answer with a problem document."""

    @app.exception_handler(RefusedError)
    async def _refused(request: Request, error: RefusedError) -> JSONResponse:
        return as_response(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [{"at": "/".join(map(str, e["loc"])), "why": e["msg"]} for e in error.errors()]
        return as_response(RefusedError(Code.INVALID, errors=wrong))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        code = _BY_STATUS.get(error.status_code, Code.NOT_FOUND if error.status_code == 404 else Code.INVALID)
        answer = as_response(RefusedError(code, str(error.detail)), status=error.status_code)
        answer.headers.update(error.headers or {})  # a 405 says what is allowed
        return answer

    async def _away(request: Request, error: Exception) -> JSONResponse:
        return as_response(RefusedError(Code.UNAVAILABLE, retry_after_ms=2000))

    for kind in SQL_AWAY:
        app.add_exception_handler(kind, _away)

    @app.exception_handler(Exception)
    async def _fault(request: Request, error: Exception) -> JSONResponse:
        # Starlette raises it again after this answer, so that it is logged.
        return as_response(RefusedError(Code.INTERNAL, retry_after_ms=2000))
