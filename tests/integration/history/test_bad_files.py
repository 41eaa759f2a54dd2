"""A file is taken in whole or not at all, each entry once, and whatever is wrong with it is said with its line."""

import asyncio
import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from server.clock import SystemClock, to_wire
from server.db.engine import Database
from server.history.problems import UnreadableFile
from tests.integration.stats.hand_made import CHANNEL, HandMade, add_channel
from tests.support.commands import showfloor
from tests.support.eventually import eventually
from tests.support.history import take_in

START = "2025-03-01T11:00:00Z"
SHOW = {
    "id": "x/show",
    "show": "old",
    "kind": "show",
    "at": START,
    "ended_at": "2025-03-01T12:00:00Z",
    "title": "Then",
}
TABLES = (
    "show",
    "journal_head",
    "attendance",
    "staff_presence",
    "playing",
    "question",
    "vote",
    "orders",
    "reported_order",
    "reported_sale",
)
MORE = ("viewer_alias", "ledger_entry", "rollup", "imported_entry", "publication")


def entry(number: int, kind: str = "reaction", /, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"x/{number}",
        "show": "old",
        "kind": kind,
        "viewer": "anna",
        "at": "2025-03-01T11:10:00Z",
        "target": "heart",
        **fields,
    }


def watch(n: int, viewer: str, begin: str, end: str, **fields: Any) -> list[dict[str, Any]]:
    at = [f"2025-03-01T{moment}:00Z" for moment in (begin, end)]
    return [
        entry(2 * n + 100 + i, kind, viewer=viewer, at=at[i], target=None, **fields)
        for i, kind in enumerate(("view_start", "view_end"))
    ]


def bought(n: int, order: str, **fields: Any) -> dict[str, Any]:
    lines = [
        {"product": "channel-1", "quantity": 1, "amount_minor": 1000},
        {"title": "Gone", "quantity": 2, "amount_minor": 500},
    ]
    return entry(n, "purchase", **{"target": order, "currency": "JPY", "lines": lines, **fields})


def write(folder: Path, *entries: dict[str, Any] | str, name: str = "old.jsonl") -> Path:
    file = folder / name
    file.write_text(
        "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in entries), "utf-8"
    )
    return file


@pytest.fixture
async def merchant(database: Database) -> Database:
    async with database.write() as connection:
        await add_channel(connection)
        await HandMade(
            connection, "now", start=SystemClock().now() - timedelta(minutes=5), length=None
        ).open()
    return database


async def counts(database: Database) -> dict[str, int]:
    async with database.read() as connection:
        return {
            name: await connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0
            for name in (*TABLES, *MORE)
        }


