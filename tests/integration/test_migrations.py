"""Migrations beside others who use the database: they wait their turn, keep nobody waiting for long, and change all or nothing."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url

from server.db import migrations
from server.db.migrations import alembic_config, migrate
from server.embedded import PostgresProcess
from tests.support.commands import showfloor
from tests.support.eventually import eventually

OTHERS_TABLE = "CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"
LOCK_MS = 100
_CHANNEL = "INSERT INTO channel (id, name, currency, created_at) VALUES ('c', 'C', 'JPY', now())"
_SHOW = """
    INSERT INTO show (id, channel_id, title, host, state, moderation, guests_allowed, video_hls, video_mp4, video_poster, created_at,
                      started_at)
    VALUES ('{show}', 'c', 'S', 'H', 'live', 'post', true, '', '', '', now(), {started})
"""
_ATTEND = """
    INSERT INTO attendance (show_id, viewer_id, first_at, guest, remembered, suspect) VALUES (%s, 'v', now(), true, true, %s)
"""


@pytest.fixture
def bare_url(postgres: PostgresProcess) -> Iterator[str]:
    """The SQLAlchemy address of a database with nothing in it."""
    postgres.create_database("unmigrated")
    yield postgres.url("unmigrated")
    postgres.drop_database("unmigrated")


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""))


def revision_before(topic: str) -> str:
    """The revision that the migration about `topic` follows."""
    (found,) = (
        each
        for each in ScriptDirectory.from_config(alembic_config("postgresql+psycopg://")).walk_revisions()
        if each.path.endswith(f"_{topic}.py")
    )
    return str(found.down_revision)


def tables(url: str) -> int:
    """How many tables there are."""
    with connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert found is not None
    return int(str(found[0]))


def test_a_migration_gives_up_on_a_table_that_somebody_keeps_and_changes_nothing(
    bare_url: str, redis_url: str, tmp_path: Path
) -> None:
    urls = {"database_url": bare_url, "redis_url": redis_url}
    with connect(bare_url) as other:
        other.execute(OTHERS_TABLE)
        other.commit()
        other.execute("LOCK TABLE alembic_version")
        refused = showfloor("migrate", data=tmp_path / "var", **urls)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1, refused.stderr
    assert "lock timeout" in refused.stderr
    assert "nothing was changed" in refused.stderr
    assert tables(bare_url) == 1
    migrate(bare_url)
    assert tables(bare_url) > 1


async def test_a_migration_waits_its_turn_however_long_another_takes(
    bare_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", f"{LOCK_MS}ms")
    waits_long = f"""SELECT 1 FROM pg_locks
        WHERE locktype = 'advisory' AND NOT granted AND clock_timestamp() - waitstart > interval '{3 * LOCK_MS} ms'"""
    with connect(bare_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [migrations._LOCK])
        migrating = asyncio.create_task(asyncio.to_thread(migrate, bare_url))
        await eventually(lambda: other.execute(waits_long).fetchone())
        assert not migrating.done()
    await migrating
    assert tables(bare_url) > 1


def test_the_timeouts_stand_before_the_first_change(capsys: pytest.CaptureFixture[str]) -> None:
    command.upgrade(alembic_config("postgresql+psycopg://"), "head", sql=True)
    script = capsys.readouterr().out
    first_change = script.index("CREATE")
    assert script.index(f"SET LOCAL lock_timeout = '{migrations.LOCK_TIMEOUT}'") < first_change
    assert script.index(f"SET LOCAL statement_timeout = '{migrations.STATEMENT_TIMEOUT}'") < first_change


def test_orders_of_before_there_were_numbers_stay_and_an_older_server_goes_on_inserting(
    bare_url: str,
) -> None:
    def insert(id: str) -> None:
        connection.execute(
            "INSERT INTO orders (id, channel_id, show_id, viewer_id, key, product_id, quantity, unit_price_minor, amount_minor,"
            " currency, payment, at) VALUES (%s, 'c', 's', 'v', %s, 'p', 1, 5, 5, 'JPY', 'x', now())",
            [id, id],
        )

    config, engine = alembic_config(bare_url), create_engine(bare_url)
    with engine.begin() as config.attributes["connection"]:
        command.upgrade(config, revision_before("order_numbers"))
    engine.dispose()
    with connect(bare_url) as connection:
        connection.execute("ALTER TABLE orders DISABLE TRIGGER ALL")
        insert("o_before")
        connection.commit()
        migrate(bare_url)
        insert("o_after")
        numbers = connection.execute("SELECT number FROM orders ORDER BY id").fetchall()
    assert numbers == [(None,), (None,)]


def test_votes_of_before_some_counted_apart_count_and_an_older_server_goes_on_voting(bare_url: str) -> None:
    upgrade_to(bare_url, revision_before("votes_apart"))
    vote = "INSERT INTO vote (question_id, viewer_id, show_id, at) VALUES ('q', %s, 's', now())"
    with connect(bare_url) as connection:
        connection.execute("ALTER TABLE question DISABLE TRIGGER ALL; ALTER TABLE vote DISABLE TRIGGER ALL")
        connection.execute(
            "INSERT INTO question (id, show_id, viewer_id, author, text, state, version, votes, asked_at, answered_live)"
            " VALUES ('q', 's', 'v', 'Aki', 'Warm?', 'open', 0, 1, now(), false)"
        )
        connection.execute(vote, ["v_before"])
        connection.commit()
        migrate(bare_url)
        connection.execute(vote, ["v_after"])
        assert connection.execute("SELECT bool_or(suspect), count(*) FROM vote").fetchone() == (False, 2)
        assert connection.execute("SELECT votes, votes_apart FROM question").fetchone() == (1, 0)


OLD_SHOW = """
    INSERT INTO channel (id, name, currency, created_at) VALUES ('demo', 'Demo', 'JPY', now());
    INSERT INTO show (id, channel_id, title, host, state, moderation, guests_allowed, video_hls, video_mp4, video_poster,
        created_at, starts_at)
    VALUES ('early', 'demo', 'Autumn', 'Mika', 'live', 'post', true, E'https://x/\\x01', '', '/p.webp', now(), '0001-01-01 00:00+09')
