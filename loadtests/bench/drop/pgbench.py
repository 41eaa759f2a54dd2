"""The peer: PostgreSQL's own `pgbench`, one order in a transaction of its own, all of them on one product's row."""

import re
import subprocess
from pathlib import Path

import psycopg

from loadtests.bench.peers.peer import NotHere
from server.embedded.wheels import postgres_directory

CLIENTS = 32
_TABLES = """
    CREATE TABLE bench_product (id text PRIMARY KEY, stock int NOT NULL CHECK (stock >= 0));
    CREATE TABLE bench_order (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, product_id text NOT NULL, buyer bigint NOT NULL,
                              at timestamptz NOT NULL DEFAULT now());
    INSERT INTO bench_product VALUES ('p', 100000000);
"""
_SCRIPT = """\\set buyer random(1, 1000000)
BEGIN;
UPDATE bench_product SET stock = stock - 1 WHERE id = 'p' AND stock > 0;
INSERT INTO bench_order (product_id, buyer) VALUES ('p', :buyer);
COMMIT;
"""


def make_tables(uri: str) -> None:
    """Make the peer's tables in a database of its own."""
    with psycopg.connect(uri) as connection:
        connection.execute(_TABLES)


def orders_a_second(uri: str, seconds: int, folder: Path) -> float:
    """Run it for so long and return its transactions a second; raises `NotHere` without the program."""
    script = folder / "order.sql"
    script.write_text(_SCRIPT)
    program = postgres_directory() / "bin" / "pgbench"
    if not program.exists():
        raise NotHere("this PostgreSQL comes without pgbench")
    command: list[str | Path] = [
        program,
        "-n",
        "-M",
        "prepared",
        "-c",
        str(CLIENTS),
        "-j",
        "1",
        "-T",
        str(seconds),
        "-f",
        script,
        uri,
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"^tps = ([\d.]+)", ran.stdout, re.MULTILINE)
    if ran.returncode or found is None:
        raise NotHere("pgbench: " + ran.stderr[-1000:])
    return float(found[1])
