"""What a server costs: CPU and memory of all its processes, engines included, from `/proc`."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

CpuSeconds = dict[str, float]
"""CPU seconds by the processes' names."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes. `rss` counts pages that processes share once for each of them, `pss` once for all."""

    rss: int
    pss: int


class ServerCost:
    """Reads the cost of the process `root`, its descendants, and every process (with descendants) whose command line names `data`."""

    def __init__(self, root: int, data: Path | None = None) -> None:
        self._root = root
        self._data = data

    def cpu(self) -> CpuSeconds:
        """CPU seconds so far; processes that have ended are counted with the parent that waited for them. A tick is 0.01 s."""
        spent: defaultdict[str, float] = defaultdict(float)
        for process in self._processes():
            try:
                times = process.cpu_times()
                spent[process.name()] += (
                    times.user + times.system + times.children_user + times.children_system
                )
            except psutil.Error:
                continue  # ended meanwhile; its time is with its parent now
        return dict(spent)

    def memory(self) -> Memory:
        """Memory now."""
        rss = pss = 0
        for process in self._processes():
            try:
                rss += process.memory_info().rss
                pss += _pss_bytes(process.pid)
            except (psutil.Error, OSError):
                continue
        return Memory(rss, pss)

    def _processes(self) -> list[psutil.Process]:
        heads = [psutil.Process(self._root), *_naming(self._data)]
        found: dict[int, psutil.Process] = {}
        for head in heads:
            try:
                found |= {p.pid: p for p in (head, *head.children(recursive=True))}
            except psutil.Error:
                continue
        return list(found.values())


def spent_between(before: CpuSeconds, after: CpuSeconds) -> CpuSeconds:
    """Subtract, leaving out what did nothing."""
    spent = {name: seconds - before.get(name, 0.0) for name, seconds in after.items()}
    return {name: seconds for name, seconds in sorted(spent.items()) if seconds > 0.005}


def _naming(data: Path | None) -> Iterator[psutil.Process]:
    if data is None:
        return
    for process in psutil.process_iter(["cmdline"]):
        if any(str(data) in word for word in process.info["cmdline"] or ()):
            yield process


def _pss_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
