"""A feed of items in XML, RSS or Atom, as lines of a table. Pure. Nothing of a DTD is read: no entities, no outside files."""

import re
from collections.abc import Callable, Iterator
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import XMLReader

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

from server.feeds.rules import CELL_CHARACTERS_MAX, Record, unreadable

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_ITEMS = frozenset({"item", "entry"})
_SEVERAL = frozenset({"additional_image_link", "product_detail"})
_PIECE_CHARACTERS = 64 * 1024
_DEPTH_MAX = 50


def read_xml(text: str, *, lines_max: int) -> Iterator[Record]:
    """Yield the items; raises `feed_unreadable` for what is no XML, has a DTD, or has more than `lines_max` items."""
    parser = make_parser()
    handler = _Items(parser.getLineNumber)
    parser.forbid_dtd = True
    parser.setContentHandler(handler)
    parser.setFeature("http://xml.org/sax/features/namespaces", False)
    # It is text already: what it says of its encoding is of before.
    body = _DECLARATION.sub(lambda found: "\n" * found[0].count("\n"), text)
    seen = 0
    for start in range(0, len(body), _PIECE_CHARACTERS):
        _feed(parser, body[start : start + _PIECE_CHARACTERS])
        for record in handler.taken():
            seen += 1
            if seen > lines_max:
                raise unreadable("too_many_lines", f"There are more than {lines_max:,} items.", record.line)
            yield record
    _feed(parser, None)
    yield from handler.taken()


def _feed(parser: XMLReader, piece: str | None) -> None:
    try:
        if piece is None:
            parser.close()  # type: ignore[attr-defined]
        else:
            parser.feed(piece)  # type: ignore[attr-defined]
    except DefusedXmlException:
        raise unreadable("xml", "A feed has no DTD and no entities of its own.", 1) from None
    except SAXParseException as error:
        raise unreadable("xml", "This is no well-formed XML.", error.getLineNumber()) from None
    except SAXException as error:
        raise unreadable("xml", f"This is no feed: {error.getMessage()[:200]}") from None


class _Items(ContentHandler):
    """Collects the fields of items, of which details have parts."""

    def __init__(self, line_number: Callable[[], int]) -> None:
        super().__init__()
        self._line_number = line_number
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._cells: dict[str, str] = {}
        self._parts: dict[str, str] = {}
        self._line = 0
        self._records: list[Record] = []
        self._item_depth = 0

    def taken(self) -> list[Record]:
        """Return the items since the last time."""
        records, self._records = self._records, []
        return records

    def startElement(self, name: str, attrs: object) -> None:  # noqa: N802
        name = name.rpartition(":")[2]
        self._path.append(name)
        self._text, self._length = [], 0
        if len(self._path) > _DEPTH_MAX:
            raise SAXException("it is nested too deeply")
        if not self._item_depth and name in _ITEMS:
            self._item_depth = len(self._path)
            self._cells, self._line = {}, self._line_number()
        elif self._item_depth and len(self._path) == self._item_depth + 1:
            self._parts = {}

    def characters(self, content: str) -> None:
        self._length += len(content)
        if self._length > CELL_CHARACTERS_MAX:
            raise SAXException("a text is too long")
        self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        name = self._path.pop()
        depth = len(self._path) + 1
        text, self._text = "".join(self._text).strip(), []
        if not self._item_depth:
            return
        if depth == self._item_depth:
            self._records.append(Record(self._line, self._cells))
            self._item_depth = 0
        elif depth == self._item_depth + 2:
            self._parts[name] = text
        elif depth == self._item_depth + 1:
            self._keep(name, _detail(self._parts) or text)

    def _keep(self, name: str, text: str) -> None:
        if text and name in self._cells and name in _SEVERAL:
            self._cells[name] += f"\n{text}"
        elif text:
            self._cells.setdefault(name, text)


def _detail(parts: dict[str, str]) -> str:
    """Return a detail of three parts as a table has it."""
    if "attribute_name" not in parts:
        return ""
    return ":".join(parts.get(each, "") for each in ("section_name", "attribute_name", "attribute_value"))
