"""Stock that disagrees with its orders is found by the doctor and repaired by `showfloor stock`."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from server.shop.stocktaking import repair_stock
from tests.support.commands import free_port, showfloor
from tests.support.stage import Stage, open_stage

MISCOUNTED = "UPDATE product SET stock = :stock, sold = :sold WHERE id = :id"


@pytest.fixture
def data(engine_directory: Path, tmp_path: Path) -> Path:
    """A data directory that nobody uses, at a place where engines may run."""
    return engine_directory / tmp_path.name / "var"


async def miscount(stage: Stage, id: str, *, stock: int, sold: int) -> None:
    async with stage.database.write() as connection:
        await connection.execute(text(MISCOUNTED), {"id": id, "stock": stock, "sold": sold})


async def test_a_product_that_disagrees_with_its_orders_is_found_and_repaired(
    database_url: str, redis_url: str, data: Path
) -> None:
    urls = {"database_url": database_url, "redis_url": redis_url}

    async def run(*words: str) -> tuple[int, str]:
        result = await asyncio.to_thread(showfloor, *words, data=data, **urls)
        return result.returncode, result.stdout + result.stderr

    async with open_stage(database_url) as stage:
        await stage.buy("v_1", "p_apron", quantity=3)
        await stage.buy("v_2", "p_bowl", quantity=3)
        assert await run("stock") == (0, "What was sold is what the orders say.\n")
        await miscount(stage, "p_apron", stock=9, sold=1)
        await miscount(stage, "p_bowl", stock=2, sold=0)
        _, told = await run("doctor", "--port", str(free_port()))
        assert "p_apron says 1 sold, its orders 3" in told
        assert "showfloor stock verify --repair" in told
        assert (await run("stock"))[0] == 1
        code, told = await run("stock", "--repair")
        assert code == 0
        assert told.splitlines()[:2] == [
            "p_apron: 1 sold, 3 ordered",
            "p_bowl: 0 sold, 3 ordered; 1 more than there were",
        ]
        assert {id: pair for id, pair in (await stage.products()).items() if id in ("p_apron", "p_bowl")} == {
            "p_apron": (7, 3),
            "p_bowl": (0, 3),
        }
        assert (await run("stock"))[0] == 0


async def test_sales_during_a_repair_are_neither_lost_nor_counted_twice(database_url: str) -> None:
    async with open_stage(database_url) as stage:
        await stage.add_product("p_many", stock=500)
        await miscount(stage, "p_many", stock=498, sold=2)  # nobody has bought them

        async def repair() -> None:
            for _ in range(10):
                async with stage.database.write() as connection:
                    await repair_stock(connection)
                await asyncio.sleep(0.005)

        await asyncio.gather(repair(), *(stage.buy(f"v_{n}", "p_many") for n in range(100)))
        assert (await stage.products())["p_many"] == (400, 100)


async def test_what_holds_say_is_held_is_held_and_a_row_that_is_missing_is_named(
    database_url: str, redis_url: str, data: Path
) -> None:
    urls = {"database_url": database_url, "redis_url": redis_url}

    async def run(*words: str) -> tuple[int, str]:
        result = await asyncio.to_thread(showfloor, "stock", "verify", *words, data=data, **urls)
        return result.returncode, result.stdout + result.stderr

    async with open_stage(database_url) as stage:
        await stage.hold("v_1", ("p_apron", 3), ("p_bowl", 1))
        async with stage.database.write() as connection:
            await connection.execute(text("UPDATE product SET held = held - 2 WHERE id = 'p_apron'"))
        assert await run("--repair") == (0, "p_apron: 1 held, 3 in holds\n1 repaired.\n")
        assert (await stage.held())["p_apron"] == (5, 3, 0)
        assert (await run())[0] == 0
        async with stage.database.write() as connection:
            await connection.execute(text("DELETE FROM stock_held WHERE product_id = 'p_bowl'"))
        code, told = await run("--repair")
        assert (code, "p_bowl: 1 changes, 0 rows of changes" in told) == (1, True)
