"""The names that requests may be for, and the origins they may come from: what the headers may hold, and which are ours."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from server.doctor.finding import State
from server.doctor.machine import examine_hosts
from server.hosts import OWN_ORIGIN, Host, Hosts, Origins, parse_host
from server.settings import Settings


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("shop.example", Host("shop.example", None)),
        ("SHOP.Example.", Host("shop.example", None)),
        ("shop.example:", Host("shop.example", None)),
        ("shop.example:8443", Host("shop.example", 8443)),
        ("server-1:8000", Host("server-1", 8000)),
        ("my_service", Host("my_service", None)),
        ("127.0.0.1:80", Host("127.0.0.1", 80)),
        ("[::1]", Host("[::1]", None)),
        ("[0:0:0:0:0:0:0:1]:8000", Host("[::1]", 8000)),
        ("[2001:DB8::1]", Host("[2001:db8::1]", None)),
    ],
)
def test_what_a_host_header_names(value: str, host: Host) -> None:
    assert parse_host(value) == parse_host(value.encode()) == host


NO_HOSTS = (
    ["", " ", "a b", "a,b", "a, b", "a/b", "a@b", "a:b", "a:-1", "a:65536", "a:8:0", "::1", "[::1", "[::1]x"]  # noqa: RUF005
    + ["[::g]", "[::1%eth0]", "[]", ":80", ".", "..", ".a", "a..b", "a\t", "a\n", "a\0", "a?b", "a#b", '"a"']
    + ["<a>", "http://a", "あ", "\xff"]
)


@pytest.mark.parametrize("value", [*NO_HOSTS, "a" * 300])
def test_what_names_no_host(value: str) -> None:
    assert parse_host(value) is None
    assert Hosts().refusal(value.encode()) == 400


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("shop.example", None),
        ("SHOP.example:9000", None),
        ("www.shop.example", 421),
        ("live.shop.example", 421),
        ("a.stage.example", None),
        ("a.b.stage.example:81", None),
        ("stage.example", 421),
        ("notstage.example", 421),
        ("admin.example:8443", None),
        ("admin.example", 421),
        ("admin.example:8444", 421),
        ("plain.example", None),
        ("plain.example:443", None),
        ("[::1]", None),
        ("[0::1]:8000", None),
        ("[::2]", 421),
        ("[2001:db8::1]:99", None),
        ("", 400),
        ("a b", 400),
    ],
)
def test_which_names_are_ours(value: str, status: int | None) -> None:
    entries = [
        "shop.example",
        "*.stage.example",
        "admin.example:8443",
        "plain.example:443",
        "[::1]",
        "2001:DB8::1",
    ]
    assert Hosts(entries).refusal(value.encode()) == status


def test_a_request_that_names_nobody_is_malformed() -> None:
    assert Hosts().refusal(None) == Hosts(["shop.example"]).refusal(None) == 400


@given(st.binary(max_size=80))
def test_whatever_a_host_header_holds_it_is_ours_or_refused(value: bytes) -> None:
    assert Hosts().refusal(value) in (None, 400)
    assert Hosts(["shop.example"]).refusal(value) in (None, 400, 421)


@pytest.mark.parametrize("entry", ["https://shop.example", "shop.example/", "*", "*shop.example", "", "a b"])
def test_a_setting_that_is_no_host_is_refused(entry: str) -> None:
    with pytest.raises(ValidationError, match="is no host name"):
        Settings(hosts=[entry])


def test_the_doctor_says_that_any_name_is_answered() -> None:
    assert examine_hosts(Settings()).state is State.ADVICE
    named = examine_hosts(Settings(hosts=["shop.example"]))
    assert (named.state, named.what) == (State.FINE, "shop.example")


OURS = Origins(["https://shop.example", "http://localhost:5173"])


@pytest.mark.parametrize(
    ("origin", "host", "scheme", "allowed"),
    [
        ("http://live.example", "live.example", "http", True),
        ("HTTP://Live.Example", "live.example.", "http", True),
        ("http://live.example", "live.example:80", "http", True),
        ("https://live.example", "live.example:443", "https", True),
        ("https://live.example", "live.example", "https", True),
        ("https://live.example", "live.example", None, True),
        ("http://[::1]:8000", "[0::1]:8000", "http", True),
        ("https://shop.example", "live.example", "http", True),
        ("https://shop.example:443", "live.example", "https", True),
        ("http://localhost:5173", "live.example", "http", True),
        ("https://live.example", "live.example", "http", False),
        ("http://live.example", "live.example", "https", False),
        ("ftp://live.example", "live.example", "http", False),
        ("ftp://live.example", "live.example", None, False),
        ("http://live.example:8000", "live.example", "http", False),
        ("http://live.example", "live.example:8000", "http", False),
        ("http://evil.example", "live.example", "http", False),
        ("http://live.example.evil.example", "live.example", "http", False),
        ("http://shop.example", "live.example", "http", False),
        ("https://shop.example:8443", "live.example", "http", False),
        ("http://localhost", "live.example", "http", False),
        ("null", "", "http", False),
        ("null", "null", "http", False),
        ("", "", "http", False),
        ("http://", "", "http", False),
        ("live.example", "live.example", "http", False),
        ("://live.example", "live.example", "http", False),
        ("http://live.example/", "live.example", "http", False),
        ("http://me@live.example", "live.example", "http", False),
        ("http://live.example, http://live.example", "live.example", "http", False),
    ],
)
def test_which_pages_may_open_a_door(origin: str, host: str, scheme: str | None, allowed: bool) -> None:
    assert OURS.allow({b"origin": origin.encode(), b"host": host.encode()}, scheme) is allowed


@pytest.mark.parametrize(
    ("site", "allowed"),
    [(None, True), (b"none", True), (b"same-origin", True), (b"same-site", False), (b"cross-site", False)],
)
def test_an_address_in_somebody_elses_page_opens_nothing(site: bytes | None, allowed: bool) -> None:
    headers = {b"host": b"live.example"} | ({} if site is None else {b"sec-fetch-site": site})
    assert OWN_ORIGIN.allow(headers, "http") is allowed


@given(st.binary(max_size=80), st.binary(max_size=80), st.sampled_from(["http", "https", None]))
def test_whatever_an_origin_header_holds_it_is_ours_or_refused(
    origin: bytes, host: bytes, scheme: Any
) -> None:
    """What is let in says the name that the request is for, or one that is allowed."""
    if OURS.allow({b"origin": origin, b"host": host}, scheme):
        named = origin.lower().partition(b"://")[2]
        assert named.partition(b":")[0].strip(b".") in (
            host.lower().partition(b":")[0].strip(b"."),
            b"shop.example",
        )


@pytest.mark.parametrize(
    "entry", ["shop.example", "https://shop.example/", "null", "*", "ws://shop.example", ""]
)
def test_a_setting_that_is_no_origin_is_refused(entry: str) -> None:
    with pytest.raises(ValidationError, match="origin"):
        Settings(origins=[entry])
