"""What a feed is and what may be wrong with one of its lines. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from msgspec import Struct

from server.catalogue.wanted import WantedProduct
from server.errors import RefusedError
from server.protocol.codes import Code

Format = Literal["showfloor", "shopify", "merchant", "merchant_xml"]
FORMATS: tuple[Format, ...] = get_args(Format)
Why = Literal[
    "missing",
    "price_unreadable",
    "price_negative",
    "too_many_decimals",
    "currency_other",
    "stock_unreadable",
    "value_unreadable",
    "address_unreadable",
    "too_many_cells",
    "options_differ",
    "duplicate_sku",
    "duplicate_product",
    "taken",
    "invalid",
]
"""Why a line is refused; a page has words for each."""
Reason = Literal[
    "empty",
    "too_many_lines",
    "encoding",
    "binary",
    "spreadsheet",
    "quote",
    "columns",
    "xml",
    "format",
    "too_long",
]
"""Why a whole file is refused."""
CELL_CHARACTERS_MAX = 100_000
PROBLEMS_SHOWN = 20
"""Of one product."""


class Problem(Struct, frozen=True, omit_defaults=True):
    """What is wrong with a line: why, in which column of the file, and a sentence in English."""

    line: int
    code: str
    field: str = ""
    message: str = ""


@dataclass(slots=True)
class Entry:
    """A product of a feed: the lines that it stands on, what it is to be, or what is wrong with it."""

    line: int
    last_line: int
    title: str = ""
    wanted: WantedProduct | None = None
    problems: list[Problem] = field(default_factory=list)
    variant_lines: tuple[int, ...] = ()
    """The line of each of its variants."""

    def refuse(self, line: int, why: Why, column: str, message: str) -> None:
        """Note what is wrong; the product is left out, whatever else it says."""
        if len(self.problems) < PROBLEMS_SHOWN:
            self.problems.append(Problem(line, why, column, message))


class LineError(ValueError):
    """A value of a line cannot be read; `why` is its code."""

    def __init__(self, why: Why, message: str) -> None:
        super().__init__(message)
        self.why: Why = why


def unreadable(reason: Reason, message: str, line: int | None = None) -> RefusedError:
    """Return the refusal of a whole file."""
    return RefusedError(
        Code.FEED_UNREADABLE, message, reason=reason, **({} if line is None else {"line": line})
    )


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a table: its number in the file, and its cells by the column's own name; empty ones are left out."""

    line: int
    cells: Mapping[str, str]
    extra: bool = False
    """It has more cells than there are columns."""

    def get(self, name: str) -> str:
        """Return a cell, empty where there is none."""
        return self.cells.get(name, "")
