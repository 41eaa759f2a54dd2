"""Lists that one process keeps for all for a while, in Redis. When it is emptied they are gone, and whoever reads one begins anew."""

from collections.abc import Sequence
from typing import Final

from server.bus.connections import Link
from server.bus.direct import RedisCommand
from server.bus.keys import Keys

_WORDS_MAX: Final = 1_000
"""In one command."""


class KeptLists:
    """Each of its methods raises one of `REDIS_AWAY`."""

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys

    async def keep(self, name: str, words: Sequence[str], *, seconds: int) -> None:
        """Keep words under a name that nobody else has."""
        key = self._keys.kept(name)
        commands: list[RedisCommand] = [
            ("RPUSH", key, *words[at : at + _WORDS_MAX]) for at in range(0, len(words), _WORDS_MAX)
        ]
        for answer in await self._link.run_many([*commands, ("EXPIRE", key, seconds)]):
            if isinstance(answer, Exception):
                raise answer

    async def read(self, name: str, first: int, n: int, *, seconds: int) -> list[str]:
        """Return up to `n` words from the `first` on, from 0, none when there is no such list, and keep it for so long again."""
        key = self._keys.kept(name)
        found = await self._link.run("LRANGE", key, first, first + n - 1)
        await self._link.run("EXPIRE", key, seconds)
        return [word.decode() if isinstance(word, bytes) else word for word in found]
