"""What is wrong with the lines of a file, found by DuckDB set by set: `given` becomes `entry`, typed, and `bad`.

A line is told its first fault only. What only the database knows has been put beside it before: `known_show`, `product`.
"""

from typing import get_args

import duckdb

from server.currencies import CODES
from server.history.envelope import COLUMNS, KINDS, OF_PRODUCTS
from server.history.problems import BadLine
from server.history.survey_checks import ANSWERS_ACROSS, survey_faults
from server.protocol.pushes import QuestionState

_FAULT = tuple[str, str, str]
"""Code, column, and the SQL that is true where it is so."""
_ID = r"^[A-Za-z0-9_-]{1,40}$"
_WORD = r"^[^\x00-\x20,\x7f]{1,200}$"
"""A viewer's id stands in lists that commas part."""
_OFFSET = r"([zZ]|[+-]\d\d(:?\d\d)?)$"
_INTEGER = r"^-?\d{1,18}(\.0+)?$"
_TEXT_MAX = 10_000
_N_MAX = 1_000_000
_MINOR_MAX = 2**53 - 1
_WITH_A_TARGET = (
    "view_promotion",
    "select_item",
    "reaction",
    "vote",
    "question",
    "purchase",
    "refund",
    "identity_link",
    "survey",
)
_OF_NOBODY = ("show", "product_pin", "refund", "page_view", "survey")
"""Whose viewer may be left out."""
_NAMED_ONCE = "'question', 'purchase', 'identity_link', 'survey'"
_ODD_LINE = f"""
    lambda l: coalesce(l.quantity, 0) NOT BETWEEN 1 AND 100000 OR coalesce(l.amount_minor, -1) NOT BETWEEN 0 AND {_MINOR_MAX}
"""
_LINES = """[{"product": "VARCHAR", "title": "VARCHAR", "quantity": "BIGINT", "amount_minor": "BIGINT"}]"""


def check(bench: duckdb.DuckDBPyConnection) -> None:
    """Make `entry` of all lines, with `code` and `field` of what is wrong with each (null: nothing), and `bad` of those that are."""
    _type_lines(bench)
    for statement in (_REPEATED, _BAD, *_ACROSS, *ANSWERS_ACROSS):
        bench.execute(statement)


def bad_lines(bench: duckdb.DuckDBPyConnection, limit: int) -> list[BadLine]:
    """Return the first bad lines, in the file's order."""
    rows = bench.execute("SELECT line, code, field FROM bad ORDER BY line LIMIT ?", [limit]).fetchall()
    return [BadLine(*row) for row in rows]


