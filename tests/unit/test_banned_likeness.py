"""Who is likely somebody who is banned, as a rule: by the device, and by an address that few share."""

import math

import pytest

from server.hub.sightings import KEPT_SECONDS, SIGHTINGS_MAX, Seen, Sightings
from server.ids import made_at, new_id
from server.sanctions.likeness import (
    ADDRESS_SECONDS,
    DEVICE_SECONDS,
    SHARERS_MAX,
    STRICT_SECONDS,
    Likeness,
    Mark,
    Marks,
    Signal,
    Somebody,
    Wary,
    tells,
    until,
)

MARKS = Marks("a secret")
GIVEN, NOW = 1_000.0, 1_060.0
HOST, DEVICE = "203.0.113.7", "device-of-theirs"
PUBLIC = "8.8.4.4"


def wary(signal: Signal, value: str, *, strict: bool = False, ends: float = math.inf) -> Wary:
    return Wary(MARKS, "demo", [Mark("sn_1", signal, MARKS.of("demo", signal, value), GIVEN, ends, strict)])


def look(
    wary: Wary,
    *,
    guest: bool = True,
    made: float = NOW,
    host: str = PUBLIC,
    device: str = "",
    sharers: int = 1,
) -> Likeness | None:
    return wary.look(Somebody(guest, made, host, device), NOW, lambda: sharers)


def test_a_mark_is_of_one_channel_one_signal_and_one_secret() -> None:
    mark = MARKS.of("demo", "device", DEVICE)
    others = (
        MARKS.of("other", "device", DEVICE),
        MARKS.of("demo", "address", DEVICE),
        Marks("another").of("demo", "device", DEVICE),
    )
    assert mark == MARKS.of("demo", "device", DEVICE)
    assert mark not in others
    assert DEVICE not in mark


def test_a_guest_of_the_same_device_is_like_them_and_out_where_staff_said_so() -> None:
    assert look(wary("device", DEVICE), device=DEVICE, made=0) == Likeness("sn_1", "device", barred=False)
    assert look(wary("device", DEVICE), device="another") is None
    assert look(wary("device", DEVICE), device=DEVICE, guest=False) is None
    strict = wary("device", DEVICE, strict=True)
    assert look(strict, device=DEVICE, guest=False) == Likeness("sn_1", "device", barred=True)


@pytest.mark.parametrize(
    ("made", "sharers", "found"),
    [
        (GIVEN + 1, 1, True),
        (GIVEN + 1, SHARERS_MAX, True),
        (GIVEN + 1, SHARERS_MAX + 1, False),
        (GIVEN - 1, 1, False),
    ],
)
def test_of_an_address_only_the_new_are_like_them_and_only_where_few_share_it(
    made: float, sharers: int, found: bool
) -> None:
    like = look(wary("address", PUBLIC), made=made, sharers=sharers)
    assert like == (Likeness("sn_1", "address", barred=False) if found else None)


def test_an_address_that_staff_shut_out_is_shut_to_all_guests_and_to_nobody_who_is_known() -> None:
    strict = wary("address", PUBLIC, strict=True)
    assert look(strict, made=0, sharers=100) == Likeness("sn_1", "address", barred=True)
    assert look(strict, guest=False) is None


def test_what_is_over_tells_nothing() -> None:
    assert look(wary("device", DEVICE, ends=NOW), device=DEVICE) is None
    assert not Wary(MARKS, "demo", [])


@pytest.mark.parametrize(
    ("host", "told"),
    [
        (PUBLIC, True),
        ("2001:4860:1:2::/64", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("local", False),
    ],
)
def test_an_address_of_a_private_network_tells_nobody_from_others(host: str, told: bool) -> None:
    assert tells(host) is told


def test_a_mark_is_kept_for_a_time_and_never_longer_than_its_ban() -> None:
    assert until("device", GIVEN, None, strict=False) == GIVEN + DEVICE_SECONDS
    assert until("address", GIVEN, None, strict=False) == GIVEN + ADDRESS_SECONDS
    assert until("address", GIVEN, None, strict=True) == GIVEN + STRICT_SECONDS
    assert until("device", GIVEN, GIVEN + 60, strict=True) == GIVEN + 60


def test_who_has_left_is_remembered_for_half_an_hour_and_so_many_are() -> None:
    sightings, seen = Sightings(), Seen(HOST, DEVICE)
    sightings.note("v_first", seen, NOW)
    assert sightings.find("v_first", NOW + KEPT_SECONDS) == seen
    assert sightings.find("v_first", NOW + KEPT_SECONDS + 1) is None
    assert sightings.find("v_other", NOW) is None
    for n in range(SIGHTINGS_MAX):
        sightings.note(f"v_{n}", seen, NOW)
    assert sightings.find("v_first", NOW) is None
    sightings.forget_old(NOW + KEPT_SECONDS + 1)
    assert sightings.find(f"v_{SIGHTINGS_MAX - 1}", NOW) is None


def test_an_id_tells_when_it_was_made_if_it_was_made_here() -> None:
    assert made_at(new_id("v")) > 1_700_000_000
    assert made_at("c_by-the-shop") == 0.0
