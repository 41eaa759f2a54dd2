"""Where sealed files are: a folder, or a bucket that speaks S3's language."""

import os
import shutil
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from obstore.store import S3Store

SECONDS_MAX = 120.0
"""How long a bucket may take for one request."""


def base_of(url: str | None, data: Path) -> str:
    """Return the place that the settings name as an address; raises `ValueError` for one of no kind that is known."""
    if url is None:
        return (data.absolute() / "sealed").as_uri()
    parts = urlsplit(url)
    if (parts.scheme == "file" and parts.path.startswith("/")) or (parts.scheme == "s3" and parts.netloc):
        return url.rstrip("/")
    raise ValueError("SHOWFLOOR_SEALED_URL is s3://bucket/prefix or file:///folder")


def folder_of(base: str) -> Path | None:
    """Return the folder that a place is; None where it is a bucket."""
    parts = urlsplit(base)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def key_of(channel_id: str, show_id: str, kind: str, generation: int) -> str:
    """Return the name of a file below its place."""
    return f"{quote(channel_id, safe='')}/{quote(show_id, safe='')}/{kind}-{generation}.parquet"


def put(base: str, key: str, file: Path) -> None:
    """Put a file in its place: all of it, or nothing. Raises `OSError` or obstore's `BaseError`."""
    folder = folder_of(base)
    if folder is None:
        _bucket(base).put(key, file)
        return
    target = folder / key
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(file, part)
        part.chmod(0o600)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def fetch(base: str, key: str, into: Path) -> Path:
    """Return a path at which a file can be read, fetched into the folder `into` where it is in a bucket; raises `FileNotFoundError`."""
    folder = folder_of(base)
    if folder is not None:
        found = folder / key
        if not found.is_file():
            raise FileNotFoundError(found)
        return found
    target = into / key.replace("/", "-")
    with target.open("wb") as file:
        for piece in _bucket(base).get(key):
            file.write(piece)
    return target


def remove_others(base: str, channel_id: str, show_id: str, keep: int | None) -> None:
    """Remove the files of a show but those of the generation `keep`."""
    folder, ending = folder_of(base), f"-{keep}.parquet"
    prefix = key_of(channel_id, show_id, "", 0).rpartition("/")[0]
    if folder is None:
        store = _bucket(base)
        names = [each["path"] for batch in store.list(prefix + "/") for each in batch]
        for name in names:
            if keep is None or not name.endswith(ending):
                store.delete(name)
        return
    if not (folder / prefix).is_dir():
        return
    for each in (folder / prefix).iterdir():
        if keep is None or not each.name.endswith(ending):
            each.unlink(missing_ok=True)


def _bucket(base: str) -> S3Store:
    parts = urlsplit(base)
    named = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        client_options={"timeout": timedelta(seconds=SECONDS_MAX), "allow_http": named.startswith("http://")},
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=SECONDS_MAX)},
    )
