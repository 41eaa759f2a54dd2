"""Which letters a file's bytes are. Pure.

Told by a byte order mark first, then tried strictly: UTF-16 where every other byte is empty, UTF-8, and then the old codes of Japan and
Europe, of which the one that makes words is taken.
"""

import codecs

from charset_normalizer import from_bytes

from server.feeds.rules import unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OLD = ("cp932", "euc_jp", "cp1252")
_SAMPLE_BYTES = 64 * 1024
_HEAD_BYTES = 4096
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How the files of spreadsheets begin, new and old."""


def decode(content: bytes) -> str:
    """Return the text; raises `feed_unreadable` for what is none."""
    if content.startswith(_ARCHIVES):
        raise unreadable("spreadsheet", "This is a spreadsheet's own file: save it as CSV.")
    text = _decoded(content, encoding_of(content))
    if "\0" in text:
        raise unreadable("binary", "The file is no text.", text.count("\n", 0, text.index("\0")) + 1)
    return text


def encoding_of(content: bytes) -> str:
    """Return the name of the code that the text seems to be in; UTF-8 where nothing decodes."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    if (wide := _unmarked_utf16(content)) is not None:
        return wide
    if _decodes(content, "utf-8"):
        return "utf-8"
    possible = [encoding for encoding in _OLD if _decodes(content, encoding)]
    if len(possible) > 1:
        best = from_bytes(_strange_lines(content), cp_isolation=possible).best()
        if best is not None:
            return best.encoding
    # Nothing decodes: say where UTF-8 ends.
    return possible[0] if possible else "utf-8"


def _unmarked_utf16(content: bytes) -> str | None:
    head = content[:_HEAD_BYTES]
    if len(content) < 4 or len(content) % 2:
        return None
    for encoding, empty in (("utf-16-le", 1), ("utf-16-be", 0)):
        if head[empty::2].count(0) * 2 > len(head[empty::2]) and _decodes(content, encoding):
            return encoding
    return None


def _strange_lines(content: bytes) -> bytes:
    """Return the first lines that are not plain ASCII: they alone tell the codes apart."""
    found = bytearray()
    for line in content.split(b"\n"):
        if not line.isascii():
            found += line + b"\n"
            if len(found) > _SAMPLE_BYTES:
                break
    return bytes(found)


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise unreadable(
            "encoding", "These letters are in no code that is known; save it as UTF-8.", line
        ) from None
