"""The built pages as the server sends them: a language, a head and first words are put into what the build left."""

import json
import re
from functools import lru_cache
from pathlib import Path

from server.http.language import Language

_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_TEXTS = re.compile(r'\n? *<link [^>]*hreflang="(\w+)"[^>]*>')
"""A link to the texts of one language, which the page's script would not find as early."""
_PLACE = '<div id="page"></div>'


class Shells:
    """Reads pages and texts from the build under `pages`, which may be made anew, or be missing, at any time."""

    def __init__(self, pages: Path) -> None:
        self._pages = pages

    def spoken(self, name: str, language: Language) -> str | None:
        """Return a page in `language`, with the link to the texts of that language alone. None: not built."""
        page = _read(self._pages / f"{name}.html")
        if page is None:
            return None
        page = page.replace('<html lang="en">', f'<html lang="{language}">', 1)
        return _TEXTS.sub(lambda link: link[0] if link[1] == language else "", page)

    def fill(self, name: str, language: Language, *, head: str, body: str = "") -> str | None:
        """Return a page with `head` in place of its title and `body` in its place for content; both are HTML. None: not built."""
        page = self.spoken(name, language)
        if page is None:
            return None
        return _TITLE.sub(lambda _: head, page, count=1).replace(_PLACE, f'<div id="page">{body}</div>', 1)

    def text(self, language: Language, key: str, **values: str) -> str | None:
        """Return a text with `values` in place of their names in braces; None when there is none of that key."""
        texts = _read(self._pages / f"served.{language}.json")
        found = None if texts is None else _texts(texts).get(key)
        return (
            None if found is None else re.sub(r"\{(\w+)\}", lambda name: values.get(name[1], name[0]), found)
        )


def _read(file: Path) -> str | None:
    try:
        return _text_at(file, file.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=32)
def _text_at(file: Path, changed_ns: int) -> str:
    return file.read_text("utf-8")


@lru_cache(maxsize=4)
def _texts(document: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(document)
    return found
