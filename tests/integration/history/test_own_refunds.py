"""Refunds of orders of our own go out with the history and come in with the same figures, whatever order and file they are in."""

from pathlib import Path

import pytest
from sqlalchemy import text

from server.db.engine import Database
from server.history.reading import Form
from server.ledger.derive_repository import derive_rows
from server.ledger.rollup_repository import verify_rollups
from tests.integration.history.test_round_trip import FORMS, LATER, SHOWS
from tests.integration.stats.hand_made import make_the_show
from tests.support.history import export_facts, take_in, whole_report

_REFUND = text(
    """
    INSERT INTO refund (id, channel_id, show_id, order_id, origin, state, reason, amount_minor, shipping_minor, currency, order_state,
        actor, actor_name, role, asked_at, ended_at, bounced_minor, bounced_at)
    SELECT 'rf_' || o.n || r.state || r.share, o.channel_id, o.show_id, o.id, 'merchant', r.state, 'returned',
        o.amount_minor / r.share * r.kept, 0, o.currency, 'partially_refunded', 'm_host', 'Mika', 'host', now(), now(),
        o.amount_minor / r.share * (1 - r.kept), CASE WHEN r.kept = 0 THEN now() END
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM orders WHERE amount_minor > 10) AS o
    CROSS JOIN (VALUES ('done', 2, 1), ('done', 3, 1), ('done', 7, 0), ('failed', 5, 1)) AS r (state, share, kept)
    """
)
_NET = text("SELECT show_id, sum(refunded_minor)::bigint FROM given_back GROUP BY show_id ORDER BY show_id")


async def net(database: Database) -> list[tuple[str, int]]:
    async with database.read() as connection:
        return [tuple(row) for row in await connection.execute(_NET)]


@pytest.mark.parametrize("form", FORMS)
async def test_refunds_of_our_own_orders_come_in_once_with_the_same_figures(
    form: Form, database: Database, elsewhere: Database, tmp_path: Path
) -> None:
    async with database.write() as connection:
        await make_the_show(connection)
        await connection.execute(_REFUND)
        for show in SHOWS:
            await derive_rows(connection, show)
    assert sum(minor for _, minor in await net(database)) > 0
    file = await export_facts(database, SHOWS, tmp_path, form)
    assert (await take_in(elsewhere, file, form)).bad == []
    assert await net(elsewhere) == await net(database)
    for show in SHOWS:
        assert await whole_report(elsewhere, show, LATER) == await whole_report(database, show, LATER)
    await take_in(elsewhere, file, form)
    assert await net(elsewhere) == await net(database), "the same file again changes nothing"
    async with elsewhere.read() as connection:
        assert await verify_rollups(connection) == []
