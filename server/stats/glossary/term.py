"""One figure's entry in the glossary."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """The same in both languages of the pages."""

    en: str
    ja: str


@dataclass(frozen=True, slots=True)
class Term:
    """What a figure is called, means, and is mistaken for; `formula` is empty where the text says it all."""

    key: str
    name: Text
    text: Text
    formula: str
    since: int
    """The version of the definitions in which it came to mean this, or came."""
    trap: Text | None = None
