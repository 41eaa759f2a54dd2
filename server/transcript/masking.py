"""People in the lines of a transcript: under their names, or each under a word of the show's that leads to nobody. Pure."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from server.transcript.kind import Kind, Person

Mask = Callable[[list[Any]], None]
"""Changes a line in its place."""
NAME_CHARACTERS: Final = 6
PEOPLE_REMEMBERED: Final = 10_000
_VIEWER_ID: Final = re.compile(r"v_\w+")


def masks_of(
    kind: Kind, header: Sequence[str], word_of: Callable[[str], str], *, names: bool
) -> Sequence[Mask]:
    """Return what is to be done to each line of the kind; `word_of` is a viewer's word in the show.

    Without `names` a viewer's id is their word, and their name its beginning; people of the shop keep theirs. Whoever is anonymous is
    so for everybody: their line has no id.
    """
    places = {name: place for place, name in enumerate(header)}
    word_of = lru_cache(PEOPLE_REMEMBERED)(word_of)
    found = [_mask_person(person, places, word_of, names=names) for person in kind.people]
    if not names:
        found += [_mask_mentions(places[column], word_of) for column in kind.mentions]
        found += [_withhold(places[column]) for column in kind.withheld]
    return found


def _mask_person(
    person: Person, places: dict[str, int], word_of: Callable[[str], str], *, names: bool
) -> Mask:
    id, name = places[person.id], places.get(person.name or "")
    role, anonymous = places.get(person.role or ""), places.get(person.anonymous or "")

    def mask(line: list[Any]) -> None:
        if anonymous is not None and line[anonymous]:
            line[id] = None
        elif not names:
            line[id] = word_of(line[id])
            if name is not None and (role is None or line[role] == "viewer"):
                line[name] = f"Viewer {line[id][:NAME_CHARACTERS]}"

    return mask


def _mask_mentions(place: int, word_of: Callable[[str], str]) -> Mask:
    def masked(value: Any) -> Any:
        if isinstance(value, str):
            return word_of(value) if _VIEWER_ID.fullmatch(value) else value
        if isinstance(value, dict):
            return {name: masked(each) for name, each in value.items()}
        return [masked(each) for each in value] if isinstance(value, list) else value

    def mask(line: list[Any]) -> None:
        line[place] = masked(line[place])

    return mask


def _withhold(place: int) -> Mask:
    def mask(line: list[Any]) -> None:
        line[place] = None

    return mask