BAD: list[tuple[dict[str, Any] | str, str, str]] = [
    ("{", "not_json", ""),
    ("[1, 2]", "not_json", ""),
    ('"text"', "not_json", ""),
    (entry(1) | {"id": None}, "missing", "id"),
    (entry(1, target=None), "missing", "target"),
    (entry(1, "dance"), "unknown", "kind"),
    (entry(1, at="yesterday"), "unreadable", "at"),
    (entry(1, at="2025-13-01T00:00:00Z"), "unreadable", "at"),
    (entry(1, at="infinity"), "unreadable", "at"),
    (entry(1, at="2025-03-01T11:10:00"), "no_offset", "at"),
    (entry(1, at="2125-03-01T11:10:00Z"), "in_the_future", "at"),
    (entry(1, n="many"), "unreadable", "n"),
    (entry(1, n=1.5), "unreadable", "n"),
    (entry(1, n=0), "out_of_range", "n"),
    (entry(1, n=-3), "out_of_range", "n"),
    (entry(1, viewer="a,b"), "characters", "viewer"),
    (entry(1, viewer="a b"), "characters", "viewer"),
    (entry(1, viewer=None), "missing", "viewer"),
    (entry(1, source="x\0y"), "characters", "source"),
    (entry(1, suspect="perhaps"), "unreadable", "suspect"),
    (entry(1, mode="dream"), "unknown", "mode"),
    (entry(1, show="nowhere"), "show_unknown", "show"),
    (entry(1, show="no such/show"), "characters", "show"),
    (entry(1, show="now"), "show_not_ended", "show"),
    (SHOW | {"id": "x/again"}, "show_twice", "show"),
    (SHOW | {"title": "Other"}, "id_twice", "id"),
    (SHOW | {"id": "x/o", "show": "other", "ended_at": "2025-02-01T00:00:00Z"}, "ends_before", "ended_at"),
    (SHOW | {"id": "x/o", "show": "other", "ended_at": None}, "missing", "ended_at"),
    (entry(1, "view_start", target=None), "unpaired", "connection"),
    (entry(1, "view_end", target=None), "unpaired", "connection"),
    (bought(1, "A", lines=None), "no_lines", "lines"),
    (bought(1, "A", lines="[]"), "no_lines", "lines"),
    (bought(1, "A", lines=[{"quantity": 0, "amount_minor": 1}]), "no_lines", "lines"),
    (bought(1, "A", lines=[{"quantity": 1}]), "no_lines", "lines"),
    (bought(1, "A") | {"target": None}, "missing", "target"),
    (bought(1, "A", currency="XXX"), "unknown", "currency"),
    (bought(1, "A", taken_by="showfloor"), "one_line", "lines"),
    (bought(1, "A", taken_by="showfloor", lines=[{"product": "no", "quantity": 1, "amount_minor": 1}]), "product_unknown", "lines"),
    (entry(1, "refund", target="B", currency="JPY", amount_minor=5), "order_unknown", "target"),
    (entry(1, "refund", target="R", currency="JPY", amount_minor=1501), "refunded_too_much", "target"),
    (entry(1, "refund", target="R", currency="USD", amount_minor=5), "refunded_too_much", "target"),
    (entry(1, "question", target="q_x", state="lost"), "unknown", "state"),
    (entry(1, "question", target="q_x", state="answered"), "missing", "answered_at"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code", "field"), BAD, ids=[f"{code}-{field}-{n}" for n, (_, code, field) in enumerate(BAD)]
)
async def test_a_bad_line_is_named_and_nothing_is_taken_in(
    line: dict[str, Any] | str, code: str, field: str, merchant: Database, tmp_path: Path
) -> None:
    before = await counts(merchant)
    outcome = await take_in(merchant, write(tmp_path, SHOW, bought(7, "R"), "", line, entry(9)))
    assert [(bad.line, bad.code, bad.field) for bad in outcome.bad] == [(4, code, field)]
    assert outcome.bad[0].sentence
    assert (outcome.refused, outcome.lines) == (True, 4)
    assert await counts(merchant) == before


async def test_bad_lines_may_be_left_out_and_come_again_when_they_are_mended(
    merchant: Database, tmp_path: Path
) -> None:
    outcome = await take_in(merchant, write(tmp_path, SHOW, entry(1), entry(2, n="two")), leave_out_bad=True)
    assert (outcome.taken, outcome.bad_counts, outcome.refused) == (2, {"unreadable": 1}, False)
    outcome = await take_in(merchant, write(tmp_path, SHOW, entry(1), entry(2, n=2)))
    assert (outcome.taken, outcome.known, outcome.bad) == (1, 2, [])
    async with merchant.read() as connection:
        assert await connection.scalar(text("SELECT reactions FROM rollup WHERE show_id = 'old'")) == 3


async def test_many_bad_lines_are_counted_by_reason_and_the_first_are_named(
    merchant: Database, tmp_path: Path
) -> None:
    outcome = await take_in(
        merchant, write(tmp_path, SHOW, *["{"] * 30, *(entry(n, n="x") for n in range(5))), named_max=10
    )
    assert [bad.line for bad in outcome.bad] == list(range(2, 12))
    assert outcome.bad_counts == {"not_json": 30, "unreadable": 5}


async def test_an_order_of_the_shop_brings_money_lines_and_refunds_and_moves_no_stock(
    merchant: Database, tmp_path: Path
) -> None:
    file = write(
        tmp_path,
        SHOW,
        *watch(1, "anna", "11:00", "11:30", guest=False),
        bought(1, "A"),
        bought(2, "B", viewer="ben"),
    )
    assert (await take_in(merchant, file)).bad == []
    refund = entry(3, "refund", target="A", currency="JPY", amount_minor=500, at="2025-03-20T00:00:00Z")
    for _ in range(2):
        assert (await take_in(merchant, write(tmp_path, refund, name="refunds.jsonl"))).bad == []
    async with merchant.read() as connection:
        orders = await connection.execute(
            text("SELECT external_id, state, amount_minor, refunded_minor FROM reported_order ORDER BY 1")
        )
        assert [tuple(row) for row in orders] == [
            ("A", "partially_refunded", 1500, 500),
            ("B", "paid", 1500, 0),
        ]
        sold = await connection.execute(
            text("SELECT product_id, quantity, amount_minor FROM reported_sale ORDER BY order_id, nth")
        )
        assert sorted(tuple(row) for row in sold if row.product_id) == [("channel-1", 1, 1000)] * 2
        assert [
            tuple(row) for row in await connection.execute(text("SELECT DISTINCT stock, sold FROM product"))
        ] == [(99, 0)]
    again = entry(4, "purchase", target="A", currency="JPY", lines=[{"quantity": 1, "amount_minor": 1}])
    assert [bad.code for bad in (await take_in(merchant, write(tmp_path, again))).bad] == ["order_exists"]


async def test_what_is_there_by_another_entry_is_named_and_not_written_again(
    merchant: Database, tmp_path: Path
) -> None:
    def history(n: int) -> list[dict[str, Any]]:
        lines = [{"product": "channel-1", "quantity": 1, "amount_minor": 1000}]
        paid = {"taken_by": "showfloor", "currency": "JPY", "lines": lines, "number": "K-1"}
        return [
            *watch(n, "anna", "11:00", "11:30", connection="tab"),
            entry(n, "identity_link", viewer="guest", target="anna"),
            entry(n + 1, "purchase", **paid | {"target": f"order-{n}"}),
        ]

    assert (await take_in(merchant, write(tmp_path, SHOW, *history(10)))).bad == []
    again = write(tmp_path, *history(20), entry(30), name="again.jsonl")
    refused = await take_in(merchant, again)
    codes = {(bad.code, bad.field) for bad in refused.bad}
    assert codes == {
        ("stretch_exists", "connection"), ("identity_exists", "viewer"), ("number_exists", "number")
    }  # fmt: skip
    assert refused.refused
    rest = await take_in(merchant, again, leave_out_bad=True)
    assert not rest.refused
    # One moment of one connection, and one number, cannot be two people's in a file either.
    twice = [
        *watch(40, "ben", "11:00", "11:30", connection="pc"),
        *watch(50, "eva", "11:00", "11:20", connection="pc"),
        *({**history(60 + n)[3], "number": "K-2"} for n in (0, 10)),
    ]
    found = [(bad.code, bad.field) for bad in (await take_in(merchant, write(tmp_path, *twice))).bad]
    assert found == [("stretch_twice", "connection"), ("target_twice", "number")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("old.csv", "id,show,kind\n1,2,質問\n".encode("cp932"), "line 2 of old.csv is not UTF-8, but Shift_JIS it seems"),
        ("old.csv", "id,show,kind\n".encode("utf-16"), "UTF-16"),
        ("old.jsonl", b'{"id": 1}\n{"id": "\xff"}\n', "line 2 of old.jsonl is not UTF-8"),
        ("old.csv", b"id,viewer\n1,2\n", "has no column show, kind"),
        ("old.csv", b"id,show,kind\n1,2\n", "cannot be read as csv"),
        ("old.parquet", b"PAR1 no", "cannot be read as parquet"),
    ],
)  # fmt: skip
async def test_a_file_that_is_none_is_refused_with_the_reason(
    name: str, content: bytes, said: str, merchant: Database, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UnreadableFile, match=said):
        await take_in(merchant, file, name.rsplit(".", 1)[1])  # type: ignore[arg-type]


