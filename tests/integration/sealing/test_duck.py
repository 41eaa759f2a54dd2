"""DuckDB works within its bounds: of memory, threads, time, and the folders that it is given."""

from pathlib import Path

import duckdb
import pytest

from server.sealing import duck


def test_it_has_the_memory_and_the_threads_that_it_is_given(tmp_path: Path) -> None:
    with duck.opened([tmp_path], memory="50MB", threads=1) as connection:
        found = connection.execute(
            "SELECT current_setting('memory_limit'), current_setting('threads')"
        ).fetchone()
        assert found == ("47.6 MiB", 1)
        with pytest.raises(duckdb.OutOfMemoryException):
            connection.execute(
                "SELECT count(*) FROM (SELECT DISTINCT hash(i) FROM range(20_000_000) AS r(i))"
            ).fetchone()
        for setting in ("memory_limit = '8GB'", "threads = 8", "temp_directory = '/tmp'"):
            with pytest.raises(duckdb.InvalidInputException, match="locked"):
                connection.execute(f"SET {setting}")
    assert list(tmp_path.iterdir()) == [], "nothing is put aside on disk"


def test_it_has_the_seconds_that_it_is_given(tmp_path: Path) -> None:
    with pytest.raises(duck.ScanTooLong), duck.opened([tmp_path], seconds=0.2) as connection:
        connection.execute(
            "SELECT sum(hash(i, j)) FROM range(1_000_000) AS a(i), range(1_000_000) AS b(j)"
        ).fetchone()


def test_it_reads_and_writes_in_the_folders_that_it_is_given_alone(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for folder in (mine, other):
        folder.mkdir()
    with duck.opened([mine]) as connection:
        connection.execute(f"COPY (SELECT 1 AS a) TO '{mine / 'a.parquet'}' (FORMAT parquet)")
        assert connection.execute(f"SELECT a FROM read_parquet('{mine / 'a.parquet'}')").fetchall() == [(1,)]
        for file in (other / "a.parquet", mine / ".." / "other" / "a.parquet"):
            with pytest.raises(duckdb.PermissionException):
                connection.execute(f"COPY (SELECT 1 AS a) TO '{file}' (FORMAT parquet)")
    assert list(other.iterdir()) == []
