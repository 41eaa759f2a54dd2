"""Write what the repository keeps of its own code in other forms: `python -m server.generate`.

With `--check` nothing is written, and the exit code is 1 when a file differs from what would be.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from prometheus_client import REGISTRY

from server import currencies
from server.generate import house
from server.history.routes import ExportPage
from server.protocol import codes, schema
from server.query.answer import QueryAnswer
from server.query.routes import QueryCatalogue
from server.query.saved_routes import SavedQueryPage, SavedQueryVersions
from server.stats import schema as stats_schema
from server.stats.glossary import writing as glossary

TOP = Path(__file__).parents[2]
_METRIC_TABLE = re.compile(r"(<!-- metrics:begin[^>]*-->\n).*?(<!-- metrics:end -->)", re.DOTALL)
_HOUSE = re.compile(r"(<!-- house:begin[^>]*-->\n).*?(<!-- house:end -->)", re.DOTALL)
_GLOSSARY = re.compile(r"(<!-- glossary:begin[^>]*-->\n).*?(<!-- glossary:end -->)", re.DOTALL)
_CODE_TABLE = re.compile(r"(<!-- codes:begin[^>]*-->\n).*?(<!-- codes:end -->)", re.DOTALL)


def protocol_page(page: str) -> str:
    """PROTOCOL.md with the table of codes as `server/protocol/codes.py` has it."""
    written, count = _CODE_TABLE.subn(lambda marks: f"{marks[1]}{codes.as_markdown()}{marks[2]}", page)
    assert count == 1, "PROTOCOL.md has one pair of marks around the table of codes"
    return written


def operations_page(page: str) -> str:
    """docs/operations.md with the table of metrics as a running server has them."""
    import server.app  # noqa: F401 (registers every metric)

    written, count = _METRIC_TABLE.subn(lambda marks: f"{marks[1]}{metric_table()}{marks[2]}", page)
    assert count == 1, "docs/operations.md has one pair of marks around the table of metrics"
    return written


def architecture_page(page: str) -> str:
    """docs/architecture.md with the table of rooms as the import contract and the imports have it."""
    table = house.as_markdown(house.read_floors())
    written, count = _HOUSE.subn(lambda marks: f"{marks[1]}{table}{marks[2]}", page)
    assert count == 1, "docs/architecture.md has one pair of marks around the table of rooms"
    return written


def figures_page(page: str) -> str:
    """docs/figures.md with the table of all figures as the glossary has them."""
    written, count = _GLOSSARY.subn(lambda marks: f"{marks[1]}{glossary.as_markdown()}{marks[2]}", page)
    assert count == 1, "docs/figures.md has one pair of marks around the glossary"
    return written


def metric_table() -> str:
    """Every metric of ours by its name on `/metrics`, its type, and what it says."""
    rows = [
        f"| `{family.name}{'_total' if family.type == 'counter' else ''}` | {family.type} | {family.documentation} |\n"
        for family in sorted(REGISTRY.collect(), key=lambda family: family.name)
        if family.name.startswith("showfloor_")
    ]
    return "| metric | type | meaning |\n|---|---|---|\n" + "".join(rows)


OF_QUERIES = (QueryAnswer, QueryCatalogue, SavedQueryPage, SavedQueryVersions, ExportPage)
"""What the analyst's pages are answered by rooms above the figures."""

GENERATED: dict[str, Callable[[str], str]] = {
    "PROTOCOL.md": protocol_page,
    "docs/operations.md": operations_page,
    "docs/architecture.md": architecture_page,
    "docs/figures.md": figures_page,
    "docs/images/house.svg": lambda _: house.as_svg(house.read_floors()),
    "client_demo/sdk/wire.schema.json": lambda _: schema.as_json(),
    "client_demo/analyst/report.schema.json": lambda _: stats_schema.as_json(OF_QUERIES),
    "client_demo/shared/locales/analyst_definitions.en.json": lambda _: glossary.as_locale("en"),
    "client_demo/shared/locales/analyst_definitions.ja.json": lambda _: glossary.as_locale("ja"),
    "client_demo/analyst/definitions/keys.generated.ts": lambda _: glossary.as_keys(),
    "client_demo/shared/currencies.generated.ts": lambda _: currencies.as_typescript(),
    "client_demo/shared/currency_codes.generated.ts": lambda _: currencies.codes_as_typescript(),
}
"""Each file that is generated, wholly or in part, and what makes its new text from the old one."""


def stale_files() -> dict[Path, str]:
    """The files that differ from what the code says, with the text they should have."""
    found = {}
    for name, make in GENERATED.items():
        path = TOP / name
        old = path.read_text() if path.exists() else ""
        new = make(old)
        if new != old:
            found[path] = new
    return found


def main() -> int:
    """Write the stale files, or only name them; returns the exit code."""
    stale = stale_files()
    only_check = "--check" in sys.argv[1:]
    for path, text in stale.items():
        sys.stderr.write(
            f"{path.relative_to(TOP)}: {'stale; run `make generate`' if only_check else 'written'}\n"
        )
        if not only_check:
            path.write_text(text)
    return 1 if only_check and stale else 0
