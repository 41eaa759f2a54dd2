"""Settings: the environment (`SHOWFLOOR_…`) over one TOML file (`showfloor.toml`, or `SHOWFLOOR_CONFIG`) over defaults."""

import os
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

SECRET_CHARACTERS_MIN = 32


class Settings(BaseSettings):
    """Everything that can be set. Limits say their unit in the name; 0 means "no limit" where the comment says so."""

    model_config = SettingsConfigDict(env_prefix="SHOWFLOOR_", extra="ignore")

    database_url: str | None = None
    """PostgreSQL, as a SQLAlchemy URL or `postgresql://…`; none: the embedded one."""
    redis_url: str | None = None
    """Redis or Valkey; none: the embedded one."""
    secret: SecretStr | None = None
    """Signs tokens; at least 32 characters. None: made once and kept in `data/secret`."""
    data: Path = Path("var")
    """Where embedded engines, the secret and other state live."""
    limits: Literal["on", "off"] = "on"
    """`off` lifts admission and rate limits: for load tests only."""
    origins: list[str] = Field(default_factory=list)
    """Origins allowed to open sockets beside the server's own host."""
    media_origins: list[str] = Field(default_factory=list)
    """Origins from which the pages may load video and pictures, such as your CDN's `https://cdn.example`; else only their own."""
    trust_proxy: bool = False
    """Take the viewer's address from `X-Forwarded-For` (its last entry), set by a proxy of yours."""
    redis_prefix: str = "sf"
    """Put before every Redis key and topic."""
    database_pool_size: int = 10
    """SQL connections per process."""
    pages: Path = Path(__file__).parent.parent / "client_demo" / "dist"
    """Where the built pages are."""
    worker: bool = True
    """Run the ledger's worker loop inside the server processes too."""

    tick_ms: int = 250
    """The pulse's tick."""
    round_ms: int = 25
    """A busy room's shortest distance between two fan-out rounds; a quiet room's push goes at once."""
    top_check_ms: int = 1000
    """How often SQL is asked for the newest offsets; four times as often while the bus is away."""
    ring_length: int = 1000
    """Publications that a room keeps in memory; also the longest gap that is recovered."""
    snapshot_ms: int = 2000
    """A snapshot in the join path is at most this old (the tail since is added)."""
    flush_ms: int = 1000
    """The recorder's flush interval: what a killed process may lose of soft facts."""
    ping_seconds: float = 25.0
    silence_seconds: float = 60.0
    join_seconds: float = 5.0
    drain_seconds: float = 10.0
    """After SIGTERM, sockets are asked to leave over this long."""

    connections_max: int = 50_000
    """Sockets per process; 0: no limit. Above: 503 before the upgrade."""
    connections_per_ip_max: int = 2_000
    """Sockets per address and process; 0: no limit."""
    connections_per_show_max: int = 50_000
    """Sockets per show and process; 0: no limit. Above: `show_full`."""
    accepts_per_second_max: int = 5_000
    """New sockets per second and process; 0: no limit. Above: 503 with Retry-After."""
    commands_per_second: float = 10.0
    """Refill of a socket's bucket of commands; reactions count too."""
    commands_burst: int = 40
    asks_per_minute: float = 12.0
    """Per viewer and process, for `ask`; 0: no limit. Above: `too_fast`."""
    commands_in_flight_max: int = 16
    """Commands of one socket that wait for SQL; above: `too_fast`."""
    unsent_bytes_max: int = 64 * 1024
    """Bytes of a socket that the kernel has not taken; above: the pulse alone, until it drains or `unsent_seconds_max` are over."""
    unsent_seconds_max: float = 8.0
    """A socket stuck for longer is dropped."""

    @field_validator("database_url")
    @classmethod
    def _name_the_driver(cls, value: str | None) -> str | None:
        for plain in ("postgres://", "postgresql://"):
            if value and value.startswith(plain):
                return "postgresql+psycopg://" + value.removeprefix(plain)
        return value

    @field_validator("secret")
    @classmethod
    def _refuse_a_weak_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value()) < SECRET_CHARACTERS_MIN:
            raise ValueError(f"SHOWFLOOR_SECRET needs at least {SECRET_CHARACTERS_MIN} characters")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, os.environ.get("SHOWFLOOR_CONFIG", "showfloor.toml"))
        return init_settings, env_settings, toml

    def signing_secret(self) -> str:
        """Return the secret; where none is set, the one kept in `data/secret`, made at first use, readable by its owner alone."""
        if self.secret is not None:
            return self.secret.get_secret_value()
        self.data.mkdir(parents=True, exist_ok=True)
        kept = self.data / "secret"
        try:
            descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return kept.read_text("ascii").strip()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        return kept.read_text("ascii").strip()

    @property
    def limited(self) -> bool:
        """Whether admission and rate limits hold."""
        return self.limits == "on"
