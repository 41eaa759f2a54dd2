"""The page of the fake provider's, where a buyer confirms or declines as with 3-D Secure, and then goes back to the show."""

from html import escape
from http import HTTPStatus
from typing import Annotated, cast
from urllib.parse import parse_qs

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from server.http.language import Language, language_of
from server.http.shells import Shells
from server.payments.fake import FakeProvider
from server.payments.fake_repository import Intent

Ref = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]+$", max_length=40)]
PATH = "/pay/fake"


def router() -> APIRouter:
    """Return the routes, which programs have no use for."""
    api = APIRouter(prefix=PATH, include_in_schema=False)
    api.add_api_route("/{ref}", show, methods=["GET"], response_model=None)
    api.add_api_route("/{ref}", decide, methods=["POST"], response_model=None)
    return api


async def show(ref: Ref, request: Request) -> Response:
    """Ask for the decision; changes nothing."""
    return _page(request, await _fake(request).look(ref))


async def decide(ref: Ref, request: Request) -> Response:
    """Take the decision, once, and lead back to the show. What is neither of the two buttons changes nothing."""
    decision = parse_qs((await request.body()).decode("ascii", "replace")).get("decision")
    if decision not in (["approve"], ["decline"]):
        return _page(request, await _fake(request).look(ref))
    back = await _fake(request).decide(ref, approved=decision == ["approve"])
    if back is None:
        return _page(request, None)
    return RedirectResponse(back, HTTPStatus.SEE_OTHER)


def _page(request: Request, intent: Intent | None) -> Response:
    shells = cast("Shells", request.app.state.shells)
    language = language_of(request.scope)
    key = "unknown" if intent is None else "open" if intent.state == "waiting" else "done"
    title, words = (_text(shells, language, f"pay.{key}.{part}") for part in ("title", "text"))
    body = f"<h1>{escape(title)}</h1><p>{escape(words)}</p>"
    if intent is not None:
        body += _choices(shells, language) if key == "open" else _way_back(shells, language, intent)
    body = f'<div class="error-words" lang="{language}" data-testid="pay-{key}">{body}</div>'
    head = f'<title>{escape(title)}</title><meta name="robots" content="noindex">'
    page = shells.fill("error", language, head=head, body=body) or f"<!doctype html>{head}{body}"
    status = HTTPStatus.NOT_FOUND if intent is None else HTTPStatus.OK
    # Not `no-referrer`: with it a browser sends `Origin: null` with the form, as pages from elsewhere do.
    return HTMLResponse(page, status, {"Referrer-Policy": "same-origin", "Vary": "Accept-Language"})


def _choices(shells: Shells, language: Language) -> str:
    buttons = (
        f'<button class="button {kind}" name="decision" value="{value}" data-testid="pay-{value}">'
        f"{escape(_text(shells, language, f'pay.{value}'))}</button>"
        for value, kind in (("approve", "button-primary"), ("decline", "button-quiet"))
    )
    return f'<form method="post" class="error-ways">{"".join(buttons)}</form>'


def _way_back(shells: Shells, language: Language, intent: Intent) -> str:
    words = escape(_text(shells, language, "pay.back"))
    return f'<p class="error-ways"><a class="button button-primary" href="{escape(intent.return_url)}">{words}</a></p>'


def _text(shells: Shells, language: Language, key: str) -> str:
    return shells.text(language, key) or key


def _fake(request: Request) -> FakeProvider:
    return cast("FakeProvider", request.app.state.fake_provider)
