"""Whom a name may be taken for: names are compared by how they look, and nobody but staff carries a staff member's or a role's. Pure.

A name is *read* in several ways, since digits and signs may stand beside letters or in their place ("Host 2", "h0st", "@dmin"). It is
refused when, read in one of these ways, a word of it is a role's, or all of it is made of reserved names, roles and titles of respect.
Names that only contain a reserved one ("Naomi", "Hostetler", "Aoi Tanaka") are anybody's.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping

from server.text.characters import without_blanks
from server.text.confusables import FLAG_LETTERS, LOOKS_LIKE, SIGNS_AS_LETTERS


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_ROLES = _split(
    "host hosts cohost co-host moderator moderators mod mods admin admins administrator staff official officials analyst "
    "ホスト 共同ホスト モデレーター モデレータ アドミン スタッフ オフィシャル アナリスト 配信者 出演者 司会 司会者 運営 運営者 公式 "
    "管理者 管理人 主催 主催者 担当者 事務局"
)
"""No word of a name may be one of these."""
_WHOLE_ROLES = _split(
    "owner support system operator presenter organizer organiser showfloor "
    "オーナー サポート システム オペレーター オペレータ 管理 モデ"
)
"""No name may be one of these, nor be made of them and of other reserved ones."""
_ROLES_INSIDE = _split("公式 運営 司会 管理者 管理人 配信者 主催 事務局")
"""Japanese writes no spaces; these mean the role wherever they stand, but behind 非 ("not")."""
_INSIDE = re.compile("|".join(_ROLES_INSIDE))
_RESPECT = _split("san sama kun chan さん さま くん ちゃん 様 君 氏 殿 本人 です 本物 の")
_FILLERS = frozenset(_split("the real true its it s i im am is this my name mr mrs ms miss team live"))
_BEFORE_ROLES = ("the", "real", "your", "our")
VERDICTS_MAX = 20_000
"""Names that one show's reserved names remember having looked at."""
_SHORT = 2
"""Names of so few Latin letters are reserved as a whole, not as a part of a longer word."""

_NUMBERED = re.compile("(guest|げすと)[0-9]+")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]+")
_DIACRITICS = re.compile("[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_PLAIN_WORDS = re.compile("[a-zA-Z0-9]+")
_PLAIN = re.compile("[ -~\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff]*")
"""Characters that have one form only, and stand for no others but in `LOOKS_LIKE`."""
_DEFAULT = re.compile(r"Guest ([1-9]\d{3})")


def default_name(viewer_id: str) -> str:
    """Return what a guest is called who chose no name: `Guest` and a number, always the same for the same viewer."""
    return f"Guest {1000 + zlib.crc32(viewer_id.encode()) % 9000}"


def guest_number(name: str) -> int | None:
    """Return the number in a name that was given by `default_name`; None for a name that somebody chose."""
    found = _DEFAULT.fullmatch(name)
    return int(found[1]) if found else None


class ReservedNames:
    """The names that only staff may carry in one show: those of `staff`, and `titles` (of the show, of the channel)."""

    def __init__(self, staff: Iterable[str] = (), titles: Iterable[str] = ()) -> None:
        self._names = frozenset((*staff, *titles))
        looks = {look for name in self._names for look in _looks_of(_readings(_look(name)))}
        self._whole = looks | _WHOLE_LOOKS
        parts = [look for look in looks if len(look) > _SHORT or not look.isascii()]
        self._parts = _by_first_letter([*parts, *_WHOLE_LOOKS, *_RESPECT_LOOKS])
        self._refused: dict[str, bool] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReservedNames) and self._names == other._names

    def __hash__(self) -> int:
        return hash(self._names)

    def with_staff(self, names: Iterable[str]) -> "ReservedNames":
        """Return these and more names; itself when it has them all."""
        more = self._names.union(names)
        return self if more == self._names else ReservedNames(more)

    def refuse(self, name: str) -> bool:
        """Whether somebody who is not staff may not be called `name`. In a storm everybody comes back by the name that they had."""
        refused = self._refused.get(name)
        if refused is None:
            if len(self._refused) >= VERDICTS_MAX:
                self._refused.clear()
            look = _look(name)
            readings = _readings(look)
            refused = _is_role(name, look, readings) or any(
                map(self._is_made_of_reserved, _looks_of(readings))
            )
            self._refused[name] = refused
        return refused

    def _is_made_of_reserved(self, look: str) -> bool:
        return look in self._whole or _is_made_of(look, self._parts, but=_RESPECT_LOOKS)


