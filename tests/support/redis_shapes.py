"""Valkey in its larger shapes: a cluster of six nodes, and a master with a replica under a sentinel."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from server.embedded import ValkeyProcess, start_valkey
from server.embedded.wheels import valkey_server
from tests.support.commands import free_port

HOST = "127.0.0.1"
SLOTS = 16384
MASTERS = 3
AT_ONCE = ["--repl-diskless-sync-delay", "0"]
"""A master sends its data to a replica when it asks, and does not wait five seconds for others that may ask too."""


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on."""
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return list(found)


def wait_for(claim: Callable[[], object], what: str, within_seconds: float = 30.0) -> None:
    """Block until `claim()` is true; a Redis that does not answer yet makes it false."""
    deadline = time.monotonic() + within_seconds
    while True:
        try:
            if claim():
                return
        except redis.RedisError:
            pass
        assert time.monotonic() < deadline, f"{what}: not within {within_seconds} s"
        time.sleep(0.05)


@dataclass
class Cluster:
    """Six nodes; the first three were made masters, the others their replicas."""

    nodes: list[ValkeyProcess]

    @property
    def url(self) -> str:
        """As the settings name a cluster: some of its nodes."""
        return "redis+cluster://" + ",".join(f"{HOST}:{node.port}" for node in self.nodes[1:4])

    def ask(self, index: int, *words: str | int) -> object:
        """Run a command on one node."""
        with redis.Redis(host=HOST, port=self.nodes[index].port or 0, decode_responses=True) as client:
            return client.execute_command(*words)

    def is_whole(self, index: int) -> bool:
        """Whether this node knows all slots covered and all six nodes."""
        info = str(self.ask(index, "CLUSTER", "INFO"))
        return "cluster_state:ok" in info and f"cluster_known_nodes:{len(self.nodes)}" in info


@contextmanager
def running_cluster(directory: Path) -> Iterator[Cluster]:
    """A cluster of three masters and three replicas."""
    ports = free_ports(4 * MASTERS)
    with ExitStack() as stack:
        nodes = []
        for i in range(2 * MASTERS):
            extra = ["--cluster-enabled", "yes", "--cluster-port", str(ports[2 * MASTERS + i])]
            extra += ["--cluster-node-timeout", "1500", "--cluster-replica-validity-factor", "0", *AT_ONCE]
            node = start_valkey(directory / f"node-{i}", port=ports[i], extra=extra)
            stack.callback(node.stop)
            nodes.append(node)
        cluster = Cluster(nodes)
        _join(cluster, ports)
        yield cluster


def _join(cluster: Cluster, ports: list[int]) -> None:
    edges = [SLOTS * i // MASTERS for i in range(MASTERS + 1)]
    for i in range(MASTERS):
        cluster.ask(i, "CLUSTER", "ADDSLOTSRANGE", edges[i], edges[i + 1] - 1)
    for i in range(1, 2 * MASTERS):
        cluster.ask(0, "CLUSTER", "MEET", HOST, ports[i], ports[2 * MASTERS + i])
    for i in range(2 * MASTERS):
        wait_for(lambda i=i: cluster.is_whole(i), "nodes meet")  # type: ignore[misc]
    for i in range(MASTERS):
        master = str(cluster.ask(i, "CLUSTER", "MYID"))
        cluster.ask(MASTERS + i, "CLUSTER", "REPLICATE", master)
    for i in range(MASTERS):
        wait_for(
            lambda i=i: cluster.ask(MASTERS + i, "ROLE")[3] == "connected",  # type: ignore[index, misc]
            "replicas follow",
        )


@dataclass
class Sentinel:
    """A master, its replica, and the address of the sentinel that watches them."""

    master: ValkeyProcess
    replica: ValkeyProcess
    url: str


@contextmanager
def running_sentinel(directory: Path) -> Iterator[Sentinel]:
    """One sentinel is enough to agree with itself."""
    master_port, replica_port, sentinel_port = free_ports(3)
    with ExitStack() as stack:
        master = start_valkey(directory / "master", port=master_port, extra=AT_ONCE)
        stack.callback(master.stop)
        replica = start_valkey(
            directory / "replica", port=replica_port, extra=["--replicaof", f"{HOST} {master_port}"]
        )
        stack.callback(replica.stop)
        config = directory / "sentinel.conf"
        config.write_text(
            f"bind {HOST}\nport {sentinel_port}\ndir {directory}\nsentinel monitor shop {HOST} {master_port} 1\n"
            "sentinel down-after-milliseconds shop 800\nsentinel failover-timeout shop 3000\n"
        )
        command = [str(valkey_server()), str(config), "--sentinel"]
        with (directory / "sentinel.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        stack.callback(process.wait)
        stack.callback(process.kill)
        with redis.Redis(host=HOST, port=sentinel_port, decode_responses=True) as client:
            wait_for(
                lambda: len(client.execute_command("SENTINEL", "REPLICAS", "shop")) == 1,
                "the sentinel finds the replica",
            )
        yield Sentinel(master, replica, f"redis+sentinel://{HOST}:{sentinel_port}/shop")
