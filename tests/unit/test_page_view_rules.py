"""What a page may say of its opening, and what is kept of it."""

import json

import pytest

from server.errors import RefusedError
from server.protocol.codes import Code
from server.visits.rules import host_in, read_opened


def refused(body: bytes) -> Code:
    with pytest.raises(RefusedError) as error:
        read_opened(body)
    return error.value.code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", Code.BAD_JSON),
        (b"\xff", Code.BAD_JSON),
        (b"{", Code.BAD_JSON),
        (b'{"x":' + b"[" * 5_000, Code.BAD_JSON),
        (b"[]", Code.INVALID),
        (b"{}", Code.INVALID),
        (b'{"page":"viewer"}', Code.INVALID),
        (b'{"page":"viewer","channel":"c"}', Code.INVALID),
        (b'{"page":"channel","show":"s"}', Code.INVALID),
        (b'{"page":"viewer","show":"s","channel":"c"}', Code.INVALID),
        (b'{"page":"other","show":"s"}', Code.INVALID),
        (b'{"page":"viewer","show":"a b"}', Code.INVALID),
        (b'{"page":"viewer","show":"s","age_ms":-1}', Code.INVALID),
        (b'{"page":"viewer","show":"s","source":7}', Code.INVALID),
        (json.dumps({"page": "viewer", "show": "s", "source": "x" * 513}).encode(), Code.INVALID),
        (b'{"page":"viewer","show":"s","x":"' + b"x" * 9_000 + b'"}', Code.TOO_LARGE),
    ],
)
def test_what_is_no_page_view_has_a_code(body: bytes, code: Code) -> None:
    assert refused(body) is code


def test_what_is_not_known_is_passed_over() -> None:
    opened = read_opened(b'{"page":"viewer","show":"s","later":[1]}')
    assert (opened.page, opened.show, opened.source) == ("viewer", "s", None)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.Example.com/path?who=anna@example.com#x", "example.com"),
        ("https://anna:secret@blog.example:8443/a", "blog.example"),
        ("news.example", "news.example"),
        ("android-app://com.example.app/", "com.example.app"),
        ("http://[2001:db8::1]:80/", "[2001:db8::1]"),
        ("https://own.example/elsewhere", None),
        ("https://exa mple/", None),
        ("javascript:alert(1)", None),
        ("//", None),
        ("", None),
        (None, None),
    ],
)
def test_of_an_address_the_host_alone_is_kept(address: str | None, host: str | None) -> None:
    assert host_in(address, "own.example") == host
