"""A worker that takes as many messages as it may knows that there are more."""

from datetime import UTC, datetime, timedelta

import pytest

from server.mail.pacing import AHEAD, Due, listed_max, slots_for

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
NONE = timedelta(0)


@pytest.mark.parametrize("most", [1, 2, 16])
@pytest.mark.parametrize("pause", [NONE, AHEAD / 100, AHEAD / 3, AHEAD * 2])
def test_of_one_domain_enough_is_looked_at_to_see_that_there_is_more(most: int, pause: timedelta) -> None:
    pauses = (NONE, pause)
    due = [Due(f"m_{n}", "mail.example", NOW) for n in range(listed_max(pauses, most))]
    slots = slots_for(due, NOW, NOW, pauses, most)
    assert slots.next_at is not None
    assert 1 <= len(slots.at) <= most
    assert slots_for(due[:1], NOW, NOW, pauses, most).next_at is None
