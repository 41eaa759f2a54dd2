"""Settings: the environment (`SHOWFLOOR_…`) over one TOML file (`showfloor.toml`, or `SHOWFLOOR_CONFIG`) over defaults."""

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from server.addresses import Networks, Proxies
from server.hosts import Hosts, Origins
from server.secret_settings import SecretSettings
from server.setting_types import (
    BouncesAddress,
    PingSeconds,
    PositiveDays,
    PublicUrl,
    Share,
    SmtpUrl,
    a_month_or_never,
)


class Settings(SecretSettings):
    """Everything that can be set. Limits say their unit in the name; 0 means "no limit" where the comment says so.

    A number's type says what is refused: `Positive…` takes nothing below the smallest step above 0, `NonNegative…` takes 0 too.
    """

    model_config = SettingsConfigDict(env_prefix="SHOWFLOOR_", extra="ignore", allow_inf_nan=False)

    database_url: str | None = None
    """PostgreSQL, as a SQLAlchemy URL or `postgresql://…`; none: the embedded one."""
    redis_url: str | None = None
    """Redis or Valkey; none: the embedded one."""
    limits: Literal["on", "off"] = "on"
    """`off` lifts admission and rate limits: for load tests only."""
    origins: list[str] = Field(default_factory=list)
    """Origins whose pages may open sockets and send commands, such as `https://shop.example`, beside the server's own."""
    hosts: list[str] = Field(default_factory=list)
    """Names that requests may be for, such as `shop.example` or `*.shop.example`; none: any. Others get 421."""
    media_origins: list[str] = Field(default_factory=list)
    """Origins from which the pages may load video and pictures, such as your CDN's `https://cdn.example`; else only their own."""
    trust_proxy: bool = False
    """Whoever connects is a proxy of yours: the caller is the last entry of its `X-Forwarded-For`. `trusted_proxies` is safer."""
    trusted_proxies: list[str] = Field(default_factory=list)
    """Networks of your proxies, such as `10.0.0.0/8`: the caller is the last entry of `X-Forwarded-For` that is none of theirs."""
    redis_prefix: str = "sf"
    """Put before every Redis key and topic."""
    database_pool_size: PositiveInt = 10
    """SQL connections per process."""
    pages: Path = Path(__file__).parent.parent / "client_demo" / "dist"
    """Where the built pages are."""
    worker: bool = True
    """Run the worker's loops inside the server processes too: they count the ledger and deliver webhooks."""
    outbound_networks: list[str] = Field(default_factory=list)
    """Networks beside the public internet to which webhooks, keys, sign-in and pictures may lead, such as `10.1.0.0/16`."""
    outbound_http: bool = False
    """Let those addresses begin with `http://` too."""
    page_view_days: Annotated[float, Field(ge=1.0, le=3650.0)] = 400.0
    """How long page views are kept."""
    webhook_log_days: Annotated[float, Field(ge=3.0, le=3650.0)] = 30.0
    """How long webhooks and how they went are kept."""
    seal_after_days: Annotated[float, AfterValidator(a_month_or_never), Field(ge=0.0, le=36_500.0)] = 0.0
    """A show's raw facts leave SQL for sealed files so long after its end; 0: when `showfloor seal` says so."""
    sealed_url: Annotated[str, Field(pattern=r"^(s3://[^/]+(/.*)?|file:///.+)$")] | None = None
    """Where sealed files are kept, such as `s3://bucket/prefix`; none: `data/sealed`."""

    public_url: PublicUrl | None = None
    """How people reach this server, such as `https://shows.example`: where links in mail lead. None: mail is kept, not sent."""
    smtp_url: SmtpUrl | None = None
    """Takes our mail: `smtp://user:password@host:587` (STARTTLS), `smtps://…` or `smtp+plain://…`. None: mail is kept, not sent."""
    mail_bounces: BouncesAddress | None = None
    """Where mail that does not arrive comes back, such as `bounces@shows.example`: messages have `bounces+TOKEN@…` as return path."""
    mail_per_second: NonNegativeFloat = 10.0
    """Messages that all workers together send; 0: no limit."""
    mail_per_second_per_domain: NonNegativeFloat = 2.0
    """The same to each domain; 0: no limit."""
    mail_proxy_networks: list[str] = Field(default_factory=list)
    """Networks of mailbox providers that load pictures for their users: what they open nobody has read."""
    mail_log_days: Annotated[float, Field(ge=1.0, le=3650.0)] = 30.0
    """How long the address and the words of a message are kept; counts stay."""

    metrics_port: Annotated[int, Field(ge=0, le=65_535)] | None = None
    """Where a process answers `/metrics`, `/healthz`, `/readyz` for itself; of `--workers N` the next ports too; 0: any free one."""
    metrics_host: str = "127.0.0.1"
    """The address of that port."""

    tick_ms: PositiveInt = 250
    """The pulse's tick."""
    fanout_share: Share = 0.33
    """How much of a process's time one room's fan-out rounds may take before they wait for each other; a quiet room's push goes at once."""
    round_wait_ms: NonNegativeInt = 40
    """A busy room's longest distance between two rounds for the sake of `fanout_share`; 0: they follow one another."""
    top_check_ms: PositiveInt = 1000
    """How often SQL is asked for the newest offsets; four times as often while the bus is away."""
    ring_length: PositiveInt = 1000
    """Publications that a room keeps in memory; also the longest gap that is recovered."""
    snapshot_ms: NonNegativeInt = 2000
    """A snapshot in the join path is at most this old (the tail since is added)."""
    key_hours: Annotated[float, Field(ge=1.0, le=8760.0)] = 72.0
    """How long an idempotency key and its result are kept; a purchase's as long as its order."""
    flush_ms: PositiveInt = 1000
    """The recorder's flush interval: what a killed process may lose of soft facts."""
    ping_seconds: PingSeconds = 25.0
    silence_seconds: PositiveFloat = 60.0
    join_seconds: PositiveFloat = 5.0
    drain_seconds: NonNegativeFloat = 10.0
    """After SIGTERM, sockets are asked to leave over this long."""

    connections_max: NonNegativeInt = 50_000
    """Sockets per process; 0: no limit. Above: 503 before the upgrade."""
    connections_per_ip_max: NonNegativeInt = 2_000
    """Sockets per address and process; 0: no limit."""
    connections_per_show_max: NonNegativeInt = 50_000
    """Sockets per show and process; 0: no limit. Above: `show_full`."""
    waiting_per_ip_max: NonNegativeInt = 2_000
    """Connections of an address and process that are waited for: for a head, a body, the next request, the join; 0: no limit."""
    head_seconds: PositiveFloat = 10.0
    """How long the head of a request may take, from the connection's first moment or the head's first byte. Above: 408."""
    body_seconds: PositiveFloat = 30.0
    """How long the body of a request may take. Above: 408."""
    upload_seconds: PositiveFloat = 300.0
    """How long a picture or a feed may take on its way here. Above: 408."""
    pictures_url: Annotated[str, Field(pattern=r"^(s3://[^/]+(/.*)?|file:///.+)$")] | None = None
    """Where pictures are kept, such as `s3://bucket/prefix` or `file:///srv/pictures`; none: `data/pictures`."""
    picture_bytes_max: Annotated[int, Field(ge=1, le=1 << 30)] = 20_000_000
    """Bytes of a picture that is sent here. Above: `picture_too_large`."""
    picture_pixels_max: Annotated[int, Field(ge=1, le=1 << 28)] = 50_000_000
    """Its width times its height, looked at before it is decoded. Above: `picture_too_large`."""
    import_bytes_max: Annotated[int, Field(ge=1, le=1 << 30)] = 50_000_000
    """Bytes of a file of products. Above: `too_large`."""
    import_lines_max: Annotated[int, Field(ge=1, le=10_000_000)] = 200_000
    """Lines with products in it. Above: the import has failed, `too_many_lines`."""
    pictures_at_once: PositiveInt = 2
    """Pictures that a process renders at a time; eight times as many may wait. Above: `busy`."""
    accepts_per_second_max: NonNegativeInt = 5_000
    """New sockets per second and process; 0: no limit. Above: 503 with Retry-After."""
    accepts_per_second_per_ip: NonNegativeFloat = 2500.0
    """New sockets per second, address and process; 0: no limit. Above: 503; ten seconds' worth may come at once."""
    commands_per_second: PositiveFloat = 10.0
    """Refill of a viewer's bucket of commands, over all sockets and requests of a process, and of a socket's; reactions count too."""
    commands_burst: PositiveInt = 40
    requests_per_second_per_ip: NonNegativeFloat = 200.0
    """HTTP requests per address and process, files aside; 0: no limit. Above: 429; twenty seconds' worth may come at once."""
    requests_per_second_per_key: NonNegativeFloat = 50.0
    """Requests with an API key, per key and process; 0: no limit. Above: 429; twenty seconds' worth may come at once."""
    mails_per_minute_per_ip: NonNegativeFloat = 10.0
    """Addresses left for mail, per address of the network and as many per viewer; 0: no limit. Above: `too_fast`."""
    guests_per_minute_per_ip: NonNegativeFloat = 300.0
    """New guests per address (IPv6 by /64); 0: no limit. Above: `too_fast`; two minutes' worth may come at once."""
    guests_per_minute_per_socket: NonNegativeFloat = 6.0
    """How often a socket may join again as another new guest; 0: no limit. Above: `too_fast`."""
    guest_burst: NonNegativeInt = 40
    """More new guests of one address and process within `guest_burst_seconds` are a burst, whose votes count apart; 0: no burst."""
    guest_burst_seconds: PositiveFloat = 10.0
    guest_watch_seconds: NonNegativeFloat = 3.0
    """A guest's votes and taps count once the video has played so long; until then they count apart. 0: at once."""
    staff_sign_in_days: PositiveDays = 7.0
    """How long a host's, moderator's, analyst's or admin's sign-in may be renewed, from its first token on."""
    viewer_sign_in_days: PositiveDays = 365.0
    """The same for viewers and guests."""
    sign_ins_per_minute_per_ip: NonNegativeFloat = 30.0
    """Sign-in codes and links tried per address, and as many passwords; 0: no limit. Above: 429; a minute's worth may come at once."""
    passwords_per_minute: NonNegativeFloat = 10.0
    """Wrong passwords per e-mail address, over all processes; 0: no limit. Above: 429; a minute's worth may come at once."""
    asks_per_minute: NonNegativeFloat = 12.0
    """Questions per viewer, and per socket; 0: no limit. Above: `too_fast`; half a minute's worth may come at once. So do votes, orders."""
    asks_per_minute_per_ip: NonNegativeFloat = 240.0
    """Per address, like the next ones; 0: no limit. A minute's worth may come at once."""
    asks_per_minute_per_show: NonNegativeFloat = 1_200.0
    """More than anybody reads; 0: no limit."""
    comments_per_minute: NonNegativeFloat = 30.0
    """Comments per viewer and process, and per socket; 0: no limit. Above: `too_fast`; a fifth of a minute's worth may come at once."""
    comments_per_minute_per_ip: NonNegativeFloat = 1_200.0
    comments_per_minute_per_show: NonNegativeFloat = 60_000.0
    """Per show and process, shown or not; 0: no limit. Two seconds' worth may come at once."""
    posts_per_minute: NonNegativeFloat = 6.0
    """Viewers' own posts per viewer, and as many pictures for them; 0: no limit. Above: `too_fast`; a minute's worth may come at once."""
    posts_per_minute_per_ip: NonNegativeFloat = 60.0
    """Per address; 0: no limit. A minute's worth may come at once."""
    votes_per_minute: NonNegativeFloat = 60.0
    votes_per_minute_per_ip: NonNegativeFloat = 3_000.0
    orders_per_minute: NonNegativeFloat = 20.0
    orders_per_minute_per_ip: NonNegativeFloat = 3_000.0
    units_per_viewer_max: NonNegativeInt = 10
    """Units of one product that a viewer may buy and hold in one show; 0: any number. Above: `too_many`."""
    guest_units_limited: bool = True
    """Whether a guest may hold one unit, or as many as they have paid for in the channel before. Above: `too_many`."""
    hold_seconds: Annotated[float, Field(ge=10.0, le=86_400.0)] = 300.0
    """How long units stay set aside for a viewer who has not paid yet."""
    waitlist_hold_seconds: Annotated[float, Field(ge=10.0, le=86_400.0)] = 300.0
    """How long units that came back are set aside for whoever was next in line for them."""
    auction_hold_seconds: Annotated[float, Field(ge=10.0, le=604_800.0)] = 900.0
    """How long the winner of an auction has to pay, and after them the runner-up."""
    auction_block_days: Annotated[float, Field(ge=0.0, le=3_650.0)] = 30.0
    """For how long a winner who did not pay bids in no auction of the channel; 0: they may at once."""
    bids_per_minute: NonNegativeFloat = 120.0
    """Bids per viewer; 0: no limit. A quarter of a minute's worth may come at once. Above: `too_fast`."""
    payment_ask_seconds: Annotated[float, Field(ge=1.0, le=86_400.0)] = 30.0
    """A provider is asked about a payment of which nothing was heard for so long; with each time in vain later, up to nine times that."""
    fake_payments: bool = False
    """Let channels without a provider's keys be paid by the fake one, which moves no money: for demos and tests."""
    stripe_url: PublicUrl = "https://api.stripe.com"
    """Where Stripe's API is; another one for tests alone, since it is sent the channels' keys."""
    shares_per_minute: NonNegativeFloat = 12.0
    """Share links per viewer and process; 0: no limit."""
    share_link_days: PositiveDays = 180.0
    """How long a share link tells who sent it; the show opens by it all the same afterwards."""
    page_views_per_minute_per_ip: NonNegativeFloat = 1_200.0
    """Page views per address and process; 0: no limit. Above: 429; a minute's worth may come at once."""
    commands_in_flight_max: PositiveInt = 16
    """Commands of one socket that wait for SQL; above: `too_fast`."""
    unsent_bytes_max: PositiveInt = 64 * 1024
    """Bytes of a socket that the kernel has not taken; above: the pulse alone, until it drains or `unsent_seconds_max` are over."""
    unsent_seconds_max: NonNegativeFloat = 8.0
    """A socket stuck for longer is dropped."""

    @field_validator("database_url")
    @classmethod
    def _name_the_driver(cls, value: str | None) -> str | None:
        for plain in ("postgres://", "postgresql://"):
            if value and value.startswith(plain):
                return "postgresql+psycopg://" + value.removeprefix(plain)
        return value

    @field_validator("hosts", "origins", "outbound_networks", "trusted_proxies", "mail_proxy_networks")
    @classmethod
    def _refuse_what_cannot_be_read(cls, value: list[str], info: ValidationInfo) -> list[str]:
        readers = {
            "hosts": Hosts,
            "origins": Origins,
            "outbound_networks": Networks,
            "trusted_proxies": Proxies,
            "mail_proxy_networks": Networks,
        }
        readers[str(info.field_name)](value)
        return value

    @model_validator(mode="after")
    def _let_a_pong_come_before_silence_is_over(self) -> Self:
        if self.silence_seconds <= self.ping_seconds:
            raise ValueError(
                "SHOWFLOOR_SILENCE_SECONDS must be above SHOWFLOOR_PING_SECONDS, else every quiet viewer is dropped"
            )
        return self

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

    @property
    def sends_mail(self) -> bool:
        """Whether mail leaves this server; else it is kept and can be looked at in the studio."""
        return self.smtp_url is not None and self.public_url is not None

    @property
    def limited(self) -> bool:
        """Whether admission and rate limits hold."""
        return self.limits == "on"
