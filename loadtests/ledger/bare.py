"""The least: the same facts by a bare COPY and a bare UPSERT of the same tables' shapes, on one connection, with no other work."""

import time

import psycopg

from loadtests.ledger.evening import TAPS, Act, acts

BATCH = 6000
_ENTRIES = "COPY bare_entry (show_id, viewer_id, kind, target, n, connection_id, at) FROM STDIN"
_CAME = "COPY came (show_id, viewer_id) FROM STDIN"
_PLAYED = "COPY bare_playing (show_id, viewer_id, connection_id, started_at, process_id) FROM STDIN"
_TABLES = """
    DROP TABLE IF EXISTS bare_entry, bare_rollup, bare_attendance, bare_playing;
    CREATE TABLE bare_entry (LIKE ledger_entry INCLUDING ALL);
    CREATE TABLE bare_rollup (LIKE rollup INCLUDING ALL);
    CREATE TABLE bare_attendance (LIKE attendance INCLUDING ALL);
    CREATE TABLE bare_playing (LIKE playing INCLUDING ALL);
    CREATE TEMP TABLE IF NOT EXISTS came (show_id text, viewer_id text);
    CREATE TEMP TABLE IF NOT EXISTS added (show_id text, viewer_id text, n int)
"""
_ATTEND = """
    INSERT INTO bare_attendance (show_id, viewer_id, first_at, guest, remembered, suspect)
    SELECT show_id, viewer_id, now(), true, false, false FROM came ON CONFLICT DO NOTHING
"""
_ADD = """
    INSERT INTO bare_rollup AS r (show_id, viewer_id, reactions, first_reaction_at) SELECT show_id, viewer_id, n, now() FROM added
    ON CONFLICT (show_id, viewer_id) DO UPDATE SET reactions = r.reactions + excluded.reactions,
        first_reaction_at = least(r.first_reaction_at, excluded.first_reaction_at)
"""


def count_bare(url: str, what: str, viewers: int, flushes: int) -> float:
    """Write what `record` of the same arguments records, a transaction for about `BATCH` rows; return the seconds."""
    taps = {"taps": TAPS, "one tap": TAPS[:1], "all at once": TAPS[:1]}.get(what, ())
    rows_each = len(taps) + (what in {"joins", "all at once"}) + (what in {"plays", "all at once"})
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(_TABLES)
        connection.commit()
        began = time.perf_counter()
        for nth in range(flushes):
            doing = [act for _, act in acts(what, viewers, nth)]
            for start in range(0, len(doing), BATCH // rows_each):
                _write(connection, what, doing[start : start + BATCH // rows_each], taps)
                connection.commit()
        return time.perf_counter() - began


def _write(
    connection: psycopg.Connection, what: str, acts_of: list[Act], taps: tuple[tuple[str, str], ...]
) -> None:
    cursor = connection.cursor()
    cursor.execute("TRUNCATE came, added")
    if what in {"joins", "all at once"}:
        with cursor.copy(_CAME) as copy:
            for act in acts_of:
                copy.write_row((act.show, act.viewer))
        cursor.execute(_ATTEND)
    if what in {"plays", "all at once"}:
        with cursor.copy(_PLAYED) as copy:
            for act in acts_of:
                copy.write_row((act.show, act.viewer, act.connection, "now", "p"))
    if taps:
        with cursor.copy(_ENTRIES) as copy:
            for act in acts_of:
                for kind, target in taps:
                    copy.write_row((act.show, act.viewer, kind, target, 1, act.connection, "now"))
    with cursor.copy("COPY added FROM STDIN") as copy:
        for act in acts_of:
            copy.write_row((act.show, act.viewer, len(taps)))
    cursor.execute(_ADD)
