"""Descriptions in HTML as plain text, and back. Pure."""

import html
from html.parser import HTMLParser

_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol"})
_UNSEEN = frozenset({"script", "style"})


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unseen += tag in _UNSEEN
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        if tag in _BREAKS - {"br", "li"}:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(data)


def as_text(source: str) -> str:
    """Return what a person reads of HTML: no tags, no scripts, a line for each paragraph and item."""
    if "<" not in source and "&" not in source:
        return source
    parser = _Words()
    parser.feed(source)
    parser.close()
    lines = "".join(parser.words).split("\n")
    kept: list[str] = []
    for line in (line.strip() for line in lines):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def as_html(text: str) -> str:
    """Return plain text as HTML from which `as_text` gets it back, blanks at the ends of lines and second empty lines aside."""
    return html.escape(text, quote=False).replace("\n", "<br>")
