"""`showfloor import`: a file of history, all of it or nothing.

DuckDB reads and checks the file beside the database. What is good goes in by COPY, in one transaction: a kill before its end leaves
nothing, and whoever reads meanwhile sees nothing of it.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import duckdb
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.engine import Database
from server.history import checking, placing, repository
from server.history.problems import NAMED_MAX, BadLine, UnreadableFile
from server.history.reading import Form, open_workbench, read_file
from server.ledger.derive_repository import derive_rows
from server.ledger.holding_repository import hold_shows
from server.sealing.unsealing import unseal

Tell = Callable[[int], None]
"""Takes how much of a step is done."""


class Step(Protocol):
    """Tells people what is being done while a block runs, and how far it is of `total`, where that is known."""

    def __call__(self, what: str, total: int | None = None) -> AbstractContextManager[Tell]: ...


@dataclass(slots=True)
class Imported:
    """What came of a file. `refused` when nothing was taken in because of bad lines."""

    lines: int = 0
    taken: int = 0
    known: int = 0
    """Imported before, or twice in the file."""
    bad: list[BadLine] = field(default_factory=list)
    bad_counts: dict[str, int] = field(default_factory=dict)
    shows: list[str] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    refused: bool = False

    @property
    def reasons(self) -> Counter[str]:
        """Return how many lines are bad, by the reason in words."""
        return Counter({BadLine(0, code, "").sentence: n for code, n in self.bad_counts.items()})


class _BadLinesError(Exception):
    """Some lines are bad: the transaction must not be."""


async def import_file(
    database: Database,
    channel_id: str,
    file: Path,
    form: Form,
    *,
    leave_out_bad: bool = False,
    named_max: int = NAMED_MAX,
    step: Step,
) -> Imported:
    """Take in a file for a channel and return what came of it; raises `UnreadableFile`.

    One bad line refuses the whole file, unless `leave_out_bad`. What was imported before is passed over.
    """
    with (
        tempfile.TemporaryDirectory(prefix="showfloor-import-") as folder,
        open_workbench(Path(folder)) as bench,
    ):
        with step(f"Reading {file.name}"):
            unknown = read_file(bench, file, form)
        work = _Work(
            bench, Path(folder), channel_id, named_max=named_max, leave_out_bad=leave_out_bad, step=step
        )
        work.outcome.unknown_columns = unknown
        try:
            async with database.write() as connection:
                await work.take_in(connection)
        except _BadLinesError:
            work.outcome.refused = True
        return work.outcome


class _Work:
    """One import on its workbench."""

    def __init__(
        self,
        bench: duckdb.DuckDBPyConnection,
        folder: Path,
        channel_id: str,
        *,
        named_max: int,
        leave_out_bad: bool,
        step: Step,
    ) -> None:
        self.outcome = Imported()
        self._bench = bench
        self._folder = folder
        self._channel_id = channel_id
        self._named_max = named_max
        self._leave_out_bad = leave_out_bad
        self._step = step

    async def take_in(self, connection: AsyncConnection) -> None:
        """Check, write, and derive; raises `_BadLinesError`."""
        if not await repository.is_channel(connection, self._channel_id):
            raise UnreadableFile(
                f"there is no channel {self._channel_id!r}", "`showfloor channel create` makes one"
            )
        await repository.lock_history(connection, self._channel_id)
        with self._step("Checking the lines"):
            await self._bring_what_is_known(connection)
            checking.check(self._bench)
            self._refuse_bad()
            await self._pass_over_known(connection)
            await self._check_against_rows(connection)
            self._refuse_bad()
        await repository.remember(
            connection, [key for (key,) in self._bench.execute(placing.BAD_KEYS).fetchall()]
        )
        await self._write(connection)
        with self._step("Deriving the figures", len(self.outcome.shows)) as tell:
            for n, show in enumerate(self.outcome.shows, 1):
                await derive_rows(connection, show)
                tell(n)

    async def _bring_what_is_known(self, connection: AsyncConnection) -> None:
        bench = self._bench
        bench.execute("SET VARIABLE channel = ?", [self._channel_id])
        bench.execute(
            "CREATE TABLE known_show (id VARCHAR, ours BOOLEAN, ended BOOLEAN, started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ)"
        )
        shows = await repository.read_shows(connection, self._channel_id, checking.shows_in(bench))
        await hold_shows(connection, [show.id for show in shows if show.ended])
        await unseal(connection, [show.id for show in shows])
        _insert(bench, "known_show", [(s.id, s.ours, s.ended, s.started_at, s.ended_at) for s in shows])
        bench.execute(
            "CREATE TABLE known_survey (id VARCHAR, show_id VARCHAR, kind VARCHAR, why BOOLEAN, choices BIGINT)"
        )
        surveys = await repository.read_surveys(connection, [show.id for show in shows])
        _insert(bench, "known_survey", [tuple(row) for row in surveys])
        bench.execute("CREATE TABLE product (name VARCHAR, id VARCHAR)")
        products = await repository.read_products(connection, self._channel_id)
        _insert(bench, "product", [(p.name, p.id) for p in products])

    def _refuse_bad(self) -> None:
        self.outcome.lines = _count(self._bench, "SELECT count(*) FROM given")
        self.outcome.bad_counts = checking.count_bad(self._bench)
        self.outcome.bad = checking.bad_lines(self._bench, self._named_max)
        if self.outcome.bad_counts and not self._leave_out_bad:
            raise _BadLinesError

    async def _pass_over_known(self, connection: AsyncConnection) -> None:
        """Find which entries were imported before. Whatever is bad is none, so that it may come again when it is mended."""
        keys = self._export("keys", placing.KEYS)
        known = await repository.find_known(connection, keys)
        self._bench.execute("CREATE TABLE known (key VARCHAR)")
        _insert(self._bench, "known", [(key.replace("-", ""),) for key in known])
        self._bench.execute("SET VARIABLE some_known = ?", [bool(known)])
        self._bench.execute(placing.FRESH)
        self.outcome.known = len(known) + _count(
            self._bench, "SELECT count(*) FROM repeated WHERE NOT otherwise"
        )

    async def _check_against_rows(self, connection: AsyncConnection) -> None:
        """Find what is there already by another entry, and refunds of orders that are not there."""
        bench = self._bench
        bench.execute("""
            INSERT INTO bad SELECT line, 'show_exists', 'show' FROM fresh WHERE kind = 'show' AND "show" IN (SELECT id FROM known_show)
        """)
        await self._find_taken(connection, "question", "question_exists", "kind = 'question'")
        await self._find_taken(connection, "survey", "survey_exists", "kind = 'survey'")
        await self._find_taken(
            connection, "showfloor", "order_exists", "kind = 'purchase' AND taken_by = 'showfloor'"
        )
        await self._find_taken(
            connection, "shop", "order_exists", "kind = 'purchase' AND coalesce(taken_by, 'shop') = 'shop'"
        )
        numbered = "kind = 'purchase' AND taken_by = 'showfloor' AND number IS NOT NULL"
        await self._find_taken(connection, "number", "number_exists", numbered, field="number")
        guest = f"concat({placing.ALIASED})"
        linked = "kind = 'identity_link'"
        await self._find_taken(connection, "identity", "identity_exists", linked, field="viewer", of=guest)
        await self._find_stretches(connection)
        await self._refund(connection)

    async def _find_taken(
        self,
        connection: AsyncConnection,
        kind: str,
        code: str,
        where: str,
        *,
        field: str = "target",
        of: str = "",
    ) -> None:
        """Note as bad what is there by another entry. `of`: SQL of what it is known by, where that is more than its `field`."""
        of = of or field
        ids = [id for (id,) in self._bench.execute(f"SELECT {of} FROM fresh WHERE {where}").fetchall()]
        taken = await repository.find_taken(connection, self._channel_id, kind, ids) if ids else []
        if taken:
            self._bench.execute(
                f"INSERT INTO bad SELECT line, ?, ? FROM fresh WHERE {where} AND {of} IN (SELECT unnest(?))",
                [code, field, taken],
            )

    async def _find_stretches(self, connection: AsyncConnection) -> None:
        """Note as bad beginnings of watching that are there by another entry."""
        found = await repository.find_stretches(connection, self._export("begun", placing.BEGUN))
        if found:
            self._bench.execute("CREATE TABLE begun (connection VARCHAR, started_at TIMESTAMPTZ)")
            _insert(self._bench, "begun", found)
            self._bench.execute(_BEGUN_ALREADY)

    async def _refund(self, connection: AsyncConnection) -> None:
        """Give back of orders that were there before; those of the file are written with what was given back."""
        bench = self._bench
        bench.execute(_PAID)
        elsewhere = [id for (id,) in bench.execute(_REFUNDED_ELSEWHERE).fetchall()]
        there = await repository.read_refundable(connection, self._channel_id, elsewhere) if elsewhere else {}
        _insert(bench, "paid", [(id, currency, left) for id, (currency, left) in there.items()])
        bench.execute(_BAD_REFUNDS)
        refunds = [(id, minor) for id, minor in bench.execute(_REFUNDS).fetchall() if id in there]
        if refunds:
            await repository.add_refunds(connection, self._channel_id, refunds)

    async def _write(self, connection: AsyncConnection) -> None:
        await repository.make_stages(connection)
        for each in placing.ALL:
            file = self._export("rows", each.rows)
            with self._step(f"Writing {each.what}", file.stat().st_size) as tell:
                await repository.copy_file(connection, each.copy, file, tell)
            file.unlink()
        await repository.settle_stages(connection)
        self.outcome.taken = _count(self._bench, "SELECT count(*) FROM fresh")
        found = self._bench.execute('SELECT DISTINCT "show" FROM fresh ORDER BY 1').fetchall()
        self.outcome.shows = [show for (show,) in found]

    def _export(self, name: str, rows: str) -> Path:
        file = self._folder / f"{name}.csv"
        self._bench.execute(f"COPY ({rows}) TO '{file}' (FORMAT csv, HEADER false)")
        return file


_BEGUN_ALREADY = """
    INSERT INTO bad SELECT s.line, 'stretch_exists', 'connection' FROM stretch AS s JOIN begun USING (connection, started_at)
    WHERE s.line IN (SELECT line FROM fresh)
