"""The page on security speaks of every limit that can be set, and of no other."""

import re
from pathlib import Path

from server.hub.bodies import BODY_BYTES_MAX
from server.hub.dispatch import NONSENSE_LINES_MAX
from server.hub.http_connection import PIPELINED_MAX
from server.hub.price import EXCESS_MAX, LINES_MAX, READ_TOKENS
from server.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "security.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|")
]
NO_LIMITS = {"limits", "ring_length"}
"""The switch for all of them, and how far back a gap is filled: they bound nothing that a stranger could ask for."""


def named_settings() -> set[str]:
    """The settings that the tables' last cells name."""
    return {name.lower() for row in ROWS for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row[-1])}


def limits_that_can_be_set() -> set[str]:
    """The settings of the operations page's table of limits."""
    section = (DOCS / "operations.md").read_text().partition("### Limits")[2].partition("## Health")[0]
    return {name.lower() for name in re.findall(r"^\| `SHOWFLOOR_([A-Z0-9_]+)`", section, re.MULTILINE)}


def test_every_limit_that_can_be_set_has_a_row() -> None:
    assert limits_that_can_be_set() - NO_LIMITS - named_settings() == set()


def test_every_setting_that_a_row_names_is_one() -> None:
    assert named_settings() - set(Settings.model_fields) == set()


def test_every_row_that_names_settings_has_a_default_of_one_of_them() -> None:
    wrong = []
    for row in (row for row in ROWS if len(row) > 4):
        names = re.findall(r"`([A-Z][A-Z0-9_]+)`", row[-1])
        told = {float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", row[2])}
        told |= {each * 1024 for each in told}  # KiB
        fields = [
            Settings.model_fields[name.lower()].default
            for name in names
            if name.lower() in Settings.model_fields
        ]
        if fields and not told & {float(each) for each in fields if isinstance(each, int | float)}:
            wrong.append(row)
    assert wrong == []


def test_the_limits_that_cannot_be_set_are_as_the_code_has_them() -> None:
    cells = {row[0]: row[2] for row in ROWS if len(row) > 4}
    assert cells["lines of a frame"] == str(LINES_MAX)
    assert cells["lines that are no commands, less those that are"] == str(NONSENSE_LINES_MAX - 1)
    assert cells["lines above the rate, less those that run off"].startswith(f"{EXCESS_MAX:,}")
    assert cells["requests that wait for their answers"] == str(PIPELINED_MAX)
    assert BODY_BYTES_MAX == 64 * 1024
    assert READ_TOKENS == 10
