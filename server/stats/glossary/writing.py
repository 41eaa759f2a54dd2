"""The glossary as the pages and the documentation have it."""

import json
from typing import Literal

from server.stats.glossary import GROUPS

Language = Literal["en", "ja"]


def as_locale(language: Language) -> str:
    """Return the pages' dictionary: `name.KEY`, `text.KEY`, `formula.KEY`, `trap.KEY` (where there is one), `since.KEY`."""
    texts: dict[str, str] = {}
    for terms in GROUPS.values():
        for term in terms:
            texts[f"name.{term.key}"] = getattr(term.name, language)
            texts[f"text.{term.key}"] = getattr(term.text, language)
            if term.formula:
                texts[f"formula.{term.key}"] = term.formula
            if term.trap:
                texts[f"trap.{term.key}"] = getattr(term.trap, language)
            texts[f"since.{term.key}"] = str(term.since)
    return json.dumps(texts, indent=2, ensure_ascii=False) + "\n"


def as_markdown() -> str:
    """Return the table of `docs/figures.md`."""
    rows = [
        f"| {term.name.en} | `{term.key}` | {term.text.en} | {_code(term.formula)} | {term.trap.en if term.trap else ''} | {term.since} |\n"
        for terms in GROUPS.values()
        for term in terms
    ]
    return "| figure | key | definition | formula | trap | since |\n|---|---|---|---|---|---|\n" + "".join(
        rows
    )


def _code(formula: str) -> str:
    return f"`{formula.replace('|', chr(92) + '|')}`" if formula else ""


def as_keys() -> str:
    """Return the keys by group as TypeScript."""
    lines = [
        "// Written by `python -m server.generate` from `server/stats/glossary`.",
        "export const GLOSSARY = {",
    ]
    for group, terms in GROUPS.items():
        keys = ", ".join(f'"{term.key}"' for term in terms)
        lines.append(f"  {group}: [{keys}],")
    return "\n".join([*lines, "} as const;", ""])
