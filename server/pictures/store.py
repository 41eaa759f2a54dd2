"""Where the files of pictures are: a folder, or a bucket that speaks S3's language; and those in memory that were asked for of late."""

import asyncio
import os
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from server.errors import RETRY_MS, RefusedError
from server.pictures.rules import NAMES
from server.protocol.codes import Code

KEPT_BYTES_MAX = 32 << 20
STORE_SECONDS_MAX = 15.0
AnyStore = LocalStore | S3Store

log = structlog.get_logger()


def open_store(url: str | None, data: Path) -> AnyStore:
    """Return the store that the settings name; raises `ValueError` for an address of no kind that is known. Nothing connects.

    A bucket's region, endpoint and credentials are those of the environment, as other tools read them (`AWS_REGION`,
    `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, …).
    """
    folder = folder_of(url, data)
    if folder is not None:
        return LocalStore(folder, mkdir=True)
    parts = urlsplit(url or "")
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError("SHOWFLOOR_PICTURES_URL is s3://bucket/prefix or file:///folder")
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        client_options={"timeout": timedelta(seconds=STORE_SECONDS_MAX), "allow_http": _in_the_clear()},
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=STORE_SECONDS_MAX)},
    )


def _in_the_clear() -> bool:
    """Whether the environment names an endpoint by `http://`, as those on one's own network are."""
    named = (
        os.environ.get("AWS_ENDPOINT_URL_S3")
        or os.environ.get("AWS_ENDPOINT_URL")
        or os.environ.get("AWS_ENDPOINT")
    )
    return (named or "").startswith("http://")


def folder_of(url: str | None, data: Path) -> Path | None:
    """Return the folder in which the settings keep pictures; None where they are in a bucket."""
    if url is None:
        return data.absolute() / "pictures"
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" and parts.path.startswith("/") else None


class PictureFiles:
    """The files, by `{id}-{name}`. What is written under a name never changes until it is deleted, so what was read once may be kept."""

    def __init__(self, open_it: Callable[[], AnyStore], *, kept_bytes_max: int = KEPT_BYTES_MAX) -> None:
        """`open_it` is called when the first file is written or read: a server that has no pictures needs no place for them."""
        self._open_it = open_it
        self._opened: AnyStore | None = None
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._kept_bytes_max = kept_bytes_max
        self._reading: dict[str, asyncio.Task[bytes | None]] = {}

    @property
    def _store(self) -> AnyStore:
        if self._opened is None:
            self._opened = self._open_it()
        return self._opened

    async def write(self, id: str, files: Mapping[str, bytes]) -> None:
        """Write all files of a picture; raises `unavailable` when the store does not take them."""
        async with _answering():
            await asyncio.gather(
                *(self._store.put_async(f"{id}-{name}", file) for name, file in files.items())
            )

    async def read(self, path: str) -> bytes | None:
        """Return a file, None where there is none; raises `unavailable` when the store does not answer. Many who ask at once are one."""
        if path in self._kept:
            self._kept.move_to_end(path)
            return self._kept[path]
        task = self._reading.get(path)
        if task is None:
            task = self._reading[path] = asyncio.create_task(self._fetch(path), name="picture")
            task.add_done_callback(lambda _: self._reading.pop(path, None))
        return await asyncio.shield(task)

    async def delete(self, id: str) -> None:
        """Delete all files of a picture, from memory too; what is not there is passed over. Raises `unavailable` as `write` does."""
        self.forget(id)
        async with _answering():
            await asyncio.gather(*(self._delete(f"{id}-{name}") for name in NAMES))

    def forget(self, id: str) -> None:
        """Keep the files of a picture in memory no longer."""
        for name in NAMES:
            self._kept_bytes -= len(self._kept.pop(f"{id}-{name}", b""))

    async def _delete(self, path: str) -> None:
        with suppress(FileNotFoundError):
            await self._store.delete_async(path)

    async def _fetch(self, path: str) -> bytes | None:
        async with _answering():
            try:
                found = await self._store.get_async(path)
                content = bytes(await found.bytes_async())
            except FileNotFoundError:
                return None
        self._keep(path, content)
        return content

    def _keep(self, path: str, content: bytes) -> None:
        self._kept[path] = content
        self._kept_bytes += len(content)
        while self._kept_bytes > self._kept_bytes_max:
            self._kept_bytes -= len(self._kept.popitem(last=False)[1])


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(STORE_SECONDS_MAX):
            yield
    except (BaseError, OSError, TimeoutError) as error:
        log.error("pictures.store_away", error=type(error).__name__)
        raise RefusedError(
            Code.UNAVAILABLE, "The store of pictures is away; nothing was done.", retry_after_ms=RETRY_MS
        ) from error
