"""Erasing a person leaves every count and no trace; what is kept of a person can be handed out."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from server.access.revocations import Revocations
from server.clock import ManualClock
from server.db.engine import Database
from server.errors import RefusedError
from server.history.exports import Exports
from server.history.exports_repository import insert_job
from server.history.tables import ExportJobRow
from server.journal.journal import Journal
from server.ledger.derive_repository import derive_rows
from server.ledger.flush import Flush, Tally
from server.ledger.repository import read_reaction_totals, settled
from server.ledger.rollup_repository import verify_rollups
from server.ledger.writer import apply_batch, gather
from server.privacy.places import (
    GONE,
    HASHED,
    MENTIONED,
    NAMED,
    OF_ALL_CHANNELS,
    OF_CHANNELS,
    OF_ORDERS,
    OF_PARENTS,
    OF_QUESTIONS,
    OF_SANCTIONS,
    STAFF,
)
from server.privacy.service import Privacy
from server.protocol.codes import Code
from server.sealing.parquet_repository import names_in
from server.sealing.places import base_of
from server.sealing.service import Sealer
from server.stats.export import ExportOf
from server.stats.final import differing
from server.stats.service import Reports
from server.viewers.alias_repository import insert_alias_once
from server.viewers.tables import ViewerAliasRow
from tests.integration.stats.hand_made import (
    CHANNEL,
    START,
    HandMade,
    add_channel,
    add_process,
    make_the_show,
)
from tests.support.commands import showfloor
from tests.support.pictures import post_pictures_in

LONG_AFTER = START + timedelta(days=100)
SHOWS = ("s", "earlier", "later")
WITHOUT_VIEWERS = {
    *(
        "checkout_settings",
        "screening_settings",
        "api_key",
        "channel",
        "comment_stream",
        "dropped_picture",
        "post_showing",
        "customer_secret",
        "customer_source",
        "feed_import",
        "feed_line",
        "feed_piece",
        "final_report",
    ),
    *(
        "imported_entry",
        "invitation",
        "joint_invitation",
        "joint_show",
        "journal_head",
        "ledger_cursor",
        "ledger_process",
        "ledger_process_show",
        "line_up",
        "auction",
        "auction_award",
        "auction_bid",
        "sanction_head",
        "sanction_settings",
        "report_settings",
        "welcome",
        "arrival",
        "declined_arrival",
        "erasure_part",
        "offer",
        "oidc_code",
        "replay_order",
    ),
    *(
        "fake_intent",
        "fake_refund",
        "refund",
        "refund_line",
        "oidc_provider",
        "payment_account",
        "payment_dispute",
        "payment_event",
        "picture",
        "product",
        "revoked_head",
        "rollup_show",
        "session",
        "show",
        "show_curve",
        "show_staff",
    ),
    *(
        "feed_picture",
        "hold_line",
        "order_count",
        "sold_out",
        "waitlist_closed",
        "buyer_mail",
        "order_handling",
        "shipment_line",
        "order_line",
        "stock_held",
        "export_job",
        "saved_query",
        "saved_query_version",
        "picture_source",
        "segment",
        "segmented_show",
        "giveaway",
        "poll",
        "survey",
        "survey_default",
        "sealed_show",
        "stock_change",
        "stock_sale",
        "webhook_delivery",
        "voucher",
        "webhook_endpoint",
        "alembic_version",
    ),
    *(
        "show_action",
        "show_plan",
        "target",
    ),
    *(
        "mail_campaign",
        "mail_channel",
        "mail_pace",
        "mail_suppression",
        "mail_template",
    ),
}
"""Tables in which no viewer is named; people of a channel are, who are removed in the studio."""

KNOWN, GUEST = "v_anna_the_known", "v_anna_the_guest"
WORDS = "Does it fit my cat Momo?"
PARCEL = "parcel-to-anna"
PICTURE, UPLOAD = "a1" * 20, "b2" * 20


@dataclass
class World:
    database: Database
    reports: Reports
    privacy: Privacy
    sealer: Sealer
    sealed: Path

    def in_files(self) -> set[str]:
        """Those of the person's ids that are in any sealed file, packed or not."""
        files = [each for each in self.sealed.rglob("*") if each.is_file()]
        found = {id for each in files for id in (KNOWN, GUEST) if id.encode() in each.read_bytes()}
        return found | {id for each in files for id in (KNOWN, GUEST) if names_in(each, [id])}

    async def dump(self) -> str:
        """Everything that is in any table."""
        async with self.database.read() as connection:
            tables = await connection.scalars(
                text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
            )
            return "\n".join(
                [
                    f"{table}: {row}"
                    for table in list(tables)
                    for row in await connection.scalars(text(f'SELECT CAST(t AS text) FROM "{table}" AS t'))
                ]
            )

    async def tell(self) -> list[str]:
        """Every figure of the three shows, and how long each export is."""
        kinds: tuple[ExportOf, ...] = ("viewers", "orders", "questions")
        told = [(await self.reports.recompute(show)).model_dump_json() for show in SHOWS]
        told += [(await self.reports.series(show)).model_dump_json() for show in SHOWS]
        return told + [str(len(list((await self.reports.table("s", of)).rows))) for of in kinds]

    async def differing(self) -> int:
        async with self.database.read() as connection:
            return len(await verify_rollups(connection))


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    database, clock = Database(database_url), ManualClock(LONG_AFTER)
    async with database.write() as connection:
        await make_the_show(connection)
        for show, viewer in (("s", KNOWN), ("s", GUEST), ("earlier", KNOWN)):
            made = HandMade(connection, show, start=START if show == "s" else START - timedelta(days=7))
            await made.attend(viewer, guest=viewer == GUEST, remembered=True)
            await made.play(viewer, (1, 20), (30, 31))
            await made.buy(viewer, 1, 10)
            made.do(viewer, "click", 5, "channel-1")
            if show == "s":
                question = await made.ask(viewer, 15)
                told = {
                    "type": "question.posted",
                    "question": {"id": question, "author": "Anna", "text": WORDS},
                }
                await made.publish(15 if viewer == KNOWN else 16, "question.posted", json.dumps(told))
            await made.close()
        await insert_alias_once(
            connection, ViewerAliasRow(id="a", show_id="s", raw=GUEST, canonical=KNOWN, at=START)
        )
        for statement in _OTHER_ROWS:
            await connection.exec_driver_sql(statement)
        for each in SHOWS:
            await derive_rows(connection, each)
    sealer = Sealer(database, clock, base_of(None, tmp_path), settled=settled, reactions=read_reaction_totals)
    journal = Journal(database, clock, lambda show, epoch, publications: None)
    privacy = Privacy(
        database,
        clock,
        sealer=sealer,
        journal=journal,
        revocations=Revocations(database, clock),
        pictures=post_pictures_in(tmp_path.with_name(f"{tmp_path.name}-pictures"), database, clock),
    )
    yield World(database, Reports(database, clock), privacy, sealer, tmp_path / "sealed")
    await database.close()


