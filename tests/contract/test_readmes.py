"""Pages of text say what the product says: by the words that stand on its pages, and about the definitions that it has."""

import json
from pathlib import Path

import pytest

from server.stats.definitions import DEFINITION_VERSION

TOP = Path(__file__).parents[2]
README = (TOP / "README.ja.md").read_text()
LOCALES = TOP / "client_demo" / "shared" / "locales"


def texts(page: str) -> dict[str, str]:
    """A page's Japanese texts."""
    found: dict[str, str] = json.loads((LOCALES / f"{page}.ja.json").read_text())
    return found


@pytest.mark.parametrize(
    ("page", "key"),
    [
        ("host", "pin"),
        ("host", "announce.title"),
        ("analyst", "figure.viewers"),
        ("analyst", "figure.views"),
        ("analyst", "figure.engaged"),
        ("analyst", "figure.answered"),
        ("analyst", "figure.gmv"),
        ("analyst", "figure.aov"),
        ("analyst", "retention.title"),
        ("analyst", "funnel.title"),
    ],
)
def test_what_the_pages_name_has_the_same_name_in_the_readme(page: str, key: str) -> None:
    assert texts(page)[key].removeprefix("全員への") in README


def test_the_one_who_sells_has_one_name() -> None:
    names = {page_texts["role.host"] for page_texts in map(texts, _pages()) if "role.host" in page_texts}
    assert len(names) == 1
    assert names.pop() in README


@pytest.mark.parametrize(
    "other", ["出演者", "ホスト", "レジャー", "ピン留め", "ピン止め", "流通額", "コンバージョン"]
)
def test_no_second_word_is_used_for_what_has_one(other: str) -> None:
    assert other not in README


def _pages() -> list[str]:
    return sorted(path.name.removesuffix(".ja.json") for path in LOCALES.glob("*.ja.json"))


def test_the_page_of_figures_is_about_the_version_of_the_definitions() -> None:
    page = (TOP / "docs" / "figures.md").read_text("utf-8")
    assert f"Definition version **{DEFINITION_VERSION}**" in page
    assert f"\n## What changed in version {DEFINITION_VERSION}\n" in page
