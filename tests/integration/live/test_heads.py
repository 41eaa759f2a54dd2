"""The head of an export is answered without the export."""

import httpx
from sqlalchemy import text

from server.db.engine import Database
from server.settings import Settings
from tests.support.servers import SignFor

TABLES = "attendance, rollup, orders, question, playing"
TOLD = ("content-type", "content-disposition", "cache-control")


async def test_the_head_of_an_export_reads_no_rows(
    server: str, settings: Settings, sign_for: SignFor
) -> None:
    """The tables that the rows come from are locked: whoever reads them waits."""
    database = Database(settings.database_url or "", pool_size=1)
    headers = {"Authorization": f"Bearer {sign_for('host')}"}
    async with httpx.AsyncClient(base_url=f"http://{server}/v1/shows", headers=headers, timeout=20) as host:
        for of in ("viewers", "orders", "questions", "series"):
            path = f"/demo/export.csv?of={of}&tz=Asia/Tokyo"
            async with database.write() as connection:
                await connection.execute(text(f"LOCK TABLE {TABLES} IN ACCESS EXCLUSIVE MODE"))
                head = await host.head(path)
            whole = await host.get(path)
            assert (head.status_code, head.text) == (whole.status_code, "") == (200, "")
            assert whole.text
            assert [head.headers[name] for name in TOLD] == [whole.headers[name] for name in TOLD]
        assert (await host.head("/demo/export.csv?tz=Mars/Base")).status_code == 422
        assert (await host.head("/nowhere/export.csv")).status_code == 404
        host.headers.pop("Authorization")
        assert (await host.head("/demo/export.csv")).status_code == 401
    await database.close()