async def test_a_csv_of_a_spreadsheet_has_a_byte_order_mark_other_columns_and_lines_in_cells(
    merchant: Database, tmp_path: Path
) -> None:
    file = tmp_path / "old.csv"
    rows = [
        "id,show,kind,at,ended_at,viewer,target,text,colour",
        f"1,old,show,{START},2025-03-01T12:00:00Z,,,,red",
        '2,old,question,2025-03-01T20:10:00+09:00,,anna,q_1,"two\nlines",',
        "3,old,reaction,no time,,anna,heart,,",
    ]
    file.write_text("\ufeff" + "\r\n".join(rows) + "\r\n", "utf-8", newline="")
    outcome = await take_in(merchant, file, "csv", leave_out_bad=True)
    assert outcome.unknown_columns == ["colour"]
    assert [(bad.line, bad.code) for bad in outcome.bad] == [(5, "unreadable")]
    async with merchant.read() as connection:
        assert await connection.scalar(text("SELECT text FROM question")) == "two\nlines"


async def test_what_has_no_attendance_line_counts_as_a_guest_who_did_not_agree_unless_it_says_otherwise(
    merchant: Database, tmp_path: Path
) -> None:
    file = write(
        tmp_path, SHOW, *watch(1, "anna", "11:00", "11:30", guest=False), *watch(2, "ben", "11:00", "11:30")
    )
    assert (await take_in(merchant, file)).bad == []
    async with merchant.read() as connection:
        people = await connection.execute(
            text("SELECT viewer_id, guest, remembered, joined FROM attendance ORDER BY 1")
        )
        assert [tuple(row) for row in people] == [("anna", False, False, True), ("ben", True, False, True)]


