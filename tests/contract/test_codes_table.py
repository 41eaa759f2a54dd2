"""The protocol's page shows each error code exactly as the code has it."""

import re
from pathlib import Path

from server.protocol.codes import MEANINGS, Code

PAGE = Path(__file__).parents[2] / "PROTOCOL.md"
_ROW = re.compile(r"^\| `(\w+)` \| `(\w+)` \| (\d{3}) \| (.+) \|$", re.MULTILINE)


def rows() -> list[tuple[str, str, int, str]]:
    table = PAGE.read_text().partition("<!-- codes:begin")[2].partition("<!-- codes:end -->")[0]
    return [(code, verdict, int(status), text) for code, verdict, status, text in _ROW.findall(table)]


def test_the_page_has_every_code_with_its_verdict_status_and_meaning() -> None:
    assert rows() == [(code.value, m.verdict, m.status, m.text) for code, m in MEANINGS.items()]


def test_every_code_has_a_meaning() -> None:
    assert set(MEANINGS) == set(Code)
