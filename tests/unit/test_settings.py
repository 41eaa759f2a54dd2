"""Numbers that no server could work with are refused when they are read, and zero is taken where it means something."""

import pytest
from pydantic import ValidationError

from server.settings import Settings

ABOVE_ZERO = (
    "page_view_days",
    "share_link_days",
    "payment_ask_seconds",
    "webhook_log_days",
    "mail_log_days",
    "database_pool_size",
    "tick_ms",
    "top_check_ms",
    "ring_length",
    "flush_ms",
    "ping_seconds",
    "silence_seconds",
    "join_seconds",
    "head_seconds",
    "body_seconds",
    "upload_seconds",
    "import_bytes_max",
    "import_lines_max",
    "picture_bytes_max",
    "picture_pixels_max",
    "pictures_at_once",
    "commands_per_second",
    "commands_burst",
    "commands_in_flight_max",
    "unsent_bytes_max",
    "fanout_share",
    "key_hours",
    "hold_seconds",
    "waitlist_hold_seconds",
    "auction_hold_seconds",
    "guest_burst_seconds",
    "staff_sign_in_days",
    "viewer_sign_in_days",
)
ZERO_TOO = (
    "passwords_per_minute",
    "mails_per_minute_per_ip",
    "mail_per_second",
    "mail_per_second_per_domain",
    "round_wait_ms",
    "snapshot_ms",
    "drain_seconds",
    "connections_max",
    "connections_per_ip_max",
    "connections_per_show_max",
    "accepts_per_second_max",
    "accepts_per_second_per_ip",
    "waiting_per_ip_max",
    "asks_per_minute",
    "asks_per_minute_per_ip",
    "asks_per_minute_per_show",
    "comments_per_minute",
    "comments_per_minute_per_ip",
    "comments_per_minute_per_show",
    "posts_per_minute",
    "posts_per_minute_per_ip",
    "votes_per_minute",
    "votes_per_minute_per_ip",
    "orders_per_minute",
    "bids_per_minute",
    "auction_block_days",
    "orders_per_minute_per_ip",
    "page_views_per_minute_per_ip",
    "shares_per_minute",
    "units_per_viewer_max",
    "sign_ins_per_minute_per_ip",
    "requests_per_second_per_ip",
    "requests_per_second_per_key",
    "guests_per_minute_per_ip",
    "guests_per_minute_per_socket",
    "guest_burst",
    "guest_watch_seconds",
    "seal_after_days",
    "unsent_seconds_max",
)


def numbers() -> set[str]:
    """The names of all settings that are numbers."""
    defaults = {name: field.get_default() for name, field in Settings.model_fields.items()}
    return {
        name
        for name, value in defaults.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def settings_with(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> Settings:
    """The settings of an environment in which this one is set."""
    monkeypatch.setenv(f"SHOWFLOOR_{name.upper()}", value)
    return Settings()


def test_every_number_is_looked_at() -> None:
    assert {*ABOVE_ZERO, *ZERO_TOO} == numbers()


@pytest.mark.parametrize("name", ABOVE_ZERO)
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf"])
def test_a_number_that_must_be_above_zero_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ValidationError, match=name):
        settings_with(monkeypatch, name, value)


@pytest.mark.parametrize("name", ZERO_TOO)
@pytest.mark.parametrize("value", ["-1", "nan", "inf"])
def test_a_number_below_zero_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        settings_with(monkeypatch, name, value)


@pytest.mark.parametrize("name", ZERO_TOO)
def test_zero_is_taken_where_it_means_something(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert getattr(settings_with(monkeypatch, name, "0"), name) == 0


def test_a_silence_that_no_pong_could_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError, match="SHOWFLOOR_PING_SECONDS"):
        settings_with(monkeypatch, "silence_seconds", "25")
