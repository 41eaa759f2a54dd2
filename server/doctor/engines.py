"""The engines: do they answer, are they new enough, is the schema the newest, do they keep what they are given, do the clocks agree."""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import redis
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from server.db.schema import POSTGRES_VERSION_MIN, newest_schema, read_schema, unfit_schema
from server.doctor.finding import Finding, State
from server.doctor.ledger import examine_ledger
from server.doctor.payments import examine_payments
from server.doctor.rollups import examine_rollups
from server.doctor.stock import examine_stock
from server.embedded import DataDirectoryInUse, EngineFailed, EngineMissing, Engines, attach, start_engines
from server.running.engine_trouble import explain_redis
from server.running.engines import refuse_half_a_configuration
from server.running.trouble import Trouble, explain
from server.settings import Settings

REDIS_VERSION_MIN = 7
SKEW_SECONDS_MAX = 2.0
ANSWER_SECONDS_MAX = 3


def examine_engines(settings: Settings) -> Iterator[Finding]:
    """Look at the engines that are set, else at the embedded ones: those that run, or those that would."""
    engines: Engines | None = None
    try:
        refuse_half_a_configuration(settings)
        if not settings.database_url:
            engines = attach(settings.data) or _try_engines(settings)
            yield Finding(
                "Embedded engines", State.FINE, "PostgreSQL and Valkey of the wheels start and answer"
            )
    except Trouble as half:
        yield Finding("Engines", State.BROKEN, half.what, half.mend)
    except (DataDirectoryInUse, EngineFailed, EngineMissing, OSError) as error:
        mend = "run `make setup` again, or set SHOWFLOOR_DATABASE_URL and SHOWFLOOR_REDIS_URL to engines of your own"
        yield Finding("Embedded engines", State.BROKEN, str(error), mend)
    try:
        database = settings.database_url or (engines.database_url if engines else None)
        bus = settings.redis_url or (engines.redis_url if engines else None)
        yield from (
            examine_database(database, settings, fresh=engines is not None and not _has_data(settings))
            if database
            else ()
        )
        yield from examine_redis(bus) if bus else ()
        yield from examine_ledger(bus, settings.redis_prefix) if bus else ()
    finally:
        if engines is not None:
            engines.stop()


def _has_data(settings: Settings) -> bool:
    return (settings.data / "postgres" / "PG_VERSION").exists()


def _try_engines(settings: Settings) -> Engines:
    """Start the engines on their data; where there are none yet, on a place that is thrown away afterwards."""
    if _has_data(settings):
        return start_engines(settings.data)
    place = tempfile.TemporaryDirectory(prefix="showfloor-doctor-", ignore_cleanup_errors=True)
    engines = start_engines(Path(place.name))

    def stop() -> None:
        engines.stop()
        place.cleanup()

    return Engines(engines.database_url, engines.redis_url, stop)


def examine_database(url: str, settings: Settings, *, fresh: bool) -> Iterator[Finding]:
    """Whether PostgreSQL answers, is new enough, has the newest schema, counts right, and agrees with us about the time."""
    engine: Engine | None = None
    try:
        engine = create_engine(make_url(url), connect_args={"connect_timeout": ANSWER_SECONDS_MAX})
        with engine.connect() as connection:
            yield _examine_version(connection, url)
            if not fresh:
                schema = _examine_schema(connection)
                yield schema
                if schema.state is State.FINE:
                    yield examine_stock(connection)
                    yield examine_payments(connection, settings)
                    yield examine_rollups(connection)
            yield _examine_clock(
                "PostgreSQL", connection.scalar(text("SELECT clock_timestamp()")) or datetime.now(UTC)
            )
    except SQLAlchemyError as error:
        trouble = explain(error)
        yield Finding(
            "Database", State.BROKEN, trouble.what if trouble else str(error), trouble.mend if trouble else ""
        )
    finally:
        if engine is not None:
            engine.dispose()