"""


def test_what_could_be_written_and_not_read_is_mended_and_goes_on(bare_url: str) -> None:
    upgrade_to(bare_url, "0005")
    with connect(bare_url) as connection:
        connection.execute(OLD_SHOW)
    migrate(bare_url)
    with connect(bare_url) as connection:
        row = connection.execute("SELECT starts_at, video_hls, video_poster FROM show").fetchone()
        assert row == (None, "", "/p.webp")
        connection.execute("UPDATE show SET state = 'ended', ended_at = now()")


def test_of_shows_of_before_nobody_says_that_there_were_no_bots(bare_url: str) -> None:
    upgrade_to(bare_url, revision_before("bots_looked_for"))
    with connect(bare_url) as connection:
        connection.execute(_CHANNEL)
        for show, started in (("past", "now()"), ("with_bots", "now()"), ("planned", "NULL")):
            connection.execute(_SHOW.format(show=show, started=started))
        connection.execute(_ATTEND, ["with_bots", True])
        connection.execute(_ATTEND, ["past", False])
    migrate(bare_url)
    with connect(bare_url) as connection:
        connection.execute(_SHOW.format(show="late", started="now()"))
        connection.execute(_ATTEND, ["late", False])
        blind = connection.execute("SELECT id FROM show WHERE NOT bots_looked_for").fetchall()
        assert blind == [("past",)]
        assert connection.execute("SELECT DISTINCT joined FROM attendance").fetchall() == [(True,)]


def test_products_and_orders_of_before_variants_stay_and_an_older_server_goes_on_selling(
    bare_url: str,
) -> None:
    product = """INSERT INTO product (id, channel_id, title, description, image, price_minor, currency, stock, sold, rank, active)
        VALUES (%s, 'c', 'Bowl', '', '', 100, 'JPY', 5, 1, 0, true)"""
    order = """INSERT INTO orders (id, channel_id, show_id, viewer_id, key, product_id, quantity, unit_price_minor, amount_minor, currency,
        payment, at) VALUES (%s, 'c', 's', 'v', %s, 'p_before', 1, 100, 100, 'JPY', 'x', now())"""
    upgrade_to(bare_url, revision_before("catalogue"))
    with connect(bare_url) as connection:
        connection.execute("ALTER TABLE orders DISABLE TRIGGER ALL")
        connection.execute(_CHANNEL)
        connection.execute(product, ["p_before"])
        connection.execute(order, ["o_before", "k_before"])
        connection.commit()
        migrate(bare_url)
        connection.execute(product, ["p_after"])
        connection.execute(order, ["o_after", "k_after"])
        connection.execute("UPDATE product SET stock = stock - 1, sold = sold + 1")
        rows = connection.execute(
            "SELECT id, stock, parent_id, version, stock_moves FROM product ORDER BY id"
        )
        assert rows.fetchall() == [("p_after", 4, None, 1, 0), ("p_before", 4, None, 1, 0)]
        assert connection.execute("SELECT * FROM stock_sale").fetchall() == []


def test_shows_of_before_line_ups_stay_and_an_older_server_goes_on_writing_them(bare_url: str) -> None:
    show = """INSERT INTO show (id, channel_id, title, host, state, moderation, guests_allowed, video_hls, video_mp4, video_poster,
        created_at) VALUES (%s, 'c', 'Knitwear', 'Mika', 'scheduled', 'post', true, '', '', '', now())"""
    upgrade_to(bare_url, revision_before("line_ups"))
    with connect(bare_url) as connection:
        connection.execute(_CHANNEL)
        connection.execute(show, ["s_before"])
        connection.execute("INSERT INTO journal_head (show_id, epoch) VALUES ('s_before', 'e')")
        connection.commit()
        migrate(bare_url)
        connection.execute(show, ["s_after"])
        connection.execute("INSERT INTO journal_head (show_id, epoch) VALUES ('s_after', 'e')")
        connection.execute("UPDATE show SET state = 'live'")
        rows = connection.execute(
            "SELECT state, version, picture_sync, put_aside, cover FROM show"
        ).fetchall()
        assert rows == [("live", 1, "off", None, "")] * 2
        assert connection.execute("SELECT rehearsal FROM journal_head").fetchall() == [(False,)] * 2
        connection.execute("UPDATE show SET state = 'draft'")
        connection.commit()
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("UPDATE show SET state = 'paused'")


def upgrade_to(url: str, revision: str) -> None:
    """Bring a database to an older schema."""
    engine = create_engine(make_url(url))
    with engine.begin() as connection:
        config = alembic_config(url)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