_OTHER_ROWS = (
    f"UPDATE question SET text = '{WORDS}', author = 'Anna' WHERE viewer_id IN ('{KNOWN}', '{GUEST}')",
    f"INSERT INTO vote (question_id, viewer_id, show_id, at) SELECT min(id), '{KNOWN}', 's', now() FROM question",
    "INSERT INTO survey VALUES ('sv', 'channel', 's', 'nps', 'How likely?', '{}', true, NULL, false, 24, 'closed', 1, now())",
    """INSERT INTO poll VALUES ('po', 'channel', 's', 'single', 'Which?', '{A,B}', 1, 1, NULL, 'voted', false, NULL, 'closed', 3, true,
        '{1,0}', 1, 0, '{1,0}', 1, 0, false, NULL, now())""",
    f"INSERT INTO poll_vote VALUES ('po', '{GUEST}', 's', '{{0}}', false, now(), now())",
    """INSERT INTO giveaway (id, channel_id, show_id, prize, task, hint, winners_max, claim_seconds, per_address_max, state, version,
        shown, entries, told_entries, reason, created_at)
        VALUES ('gv', 'channel', 's', 'A bowl', 'enter', '', 1, 60, 5, 'drawn', 4, true, 1, 1, '', now())""",
    f"INSERT INTO giveaway_entry VALUES ('gv', '{GUEST}', 's', 'ff', 'Anna', now(), NULL, false, NULL, NULL)",
    f"INSERT INTO giveaway_winner VALUES ('gv', 0, '{GUEST}', 'ff', 'Anna', 'claimed', now(), now(), '{WORDS}')",
    f"INSERT INTO survey_answer VALUES ('sv', '{KNOWN}', 's', 9, NULL, '{WORDS}', now(), now())",
    "INSERT INTO review (id, channel_id, product_id, show_id, viewer_id, stars, words, author, bought, state, version, at)"
    f" VALUES ('rv', 'channel', 'channel-1', 's', '{KNOWN}', 5, '{WORDS}', 'Anna', true, 'approved', 1, now())",
    "INSERT INTO post (id, channel_id, show_id, product_id, viewer_id, author, text, picture_id, state, version, at, consent)"
    f" VALUES ('vp', 'channel', 's', 'channel-1', '{KNOWN}', 'Anna', '{WORDS}', '{PICTURE}', 'approved', 2, now(), '2026-11')",
    "INSERT INTO post_showing VALUES ('s', 'vp', true, now())",
    "INSERT INTO publication (show_id, \"offset\", type, at, line) SELECT 's', max(\"offset\") + 1, 'post.shown', now(),"
    f" json_build_object('post', json_build_object('id', 'vp', 'author', 'Anna', 'text', '{WORDS}', 'picture', '{PICTURE}'))"
    " FROM publication",
    f"INSERT INTO post_upload VALUES ('{UPLOAD}', 'channel', '{GUEST}', 9, 9, now())",
    "INSERT INTO report (kind, item_id, viewer_id, show_id, channel_id, reason, at)"
    f" VALUES ('question', 'q', '{KNOWN}', 's', '{CHANNEL}', 'spam', now())",
    "INSERT INTO sanction (id, channel_id, show_id, kind, viewer_id, name, at, actor, actor_name, appeal, appeal_state)"
    f" VALUES ('sn', '{CHANNEL}', 's', 'ban', '{KNOWN}', '{WORDS}', now(), 'm', 'Mika', '{WORDS}', 'open')",
    "INSERT INTO sanction_mark VALUES ('sn', 'device', 'a mark', now() + interval '1 day')",
    f"INSERT INTO intent (viewer_id, key, parameters, result, at) VALUES ('{KNOWN}', 'k', 'p', '{{}}', now())",
    "INSERT INTO payment (id, channel_id, show_id, hold_id, viewer_id, key, provider, method, state, amount_minor, currency,"
    " created_at, changed_at, asked_at) SELECT 'pay', channel_id, id, 'h',"
    f" '{KNOWN}', 'k', 'fake', '', 'captured', 1, 'JPY', now(), now(), now() FROM show WHERE id = 's'",
    "INSERT INTO shipment (id, order_id, channel_id, carrier, tracking, shipped_at, by_id, by_name)"
    f" SELECT 'sh_' || id, id, 'channel', '', 'https://track.example/{PARCEL}', now(), 'm', 'Mika' FROM orders WHERE viewer_id = '{KNOWN}'",
    "INSERT INTO order_note (id, order_id, channel_id, words, by_id, by_name, at)"
    f" SELECT 'n_' || id, id, 'channel', '{WORDS}', 'm', 'Mika', now() FROM orders WHERE viewer_id = '{KNOWN}'",
    "INSERT INTO auction (id, channel_id, show_id, product_id, quantity, currency, start_minor, step_froms, step_sizes, seconds,"
    " extend_within_seconds, extend_by_seconds, extensions_max, state, version, created_at)"
    " VALUES ('au', 'channel', 's', 'channel-1', 1, 'JPY', 1, '{0}', '{1}', 60, 10, 10, 20, 'closed', 1, now())",
    f"INSERT INTO auction_bidder VALUES ('au', 1, '{KNOWN}', 'Anna', 900)",
    f"INSERT INTO auction_block VALUES ('au', 'channel', '{KNOWN}', 'Anna', now(), now())",
    "INSERT INTO hold (id, channel_id, show_id, viewer_id, key, state, currency, amount_minor, placed_at, expires_at)"
    " SELECT 'h', channel_id, id, 'v_other', 'k', 'placed', 'JPY', 1, now(), now() FROM show WHERE id = 's'",
    "INSERT INTO checkout (hold_id, channel_id, show_id, viewer_id, contact, method_id, method_title, gift_note, language, voucher,"
    " items_minor, discount_minor, shipping_minor, tax_minor, total_minor, tax_thousandths, tax_name, lacks, marks, changed_at)"
    f" VALUES ('h', 'channel', 's', '{KNOWN}', '{{\"name\": \"Anna\"}}', '', '', '{WORDS}', 'en', '', 1, 0, 0, 0, 1, 0,"
    " '', '{}', '{Anna}', now())",
    f"INSERT INTO kept_details VALUES ('channel', '{KNOWN}', false, '{{\"name\": \"Anna\"}}', now())",
    f"INSERT INTO order_link VALUES ('channel', '1001', 's', '{KNOWN}', now())",
    "INSERT INTO faq_line (id, channel_id, product_id, question, answer, shown, source, edited, reworded, version, at, changed_at)"
    " SELECT 'f', 'channel', 'channel-1', text, 'Yes', true, id, false, false, 1, now(), now() FROM question"
    f" WHERE viewer_id = '{KNOWN}' LIMIT 1",
    "INSERT INTO faq_line (id, channel_id, product_id, question, answer, shown, edited, reworded, version, at, changed_at)"
    " VALUES ('own', 'channel', 'channel-1', 'How large?', '12 cm', true, true, true, 1, now(), now())",
    f"INSERT INTO faq_help VALUES ('own', '{KNOWN}', 's', now())",
    "INSERT INTO audit (id, show_id, at, actor, name, role, action, subject, details)"
    f" VALUES ('a', 's', now(), 'm', 'Mika', 'host', 'ban', '{KNOWN}', '{{\"viewer\": \"{KNOWN}\"}}')",
    "INSERT INTO webhook_event SELECT 'answered', 'channel', 'question.answered', CAST(json_build_object('question',"
    " json_build_object('id', id, 'author', author, 'text', text)) AS text), now()"
    f" FROM question WHERE viewer_id = '{KNOWN}'",
    'INSERT INTO publication (show_id, "offset", type, at, line) SELECT \'s\', (SELECT max("offset") + 1 FROM publication),'
    " 'question.pinned', now(), CAST(json_build_object('question', id, 'pinned',"
    " json_build_object('id', id, 'author', author, 'text', text)) AS text)"
    f" FROM question WHERE viewer_id = '{KNOWN}'",
    "INSERT INTO publication (show_id, \"offset\", type, at, line) SELECT 's', max(\"offset\") + 1, 'giveaway.changed', now(),"
    """ '{"type":"giveaway.changed","giveaway":{"winners":[{"rank":0,"ticket":"ff","name":"Anna","state":"won"}]}}' FROM publication""",
    "UPDATE journal_head SET top = (SELECT max(\"offset\") FROM publication WHERE show_id = 's') WHERE show_id = 's'",
    "INSERT INTO webhook_event VALUES"
    f" ('e', 'channel', 'order.paid', '{{\"data\":{{\"order\":{{\"viewer\":\"{KNOWN}\"}}}}}}', now())",
)


