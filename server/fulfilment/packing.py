"""Packing lists as PDF, one page for each order. Pure: no SQL, and nothing of the machine's fonts is used."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Literal

from server.fulfilment.delivery import Addressee

Language = Literal["en", "ja"]
_FONT: Final = "sans"
_OTHERS: Final = "others"
_LEFT, _RIGHT, _WIDTH = 16.0, 194.0, 178.0
"""Millimetres on a sheet of A4."""
_UNITS, _SKU, _BOX = 18.0, 44.0, 8.0
_GREY: Final = 90
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "title": "Packing list",
        "order": "Order",
        "at": "Ordered",
        "to": "Deliver to",
        "nobody": "No delivery address",
        "method": "Shipping",
        "gift": "Gift note",
        "product": "Product",
        "sku": "SKU",
        "units": "Units",
        "total": "{units} to pack",
        "went": "Went off before: {units}",
    },
    "ja": {
        "title": "納品書",
        "order": "注文番号",
        "at": "注文日時",
        "to": "お届け先",
        "nobody": "お届け先の登録はありません",
        "method": "配送方法",
        "gift": "ギフトメッセージ",
        "product": "商品",
        "sku": "SKU",
        "units": "数量",
        "total": "合計 {units} 点",
        "went": "発送済み {units} 点",
    },
}


@dataclass(frozen=True, slots=True)
class SlipLine:
    """What is to be packed of a product."""

    title: str
    sku: str
    units: int


@dataclass(frozen=True, slots=True)
class Slip:
    """One order's page. `at` as its readers read it; `went`: units that went off before."""

    shop: str
    number: str
    at: str
    to: Addressee
    lines: Sequence[SlipLine]
    went: int = 0


def render(slips: Sequence[Slip], language: Language) -> bytes:
    """Return a PDF with a page for each order, more for one with many lines. It takes a moment: call it in a thread."""
    sheet = _new_sheet(_WORDS[language]["title"])
    for slip in slips:
        _draw(sheet, slip, _WORDS[language])
    return bytes(sheet.output())


class Press:
    """Prints one packing list after another: each takes a processor for a moment, and viewers must not feel several."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def print(self, slips: Sequence[Slip], language: Language) -> bytes:
        """Return what `render` does, made in a thread."""
        async with self._turn:
            return await asyncio.to_thread(render, slips, language)


def _new_sheet(title: str) -> Any:
    import fontpkg_noto_sans as others
    import fpdf
    import noto_cjk_sans_jp_regular as japanese

    # It says which letters a font has not, and those are people's names.
    logging.getLogger("fpdf").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    sheet = fpdf.FPDF(format="A4")
    sheet.add_font(_FONT, fname=_file_of(japanese, "NotoSansCJKjp-Regular.otf"))
    # Names in Polish or Greek have letters that the Japanese font has not.
    sheet.add_font(_OTHERS, fname=_file_of(others, "files/NotoSans[wdth,wght].ttf"))
    sheet.set_fallback_fonts([_OTHERS])
    sheet.set_margins(_LEFT, 16)
    sheet.set_auto_page_break(auto=True, margin=16)
    sheet.set_title(title)
    return sheet


def _file_of(package: ModuleType, name: str) -> str:
    assert package.__file__ is not None, "a package with files has a place"
    return str(Path(package.__file__).parent / name)


def _draw(sheet: Any, slip: Slip, words: dict[str, str]) -> None:
    sheet.add_page()
    _head(sheet, slip, words)
    _addressee(sheet, slip.to, words)
    _lines(sheet, slip, words)


def _head(sheet: Any, slip: Slip, words: dict[str, str]) -> None:
    _text(sheet, slip.shop, 10, grey=True)
    _text(sheet, words["title"], 20)
    sheet.code39(f"*{slip.number}*", x=_RIGHT - 75, y=18, w=1.35, h=14)
    sheet.set_xy(_RIGHT - 75, 33)
    sheet.set_font(_FONT, size=10)
    sheet.cell(71, 5, slip.number, align="C")
    sheet.set_xy(_LEFT, 40)
    _pair(sheet, words["order"], slip.number)
    _pair(sheet, words["at"], slip.at)
    if slip.to.method:
        _pair(sheet, words["method"], slip.to.method)
    sheet.ln(4)


def _addressee(sheet: Any, to: Addressee, words: dict[str, str]) -> None:
    _text(sheet, words["to"], 9, grey=True)
    label = to.label
    for line in label or [words["nobody"]]:
        _text(sheet, line, 14 if label else 11, grey=not label)
    if to.phone:
        _text(sheet, to.phone, 10)
    sheet.ln(3)
    if to.gift_note:
        _text(sheet, words["gift"], 9, grey=True)
        sheet.set_font(_FONT, size=11)
        sheet.set_x(_LEFT)
        wrapmode = _wrapping(to.gift_note)
        sheet.multi_cell(
            _WIDTH, 6, to.gift_note, border=1, padding=2, wrapmode=wrapmode, new_x="LMARGIN", new_y="NEXT"
        )
        sheet.ln(3)


def _lines(sheet: Any, slip: Slip, words: dict[str, str]) -> None:
    sheet.ln(2)
    sheet.set_font(_FONT, size=11)
    with sheet.table(
        col_widths=(_BOX, _WIDTH - _BOX - _SKU - _UNITS, _SKU, _UNITS),
        text_align=("CENTER", "LEFT", "LEFT", "RIGHT"),
        borders_layout="HORIZONTAL_LINES",
        line_height=7,
        padding=1,
        width=_WIDTH,
        align="LEFT",
        headings_style=_plain_heading(),
        wrapmode=_wrapping("".join(line.title for line in slip.lines)),
    ) as table:
        table.row(("", words["product"], words["sku"], words["units"]))
        for line in slip.lines:
            table.row(("□", line.title, line.sku, str(line.units)))
    sheet.ln(3)
    _text(sheet, words["total"].format(units=sum(line.units for line in slip.lines)), 12, align="R")
    if slip.went:
        _text(sheet, words["went"].format(units=slip.went), 10, grey=True, align="R")


def _wrapping(words: str) -> str:
    """Return where lines may end: anywhere in what is written without spaces between words."""
    return "CHAR" if any("\u2e80" <= letter <= "\uffef" for letter in words) else "WORD"


def _plain_heading() -> Any:
    from fpdf.fonts import FontFace

    return FontFace(color=_GREY, size_pt=9)


def _text(sheet: Any, words: str, size: int, *, grey: bool = False, align: str = "L") -> None:
    sheet.set_font(_FONT, size=size)
    sheet.set_text_color(_GREY if grey else 0)
    sheet.set_x(_LEFT)
    width = _WIDTH if sheet.get_y() > 40 else _WIDTH - 80
    sheet.multi_cell(width, size * 0.55, words, align=align, new_x="LMARGIN", new_y="NEXT")
    sheet.set_text_color(0)


def _pair(sheet: Any, name: str, words: str) -> None:
    sheet.set_font(_FONT, size=9)
    sheet.set_text_color(_GREY)
    sheet.set_x(_LEFT)
    sheet.cell(28, 6, name)
    sheet.set_text_color(0)
    sheet.set_font(_FONT, size=11)
    sheet.multi_cell(_WIDTH - 28, 6, words, new_x="LMARGIN", new_y="NEXT")
