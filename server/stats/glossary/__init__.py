"""What each figure is: the one source of its name, its definition and its traps, for the pages, the terminal and the documentation."""

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from server.stats.glossary import (
    audience,
    engagement,
    moments,
    people,
    products,
    returning,
    sales,
    surveys,
    visits,
)
from server.stats.glossary.term import Term

_GROUPS: Final[tuple[ModuleType, ...]] = (
    audience,
    returning,
    people,
    engagement,
    sales,
    products,
    moments,
    surveys,
    visits,
)

GROUPS: Final[Mapping[str, tuple[Term, ...]]] = {
    each.__name__.rsplit(".", 1)[-1]: each.TERMS for each in _GROUPS
}
"""The terms by what they are about, in the order of the pages."""

TERMS: Final[Mapping[str, Term]] = {term.key: term for terms in GROUPS.values() for term in terms}