def _examine_version(connection: Connection, url: str) -> Finding:
    version = str(connection.scalar(text("SHOW server_version")))
    address = make_url(url).render_as_string(hide_password=True)
    if int(version.split(".", maxsplit=1)[0].split(maxsplit=1)[0]) < POSTGRES_VERSION_MIN:
        return Finding(
            "Database",
            State.BROKEN,
            f"PostgreSQL {version} is too old",
            f"upgrade it to {POSTGRES_VERSION_MIN} or newer",
        )
    return Finding("Database", State.FINE, f"PostgreSQL {version} at {address}")


def _examine_schema(connection: Connection) -> Finding:
    present = read_schema(connection)
    if present != newest_schema():
        unfit = unfit_schema(present)
        return Finding("Schema", State.BROKEN, unfit.what, unfit.mend)
    return Finding("Schema", State.FINE, f"{present}, the newest")


def examine_redis(url: str) -> Iterator[Finding]:
    """Whether Redis or Valkey answers, is new enough, keeps what it is given, and agrees with us about the time."""
    if _is_several(url):
        yield Finding(
            "Redis", State.ADVICE, "Sentinel and Cluster are not examined", "see whether /readyz says ready"
        )
        return
    try:
        with redis.Redis.from_url(
            url, socket_timeout=ANSWER_SECONDS_MAX, socket_connect_timeout=ANSWER_SECONDS_MAX
        ) as client:
            info = cast("dict[str, Any]", client.info())
            seconds, micros = cast("tuple[int, int]", client.time())
    except redis.RedisError as error:
        trouble = explain_redis(error)
        yield Finding("Redis", State.BROKEN, trouble.what, trouble.mend)
        return
    except (ValueError, OSError) as error:
        yield Finding(
            "Redis",
            State.BROKEN,
            f"cannot be reached ({error})",
            "start Redis or Valkey, or correct SHOWFLOOR_REDIS_URL",
        )
        return
    yield _examine_redis_version(info)
    yield _examine_persistence(info)
    yield _examine_clock("Redis", datetime.fromtimestamp(seconds + micros / 1e6, UTC))


def _is_several(url: str) -> bool:
    """Whether the address names Sentinel or Cluster."""
    return url.startswith(("redis+sentinel:", "redis+cluster:"))


def _examine_redis_version(info: dict[str, Any]) -> Finding:
    name, version = (
        ("Valkey", info["valkey_version"])
        if "valkey_version" in info
        else ("Redis", info.get("redis_version", "0"))
    )
    if int(str(version).split(".")[0]) < REDIS_VERSION_MIN:
        return Finding(
            "Redis",
            State.BROKEN,
            f"{name} {version} is too old",
            f"upgrade it to {REDIS_VERSION_MIN} or newer",
        )
    return Finding("Redis", State.FINE, f"{name} {version}")


def _examine_persistence(info: dict[str, Any]) -> Finding:
    policy = str(info.get("maxmemory_policy", "noeviction"))
    if policy != "noeviction" and int(info.get("maxmemory", 0)) > 0:
        what = f"drops keys when memory is short ({policy}): soft facts would be lost"
        return Finding("Redis keeps", State.BROKEN, what, "set maxmemory-policy to noeviction")
    if not info.get("aof_enabled"):
        what = "no append-only file: a restart loses soft facts that the worker had not read yet"
        return Finding("Redis keeps", State.ADVICE, what, "set appendonly yes and appendfsync everysec")
    return Finding("Redis keeps", State.FINE, "append-only file, nothing is evicted")


def _examine_clock(whose: str, theirs: datetime) -> Finding:
    skew = abs(time.time() - theirs.timestamp())
    if skew > SKEW_SECONDS_MAX:
        return Finding(
            f"Clock, {whose}",
            State.BROKEN,
            f"{skew:.1f} s apart from ours",
            "let both machines follow NTP (chrony)",
        )
    return Finding(f"Clock, {whose}", State.FINE, f"agrees within {max(skew, 0.01):.2f} s")
