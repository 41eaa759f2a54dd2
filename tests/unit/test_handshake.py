"""The answer to an upgrade: who gets it, what is agreed on compression, and whatever bytes come instead of a request."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.exceptions import (
    DuplicateParameter,
    InvalidHeader,
    InvalidParameterName,
    InvalidParameterValue,
    NegotiationError,
)
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    ServerPerMessageDeflateFactory,
)
from websockets.headers import parse_extension
from websockets.protocol import State
from websockets.uri import parse_uri

from server.hosts import OWN_ORIGIN, Origins
from server.hub.handshake import Answer, BadHeadError, answer_upgrade, parse_headers, refuse

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
HEADERS = {
    b"host": b"showfloor.test",
    b"upgrade": b"websocket",
    b"connection": b"Upgrade",
    b"sec-websocket-version": b"13",
    b"sec-websocket-key": KEY,
}


def answer(*without: bytes, origins: Origins = OWN_ORIGIN, **headers: str) -> Answer:
    """The answer to a good request, without some headers and with others."""
    asked = {name: value for name, value in HEADERS.items() if name not in without}
    asked |= {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return answer_upgrade(asked, origins)


def status(found: Answer) -> int:
    return int(found.head.split(b" ", 2)[1])


def test_the_rfcs_own_key_gets_the_rfcs_own_answer() -> None:
    found = answer()
    assert found.accepted
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in found.head
    assert found.head.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"upgrade": "h2c"}, 426),
        ({"upgrade": ""}, 426),
        ({"connection": "keep-alive"}, 426),
        ({"sec_websocket_version": "8"}, 426),
        ({"sec_websocket_key": ""}, 400),
        ({"sec_websocket_key": "short"}, 400),
        ({"sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ"}, 400),
        ({"sec_websocket_key": "!!!!IHNhbXBsZSBub25jZQ=="}, 400),
        ({"sec_websocket_key": "dGhlIHNhbXBsZSBub25jZXMh"}, 400),
        ({"origin": "https://elsewhere.test"}, 403),
        ({"origin": "null"}, 403),
        ({"connection": "keep-alive, Upgrade"}, 101),
        ({"upgrade": "WebSocket"}, 101),
        ({"origin": "http://showfloor.test"}, 101),
        ({"origin": "https://showfloor.test"}, 403),
        ({"origin": "http://showfloor.test:8000"}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"origin": "https://shop.test"}, 101),
        ({"host": "Showfloor.TEST", "origin": "http://showfloor.test"}, 101),
        ({"host": ""}, 400),
        ({"host": "a, b"}, 400),
        ({"content_length": "0"}, 101),
        ({"content_length": "1"}, 400),
        ({"content_length": ""}, 400),
        ({"transfer_encoding": "chunked"}, 400),
    ],
)
def test_who_is_let_in(headers: dict[str, str], expected: int) -> None:
    found = answer(origins=Origins(["https://shop.test"]), **headers)
    assert (status(found), found.accepted) == (expected, expected == 101)


@pytest.mark.parametrize("name", HEADERS)
def test_every_header_of_the_handshake_is_needed(name: bytes) -> None:
    assert not answer(name).accepted


@pytest.mark.parametrize(
    ("offer", "agreed"),
    [
        ("permessage-deflate", ""),
        ("permessage-deflate; client_max_window_bits", ""),
        ("permessage-deflate; server_max_window_bits=15", "; server_max_window_bits=12"),
        ("permessage-deflate; server_max_window_bits=12", "; server_max_window_bits=12"),
        ("permessage-deflate; server_max_window_bits=9, permessage-deflate", ""),
        ("x-other, permessage-deflate", ""),
        ("permessage-deflate; server_max_window_bits=9", None),
        ("permessage-deflate; server_max_window_bits=x", None),
        ("permessage-deflate; server_max_window_bits", None),
        ("permessage-deflate; server_max_window_bits=16", None),
        ("permessage-deflate; server_max_window_bits=012", None),
        ("permessage-deflate; server_max_window_bits=" + "1" * 5000, None),
        ("permessage-deflate; server_max_window_bits=" + "1" * 5000 + ", permessage-deflate", ""),
        ('permessage-deflate; server_max_window_bits="12"', "; server_max_window_bits=12"),
        ("permessage-deflate; server_max_window_bits=12; server_max_window_bits=12", None),
        ("permessage-deflate; client_max_window_bits=10", ""),
        ("permessage-deflate; client_max_window_bits=7", None),
        ("permessage-deflate; client_max_window_bits=" + "9" * 5000, None),
        ("permessage-deflate; server_no_context_takeover; client_no_context_takeover", ""),
        ("permessage-deflate; server_no_context_takeover=1", None),
        ("permessage-deflate; client_no_context_takeover; client_no_context_takeover", None),
        ("permessage-deflate; unknown", None),
        ("permessage-deflate; unknown=1, permessage-deflate; client_max_window_bits", ""),
        ("permessage-deflate; server_max_window_bits_too=12", None),
        ("permessage-deflate; ", None),
        ("permessage-deflate permessage-deflate", None),
        ("permessage-deflate;=", None),
        ("PERMESSAGE-DEFLATE", ""),
        ("x-webkit-deflate-frame", None),
        ("", None),
    ],
)
def test_what_is_agreed_on_compression(offer: str, agreed: str | None) -> None:
    found = answer(sec_websocket_extensions=offer)
    assert found.accepted
    assert found.deflate == (agreed is not None)
    line = f"permessage-deflate; server_no_context_takeover; client_no_context_takeover{agreed}\r\n".encode()
    assert (b"Sec-WebSocket-Extensions: " in found.head) == found.deflate
    assert agreed is None or line in found.head


@pytest.mark.parametrize("bits", [None, 12, 15])
def test_the_librarys_client_accepts_what_is_answered(bits: int | None) -> None:
    factory = ClientPerMessageDeflateFactory(server_max_window_bits=bits, client_max_window_bits=True)
    client = ClientProtocol(parse_uri("ws://showfloor.test/v1/live"), extensions=[factory])
    client.send_request(client.connect())
    (request,) = client.data_to_send()
    headers = parse_headers(request.removesuffix(b"\r\n\r\n"))
    client.receive_data(answer_upgrade(headers).head)
    client.events_received()
    assert client.handshake_exc is None
    assert client.state is State.OPEN
    assert [extension.name for extension in client.extensions] == ["permessage-deflate"]


def test_repeated_headers_are_joined_and_names_have_no_case() -> None:
    head = b"GET /v1/live HTTP/1.1\r\nConnection: keep-alive\r\nCONNECTION:Upgrade \r\nHost:\ta"
    assert parse_headers(head) == {b"connection": b"keep-alive, Upgrade", b"host": b"a"}


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"GET /v1/live HTTP/1.0",
        b"GET /v1/live HTTP/2",
        b"GET  /v1/live HTTP/1.1",
        b"GET /v1/live HTTP/1.1\r\nno colon",
        b"GET /v1/live HTTP/1.1\r\n: no name",
        b"GET /v1/live HTTP/1.1\r\nname : value",
        b"GET /v1/live HTTP/1.1\r\nfolded: value\r\n more",
        b"GET /v1/live HTTP/1.1\r\na: b\nc: d",
        b"GET /v1/live HTTP/1.1\r\na: \0",
        b"GET /v1/live HTTP/1.1\r\na: \x01",
        b"GET /v1/live#a HTTP/1.1",
        b"GET /v1/live?\xe3 HTTP/1.1",
    ],
)
def test_what_is_no_request_is_refused(head: bytes) -> None:
    with pytest.raises(BadHeadError):
        parse_headers(head)


@given(st.binary(max_size=200))
def test_whatever_comes_as_a_head_is_parsed_or_refused(rest: bytes) -> None:
    try:
        headers = parse_headers(b"GET /v1/live HTTP/1.1\r\n" + rest)
    except BadHeadError:
        return
    assert all(name == name.lower() and b"\n" not in value for name, value in headers.items())
    assert not answer_upgrade(headers).accepted


@given(
    st.dictionaries(
        st.sampled_from([*sorted(HEADERS), b"origin", b"sec-websocket-extensions"]), st.binary(max_size=60)
    )
)
def test_whatever_the_headers_hold_there_is_one_answer(others: dict[bytes, bytes]) -> None:
    found = answer_upgrade(HEADERS | others)
    assert status(found) in {101, 400, 403, 426}
    assert found.accepted == (status(found) == 101)


_PARAMETERS = [
    b"server_no_context_takeover",
    b"client_no_context_takeover",
    b"client_max_window_bits",
    b"server_max_window_bits",
    b"x-unknown",
]
_values = st.one_of(
    st.just(b""),
    st.integers(0, 20).map(lambda bits: b"=%d" % bits),
    st.integers(1, 6000).map(lambda digits: b"=" + b"9" * digits),
    st.binary(max_size=8).map(lambda value: b"=" + value),
)
_offers = st.tuples(
    st.sampled_from([b"permessage-deflate", b"x-webkit-deflate-frame", b""]),
    st.lists(st.tuples(st.sampled_from(_PARAMETERS), _values), max_size=4),
).map(lambda offer: b";".join([offer[0], *(b" " + name + value for name, value in offer[1])]))


@given(st.lists(_offers, max_size=4).map(b", ".join))
def test_whatever_is_offered_is_agreed_to_where_the_library_would_agree(offers: bytes) -> None:
    """The library's server is the oracle, our window aside."""
    try:
        headers = parse_headers(
            b"GET /v1/live HTTP/1.1\r\n"
            + b"\r\n".join(b"%b: %b" % header for header in HEADERS.items())
            + b"\r\nSec-WebSocket-Extensions: "
            + offers
        )
    except BadHeadError:
        return
    found = answer_upgrade(headers)
    assert found.accepted
    whole = [offer.strip() for offer in offers.split(b",")]
    good = [offer for offer in whole if _meets_rfc_7692(offer)]
    assert found.deflate == bool(good)


def _meets_rfc_7692(offer: bytes) -> bool:
    """Whether the library's server would accept this offer, and its window is one of ours."""
    try:
        ((name, parameters),) = parse_extension(offer.decode("latin-1"))
        if name != "permessage-deflate":
            return False
        _, accepted = ServerPerMessageDeflateFactory().process_request_params(parameters, [])
    except (
        InvalidHeader,
        NegotiationError,
        InvalidParameterName,
        InvalidParameterValue,
        DuplicateParameter,
        ValueError,
    ):
        return False
    return accepted.local_max_window_bits >= 12


def test_a_refusal_says_when_to_come_back_and_closes() -> None:
    found = refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too many", retry_after_seconds=5)
    assert found.head.startswith(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n")
    assert b"Connection: close" in found.head
    assert found.head.endswith(b"\r\n\r\n")
    assert found.body == b"too many"
