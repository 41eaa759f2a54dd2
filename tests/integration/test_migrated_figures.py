"""What was recorded before consent, links and staff had columns survives the migration, beside a server of the version before."""

from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine

from server.db.migrations import alembic_config, migrate
from server.embedded import PostgresProcess

BEFORE = "0001"
_ATTEND = """
    INSERT INTO attendance (show_id, viewer_id, first_at, guest, remembered, suspect, source)
    VALUES ('s', %s, now(), true, true, false, 'mail')
"""
_BUY = """
    INSERT INTO orders (id, channel_id, show_id, viewer_id, key, product_id, quantity, unit_price_minor, amount_minor, currency,
                        payment, at)
    VALUES (%s, 'c', 's', 'v', %s, 'p', 1, 100, 100, 'JPY', '', now())
"""
_STAGE = """
    INSERT INTO channel (id, name, currency, created_at) VALUES ('c', 'C', 'JPY', now());
    INSERT INTO show (id, channel_id, title, host, state, moderation, guests_allowed, video_hls, video_mp4, video_poster, created_at)
    VALUES ('s', 'c', 'S', 'H', 'live', 'post', true, '', '', '', now());
    INSERT INTO product (id, channel_id, title, description, image, price_minor, currency, stock, sold, rank, active)
    VALUES ('p', 'c', 'P', '', '', 100, 'JPY', 9, 0, 0, true);
"""


@pytest.fixture
def old_url(postgres: PostgresProcess) -> Iterator[str]:
    """A database of the version before, with rows in it."""
    postgres.create_database("before")
    url = postgres.url("before")
    engine = create_engine(url)
    with engine.begin() as begun:
        config = alembic_config(url)
        config.attributes["connection"] = begun
        command.upgrade(config, BEFORE)
    engine.dispose()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(_STAGE)
        connection.execute(_ATTEND, ["old"])
        connection.execute(_BUY, ["o_old", "k1"])
    yield url
    postgres.drop_database("before")


def test_rows_stay_and_a_server_of_the_version_before_goes_on_writing(old_url: str) -> None:
    migrate(old_url)
    with psycopg.connect(old_url.replace("+psycopg", "")) as connection:
        connection.execute(_ATTEND, ["late"])
        connection.execute(_BUY, ["o_late", "k2"])
        came = connection.execute("SELECT viewer_id, source, share, consent_at FROM attendance").fetchall()
        assert sorted(came) == [("late", "mail", None, None), ("old", "mail", None, None)]
        assert connection.execute("SELECT DISTINCT staff FROM orders").fetchall() == [(False,)]
