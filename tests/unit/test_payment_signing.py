"""A webhook is believed when its provider has signed it, and a moment ago."""

from datetime import UTC, datetime, timedelta

import pytest

from server.payments.provider import UnsignedError
from server.payments.signing import REPLAY_SECONDS, require_signed
from server.webhooks.signing import headers_of

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
KEY, OTHER, BODY = b"k" * 32, b"o" * 32, b'{"type":"succeeded"}'


def signed(*keys: bytes, at: datetime = NOW) -> dict[str, str]:
    return headers_of("ev_1", int(at.timestamp()), BODY, keys)


def test_what_was_signed_within_the_window_is_believed() -> None:
    for seconds in (-REPLAY_SECONDS, 0, REPLAY_SECONDS):
        at = NOW + timedelta(seconds=seconds)
        assert require_signed(signed(OTHER, KEY, at=at), BODY, KEY, NOW) == "ev_1"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(OTHER),
        signed(KEY, at=NOW - timedelta(seconds=REPLAY_SECONDS + 1)),
        signed(KEY, at=NOW + timedelta(seconds=REPLAY_SECONDS + 1)),
        signed(KEY) | {"webhook-id": "ev_2"},
        signed(KEY) | {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        signed(KEY) | {"webhook-timestamp": "9" * 5000},
        signed(KEY) | {"webhook-timestamp": "²"},
        signed(KEY) | {"webhook-signature": signed(KEY)["webhook-signature"].removeprefix("v1,")},
        signed(KEY) | {"webhook-signature": "v1,日本"},
    ],
)
def test_anything_else_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(UnsignedError):
        require_signed(headers, BODY, KEY, NOW)


def test_another_body_under_the_same_signature_is_refused() -> None:
    with pytest.raises(UnsignedError):
        require_signed(signed(KEY), BODY + b" ", KEY, NOW)
