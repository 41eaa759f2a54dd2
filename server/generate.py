"""Write what the repository keeps of its own code in other forms: `python -m server.generate`.

With `--check` nothing is written, and the exit code is 1 when a file differs from what would be.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from server.protocol import codes, schema

TOP = Path(__file__).parents[1]
_CODE_TABLE = re.compile(r"(<!-- codes:begin[^>]*-->\n).*?(<!-- codes:end -->)", re.DOTALL)


def protocol_page(page: str) -> str:
    """PROTOCOL.md with the table of codes as `server/protocol/codes.py` has it."""
    written, count = _CODE_TABLE.subn(lambda marks: f"{marks[1]}{codes.as_markdown()}{marks[2]}", page)
    assert count == 1, "PROTOCOL.md has one pair of marks around the table of codes"
    return written


GENERATED: dict[str, Callable[[str], str]] = {
    "PROTOCOL.md": protocol_page,
    "client_demo/sdk/wire.schema.json": lambda _: schema.as_json(),
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


if __name__ == "__main__":
    sys.exit(main())
