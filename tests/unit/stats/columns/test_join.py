"""Who came back is found by the last and the next show of each person; holding each two rows against each other finds the same."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.stats.columns import flags as f
from server.stats.columns import join
from server.stats.columns.join import Channel, Placed, join_block
from server.stats.columns.rows import ShowRows
from server.stats.columns.scored import Scored

PEOPLE = 3
W = 4
moments = st.integers(0, 8)
kinds = st.sampled_from(
    [f.KNOWN | f.NO_GUEST, f.KNOWN | f.GUEST | f.CONSENT, f.KNOWN | f.GUEST, f.GUEST, f.NOBODY | f.NO_GUEST]
)
row = st.tuples(st.integers(0, PEOPLE - 1), kinds, st.booleans(), moments)
shows = st.lists(st.tuples(moments, st.lists(row, unique_by=lambda each: each[0])), min_size=1, max_size=6)
Shows = list[tuple[int, list[tuple[int, int, bool, int]]]]


def channel_of(shows: Shows) -> Channel:
    none = np.empty(0, np.int64)
    placed = [
        Placed(_rows(rows), start, start, np.empty(0, bool))
        for start, rows in sorted(shows, key=lambda each: each[0])
    ]
    return Channel(placed, W, none, none, none, Scored.none())


def _rows(rows: list[tuple[int, int, bool, int]]) -> ShowRows:
    ordered = sorted(rows)
    flags = [_flags(kind, viewed=viewed) for _, kind, viewed, _ in ordered]
    arrays: dict[str, Any] = {
        "who": np.array([who for who, *_ in ordered], np.int32),
        "flags": np.array(flags, np.uint16),
        "known_by": np.array([at for *_, at in ordered], np.int64),
        "sold.who": np.empty(0, np.int32),
        "sold.first_at": np.empty(0, np.int64),
    }
    return ShowRows(arrays, {}, "JPY")


def _flags(kind: int, *, viewed: bool) -> int:
    if not viewed:
        return kind & ~f.NO_GUEST
    return kind | f.VIEWED | (f.SEEN if kind & f.KNOWN else 0)


@given(shows)
def test_the_last_and_the_next_show_are_enough_unless_somebody_is_tangled(shows: Shows) -> None:
    channel = channel_of(shows)
    quick = join_block(channel, 0, PEOPLE)
    slow = join_block(channel, 0, PEOPLE)
    join._untangle(channel, slow, np.ones(PEOPLE, bool))
    assert [each.bits.tolist() for each in quick] == [each.bits.tolist() for each in slow]


@given(shows, st.integers(1, PEOPLE))
def test_in_whatever_blocks_people_are_taken(shows: Shows, size: int) -> None:
    channel = channel_of(shows)
    whole = join_block(channel, 0, PEOPLE)
    blocks = [join_block(channel, first, min(first + size, PEOPLE)) for first in range(0, PEOPLE, size)]
    for i, each in enumerate(whole):
        assert [bits for block in blocks for bits in block[i].bits.tolist()] == each.bits.tolist()
