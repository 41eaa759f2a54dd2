"""The house as its import contract has it: the picture and the table of `docs/architecture.md`."""

import ast
import tomllib
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

TOP = Path(__file__).parents[2]
WIDTH, FLOOR, GAP, SIDE = 960, 44, 10, 24
SENTENCE_CHARACTERS_MAX = 108

STYLE = """
    .ground{fill:#f8fafc} .room{fill:#fff;stroke:#94a3b8;stroke-width:1.5}
    .name{font-weight:600;fill:#0f172a} .says{fill:#475569;font-size:12px}
    .down{fill:none;stroke:#475569;stroke-width:1.8}
    @media (prefers-color-scheme:dark){
      .ground{fill:#0f172a} .room{fill:#1e293b;stroke:#64748b} .name{fill:#f1f5f9} .says{fill:#cbd5e1} .down{stroke:#94a3b8}
    }"""


@dataclass(frozen=True, slots=True)
class Part:
    """A room, or a module at the top: its name, and the first sentence of what it says of itself."""

    name: str
    says: str

    @property
    def is_room(self) -> bool:
        """Whether it is a folder."""
        return (TOP / "server" / self.name).is_dir()


def read_floors() -> list[list[Part]]:
    """Return the floors of the import contract from the top down, each with its parts."""
    contract = tomllib.loads((TOP / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    floors = [floor.replace("|", " ").replace(":", " ").split() for floor in contract["layers"]]
    return [[_read_part(name) for name in floor] for floor in floors]


def _read_part(name: str) -> Part:
    place = TOP / "server" / name
    face = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    says = ast.get_docstring(ast.parse(face.read_text())) or ""
    return Part(name, first_sentence(says))


def first_sentence(says: str) -> str:
    """Return the first sentence of a docstring, on one line."""
    line = " ".join(says.split("\n\n", maxsplit=1)[0].split())
    return line.split(". ")[0].removesuffix(".")


def as_svg(floors: list[list[Part]]) -> str:
    """Return the picture: a floor for each line of the contract, what is imported below what imports it."""
    tops = [SIDE + index * (FLOOR + GAP) for index in range(len(floors))]
    height = tops[-1] + FLOOR + SIDE
    boxes = "".join(_draw_floor(floor, top) for floor, top in zip(floors, tops, strict=True))
    arrows = "".join(
        f'  <path class="down" d="M12 {upper + FLOOR / 2:g}V{lower + FLOOR / 2:g}" marker-end="url(#d)"/>\n'
        for upper, lower in pairwise(tops)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t e"'
        ' font-family="system-ui, sans-serif" font-size="14">\n'
        '  <title id="t">The rooms of the server</title>\n'
        f'  <desc id="e">From top to bottom, each importing only what is below it: {_in_words(floors)}.</desc>\n'
        f"  <style>{STYLE}\n  </style>\n"
        '  <marker id="d" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" orient="auto">'
        '<path d="M0 0 10 5 0 10z" fill="#64748b"/></marker>\n'
        f'  <rect class="ground" width="{WIDTH}" height="{height}" rx="14"/>\n{arrows}{boxes}</svg>\n'
    )


def _draw_floor(floor: list[Part], top: int) -> str:
    width = (WIDTH - 2 * SIDE - GAP * (len(floor) - 1)) / len(floor)
    return "".join(
        _draw_part(part, SIDE + index * (width + GAP), top, width, says=len(floor) == 1)
        for index, part in enumerate(floor)
    )


def _draw_part(part: Part, left: float, top: int, width: float, *, says: bool) -> str:
    name = f"{part.name}/" if part.is_room else f"{part.name}.py"
    box = f'  <rect class="room" x="{left:g}" y="{top}" width="{width:g}" height="{FLOOR}" rx="8"/>\n'
    label = f'  <text class="name" x="{left + 14:g}" y="{top + 27}">{name}</text>\n'
    if not says:
        return f"  <g><title>{escape(part.says.replace('`', ''))}</title>\n{box}{label}  </g>\n"
    line = (
        part.says if len(part.says) <= SENTENCE_CHARACTERS_MAX else f"{part.says[:SENTENCE_CHARACTERS_MAX]}…"
    )
    return f'{box}{label}  <text class="says" x="{left + 130:g}" y="{top + 27}">{escape(line.replace("`", ""))}</text>\n'


def _in_words(floors: list[list[Part]]) -> str:
    return "; ".join(", ".join(part.name for part in floor) for floor in floors)


def as_markdown(floors: list[list[Part]]) -> str:
    """Return the table: each part, and what it is for."""
    rows = "".join(
        f"| `{part.name}{'/' if part.is_room else '.py'}` | {part.says} |\n"
        for floor in floors
        for part in floor
    )
    return "| part | what it is for |\n|---|---|\n" + rows
