"""The names that requests may be for: what a Host header may hold, and which names are ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from server.doctor.finding import State
from server.doctor.machine import examine_hosts
from server.hosts import Host, Hosts, parse_host
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
