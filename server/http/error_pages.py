"""What a person sees in place of a problem document: a page in their language that says what is so, and where to go on."""

from html import escape
from http import HTTPStatus
from typing import Final

from fastapi.responses import HTMLResponse
from starlette.datastructures import Headers
from starlette.types import Scope

from server.http.language import LANGUAGES, Language, language_of, weighed
from server.http.shells import Shells

_NAMES: Final = {"en": "English", "ja": "日本語"}
_MAY_PASS: Final = (429, 500, 502, 503, 504)
"""What may be otherwise in a moment: the page offers to try again."""
_SHOW_PREFIX: Final = "/shows/"
_MISSING_SHOW: Final = "cover-missing"
"""What the viewer's page calls it too, when a show goes away while somebody is there."""


def error_page(scope: Scope, status: int) -> HTMLResponse | None:
    """Return the page for a refusal with `status`; None where a problem document is right, or no page is built."""
    shells = getattr(scope["app"].state, "shells", None) if "app" in scope else None
    if not isinstance(shells, Shells) or not wants_page(scope):
        return None
    language = language_of(scope)
    key = _key(shells, scope, status)
    title, text = shells.text(language, f"{key}.title"), shells.text(language, f"{key}.text")
    if title is None or text is None:
        return None
    name = shells.text(language, "card.title", title=title) or title
    part = f' data-testid="{_MISSING_SHOW}"' if key == "show" else ""
    body = (
        f'<div class="error-words" lang="{language}"{part}>'
        f"<h1>{escape(title)}</h1><p>{escape(text)}</p>"
        f"<p>{escape(shells.text(language, 'error.status', status=str(status)) or '')}</p>"
        f'<nav class="error-ways">{_ways(shells, scope, status, language)}</nav></div>'
    )
    page = shells.fill("error", language, head=f"<title>{escape(name)}</title>", body=body)
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
    return None if page is None else HTMLResponse(page, status, headers)


def wants_page(scope: Scope) -> bool:
    """Whether a browser asks for a page; what is under `/v1` is for programs, whoever asks."""
    if scope["path"].startswith("/v1/"):
        return False
    accepted = weighed(", ".join(Headers(scope=scope).getlist("accept")))
    return any(kind.lower() in ("text/html", "application/xhtml+xml") for kind in accepted)


def _key(shells: Shells, scope: Scope, status: int) -> str:
    if status == HTTPStatus.NOT_FOUND and scope["path"].startswith(_SHOW_PREFIX):
        return "show"
    if shells.text("en", f"{status}.title") is not None:
        return str(status)
    return "4xx" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "500"


def _ways(shells: Shells, scope: Scope, status: int, language: Language) -> str:
    """Return the links onward: again, home, and the same in the other language."""
    links = []
    here = _here(scope)
    if status in _MAY_PASS:
        again = escape(shells.text(language, "error.again") or "")
        links.append(f'<a class="button button-primary" href="{here}">{again}</a>')
    home = escape(shells.text(language, "error.home") or "")
    look = "button" if links else "button button-primary"
    links.append(f'<a class="{look}" href="/">{home}</a>')
    others = (other for other in LANGUAGES if other != language)
    links += [f'<a class="error-language" lang="{o}" href="?lang={o}">{_NAMES[o]}</a>' for o in others]
    return "".join(links)


def _here(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    path = "/" + scope.get("raw_path", scope["path"].encode()).decode("latin-1").lstrip("/")
    return escape(f"{path}?{query}" if query else path)
