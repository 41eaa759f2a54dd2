"""Sealed files beside a backup: the database says which there are; those in a folder go along, a bucket keeps its own copies."""

import os
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, text

from server.db.schema import connected
from server.running.trouble import Trouble
from server.sealing.kinds import KINDS
from server.sealing.places import base_of, folder_of, key_of
from server.settings import Settings

OWNER_ALONE = 0o600
Seals = Sequence[Row[Any]]
_SEALED = text("SELECT * FROM sealed_show WHERE state = 'sealed' ORDER BY show_id")
_MOVED = text("UPDATE sealed_show SET base = :base WHERE base LIKE 'file:%'")


def sealed_beside(file: Path) -> Path:
    """Return where the sealed files of a backup are."""
    return file.with_name(f"{file.name}.sealed.tar")


def read_seals(settings: Settings) -> Seals:
    """Return which shows are sealed; ask before the database is written, and give it to `back_up_sealed`."""
    assert settings.database_url, "the command line puts the engines' URLs in"
    with connected(settings.database_url) as connection:
        return connection.execute(_SEALED).all()


def back_up_sealed(settings: Settings, file: Path, before: Seals) -> int:
    """Write the sealed files that lie in a folder beside the backup `file`, and return how many; no archive where there are none.

    Raises `Trouble` when shows were sealed, brought back or rewritten since `before`: the files would not be those of the backup.
    """
    packed = 0
    archive = sealed_beside(file)
    part = archive.with_name(f".{archive.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ALONE), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w") as packing:
                for row in before:
                    packed += _pack(packing, row)
            raw.flush()
            os.fsync(raw.fileno())
        if [tuple(row) for row in read_seals(settings)] != [tuple(row) for row in before]:
            raise _changed()
        if packed:
            part.replace(archive)
        else:
            archive.unlink(missing_ok=True)
    finally:
        part.unlink(missing_ok=True)
    return packed


def restore_sealed(settings: Settings, file: Path) -> tuple[int, int]:
    """Put the sealed files beside the backup `file` where the settings keep them; return how many came back, and how many are missing."""
    assert settings.database_url, "the command line puts the engines' URLs in"
    base = base_of(settings.sealed_url, settings.data)
    folder = folder_of(base)
    with connected(settings.database_url) as connection:
        if folder is not None:
            connection.execute(_MOVED, {"base": base})
            connection.commit()
        rows = connection.execute(_SEALED).all()
    names = [key for row in rows for key in _keys(row) if folder_of(row.base) is not None]
    if folder is None or not names:
        return 0, len(names)
    archive, restored = sealed_beside(file), 0
    if archive.is_file():
        with tarfile.open(archive) as packed:
            for name in names:
                restored += _unpack(packed, name, folder / name)
    return restored, sum(not (folder / name).is_file() for name in names)


def _keys(row: Row[Any]) -> list[str]:
    return [key_of(row.channel_id, row.show_id, kind, row.generation) for kind in KINDS]


def _pack(packing: tarfile.TarFile, row: Row[Any]) -> int:
    folder = folder_of(row.base)
    if folder is None:
        return 0
    for key in _keys(row):
        try:
            packing.add(folder / key, arcname=key, recursive=False)
        except FileNotFoundError:
            raise _changed() from None
    return len(KINDS)


def _unpack(packed: tarfile.TarFile, name: str, target: Path) -> bool:
    try:
        source = packed.extractfile(name)
    except KeyError:
        return False
    if source is None:
        return False
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(source.read())
    part.chmod(OWNER_ALONE)
    part.replace(target)
    return True


def _changed() -> Trouble:
    return Trouble(
        "shows were sealed or brought back while the backup was written, or a sealed file is missing",
        "write it again; `showfloor rollup --verify` names a file that is missing",
    )
