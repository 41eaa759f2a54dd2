"""Tokens: what is signed comes back, and nothing else is believed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from server.access.roles import ROLES, Role
from server.access.tokens import Identity, SignInEnds, Tokens
from server.clock import ManualClock
from server.errors import RefusedError
from server.protocol.codes import Code

SECRET = "a-secret-of-more-than-sixty-four-characters-so-that-hs512-likes-it-too"
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def tokens(clock: ManualClock) -> Tokens:
    return Tokens(SECRET, clock)


def claims(**others: Any) -> dict[str, Any]:
    """What a good token of ours holds, with `others` put in its place."""
    good = {
        "iss": "showfloor",
        "aud": "showfloor",
        "typ": "access",
        "sub": "v_1",
        "ch": "demo",
        "role": "viewer",
        "name": "Aki",
        "iat": int(NOON.timestamp()),
        "exp": int(NOON.timestamp()) + 60,
    }
    return {name: value for name, value in (good | others).items() if value is not None}


def sign(payload: dict[str, Any], secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(payload, secret, algorithm=algorithm)


def refusal_of(tokens: Tokens, token: str) -> Code:
    with pytest.raises(RefusedError) as refused:
        tokens.verify(token)
    return refused.value.code


def test_an_identity_survives_signing(tokens: Tokens) -> None:
    host = tokens.new_member("demo", "host", name="Mika")
    assert tokens.verify(tokens.sign(host)) == host


def test_a_guest_ends_after_a_day(tokens: Tokens, clock: ManualClock) -> None:
    token = tokens.sign(tokens.new_guest("demo", name=None, remember=False))
    clock.at = NOON + timedelta(hours=24, seconds=-1)
    assert tokens.verify(token).guest
    clock.at = NOON + timedelta(hours=24)
    assert refusal_of(tokens, token) is Code.TOKEN_EXPIRED


def test_a_remembered_guest_lasts_and_keeps_the_id(tokens: Tokens, clock: ManualClock) -> None:
    guest = tokens.new_guest("demo", name="  Aki \u202e ", remember=True)
    assert guest.remembered
    assert guest.name == "Aki"
    clock.at = NOON + timedelta(days=80)
    renewed = tokens.renew(tokens.verify(tokens.sign(guest)))
    assert renewed.viewer_id == guest.viewer_id
    assert renewed.expires_at > guest.expires_at


def test_a_guest_who_agrees_later_stays_the_same_viewer(tokens: Tokens) -> None:
    guest = tokens.new_guest("demo", name=None, remember=False)
    revised = tokens.revised(guest, name=" Aki ", remember=True)
    assert (revised.viewer_id, revised.name, revised.remembered) == (guest.viewer_id, "Aki", True)
    assert revised.expires_at > guest.expires_at
    assert tokens.revised(revised, name="Aki", remember=None) is revised
    assert tokens.revised(revised, name=None, remember=True) is revised


def test_a_guest_who_agrees_no_longer_has_a_day_left(tokens: Tokens) -> None:
    guest = tokens.new_guest("demo", name="Aki", remember=True)
    revised = tokens.revised(guest, name=None, remember=False)
    assert (revised.viewer_id, revised.name, revised.remembered) == (guest.viewer_id, "Aki", False)
    assert revised.expires_at == NOON + timedelta(hours=24)
    assert tokens.renew(revised).expires_at == NOON + timedelta(hours=24)
    assert tokens.revised(revised, name=None, remember=False) is revised


def test_nobody_but_a_guest_is_revised(tokens: Tokens) -> None:
    moderator = tokens.new_member("demo", "moderator", name="Sora", viewer_id="m_1")
    assert tokens.revised(moderator, name="Host", remember=True) is moderator


def test_renewing_adds_no_rights(tokens: Tokens) -> None:
    moderator = tokens.new_member("demo", "moderator", name="Sora", viewer_id="m_1")
    renewed = tokens.renew(moderator)
    assert (renewed.role, renewed.channel_id, renewed.viewer_id) == ("moderator", "demo", "m_1")


def test_two_guests_are_two_viewers(tokens: Tokens) -> None:
    first, second = (tokens.new_guest("demo", name="Aki", remember=False) for _ in range(2))
    assert first.viewer_id != second.viewer_id


def test_a_good_token_is_believed(tokens: Tokens) -> None:
    token = sign(claims(jti="t_2", sid="t_1", auth_time=int(NOON.timestamp()) - 60))
    assert tokens.verify(token) == Identity(
        "v_1",
        "viewer",
        "demo",
        False,
        False,
        "Aki",
        NOON + timedelta(minutes=1),
        token_id="t_2",
        sign_in_id="t_1",
        signed_in_at=NOON - timedelta(minutes=1),
    )


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "é.é.é",
        sign(claims(), secret="another-secret-of-more-than-32-characters"),
        sign(claims(), algorithm="HS512"),
        jwt.encode(claims(), "", algorithm="none"),
        sign(claims(iss="elsewhere")),
        sign(claims(aud="elsewhere")),
        sign(claims(typ="refresh")),
        sign(claims(typ=None)),
        sign(claims(exp=None)),
        sign(claims(exp="soon")),
        sign(claims(role="root")),
        sign(claims(role=None)),
        sign(claims(ch=None)),
        sign(claims(ch=7)),
    ],
)
def test_what_we_did_not_sign_for_this_is_refused(tokens: Tokens, token: str) -> None:
    assert refusal_of(tokens, token) is Code.UNAUTHENTICATED


def test_a_name_of_nothing_visible_is_refused(tokens: Tokens) -> None:
    with pytest.raises(RefusedError) as refused:
        tokens.new_guest("demo", name="\u200b\u200b", remember=False)
    assert refused.value.code is Code.INVALID


def test_consent_says_since_when_and_lasts_over_renewals(tokens: Tokens, clock: ManualClock) -> None:
    guest = tokens.new_guest("demo", name=None, remember=True)
    clock.at = NOON + timedelta(days=3)
    renewed = tokens.renew(tokens.verify(tokens.sign(guest)))
    assert tokens.revised(renewed, name="Aki", remember=True).consent_at == NOON
    withdrawn = tokens.revised(renewed, name=None, remember=False)
    assert withdrawn.consent_at is None
    clock.at += timedelta(milliseconds=1, microseconds=400)
    again = tokens.verify(tokens.sign(tokens.revised(withdrawn, name=None, remember=True)))
    assert again.consent_at == NOON + timedelta(days=3, milliseconds=1)


def test_a_token_from_before_consents_had_times_agreed_when_it_was_signed(tokens: Tokens) -> None:
    assert tokens.verify(sign(claims(guest=True, rem=True))).consent_at == NOON
    assert tokens.verify(sign(claims(guest=False, rem=True))).consent_at is None


def test_renewed_tokens_have_ids_of_their_own_and_belong_to_one_sign_in(tokens: Tokens) -> None:
    first = tokens.verify(tokens.sign(tokens.new_member("demo", "host", name="Mika")))
    second = tokens.verify(tokens.sign(tokens.renew(first)))
    third = tokens.verify(tokens.sign(tokens.renew(second)))
    assert len({first.token_id, second.token_id, third.token_id}) == 3
    assert first.sign_in_id == second.sign_in_id == third.sign_in_id == first.token_id


def test_a_guest_who_is_revised_stays_in_one_sign_in(tokens: Tokens, clock: ManualClock) -> None:
    guest = tokens.new_guest("demo", name=None, remember=False)
    clock.at += timedelta(hours=1)
    revised = tokens.revised(guest, name="Aki", remember=True)
    assert revised.token_id != guest.token_id
    assert (revised.sign_in_id, revised.signed_in_at) == (guest.sign_in_id, guest.signed_in_at)


@pytest.mark.parametrize("role", ROLES)
def test_no_renewal_goes_beyond_the_end_of_the_sign_in(clock: ManualClock, role: Role) -> None:
    ends = SignInEnds(staff=timedelta(days=2), viewer=timedelta(days=100))
    tokens = Tokens(SECRET, clock, ends=ends)
    last = NOON + ends.of(role)
    held = tokens.new_member("demo", role, name="Mika")
    while held.expires_at < last:
        clock.at = held.expires_at - timedelta(seconds=1)
        held = tokens.verify(tokens.sign(tokens.renew(held)))
    assert held.expires_at == last
    clock.at = last - timedelta(seconds=1)
    assert tokens.renew(tokens.verify(tokens.sign(held))).expires_at == last
    clock.at = last
    assert refusal_of(tokens, tokens.sign(held)) is Code.TOKEN_EXPIRED


def test_staff_sign_in_again_sooner_than_viewers() -> None:
    assert SignInEnds().staff < SignInEnds().viewer


def test_a_token_made_for_longer_is_not_renewed_beyond_the_end(tokens: Tokens, clock: ManualClock) -> None:
    held = tokens.new_member("demo", "host", name="Mika", lifetime=timedelta(days=300))
    clock.at = NOON + timedelta(days=8)
    assert tokens.verify(tokens.sign(held)).role == "host"
    with pytest.raises(RefusedError) as refused:
        tokens.renew(held)
    assert refused.value.code is Code.TOKEN_EXPIRED


def test_a_token_from_before_tokens_had_ids_is_good_until_its_end(tokens: Tokens, clock: ManualClock) -> None:
    old, other = sign(claims(role="host")), sign(claims(role="host", name="Sora"))
    held = tokens.verify(old)
    assert held.signed_in_at == NOON
    assert tokens.verify(old).token_id == held.token_id == held.sign_in_id != tokens.verify(other).token_id
    assert tokens.renew(held).sign_in_id == held.token_id
    assert tokens.renew(tokens.verify(sign(claims(role="host", iat=2**37)))).expires_at <= NOON + timedelta(
        days=7
    )
    clock.at += timedelta(minutes=1)
    assert refusal_of(tokens, old) is Code.TOKEN_EXPIRED