def test_every_table_says_what_it_keeps_of_a_viewer(database_url: str, world: World) -> None:
    """A new table is named in `server/privacy/places.py`, or above when no viewer can be in it."""
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    named = {*NAMED, *GONE, *OF_ORDERS, *OF_QUESTIONS, *OF_SANCTIONS, *HASHED, *MENTIONED, *STAFF}
    assert {name for (name,) in found} == named | WITHOUT_VIEWERS
    assert not named & WITHOUT_VIEWERS


def test_every_row_about_a_viewer_says_of_which_channel_it_is(database_url: str) -> None:
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        found = connection.execute(
            "SELECT table_name, array_agg(column_name::text) FROM information_schema.columns"
            " WHERE table_schema = 'public' GROUP BY 1"
        ).fetchall()
    columns = {table: set(names) for table, names in found}
    theirs = {*NAMED, *GONE, *MENTIONED, *OF_ORDERS, *OF_QUESTIONS, *OF_SANCTIONS} - {*OF_ALL_CHANNELS}
    for table in theirs:
        if table in OF_CHANNELS:
            assert "channel_id" in columns[table], table
        elif table in OF_PARENTS:
            column, parent = OF_PARENTS[table]
            assert column in columns[table], table
            assert "channel_id" in columns[parent], parent
        else:
            assert "show_id" in columns[table], table
            assert table == "audit" or "channel_id" not in columns[table], table


