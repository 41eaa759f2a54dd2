"""What people agree to is written down with a version: the pages say what `docs/privacy.md` says of the version that they send."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "client_demo"
ASKED = [
    ("viewer/settings_dialog.tsx", "settings", ("settings.remember", "settings.remember_hint")),
    ("viewer/shop/find_again.tsx", "viewer_late", ("buy.find.remember", "buy.find.remember_hint")),
]
"""Where a page asks, and which of its texts."""
ENDS = {"en": ". ", "ja": "。"}


def rows() -> dict[str, tuple[str, str]]:
    """The table of versions, in the order in which it stands."""
    page = (ROOT / "docs" / "privacy.md").read_text("utf-8")
    found = re.findall(r"^\| `([a-z]+-\d+)` \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    return {version: (english, japanese) for version, english, japanese in found}


@pytest.mark.parametrize(("file", "locale", "keys"), ASKED)
def test_the_page_sends_the_newest_version_of_the_words_that_it_shows(
    file: str, locale: str, keys: tuple[str, str]
) -> None:
    (version,) = re.findall(r'const WORDING = "([^"]+)"', (PAGES / file).read_text("utf-8"))
    of_place = [each for each in rows() if each.split("-")[0] == version.split("-")[0]]
    assert of_place[-1] == version
    for language, told in zip(("en", "ja"), rows()[version], strict=True):
        texts = json.loads((PAGES / "shared" / "locales" / f"{locale}.{language}.json").read_text("utf-8"))
        assert ENDS[language].join(texts[key] for key in keys) == told
