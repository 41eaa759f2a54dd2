"""Of embedded engines a process says how much room their disk has; of engines of one's own it says nothing."""

import shutil
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from server.embedded.engines import addresses_at
from server.running.disk import FREE, SIZE, DataDisks
from server.settings import Settings
from tests.support.live_server import live_server
from tests.support.servers import set_stage

__all__ = ["set_stage"]


async def sampled(settings: Settings) -> dict[str, dict[str, float]]:
    """Return what is measured with these settings, by metric and engine."""
    FREE.clear()
    SIZE.clear()
    await DataDisks(settings).measure()
    return {
        gauge._name: {sample.labels["engine"]: sample.value for sample in family.samples}
        for gauge in (FREE, SIZE)
        for family in gauge.collect()
    }


async def test_embedded_engines_have_a_disk_and_others_none(tmp_path: Path, settings: Settings) -> None:
    database_url, redis_url = addresses_at(tmp_path)
    for engine in ("postgres", "valkey"):
        (tmp_path / engine).mkdir()
    embedded = {"data": tmp_path, "database_url": database_url, "redis_url": redis_url}
    whole = shutil.disk_usage(tmp_path).total
    found = await sampled(settings.model_copy(update=embedded))
    assert found["showfloor_data_size_bytes"] == {"postgres": whole, "valkey": whole}
    assert all(0 <= free <= whole for free in found["showfloor_data_free_bytes"].values())
    assert await sampled(settings.model_copy(update={"data": tmp_path})) == {
        "showfloor_data_free_bytes": {},
        "showfloor_data_size_bytes": {},
    }


async def test_a_scrape_of_a_server_with_engines_of_its_own_has_no_such_series(
    settings: Settings, set_stage: None
) -> None:
    FREE.clear()
    async with live_server(settings) as address, httpx.AsyncClient() as client:
        text = (await client.get(f"http://{address}/metrics")).text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert families["showfloor_data_free_bytes"].samples == []