@pytest.mark.parametrize("by", [KNOWN, GUEST])
async def test_nothing_of_the_person_is_found_afterwards_and_no_figure_changes(world: World, by: str) -> None:
    stored = [await world.reports.report(show) for show in SHOWS]
    before, dumped = await world.tell(), await world.dump()
    assert all(word in dumped for word in (KNOWN, GUEST, WORDS, PARCEL, "Anna"))
    handed = (await world.privacy.hand_out(by))["rows"]
    done = await world.privacy.forget(by, settling_seconds=0)
    assert (done.ids, done.shows) == (2, 2)
    dump = await world.dump()
    assert not [word for word in (KNOWN, GUEST, WORDS, PARCEL, PICTURE, UPLOAD, "Anna") if word in dump]
    gone = sum(len(handed.get(table, [])) for table in (*GONE, "order_note", "faq_line", "sanction_mark"))
    gone, digests, told = gone + len(["post_showing"]), 2, 3
    assert dump.count("\n") == dumped.count("\n") - gone + digests + told, (
        "no row about anybody else has gone"
    )
    assert await world.tell() == before
    for show, report in zip(SHOWS, stored, strict=True):
        assert differing(await world.reports.report(show), report) == []
    assert await world.differing() == 0
    assert [line async for line in world.reports.verify()] == []


