"""Which metrics a process shows, and those of several processes that share one address, put together.

Of several processes behind one port the kernel picks one for each request. So whichever answers asks all, by the ports of their own
that they listen on, and gives every series the label `process`.
"""

import asyncio
import urllib.request
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import REGISTRY, Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

SIBLING_SECONDS_MAX = 4.0
UP = "showfloor_process_up"


class Families(Collector):
    """The metrics of this process that `shown` lets pass, by name. Others exist only because their module was imported."""

    def __init__(self, shown: Callable[[str], bool] = lambda name: True) -> None:
        self._shown = shown

    def collect(self) -> Iterator[Metric]:
        """Yield the families."""
        return (family for family in REGISTRY.collect() if self._shown(family.name))


class _Together(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


async def gather(siblings: tuple[str, ...]) -> bytes:
    """Return the metrics of all processes at `siblings` (`host:port`); one that does not answer is 0 in `showfloor_process_up`."""
    told = await asyncio.gather(*(asyncio.to_thread(_ask, sibling) for sibling in siblings))
    return await asyncio.to_thread(put_together, list(told))


def put_together(told: list[str | None]) -> bytes:
    """Return the expositions of several processes as one; the label `process` is the place in the list. None: no answer."""
    up = Metric(UP, "1 for each process behind this address that answered", "gauge")
    families: dict[str, Metric] = {UP: up}
    for number, text in enumerate(told):
        label = {"process": str(number)}
        up.add_sample(UP, label, 0 if text is None else 1)
        for family in text_string_to_metric_families(text or ""):
            kept = families.setdefault(family.name, family)
            samples = [sample._replace(labels=label | sample.labels) for sample in family.samples]
            kept.samples = samples if kept is family else [*kept.samples, *samples]
    return generate_latest(_Together(families.values()))


def _ask(sibling: str) -> str | None:
    try:
        with _OPENER.open(f"http://{sibling}/metrics", timeout=SIBLING_SECONDS_MAX) as answer:
            told: bytes = answer.read()
    except OSError:
        return None
    return told.decode()


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Past whatever proxy the environment names: siblings are on this machine."""
