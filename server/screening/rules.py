"""What a channel's screening is, and what it makes of a text. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from server.protocol.codes import Code
from server.protocol.screening_lines import HeldFor
from server.screening.verdicts import ALLOWED, Held, Refuse, Shadow, Verdict

EntryDoes = Literal["hold", "refuse", "shadow"]
EntryKind = Literal["word", "pattern"]
LinksAre = Literal["allow", "hold", "refuse"]
Fallback = Literal["allow", "hold"]

WORDS_MAX: Final = 1_000
PATTERNS_MAX: Final = 100
ENTRY_CHARACTERS_MAX: Final = 60
HOSTS_MAX: Final = 100
SLOW_SECONDS_MAX: Final = 3_600
REASON_CHARACTERS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a channel's list."""

    kind: EntryKind
    text: str
    does: EntryDoes


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody outside who is asked about each text; `secret` is sealed."""

    url: str
    secret: str
    fallback: Fallback


@dataclass(frozen=True, slots=True)
class Settings:
    """All of a channel's screening."""

    entries: tuple[Entry, ...] = ()
    links: LinksAre = "allow"
    hosts: tuple[str, ...] = ()
    """To which links are let through all the same, with what is below them."""
    slow_seconds: int = 0
    """Between two writings of a viewer in a show, unless the show says otherwise; 0: as often as they like."""
    newcomers_held: bool = False
    reviewer: Reviewer | None = None


NO_SETTINGS: Final = Settings()

_STRENGTH: Final = {"hold": 1, "shadow": 2, "refuse": 3}


def refused_for(why: Sequence[HeldFor]) -> Refuse:
    """Return the refusal of a text, by the first of its reasons. Of the list it names the word that was found alone, and no pattern."""
    match why[0]:
        case HeldFor("word", str(word)):
            return _refusal(f"This word is not taken here: {word}", why, why="word", word=word)
        case HeldFor("link"):
            return _refusal("Links are not taken here.", why, why="link")
        case _:
            return _refusal(None, why, why="text")


def _refusal(message: str | None, reasons: Sequence[HeldFor], /, **data: str) -> Refuse:
    return Refuse(Code.TEXT_REFUSED, message, data, tuple(reasons))


def verdict_of(does: EntryDoes, why: Sequence[HeldFor]) -> Verdict:
    """Return the verdict of an act on a text, for reasons of which there is one at least."""
    match does:
        case "refuse":
            return refused_for(why)
        case "shadow":
            return Shadow(tuple(why))
        case "hold":
            return Held(tuple(why))


def strictest(found: Iterable[tuple[EntryDoes, HeldFor]]) -> Verdict:
    """Return what the strictest of the reasons demands: a refusal before a shadow before a hold; all reasons of a kind are kept."""
    by_act: dict[EntryDoes, list[HeldFor]] = {}
    for does, why in found:
        by_act.setdefault(does, []).append(why)
    if not by_act:
        return ALLOWED
    does = max(by_act, key=_STRENGTH.__getitem__)
    return verdict_of(does, by_act[does])


def stricter(one: Verdict, other: Verdict) -> Verdict:
    """Return the stricter of two verdicts; of two of one kind both reasons."""
    match one, other:
        case (Refuse(), _):
            return one
        case (_, Refuse()):
            return other
        case (Shadow(), Shadow()):
            return Shadow(one.why + other.why)
        case (Shadow(), _):
            return one
        case (_, Shadow()):
            return other
        case (Held(), Held()):
            return Held(one.why + other.why)
        case (Held(), _):
            return one
        case _:
            return other