@pytest.mark.parametrize("by", [KNOWN, GUEST])
async def test_nothing_of_the_person_is_in_sealed_files_afterwards(world: World, by: str) -> None:
    before = await world.tell()
    for show in SHOWS:
        await world.sealer.seal(show)
    handed = (await world.privacy.hand_out(by))["rows"]
    assert (len(handed["ledger_entry"]), len(handed["playing"])) == (8, 6)
    assert world.in_files() == {KNOWN, GUEST}
    await world.privacy.forget(by, settling_seconds=0)
    assert world.in_files() == set()
    assert len([each for each in world.sealed.rglob("*") if each.is_file()]) == 9
    dump = await world.dump()
    assert not [word for word in (KNOWN, GUEST, WORDS, "Anna") if word in dump]
    assert await world.tell() == before
    for show in SHOWS:
        await world.sealer.unseal(show)
    assert await world.tell() == before
    assert await world.differing() == 0


async def test_files_that_a_killed_sealer_left_are_removed(world: World) -> None:
    await world.sealer.seal("s")
    async with world.database.write() as connection:
        await connection.exec_driver_sql("UPDATE sealed_show SET state = 'unsealed'")
    assert world.in_files()
    await world.privacy.forget(KNOWN, settling_seconds=0)
    assert [each for each in world.sealed.rglob("*") if each.is_file()] == []