def _look(name: str) -> str:
    """Return `name` as the eye takes it: compatible forms, case, marks, look-alikes and what is invisible made one; signs are left."""
    if _PLAIN.fullmatch(name) and any(map(str.isalpha, name)):  # the same, and a fifth of the time
        return name.lower().translate(LOOKS_LIKE)
    return _look_of_any(name)


def _look_of_any(name: str) -> str:
    folded = unicodedata.normalize("NFKC", without_blanks(name)).casefold()
    plain = _DIACRITICS.sub("", unicodedata.normalize("NFD", folded))
    seen = unicodedata.normalize("NFC", plain).translate(LOOKS_LIKE)
    if not any(map(str.isalpha, seen)):
        seen = seen.translate(FLAG_LETTERS).translate(LOOKS_LIKE)
    return seen


def _words(look: str) -> list[str]:
    if look.isascii():
        return _PLAIN_WORDS.findall(look)
    words = look.split()
    if all(map(str.isalnum, words)):
        return words
    return "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in look).split()


Readings = tuple[tuple[str, ...], ...]


def _readings(look: str) -> Readings:
    """Return the words of a name in each way of reading it: as they stand, without digits around, with digits and signs as letters."""
    words = _words(look)
    if look.replace(" ", "").isalpha():  # neither digits nor signs
        bare = signs = inside = words
    else:
        bare = [kept for word in words if (kept := word.strip("0123456789"))]
        signs = _words(look.translate(SIGNS_AS_LETTERS))
        inside = [word.translate(SIGNS_AS_LETTERS) for word in bare]
    plain = [word for word in bare if word not in _FILLER_LOOKS]
    return tuple({tuple(reading): None for reading in (words, bare, signs, inside, plain) if reading})


def _looks_of(readings: Readings) -> set[str]:
    return {"".join(reading) for reading in readings}


def _is_role(name: str, look: str, readings: Readings) -> bool:
    """Whether a word of the name is a role's, whatever stands beside it, or it is written like a guest's number."""
    for reading in readings:
        if not _ROLE_LOOKS.isdisjoint(reading):
            return True
    if readings and _NUMBERED.fullmatch("".join(readings[0])) is not None:
        return True
    return not name.isascii() and (_has_katakana_role(name) or _has_role_inside(look))


def _has_katakana_role(name: str) -> bool:
    """Whether a run of katakana between other letters is a role."""
    plain = name if _PLAIN.fullmatch(name) else unicodedata.normalize("NFKC", without_blanks(name))
    return not _ROLE_LOOKS.isdisjoint(map(_look, _KATAKANA.findall(plain)))


def _has_role_inside(look: str) -> bool:
    return _INSIDE.search(look) is not None and any(
        part in look.replace("非" + part, "") for part in _ROLES_INSIDE
    )


def _by_first_letter(parts: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    by_letter: dict[str, list[str]] = {}
    for part in filter(None, parts):
        by_letter.setdefault(part[0], []).append(part)
    return {letter: tuple(alike) for letter, alike in by_letter.items()}


def _is_made_of(look: str, parts: Mapping[str, tuple[str, ...]], *, but: frozenset[str]) -> bool:
    """Whether `look` is nothing but `parts` one behind the other, not all of them among `but`."""
    if not look.startswith(parts.get(look[:1], ())):  # nearly every name
        return False
    reached = {0: False}
    for at in range(len(look)):
        if at not in reached:
            continue
        for part in parts.get(look[at], ()):
            if look.startswith(part, at):
                end = at + len(part)
                reached[end] = reached.get(end, False) or reached[at] or part not in but
    return reached.get(len(look), False)


def _together(words: Iterable[str]) -> frozenset[str]:
    return frozenset("".join(_words(_look(word))) for word in words)


def _behind(before: Iterable[str], roles: Iterable[str]) -> frozenset[str]:
    return frozenset(word + role for word in before for role in roles if role.isascii())


_FILLER_LOOKS = _together(_FILLERS)
_RESPECT_LOOKS = _together(_RESPECT)
_ROLE_LOOKS = _together(_ROLES) | _behind(_together(_BEFORE_ROLES), _together(_ROLES))
_WHOLE_LOOKS = _ROLE_LOOKS | _together(_WHOLE_ROLES)
NOBODY = ReservedNames()
"""Only the names of roles are reserved."""
