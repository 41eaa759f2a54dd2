"""Cells of CSV files that are safe from spreadsheet formulas. Pure.

A spreadsheet reads a text that begins with `=`, `+`, `-`, `@` (or their full-width forms, or after a tab or line break) as a formula;
such a text gets an apostrophe before it, which spreadsheets show as nothing. So does what stands behind a `;`, a tab or a line break
within a text, where a spreadsheet of another country takes those for the end of a cell.
"""

import re

BLANKS = r"\s\x00-\x20\x85\ufeff"
FORMULA_BEGINS = r"=+\-@＝＋－＠"
_FORMULA = re.compile(rf"(^|[;\t\r\n])([{BLANKS}]*)(?=[{FORMULA_BEGINS}])|^(?=[\t\r\n])")
"""Where a formula would begin; `client_demo/analyst/download.ts` has the same rule, held to the same examples."""


def guard(value: str) -> str:
    """Return `value` so that no spreadsheet takes it for a formula."""
    return _FORMULA.sub(r"\1'\2", value)