async def test_exports_of_their_shows_are_gone_with_their_files(world: World, tmp_path: Path) -> None:
    exports = Exports(world.database, ManualClock(LONG_AFTER), tmp_path)
    told: dict[str, Any] = {"of": "viewers", "form": "csv", "bom": False, "tz": "UTC", "actor": "m"}
    told |= {"created_at": LONG_AFTER, "state": "ready"}
    of_shows = {"x_theirs": ["s", "later"], "x_others": ["later"]}
    async with world.database.write() as connection:
        for job, shows in of_shows.items():
            await insert_job(connection, ExportJobRow(id=job, channel_id=CHANNEL, shows=shows, **told))
            (tmp_path / job).write_text("viewer")
    (tmp_path / "x_killed.1.part").write_text("viewer")
    await world.privacy.forget(KNOWN, settling_seconds=0)
    with pytest.raises(RefusedError, check=lambda error: error.code is Code.NOT_FOUND):
        await exports.file_of(CHANNEL, "x_theirs")
    await exports.forget()
    assert [name for name in os.listdir(tmp_path) if name.startswith("x_")] == ["x_others"]


async def test_what_servers_had_recorded_is_waited_for_and_erased(world: World) -> None:
    forgetting = asyncio.create_task(world.privacy.forget(KNOWN, settling_seconds=30))
    late = Tally("s", KNOWN, "reaction", "star", 3, "k_late", START + timedelta(minutes=2))
    async with world.database.write() as connection:
        await apply_batch(connection, await gather(connection, [Flush("x", 1, LONG_AFTER, [late], [], [])]))
        given = {"at": LONG_AFTER + timedelta(hours=1)}
        await connection.execute(text("INSERT INTO ledger_cursor VALUES ('ledger', '0-0', :at)"), given)
    assert (await forgetting).settled
    assert KNOWN not in await world.dump()
    with pytest.raises(RefusedError, check=lambda error: error.code is Code.NOT_FOUND):
        await world.privacy.forget(KNOWN, settling_seconds=0)


async def test_where_no_worker_runs_what_is_erased_is_said_to_be_unsettled(world: World) -> None:
    assert not (await world.privacy.forget(KNOWN, settling_seconds=0)).settled


async def test_who_is_watching_is_not_forgotten(world: World) -> None:
    async with world.database.write() as connection:
        await HandMade(connection, "s").play(GUEST, (40, None), process="alive")
        await add_process(connection, "alive", LONG_AFTER)
    before = await world.privacy.hand_out(KNOWN)
    with pytest.raises(RefusedError, check=lambda error: error.code is Code.CONFLICT):
        await world.privacy.forget(KNOWN, settling_seconds=0)
    assert await world.privacy.hand_out(KNOWN) == before


async def test_an_alias_that_was_taken_back_leads_to_nobody(world: World) -> None:
    async with world.database.write() as connection:
        await connection.exec_driver_sql("UPDATE viewer_alias SET taken_back_at = now()")
    await world.privacy.forget(GUEST, settling_seconds=0)
    dump = await world.dump()
    assert (GUEST in dump, KNOWN in dump) == (False, True)


async def test_who_works_for_a_channel_is_not_forgotten_as_a_viewer(world: World) -> None:
    async with world.database.write() as connection:
        member = f"INSERT INTO staff_member VALUES ('channel', '{KNOWN}', 'host', 'Anna', now())"
        await connection.exec_driver_sql(member)
    before = await world.dump()
    with pytest.raises(RefusedError, check=lambda error: error.code is Code.FORBIDDEN):
        await world.privacy.forget(GUEST, settling_seconds=0)
    assert await world.dump() == before


