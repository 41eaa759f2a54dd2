"""Connections to Redis or Valkey, of whatever shape: one server, Sentinel, or Cluster. The only module that knows the shapes.

| URL | what |
|---|---|
| `redis://host:6379/0` `rediss://…` `unix:///path?db=0` | one server (`rediss`: TLS) |
| `redis+sentinel://[user:password@]h1:26379,h2:26379/mymaster[/db]` | the master that the sentinels name |
| `redis+cluster://[user:password@]h1:7000,h2:7001` | a cluster; topics are sharded (SPUBLISH, SSUBSCRIBE) |

redis-py's own retries are off: they would run a command twice whose answer was lost. Who may repeat a command does so by itself.
Its `socket_timeout` is off too: it waits by `asyncio.wait_for`, which before Python 3.12 may swallow a cancellation, and a loop that was
to end would run on. `asyncio.timeout` around each call does the same work without that.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.bus.direct import DirectConnections, RedisCommand, Word

ANSWER_SECONDS_MAX = 2.0
"""An answer that takes longer counts as none; the connection is thrown away."""
REDIS_AWAY = (RedisError, OSError, asyncio.TimeoutError)
"""What is raised when Redis is away, restarts, fails over, or refuses."""


def _options() -> dict[str, Any]:
    return {
        "protocol": 3,
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": None,
        "socket_connect_timeout": ANSWER_SECONDS_MAX,
    }


class Link(Protocol):
    """A way to Redis. Commands connect when first used, so nothing fails while Redis is absent at the start."""

    sharded: bool
    """Topics live on nodes, like keys: SPUBLISH and SSUBSCRIBE."""

    async def run(self, *command: Word) -> Any:
        """Run one command; raises one of `REDIS_AWAY`."""
        ...

    async def run_many(self, commands: Sequence[RedisCommand]) -> list[Any]:
        """Run commands at once; a command's own error stands at its place in the result. Raises one of `REDIS_AWAY`.

        Answers to commands that redis-py knows may be read by it or not, as the shape has it.
        """
        ...

    async def open_subscriber(self, topic: str) -> PubSub:
        """Return a fresh subscriber to the node that carries `topic`."""
        ...

    async def node_of(self, topic: str) -> str:
        """Return the name of the node that carries `topic`."""
        ...

    async def refresh(self) -> None:
        """Learn anew which node carries what, after one was lost."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class SingleLink:
    """One server, or a master found through sentinels."""

    sharded = False

    def __init__(self, client: Redis, sentinels: Sequence[Redis] = ()) -> None:
        self._client = client
        self._direct = DirectConnections(client.connection_pool)
        self._sentinels = sentinels

    async def run(self, *command: Word) -> Any:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            return await self._client.execute_command(*command)  # type: ignore[no-untyped-call]

    async def run_many(self, commands: Sequence[RedisCommand]) -> list[Any]:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            return await self._direct.exchange(commands)

    async def open_subscriber(self, topic: str) -> PubSub:
        return self._client.pubsub()

    async def node_of(self, topic: str) -> str:
        return ""

    async def refresh(self) -> None:
        """One server carries everything, and sentinels are asked at each new connection."""

    async def close(self) -> None:
        await self._direct.close()
        await self._client.aclose()
        for sentinel in self._sentinels:
            await sentinel.aclose()


class ClusterLink:
    """A cluster: commands go to the node of their key, subscriptions to the node of their topic."""

    sharded = True

    def __init__(self, cluster: RedisCluster) -> None:
        self._cluster = cluster
        self._nodes: dict[str, Redis] = {}

    async def run(self, *command: Word) -> Any:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            return await self._cluster.execute_command(*command)

    async def run_many(self, commands: Sequence[RedisCommand]) -> list[Any]:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await self._cluster.initialize()
            runs = (self._cluster.execute_command(*command) for command in commands)
            return await asyncio.gather(*runs, return_exceptions=True)

    async def open_subscriber(self, topic: str) -> PubSub:
        node = await self._node(topic)
        client = self._nodes.get(node.name)
        if client is None:
            options = _options()
            options.update({key: node.connection_kwargs.get(key) for key in ("username", "password")})
            client = self._nodes[node.name] = Redis(host=node.host, port=int(node.port), **options)
        return client.pubsub()

    async def node_of(self, topic: str) -> str:
        return (await self._node(topic)).name

    async def refresh(self) -> None:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await self._cluster.nodes_manager.initialize()
        names = {node.name for node in self._cluster.get_nodes()}
        for gone in self._nodes.keys() - names:
            await self._nodes.pop(gone).aclose()

    async def close(self) -> None:
        for client in self._nodes.values():
            await client.aclose()
        await self._cluster.aclose()

    async def _node(self, topic: str) -> ClusterNode:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await self._cluster.initialize()
        node = self._cluster.get_node_from_key(topic)
        if node is None:
            raise RedisError("no node of the cluster carries this topic")
        return node


def open_link(url: str) -> Link:
    """Return the way to Redis that `url` names; nothing connects yet. Raises `ValueError` for a URL that makes no sense."""
    scheme = urlsplit(url).scheme
    if scheme == "redis+sentinel":
        return _sentinel_link(url)
    if scheme == "redis+cluster":
        return _cluster_link(url)
    return SingleLink(Redis.from_url(url, **_options()))


def _sentinel_link(url: str) -> SingleLink:
    hosts, credentials, path = _parts(url, default_port=26379)
    name, _, db = path.partition("/")
    if not name:
        raise ValueError("a redis+sentinel URL names the master: redis+sentinel://host:26379/mymaster")
    sentinel = Sentinel(hosts, sentinel_kwargs=_options())  # type: ignore[no-untyped-call]
    options = _options() | credentials
    client = sentinel.master_for(name, db=int(db or 0), **options)
    return SingleLink(client, sentinel.sentinels)


def _cluster_link(url: str) -> ClusterLink:
    hosts, credentials, _ = _parts(url, default_port=6379)
    nodes = [ClusterNode(host, port) for host, port in hosts]
    options = _options() | credentials
    return ClusterLink(RedisCluster(startup_nodes=nodes, **options))


def _parts(url: str, default_port: int) -> tuple[list[tuple[str, int]], dict[str, str], str]:
    """Split a URL of several hosts into hosts with ports, credentials, and the path without its first slash."""
    split = urlsplit(url)
    who, _, where = split.netloc.rpartition("@")
    hosts = []
    for entry in where.split(","):
        host, colon, port = entry.rpartition(":")
        hosts.append((host, int(port)) if colon else (entry, default_port))
    user, _, password = who.partition(":")
    credentials = {"username": unquote(user), "password": unquote(password)}
    return hosts, {key: value for key, value in credentials.items() if value}, split.path.strip("/")
