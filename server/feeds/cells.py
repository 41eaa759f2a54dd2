"""Cells of spreadsheets: texts that would be formulas are marked on the way out, and the mark is taken off on the way in. Pure.

The mark is the apostrophe that spreadsheets show as nothing (`server.text.cells`). A text that has one of its own gets another, so that
what is read again is what was written.
"""

import re

from server.text.cells import BLANKS, FORMULA_BEGINS

_LEADS = rf"(?:(?![\t\r\n])[{BLANKS}]|')*(?=[{FORMULA_BEGINS}])"
_MARKED = re.compile(rf"^(?='*[\t\r\n])|(^|[;\t\r\n])({_LEADS})")
_UNMARKED = re.compile(rf"^'(?='*[\t\r\n])|(^|[;\t\r\n])'({_LEADS})")


def mark(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula."""
    return _MARKED.sub(lambda found: f"{found[1] or ''}'{found[2] or ''}", text)


def unmark(cell: str) -> str:
    """Return what `mark` was given."""
    return _UNMARKED.sub(lambda found: f"{found[1] or ''}{found[2] or ''}", cell)