def count_bad(bench: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return how many lines are bad, by the reason's code, the most frequent first."""
    rows = bench.execute("SELECT code, count(*) AS n FROM bad GROUP BY code ORDER BY n DESC, code").fetchall()
    return dict(rows)


def shows_in(bench: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the shows that the lines name."""
    found = bench.execute(
        "SELECT DISTINCT show FROM given WHERE show IS NOT NULL".replace("show", '"show"')
    ).fetchall()
    return [show for (show,) in found]


def _type_lines(bench: duckdb.DuckDBPyConnection) -> None:
    typed = ", ".join(_typed(column.name, column.type) for column in COLUMNS)
    faults = [*_faults_of_values(), *_faults_of_entries()]
    contents = ", ".join(f"given.{_quoted(column.name)}" for column in COLUMNS)
    whens = "\n".join(f"WHEN {where} THEN '{code}:{field}'" for code, field, where in faults)
    bench.execute("""
        CREATE TABLE head AS
        SELECT "show" AS id, TRY_CAST("at" AS TIMESTAMPTZ) AS started_at, TRY_CAST(ended_at AS TIMESTAMPTZ) AS ended_at, true AS in_file,
               true AS ours, true AS ended
        FROM given WHERE kind = 'show' AND "show" IS NOT NULL QUALIFY row_number() OVER (PARTITION BY "show" ORDER BY line) = 1
        UNION ALL SELECT id, started_at, ended_at, false, ours, ended FROM known_show WHERE id NOT IN (
            SELECT "show" FROM given WHERE kind = 'show' AND "show" IS NOT NULL)
    """)
    bench.execute(f"""
        CREATE TABLE entry AS
        SELECT line, {", ".join(_quoted(c.name) for c in COLUMNS)}, bought,
               split_part(fault, ':', 1) AS code, split_part(fault, ':', 2) AS field, shape
        FROM (
            SELECT given.line, {typed}, {_bought()} AS bought, hash({contents}) AS shape, CASE {whens} END AS fault
            FROM given LEFT JOIN head ON head.id = given."show" LEFT JOIN known_show ON known_show.id = given."show"
            LEFT JOIN product ON given.kind IN ({_listed(OF_PRODUCTS)}) AND product.name = given.target)
    """)


def _typed(name: str, type: str) -> str:
    given = f"given.{_quoted(name)}"
    match name, type:
        case "at", _:
            at = f"coalesce(TRY_CAST({given} AS TIMESTAMPTZ), head.started_at + to_milliseconds(TRY_CAST(given.offset_ms AS BIGINT)))"
            return f'{at} AS "at"'
        case "target", _:
            return 'coalesce(product.id, given.target) AS "target"'
        case "n", _:
            return "coalesce(TRY_CAST(given.n AS BIGINT), 1) AS n"
        case "connection", _:
            made = "CASE WHEN given.kind IN ('view_start', 'view_end') THEN concat(given.\"show\", '/', given.viewer) END"
            return f"coalesce(given.connection, {made}) AS connection"
        case _, "VARCHAR":
            return f"{given} AS {_quoted(name)}"
        case _, "JSON":
            return f"{given} AS {_quoted(name)}"
        case _:
            return f"TRY_CAST({given} AS {type}) AS {_quoted(name)}"


def _bought() -> str:
    """The lines of a purchase, as a list of structs; null where they cannot be read."""
    readable = "given.kind = 'purchase' AND TRY(json_type(given.lines)) = 'ARRAY'"
    return f"CASE WHEN {readable} THEN from_json(given.lines, '{_LINES}') END"


def _faults_of_values() -> list[_FAULT]:
    """Faults that a value has by itself."""
    faults: list[_FAULT] = [("not_json", "", "unread")]
    faults += [
        ("missing", name, f"coalesce(given.{_quoted(name)}, '') = ''") for name in ("id", "show", "kind")
    ]
    faults.append(("unknown", "kind", f"given.kind NOT IN ({_listed(KINDS)})"))
    faults.append(("characters", "show", f"NOT regexp_full_match(given.\"show\", '{_ID}')"))
    for column in COLUMNS:
        given = f"given.{_quoted(column.name)}"
        if column.type == "BIGINT":
            faults.append(("unreadable", column.name, f"NOT regexp_full_match({given}, '{_INTEGER}')"))
        elif column.type == "BOOLEAN":
            faults.append(
                ("unreadable", column.name, f"{given} IS NOT NULL AND TRY_CAST({given} AS BOOLEAN) IS NULL")
            )
        elif column.type == "TIMESTAMPTZ":
            faults.append(
                (
                    "unreadable",
                    column.name,
                    f"{given} IS NOT NULL AND (TRY_CAST({given} AS TIMESTAMPTZ) IS NULL OR NOT isfinite(TRY_CAST({given} AS TIMESTAMPTZ)))",
                )
            )
            faults.append(("no_offset", column.name, f"NOT regexp_matches({given}, '{_OFFSET}')"))
            faults.append(("in_the_future", column.name, f"TRY_CAST({given} AS TIMESTAMPTZ) > now()"))
        elif column.name in ("id", "viewer", "connection"):
            faults.append(("characters", column.name, f"NOT regexp_full_match({given}, '{_WORD}')"))
        elif column.type == "VARCHAR":
            longest = _TEXT_MAX if column.written else 200
            faults.append(
                ("characters", column.name, f"length({given}) > {longest} OR contains({given}, chr(0))")
            )
    return faults


def _faults_of_entries() -> list[_FAULT]:
    """Faults that an entry has among its values, and with its show."""
    number, amount = (f"TRY_CAST(given.{name} AS BIGINT)" for name in ("n", "amount_minor"))
    starts, ends = (f'TRY_CAST(given."{name}" AS TIMESTAMPTZ)' for name in ("at", "ended_at"))
    return [
        ("show_elsewhere", "show", "NOT head.ours OR NOT known_show.ours"),
        ("show_unknown", "show", "head.id IS NULL"),
        ("show_not_ended", "show", "NOT head.ended OR NOT known_show.ended"),
        ("missing", "at", "given.kind = 'show' AND given.\"at\" IS NULL"),
        ("missing", "at", 'given."at" IS NULL AND (given.offset_ms IS NULL OR head.started_at IS NULL)'),
        ("missing", "ended_at", "given.kind = 'show' AND given.ended_at IS NULL"),
        ("ends_before", "ended_at", "given.kind = 'show' AND " + ends + " < " + starts),
        ("missing", "viewer", f"given.kind NOT IN ({_listed(_OF_NOBODY)}) AND coalesce(given.viewer, '') = ''"),
        ("missing", "target", f"given.kind IN ({_listed(_WITH_A_TARGET)}) AND coalesce(given.target, '') = ''"),
        ("characters", "target", f"given.kind = 'identity_link' AND NOT regexp_full_match(given.target, '{_WORD}')"),
        ("unknown", "mode", "given.mode NOT IN ('live', 'replay')"),
        ("unknown", "device", "given.device NOT IN ('phone', 'tablet', 'desktop')"),
        ("unknown", "page", "given.page NOT IN ('viewer', 'element', 'frame')"),
        ("out_of_range", "n", f"{number} < CASE WHEN given.kind = 'question' THEN 0 ELSE 1 END OR {number} > {_N_MAX}"),
        ("unknown", "state", f"given.kind = 'question' AND given.state NOT IN {get_args(QuestionState)}"),
        ("unknown", "state", "given.kind = 'purchase' AND given.state NOT IN ('paid', 'partially_refunded', 'refunded', 'cancelled')"),
        ("missing", "answered_at", "given.kind = 'question' AND given.state = 'answered' AND given.answered_at IS NULL"),
        ("unknown", "currency", f"given.kind IN ('purchase', 'refund') AND coalesce(given.currency, '') NOT IN ({_listed(sorted(CODES))})"),
        ("unknown", "taken_by", "given.taken_by NOT IN ('shop', 'showfloor')"),
        ("unknown", "attributed_by", "given.attributed_by NOT IN ('attribution', 'link', 'customer')"),
        ("out_of_range", "amount_minor", f"given.kind = 'refund' AND coalesce({amount}, 0) NOT BETWEEN 1 AND {_MINOR_MAX}"),
        ("no_lines", "lines", f"given.kind = 'purchase' AND coalesce(len({_bought()}), 0) NOT BETWEEN 1 AND 200"),
        ("no_lines", "lines", f"given.kind = 'purchase' AND len(list_filter({_bought()}, {_ODD_LINE})) > 0"),
        ("one_line", "lines", f"given.kind = 'purchase' AND given.taken_by = 'showfloor' AND len({_bought()}) <> 1"),
        *survey_faults(),
    ]  # fmt: skip


# A line that stands in the file again, to the letter, is the same entry; else one of them is wrong, and nobody can say which.
_REPEATED = """
    CREATE TABLE repeated AS
    SELECT line, shape <> first(shape) OVER (PARTITION BY id ORDER BY line) AS otherwise,
           row_number() OVER (PARTITION BY id ORDER BY line) AS nth
    FROM entry WHERE id IN (SELECT id FROM entry WHERE code IS NULL GROUP BY id HAVING count(*) > 1) AND code IS NULL
    QUALIFY nth > 1
"""
_BAD = """
    CREATE TABLE bad AS
    SELECT line, code, field FROM entry WHERE code IS NOT NULL
    UNION ALL SELECT line, 'id_twice', 'id' FROM repeated WHERE otherwise
"""
_GOOD = "code IS NULL AND line NOT IN (SELECT line FROM repeated)"
_ACROSS = (
    f"""
    INSERT INTO bad SELECT line, 'show_twice', 'show' FROM entry WHERE kind = 'show' AND {_GOOD}
    QUALIFY row_number() OVER (PARTITION BY "show" ORDER BY line) > 1
    """,
    f"""
    INSERT INTO bad SELECT line, 'target_twice', 'target' FROM entry WHERE kind IN ({_NAMED_ONCE}) AND {_GOOD}
    QUALIFY row_number() OVER (PARTITION BY kind, CASE kind WHEN 'identity_link' THEN concat("show", ' ', viewer) ELSE target END
                               ORDER BY line) > 1
    """,
    """
    INSERT INTO bad SELECT e.line, 'product_unknown', 'lines' FROM entry AS e
    WHERE e.kind = 'purchase' AND e.taken_by = 'showfloor' AND e.code IS NULL
      AND NOT EXISTS (SELECT 1 FROM product WHERE product.name = e.bought[1].product)
    """,
    f"""
    CREATE TABLE edge AS
    SELECT line, id, "show", viewer, connection, kind, "at",
           row_number() OVER (PARTITION BY "show", viewer, connection, kind ORDER BY "at", line) AS nth
    FROM entry WHERE kind IN ('view_start', 'view_end') AND {_GOOD}
    """,
    """
    CREATE TABLE stretch AS
    SELECT b.line, e.line AS end_line, b.id, b."show", b.viewer, b.connection, b."at" AS started_at, e."at" AS ended_at
    FROM (SELECT * FROM edge WHERE kind = 'view_start') AS b JOIN (SELECT * FROM edge WHERE kind = 'view_end') AS e
      USING ("show", viewer, connection, nth)
    WHERE e."at" >= b."at"
    """,
    """
    INSERT INTO bad
    SELECT line, 'unpaired', 'connection' FROM edge
    WHERE line NOT IN (SELECT line FROM stretch UNION ALL SELECT end_line FROM stretch)
    UNION ALL
    SELECT line, 'unpaired', 'connection' FROM stretch
    QUALIFY started_at < lag(ended_at) OVER (PARTITION BY "show", viewer, connection ORDER BY started_at, line)
        OR started_at = lag(started_at) OVER (PARTITION BY "show", viewer, connection ORDER BY started_at, line)
    """,
    """
    INSERT INTO bad SELECT line, 'stretch_twice', 'connection' FROM stretch WHERE line NOT IN (SELECT line FROM bad)
    QUALIFY row_number() OVER (PARTITION BY connection, started_at ORDER BY line) > 1
    """,
    f"""
    INSERT INTO bad SELECT line, 'target_twice', 'number' FROM entry
    WHERE kind = 'purchase' AND taken_by = 'showfloor' AND number IS NOT NULL AND {_GOOD} AND line NOT IN (SELECT line FROM bad)
    QUALIFY row_number() OVER (PARTITION BY number ORDER BY line) > 1
    """,
)


def _listed(words: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _quoted(name: str) -> str:
    return f'"{name}"'
