"""Where the links of a mail lead: no sign-in, no cookie, a signed token each.

Scanners follow links by GET, so GET changes nothing but counts: who confirms or stops presses a button, which is a POST, as is the one
click of RFC 8058 that mail programs send by themselves.
"""

from html import escape
from http import HTTPStatus
from typing import Annotated, Final, cast

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from server.errors import RefusedError
from server.http.language import Language, language_of
from server.http.shells import Shells
from server.mail.consents import Consents
from server.mail.desk import MailDesk
from server.mail.returns import Caller, Returns
from server.protocol.codes import Code

Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]+$", max_length=200)]
PIXEL: Final = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
_LOOK_POLICY: Final = (
    "sandbox allow-popups; default-src 'none'; img-src 'self' https: data:; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "form-action 'none'; base-uri 'none'"
)


def router() -> APIRouter:
    """Return the routes, which programs have no use for."""
    api = APIRouter(prefix="/m", include_in_schema=False)
    api.add_api_route("/u/{token}", show_way_out, methods=["GET"], response_model=None)
    api.add_api_route("/u/{token}", unsubscribe, methods=["POST"], response_model=None)
    api.add_api_route("/f/{token}", show_confirmation, methods=["GET"], response_model=None)
    api.add_api_route("/f/{token}", confirm, methods=["POST"], response_model=None)
    api.add_api_route("/c/{token}", click, methods=["GET"], response_model=None)
    api.add_api_route("/o/{token}.gif", opened, methods=["GET"], response_model=None)
    api.add_api_route("/l/{token}", look, methods=["GET"], response_model=None)
    api.add_api_route("/returns", take_report, methods=["POST"], status_code=202, response_model=None)
    return api


async def show_way_out(token: Token, request: Request) -> Response:
    """Ask whether they mean it; changes nothing."""
    known = await _returns(request).can_stop(token)
    return _page(request, "unsubscribe" if known else "unknown", button=known)


async def unsubscribe(token: Token, request: Request) -> Response:
    """Stop the mail, by one click; once more changes nothing."""
    done = await _returns(request).unsubscribe(token)
    return _page(request, "unsubscribed" if done else "unknown")


async def show_confirmation(token: Token, request: Request) -> Response:
    """Ask for the button; changes nothing."""
    found = await _consents(request).confirm(token, look=True)
    return _page(request, "confirm" if found == "confirmed" else found, button=found == "confirmed")


async def confirm(token: Token, request: Request) -> Response:
    """Confirm an address, once."""
    return _page(request, await _consents(request).confirm(token))


async def click(token: Token, request: Request) -> Response:
    """Count the click, and lead on: only where the message's own links lead."""
    target = await _returns(request).clicked(token, _caller(request))
    if target is None:
        return _page(request, "unknown")
    return RedirectResponse(target, HTTPStatus.FOUND, headers={"Referrer-Policy": "no-referrer"})


async def opened(token: Token, request: Request) -> Response:
    """A picture of one pixel, whatever the token is."""
    await _returns(request).opened(token, _caller(request))
    return Response(PIXEL, media_type="image/gif")


async def look(token: Token, request: Request) -> Response:
    """The HTML part of a preview, a test or a kept message, with no rights at all; raises `not_found`."""
    html = await cast("MailDesk", request.app.state.mail_desk).look(token)
    if html is None:
        raise RefusedError(Code.NOT_FOUND)
    return HTMLResponse(html, headers={"Content-Security-Policy": _LOOK_POLICY})


async def take_report(request: Request) -> Response:
    """A bounce or a complaint, as it came by mail: what makes it count is the token of ours within it."""
    await _returns(request).take_report(await request.body())
    return Response(status_code=HTTPStatus.ACCEPTED)


def _page(request: Request, key: str, *, button: bool = False) -> Response:
    shells = cast("Shells", request.app.state.shells)
    language = language_of(request.scope)
    status = (
        HTTPStatus.NOT_FOUND if key == "unknown" else HTTPStatus.GONE if key == "ended" else HTTPStatus.OK
    )
    title, words = (_text(shells, language, f"mail.{key}.{part}") for part in ("title", "text"))
    form = ""
    if button:
        label = escape(_text(shells, language, f"mail.{key}.action"))
        form = f'<form method="post"><button class="button button-primary" data-testid="mail-do">{label}</button></form>'
    body = f'<div class="error-words" lang="{language}" data-testid="mail-{key}"><h1>{escape(title)}</h1><p>{escape(words)}</p>{form}</div>'
    head = f'<title>{escape(title)}</title><meta name="robots" content="noindex">'
    # Not `no-referrer`: with it a browser sends `Origin: null` with the form, as pages from elsewhere do.
    page = shells.fill("error", language, head=head, body=body) or f"<!doctype html>{head}{body}"
    return HTMLResponse(page, status, {"Referrer-Policy": "same-origin", "Vary": "Accept-Language"})


def _text(shells: Shells, language: Language, key: str) -> str:
    return shells.text(language, key) or key


def _caller(request: Request) -> Caller:
    return Caller(request.headers.get("user-agent", ""), request.client.host if request.client else "")


def _returns(request: Request) -> Returns:
    return cast("Returns", request.app.state.mail_returns)


def _consents(request: Request) -> Consents:
    return cast("Consents", request.app.state.mail_consents)
