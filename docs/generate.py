"""Fill what is generated in the documents, between `<!-- name:begin … -->` and `<!-- name:end -->`.

`python docs/generate.py` writes, with `--check` it only says what is out of date and exits with 1.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from server.protocol.codes import as_markdown

TOP = Path(__file__).parent.parent
PARTS: dict[tuple[str, str], Callable[[], str]] = {("PROTOCOL.md", "codes"): as_markdown}


def fill(text: str, name: str, body: str) -> str:
    """Return `text` with `body` between the markers of `name`; raises `ValueError` unless they stand there once."""
    markers = re.compile(rf"(<!-- {name}:begin[^\n]*-->\n).*?(<!-- {name}:end -->)", re.DOTALL)
    filled, times = markers.subn(lambda found: f"{found[1]}{body}{found[2]}", text)
    if times != 1:
        raise ValueError(f"the markers of {name} stand there {times} times")
    return filled


def main() -> int:
    """Write or check; return the exit code."""
    check = "--check" in sys.argv[1:]
    outdated = 0
    for (file, name), body in PARTS.items():
        path = TOP / file
        text = path.read_text("utf-8")
        filled = fill(text, name, body())
        if filled == text:
            continue
        outdated += 1
        if not check:
            path.write_text(filled, "utf-8")
        sys.stdout.write(f"{file}: {name} {'is out of date; run `make generate`' if check else 'written'}\n")
    return 1 if check and outdated else 0


if __name__ == "__main__":
    sys.exit(main())
