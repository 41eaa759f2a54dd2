"""Kinds of settings: what is taken for one, and what is refused when it is read."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from server.weakness import WeakSecretError, weakness_of

Share = Annotated[float, Field(gt=0.0, le=1.0)]
PositiveDays = Annotated[float, Field(gt=0.0, le=36_500.0)]
PingSeconds = Annotated[float, Field(ge=1.0)]
"""The connections are spread over whole seconds, so none is visited more often."""


def strong(which: str, secret: SecretStr) -> str:
    """Return the secret that `which` names; raises WeakSecretError for one that can be guessed."""
    if weakness := weakness_of(secret.get_secret_value()):
        raise WeakSecretError(f"{which} {weakness}")
    return secret.get_secret_value()


def a_month_or_never(days: float) -> float:
    """Return days that a show's last window is closed after, or 0; raises ValueError."""
    if 0 < days < 31:
        raise ValueError("a show's last window closes 30 days after its end: 31 or more, or 0 for never")
    return days


def _mail_server(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("smtp", "smtps", "smtp+plain") or not parts.hostname:
        raise ValueError("it begins with smtp://, smtps:// or smtp+plain://, and names a host")
    return value


def _room_for_a_token(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9_-]{1,10}@[A-Za-z0-9.-]+", value):
        raise ValueError(
            "an address with at most 10 small letters and digits before the @, since a token is put behind them"
        )
    return value


PublicUrl = Annotated[str, Field(pattern=r"^https?://[^/?#@\s]+/?$")]
"""An origin."""
SmtpUrl = Annotated[SecretStr, AfterValidator(_mail_server)]
BouncesAddress = Annotated[str, AfterValidator(_room_for_a_token)]
