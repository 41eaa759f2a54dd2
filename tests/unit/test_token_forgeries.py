"""The verifier, attacked: whatever comes is refused or was signed by us, and nothing that comes makes it raise anything else."""

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.access.tokens import Tokens
from server.clock import ManualClock, to_wire
from server.errors import RefusedError
from server.protocol.codes import Code

SECRET = "a-secret-of-more-than-thirty-two-characters"
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SECONDS = int(NOON.timestamp())
GOOD: dict[str, Any] = {
    "iss": "showfloor",
    "aud": "showfloor",
    "typ": "access",
    "sub": "v_1",
    "ch": "demo",
    "role": "host",
    "name": "Mika",
    "iat": SECONDS,
    "exp": SECONDS + 60,
}
REFUSALS = {Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED}
TOKENS = Tokens(SECRET, ManualClock(NOON))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
extremes = st.sampled_from(
    [10**30, -1, 2**31, 2**53, 2**63, 2**64, -(10**30), 1e300, 253_402_300_799, 253_402_300_800, "1e9", True]
)
fields = st.sampled_from([*GOOD, "guest", "rem", "rem_at", "jti", "sid", "auth_time", "nbf"])


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(payload: bytes, header: bytes = b'{"alg":"HS256","typ":"JWT"}', secret: str = SECRET) -> str:
    """A token with whatever in it, rightly signed."""
    unsigned = f"{base64url(header)}.{base64url(payload)}"
    return f"{unsigned}.{base64url(hmac.digest(secret.encode(), unsigned.encode(), 'sha256'))}"


def outcome(token: str) -> str:
    """Whose token it is, or the code of its refusal; anything else that is raised fails the test."""
    try:
        identity = TOKENS.verify(token)
    except RefusedError as refused:
        return refused.code.value if refused.code in REFUSALS else "another refusal"
    to_wire(identity.expires_at)  # what is done with a bearer's end next
    TOKENS.verify(TOKENS.sign(TOKENS.renew(identity)))
    return identity.viewer_id


@given(st.text() | st.lists(st.text(), min_size=2, max_size=4).map(".".join))
def test_no_text_is_a_token(text: str) -> None:
    assert outcome(text) == "unauthenticated"


@given(st.binary())
def test_no_payload_but_ours_is_believed_however_well_it_is_signed(payload: bytes) -> None:
    assert outcome(signed(payload)) == "unauthenticated"


@given(json_values)
def test_no_json_but_ours_is_believed_however_well_it_is_signed(value: Any) -> None:
    assert outcome(signed(json.dumps(value).encode())) == "unauthenticated"


@given(st.dictionaries(fields, json_values | extremes, max_size=4), st.sets(fields, max_size=2))
def test_claims_of_any_type_and_size_are_refused_or_mean_what_they_say(
    others: dict[str, Any], missing: set[str]
) -> None:
    claims = {name: value for name, value in (GOOD | others).items() if name not in missing}
    assert outcome(signed(json.dumps(claims).encode())) in [*REFUSALS, claims.get("sub")]


other_headers = st.binary() | json_values.map(lambda value: json.dumps(value).encode())


@given(other_headers.filter(lambda header: b'"HS256"' not in header))
def test_a_header_that_does_not_name_our_algorithm_is_refused(header: bytes) -> None:
    assert outcome(signed(json.dumps(GOOD).encode(), header)) == "unauthenticated"


@given(st.integers(0, 10**4), st.integers(1, 255))
def test_a_token_with_one_character_changed_or_cut_off_is_refused(place: int, change: int) -> None:
    token = signed(json.dumps(GOOD).encode())
    at = place % len(token)
    changed = token[:at] + chr((ord(token[at]) + change) % 256) + token[at + 1 :]
    assert outcome(changed) == "unauthenticated"
    assert outcome(token[:at]) == "unauthenticated"


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 100_000,
        b'{"exp":' * 50_000,
        json.dumps(GOOD).replace(f"{SECONDS + 60}", "1" + "0" * 5000).encode(),
        json.dumps(GOOD).replace(f"{SECONDS + 60}", "1e400").encode(),
        json.dumps(GOOD).replace(f"{SECONDS + 60}", "NaN").encode(),
        json.dumps(GOOD | {"sub": "v\0"}).encode(),
        json.dumps(GOOD | {"name": "\ud800"}).encode(),
        json.dumps(GOOD).encode("utf-16"),
        b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
    ],
)
def test_a_payload_that_breaks_readers_is_refused(payload: bytes) -> None:
    assert outcome(signed(payload)) == "unauthenticated"


@pytest.mark.parametrize("exp", [10**30, 2**63, 253_402_300_800, -1])
def test_an_end_that_no_calendar_has_is_refused(exp: int) -> None:
    assert outcome(signed(json.dumps(GOOD | {"exp": exp}).encode())) == "unauthenticated"


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"none"}',
        b'{"alg":"HS512","typ":"JWT"}',
        b'{"alg":"HS256","crit":["exp"]}',
        b'{"alg":["HS256"]}',
        b"[" * 50_000,
    ],
)
def test_a_header_of_another_kind_is_refused(header: bytes) -> None:
    assert outcome(signed(json.dumps(GOOD).encode(), header)) == "unauthenticated"


def test_a_token_that_another_library_signed_with_our_secret_is_believed() -> None:
    assert outcome(signed(json.dumps(GOOD).encode(), b'{"typ":"JWT","alg":"HS256","kid":"1"}')) == "v_1"


def test_what_is_not_valid_yet_is_refused() -> None:
    assert outcome(signed(json.dumps(GOOD | {"nbf": SECONDS + 5}).encode())) == "unauthenticated"
    assert outcome(signed(json.dumps(GOOD | {"nbf": SECONDS}).encode())) == "v_1"


def test_two_secrets_are_believed_while_one_is_rotated_and_the_new_one_signs() -> None:
    clock = ManualClock(NOON)
    before, after = "the-secret-before-0123456789-abcdefgh", "the-secret-after-9876543210-hgfedcba"
    rotating, done = Tokens(after, clock, old_secret=before), Tokens(after, clock)
    old = Tokens(before, clock).sign(rotating.new_member("demo", "host", name="Mika"))
    held = rotating.verify(old)
    assert held.name == "Mika"
    assert done.verify(rotating.sign(rotating.renew(held))).viewer_id == held.viewer_id
    with pytest.raises(RefusedError):
        done.verify(old)
