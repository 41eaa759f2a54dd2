"""Codes of share links: signed for a channel, good for a time, and never anybody's reason not to get in."""

from datetime import UTC, datetime, timedelta

import pytest

from server.clock import ManualClock
from server.viewers.share_codes import ShareCodes, Shared

SECRET, OTHER = "one secret of the tests, long enough", "another secret of the tests, as long"
DAYS = timedelta(days=30)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


def codes(clock: ManualClock, secret: str = SECRET, old: str | None = None) -> ShareCodes:
    return ShareCodes(secret, clock, old_secret=old, lasts=DAYS)


def test_a_code_is_believed_in_its_channel_and_is_an_id_on_the_wire(clock: ManualClock) -> None:
    code = codes(clock).make("shop")
    assert len(code) <= 40
    assert codes(clock).read(code, "shop") == Shared(code, None)
    assert codes(clock).read(None, "shop") == Shared(None, None)


def test_a_code_of_another_channel_or_another_server_is_not_ours(clock: ManualClock) -> None:
    code = codes(clock).make("shop")
    assert codes(clock).read(code, "elsewhere") == Shared(None, "not_ours")
    assert codes(clock, OTHER).read(code, "shop") == Shared(None, "not_ours")
    assert codes(clock, OTHER, old=SECRET).read(code, "shop") == Shared(code, None)


def test_whatever_is_changed_in_a_code_is_seen(clock: ManualClock) -> None:
    code = codes(clock).make("shop")
    for place in range(2, len(code)):
        changed = code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :]
        assert codes(clock).read(changed, "shop") == Shared(None, "not_ours"), place
    for broken in ("s_" + "A" * 36, code[:-1] + "é", "s_" + "=" * 36, "s_" + "A" * 35 + "="):
        assert codes(clock).read(broken, "shop") == Shared(None, "not_ours")


def test_a_code_ends_with_its_time(clock: ManualClock) -> None:
    code = codes(clock).make("shop")
    clock.at += DAYS - timedelta(minutes=1)
    assert codes(clock).read(code, "shop") == Shared(code, None)
    clock.at += timedelta(minutes=2)
    assert codes(clock).read(code, "shop") == Shared(None, "expired")


def test_a_link_that_this_device_has_made_brings_nobody(clock: ManualClock) -> None:
    code = codes(clock).make("shop")
    assert codes(clock).read(code, "shop", same_device=True) == Shared(None, "same_device")


def test_a_code_of_before_is_left_to_the_ledger(clock: ManualClock) -> None:
    assert codes(clock).read("s_0123", "shop") == Shared("s_0123", None)