async def test_all_that_is_kept_is_handed_out(world: World) -> None:
    handed = await world.privacy.hand_out(GUEST)
    assert handed["ids"] == sorted([KNOWN, GUEST])
    rows = handed["rows"]
    assert {name: len(found) for name, found in rows.items()} == {
        "attendance": 3,
        "auction_bidder": 1,
        "auction_block": 1,
        "report": 1,
        "sanction": 1,
        "sanction_mark": 1,
        "checkout": 1,
        "faq_help": 1,
        "faq_line": 1,
        "giveaway_entry": 1,
        "giveaway_winner": 1,
        "intent": 1,
        "kept_details": 1,
        "ledger_entry": 3 + 3 + 2,
        "order_link": 1,
        "post": 1,
        "post_upload": 1,
        "order_note": 2,
        "orders": 3,
        "payment": 1,
        "playing": 6,
        "question": 2,
        "review": 1,
        "rollup": 2,
        "shipment": 2,
        "poll_vote": 1,
        "survey_answer": 1,
        "viewer_alias": 1,
        "vote": 1,
    }
    assert {row["text"] for row in rows["question"]} == {WORDS}


def test_the_commands_hand_out_and_forget(
    world: World, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = showfloor(*words, data=tmp_path / "var", database_url=database_url, redis_url=redis_url)
        return done.returncode, done.stdout + done.stderr

    file = tmp_path / "anna.json"
    assert run("hand-out", KNOWN, "-o", str(file))[0] == 0
    assert json.loads(file.read_text())["ids"] == sorted([KNOWN, GUEST])
    assert file.stat().st_mode & 0o077 == 0
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        connection.execute("INSERT INTO ledger_cursor VALUES ('ledger', '0-0', now() + interval '1 hour')")
    code, told = run("forget", KNOWN, "--yes")
    assert (code, "Forgotten" in told, "once more" in told) == (0, True, False), told
    assert run("forget", KNOWN, "--yes")[0] == 1
    assert run("hand-out", KNOWN)[0] == 1


THEIRS = "theirs"


async def test_a_channel_erases_what_it_keeps_and_leaves_what_others_do(world: World) -> None:
    async with world.database.write() as connection:
        await add_channel(connection, THEIRS)
        await connection.exec_driver_sql(f"UPDATE show SET channel_id = '{THEIRS}' WHERE id = 'earlier'")
        await connection.exec_driver_sql(
            f"UPDATE orders SET channel_id = '{THEIRS}' WHERE show_id = 'earlier'"
        )
    await world.sealer.seal("earlier")
    before = await world.tell()
    handed = (await world.privacy.hand_out(KNOWN, THEIRS))["rows"]
    assert {row["show_id"] for row in handed["attendance"]} == {"earlier"}
    assert "question" not in handed
    ids = await world.privacy.ids_of(KNOWN, THEIRS)
    assert ids == [KNOWN], "who the guest of another channel turned out to be is none of theirs"
    done = await world.privacy.erase(ids, channel=THEIRS)
    assert (done.ids, done.shows) == (1, 1)
    assert await world.tell() == before, "nobody's own figures change"
    with pytest.raises(RefusedError, check=lambda error: error.code is Code.NOT_FOUND):
        await world.privacy.hand_out(KNOWN, THEIRS)
    kept = (await world.privacy.hand_out(KNOWN))["rows"]
    assert {row["show_id"] for row in kept["attendance"]} == {"s"}
    assert kept["question"][0]["text"] == WORDS
    assert world.in_files() == set()
    # What is left is the other channel's to erase, and then nothing is.
    await world.privacy.erase(await world.privacy.ids_of(GUEST, CHANNEL), channel=CHANNEL)
    with pytest.raises(RefusedError, check=lambda error: error.code is Code.NOT_FOUND):
        await world.privacy.hand_out(KNOWN)
