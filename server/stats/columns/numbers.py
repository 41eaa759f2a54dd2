"""People of several shows by one numbering, from 0 on: those who have no number yet get one behind all others. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from server.stats.columns.rows import LABELS, NARROW, WHOS, Column, ShowRows

_LISTS: Final = {
    "who": "",
    "sold.who": "sold.",
    "paid.who": "paid.",
    "asked.who": "asked.",
    "gone.who": "gone.",
    "scored.who": "scored.",
}
_WHOS: Final = (*WHOS, "gone.who", "elsewhere.who", "scored.who")
_OF_ROWS: Final = frozenset(("who", "flags", "watched_us", "known_by", *NARROW, *LABELS))


def numbered(shows: Sequence[ShowRows]) -> list[ShowRows]:
    """Return the shows with nobody's number negative, and rows and `sold` in the order of the numbers."""
    strangers, top = strangers_in(shows)
    if not len(strangers):
        return list(shows)
    return [_renumbered(show, strangers, top) for show in shows]


def strangers_in(shows: Sequence[ShowRows]) -> tuple[Column, int]:
    """Return the negative numbers that there are, ascending, and the number that the first of them gets instead."""
    whos = [show[name] for show in shows for name in _WHOS if name in show.arrays and len(show[name])]
    # All of them are ascending.
    strangers = np.unique(
        np.concatenate([each[: np.searchsorted(each, 0)] for each in whos] or [np.empty(0, np.int64)])
    )
    return strangers, max(0, *(int(each[-1]) + 1 for each in whos)) if whos else 0


def _renumbered(show: ShowRows, strangers: Column, top: int) -> ShowRows:
    arrays = dict(show.arrays)
    for name in _WHOS:
        if len(arrays.get(name, ())) and arrays[name][0] < 0:
            who = arrays[name]
            arrays[name] = np.where(who < 0, top + np.searchsorted(strangers, who), who)
            order = _sort(arrays, name)
            if name == "who":
                _sort_acts(arrays, order)
    return replace(show, arrays=arrays)


def _sort(arrays: dict[str, Column], name: str) -> Column:
    """Sort a list by whom it is about, with all that stands beside; return the order."""
    order = np.argsort(arrays[name], kind="stable")
    prefix = _LISTS.get(name)
    beside = [name] if prefix is None else [each for each in arrays if _is_beside(each, prefix)]
    for each in beside:
        arrays[each] = arrays[each][order]
    return order


def _sort_acts(arrays: dict[str, Column], order: Column) -> None:
    """Let the lines of `acts` be about the rows where these stand now."""
    if "acts.row" not in arrays:
        return
    now = np.empty(len(order), np.uint32)
    now[order] = np.arange(len(order), dtype=np.uint32)
    rows = now[arrays["acts.row"]]
    lines = np.argsort(rows)
    for name in [each for each in arrays if each.startswith("acts.")]:
        arrays[name] = (rows if name == "acts.row" else arrays[name])[lines]


def _is_beside(name: str, prefix: str) -> bool:
    return name in _OF_ROWS if prefix == "" else name.startswith(prefix)