"""
_PAID = """
    CREATE TABLE paid AS
    SELECT target AS id, currency, CAST(list_sum(list_transform(bought, lambda l: l.amount_minor)) AS BIGINT) AS left_minor
    FROM fresh WHERE kind = 'purchase'
"""
_REFUNDED_ELSEWHERE = (
    "SELECT DISTINCT target FROM fresh WHERE kind = 'refund' AND target NOT IN (SELECT id FROM paid)"
)
_REFUNDS = "SELECT target, CAST(sum(amount_minor) AS BIGINT) FROM fresh WHERE kind = 'refund' GROUP BY target"
_BAD_REFUNDS = """
    INSERT INTO bad
    SELECT f.line, CASE WHEN paid.id IS NULL THEN 'order_unknown' ELSE 'refunded_too_much' END, 'target'
    FROM fresh AS f LEFT JOIN paid ON paid.id = f.target
    JOIN (SELECT target, sum(amount_minor) AS minor FROM fresh WHERE kind = 'refund' GROUP BY target) AS r ON r.target = f.target
    WHERE f.kind = 'refund' AND (paid.id IS NULL OR paid.currency <> f.currency OR r.minor > paid.left_minor)
"""


def _insert(bench: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put rows into a table of the workbench, column by column."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        bench.execute(f"INSERT INTO {table} SELECT {', '.join('unnest(?)' for _ in columns)}", columns)


def _count(bench: duckdb.DuckDBPyConnection, query: str) -> int:
    found = bench.execute(query).fetchone()
    assert found is not None, "an aggregate has a row"
    return int(found[0])
