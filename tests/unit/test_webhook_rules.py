"""When a webhook is tried again, when its endpoint is switched off, and how it is signed."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from server.access.sealing import Sealing, UnsealError
from server.webhooks.rules import PAUSES, TRIED_FOR, failure_of, next_try, off_reason
from server.webhooks.signing import as_text, headers_of, new_secret

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECRETS = ("one-secret-of-more-than-thirty-two-letters", "another-secret-of-as-many-letters-as-that")


def tries(chance: float) -> list[timedelta]:
    """When a delivery is tried that always fails, from its first try on."""
    found, now, attempts = [timedelta()], NOON, 1
    while (after := next_try(attempts, NOON, now, chance)) is not None:
        found.append(after - NOON)
        now, attempts = after, attempts + 1
    return found


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_a_delivery_is_tried_for_three_days_with_growing_pauses(chance: float) -> None:
    when = tries(chance)
    pauses = [after - before for before, after in itertools.pairwise(when)]
    assert when[-1] == TRIED_FOR
    assert pauses[: len(PAUSES)] == sorted(pauses[: len(PAUSES)])
    assert pauses[0] < timedelta(seconds=10)
    assert max(pauses) < timedelta(hours=24)
    assert 10 < len(when) < 25


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({next_try(3, NOON, NOON, chance / 10) for chance in range(10)}) == 10


def test_an_endpoint_that_asks_for_time_gets_it_within_the_three_days() -> None:
    assert next_try(1, NOON, NOON, 0.5, timedelta(hours=1)) == NOON + timedelta(hours=1)
    assert next_try(1, NOON, NOON + timedelta(hours=71), 0.5, timedelta(hours=24)) == NOON + TRIED_FOR


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (200, None),
        (204, None),
        (299, None),
        (301, "redirect"),
        (308, "redirect"),
        (404, "status"),
        (410, "gone"),
        (500, "status"),
    ],
)
def test_only_2xx_is_a_success(status: int, failure: str | None) -> None:
    assert failure_of(status) == failure


def test_an_endpoint_is_switched_off_at_once_when_gone_and_after_three_days_without_success() -> None:
    assert off_reason("gone", NOON, NOON) == "gone"
    assert off_reason("timeout", NOON, NOON + TRIED_FOR - timedelta(seconds=1)) is None
    assert off_reason("timeout", NOON, NOON + TRIED_FOR) == "dead"


def test_the_packages_of_the_specification_verify_our_signatures_by_either_secret() -> None:
    old, new, other = new_secret(), new_secret(), new_secret()
    body = '{"type":"order.paid","data":{"name":"エプロン"}}'
    now = int(datetime.now(UTC).timestamp())
    headers = headers_of("msg_1", now, body.encode(), [new, old])
    for secret in (old, new):
        assert as_text(secret).startswith("whsec_")
        assert Webhook(as_text(secret)).verify(body, headers)["type"] == "order.paid"
    with pytest.raises(WebhookVerificationError):
        Webhook(as_text(other)).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(as_text(new)).verify(body + " ", headers)


def test_what_is_sealed_opens_by_the_same_secret_for_the_same_purpose_alone() -> None:
    sealing = Sealing(SECRETS[0])
    sealed = sealing.seal(b"plain", "w_1")
    assert b"plain" not in sealed.encode()
    assert sealing.open(sealed, "w_1") == b"plain"
    assert sealing.seal(b"plain", "w_1") != sealed
    for wrong in (sealed, sealed[:-4] + "AAAA", "x", "", sealed.partition(".")[0] + ".é"):
        with pytest.raises(UnsealError):
            sealing.open(wrong, "w_2")
    with pytest.raises(UnsealError):
        Sealing(SECRETS[1]).open(sealed, "w_1")


def test_a_rotated_secret_opens_what_the_one_before_has_sealed_and_says_so() -> None:
    sealed = Sealing(SECRETS[0]).seal(b"plain", "w_1")
    rotated = Sealing(SECRETS[1], SECRETS[0])
    assert rotated.open(sealed, "w_1") == b"plain"
    assert rotated.is_old(sealed)
    assert not rotated.is_old(rotated.seal(b"plain", "w_1"))