async def test_a_kill_in_the_middle_leaves_nothing_and_the_next_import_does_it_all(
    merchant: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    before = await counts(merchant)
    file = write(tmp_path, SHOW, *(entry(n) for n in range(50)))
    environment = {
        **os.environ,
        "SHOWFLOOR_DATABASE_URL": database_url,
        "SHOWFLOOR_REDIS_URL": redis_url,
        "SHOWFLOOR_DATA": str(tmp_path),
    }
    async with merchant.write() as connection:
        await connection.execute(text("LOCK TABLE rollup IN ACCESS EXCLUSIVE MODE"))  # it comes last
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", "import", str(file), "--channel", CHANNEL),
            env=environment,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await eventually(lambda: _waits(merchant), within_seconds=60)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await eventually(lambda: _nobody_else(merchant))
    assert await counts(merchant) == before
    result = await asyncio.to_thread(
        showfloor,
        "import",
        str(file),
        "--channel",
        CHANNEL,
        data=tmp_path,
        database_url=database_url,
        redis_url=redis_url,
    )
    assert (result.returncode, "51 of 51 lines imported into 1 shows" in result.stdout) == (0, True), (
        result.stderr
    )
    assert (await counts(merchant))["ledger_entry"] == 50


async def _waits(database: Database) -> bool:
    async with database.read() as connection:
        return bool(
            await connection.scalar(
                text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'rollup'::regclass")
            )
        )


async def _nobody_else(database: Database) -> bool:
    async with database.read() as connection:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return not await connection.scalar(text(f"{others} AND state LIKE 'idle in%'"))


async def test_the_command_tells_bad_lines_writes_the_report_and_ends_with_1(
    merchant: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    file, report = write(tmp_path, SHOW, entry(1, n="x"), "{"), tmp_path / "bad.csv"
    result = await asyncio.to_thread(
        showfloor, "import", str(file), "--channel", CHANNEL, "--report", str(report),
        data=tmp_path, database_url=database_url, redis_url=redis_url,
    )  # fmt: skip
    assert result.returncode == 1
    assert "line 2: `n` cannot be read" in result.stderr
    assert "Nothing was imported: 2 of 3 lines are bad." in result.stdout
    assert report.read_text("utf-8").splitlines()[1:] == [
        "2,unreadable,n,`n` cannot be read",
        "3,not_json,,the line is no JSON object",
    ]


async def test_a_show_of_another_channel_is_not_imported_into(merchant: Database, tmp_path: Path) -> None:
    async with merchant.write() as connection:
        await add_channel(connection, "other")
        await HandMade(connection, "theirs", channel="other").open()
    line = entry(1, show="theirs", at=to_wire(SystemClock().now() - timedelta(days=1)))
    outcome = await take_in(merchant, write(tmp_path, line))
    assert [bad.code for bad in outcome.bad] == ["show_elsewhere"]
    outcome = await take_in(merchant, write(tmp_path, SHOW | {"show": "theirs"}))
    assert [bad.code for bad in outcome.bad] == ["show_elsewhere"]
