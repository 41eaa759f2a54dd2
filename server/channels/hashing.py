"""Passwords as they are stored: Argon2id, hashed in threads of their own, few at a time, so that a flood of sign-ins stops no show."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.channels.passwords import kept_password
from server.errors import RefusedError
from server.protocol.codes import Code

AT_ONCE_MAX = 2
"""Hashes at a time in a process: each takes 46 MiB and about a twentieth of a second of a core."""
WAITING_MAX = 32
"""Above so many that wait: `busy`."""
BUSY_MS = 2000
_NOBODYS = "nobody has this password"
OF_A_PERSON = "body/person/password"
"""Where a password stands in what somebody fills in who joins."""
T = TypeVar("T")


class Hashing:
    """OWASP's first choice of parameters: one pass over 46 MiB, one lane, a salt of 16 bytes."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(AT_ONCE_MAX, thread_name_prefix="passwords")
        self._waiting = 0

    async def choose(self, password: str, own: Iterable[str], *, at: str = "body/password") -> str:
        """Return what is stored of a password that somebody chooses; raises `invalid` as `kept_password` does, and `busy`."""
        return await self.hash(kept_password(password, own=own, at=at))

    async def hash(self, password: str) -> str:
        """Return what is stored of a password; raises `busy`."""
        return await self._run(lambda: self._hasher.hash(password))

    async def matching(self, password: str, stored: Sequence[str]) -> list[bool]:
        """Return of each of `stored` whether it is the password's; for none it takes as long as for one. Raises `busy`."""
        return await self._run(lambda: self._look_at_all(password, stored))

    def is_old(self, stored: str) -> bool:
        """Whether it was hashed with other parameters than are used now."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _look_at_all(self, password: str, stored: Sequence[str]) -> list[bool]:
        if not stored:
            self._is_of(password, self._stored_of_nobody)
        return [self._is_of(password, each) for each in stored]

    def _is_of(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    @cached_property
    def _stored_of_nobody(self) -> str:
        return self._hasher.hash(_NOBODYS)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING_MAX + AT_ONCE_MAX:
            raise RefusedError(Code.BUSY, retry_after_ms=BUSY_MS)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
