"""A secret that can be guessed is refused by one rule, at every start and by the doctor alike."""

import secrets
from pathlib import Path

import pytest
from pydantic import SecretStr

from server.doctor.finding import State
from server.doctor.machine import examine_secret
from server.running.launch import load_settings
from server.settings import Settings
from server.weakness import WeakSecretError, weakness_of

WEAK = [
    "short",
    "password" * 4,
    "a" * 40,
    "0123456789abcdef" * 2,
    "correct-horse-battery!" * 3,
    "abcdefghijklmnopqrstuvwxyz012345",
    "98765432109876543210zyxwvutsrqponmlkj",
    "ab" * 40,
]


@pytest.mark.parametrize("secret", WEAK)
@pytest.mark.parametrize("name", ["secret", "secret_old"])
def test_nothing_starts_with_a_secret_that_can_be_guessed_and_the_doctor_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str, name: str
) -> None:
    monkeypatch.setenv("SHOWFLOOR_DATA", str(tmp_path))
    monkeypatch.setenv(f"SHOWFLOOR_{name.upper()}", secret)
    with pytest.raises(WeakSecretError, match=f"SHOWFLOOR_{name.upper()} "):
        load_settings()
    assert examine_secret(load_settings(examined=True)).state is State.BROKEN
    assert not (tmp_path / "secret").exists(), "looking makes none"


@pytest.mark.parametrize("secret", WEAK)
def test_a_kept_secret_is_held_to_the_same(tmp_path: Path, secret: str) -> None:
    (tmp_path / "secret").write_text(secret)
    settings = Settings(data=tmp_path)
    for reading in (settings.signing_secret, settings.require_strong_secrets):
        with pytest.raises(WeakSecretError, match=str(tmp_path)):
            reading()
    assert examine_secret(settings).state is State.BROKEN


def test_what_is_wrong_is_said_without_the_secret(tmp_path: Path) -> None:
    with pytest.raises(WeakSecretError) as error:
        Settings(data=tmp_path, secret=SecretStr("password" * 4)).signing_secret()
    assert "password" not in str(error.value)


@pytest.mark.parametrize(
    "made",
    [secrets.token_hex, lambda n: secrets.token_hex(n // 2), secrets.token_urlsafe],
)
def test_random_ones_will_do(made: object) -> None:
    assert callable(made)
    weak = [weakness_of(made(32)) for _ in range(500)]
    assert sum(why is not None for why in weak) <= 2


def test_a_fresh_installation_makes_a_good_one(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "var")
    assert weakness_of(settings.signing_secret()) is None
    assert settings.signing_secret() == settings.signing_secret()


def test_an_empty_old_secret_is_none(tmp_path: Path) -> None:
    assert Settings(data=tmp_path, secret_old=SecretStr("")).old_signing_secret() is None
