"""Pictures beside a backup: the database says which there are, their files are in a folder, or in a bucket that keeps its own copies."""

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

from server.pictures.rules import file_of
from server.pictures.store import folder_of
from server.posts.faces import PREFIX
from server.settings import Settings

OWNER_ALONE = 0o600


def archive_beside(file: Path) -> Path:
    """Return where the pictures of a backup are."""
    return file.with_name(f"{file.name}.pictures.tar")


def back_up_pictures(settings: Settings, file: Path) -> int | None:
    """Write the pictures' files beside the backup `file`, and return how many; None where they are in a bucket.

    They are read after the database: a picture that came meanwhile is in the archive alone, and none that the database knows is missing.
    """
    folder = folder_of(settings.pictures_url, settings.data)
    if folder is None:
        return None
    names = sorted(_names_in(folder))
    archive = archive_beside(file)
    part = archive.with_name(f".{archive.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ALONE), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w") as packed:
                for name in names:
                    packed.add(folder / name, arcname=name, recursive=False)
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(archive)
    finally:
        part.unlink(missing_ok=True)
    return len(names)


def restore_pictures(settings: Settings, file: Path) -> int:
    """Put the pictures that lie beside the backup `file` where the settings keep them, and return how many came back.

    One that is there stays: what is under a name never changes. Other names than those of pictures are left.
    """
    folder, archive = folder_of(settings.pictures_url, settings.data), archive_beside(file)
    if folder is None or not archive.is_file():
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    restored = 0
    with tarfile.open(archive) as packed:
        for member in packed:
            source = packed.extractfile(member) if member.isreg() and _is_name(member.name) else None
            target = folder / member.name
            if source is not None and not target.exists():
                target.parent.mkdir(exist_ok=True)
                part = target.with_name(f".{target.name}.part")
                part.write_bytes(source.read())
                part.replace(target)
                restored += 1
    return restored


def _names_in(folder: Path) -> Iterator[str]:
    """Yield the names of all pictures in a folder: the merchants', and behind `posts/` those of viewers' posts."""
    for place in (folder, folder / PREFIX):
        if place.is_dir():
            names = (str(each.relative_to(folder)) for each in place.iterdir())
            yield from (name for name in names if _is_name(name))


def _is_name(name: str) -> bool:
    return file_of(name.removeprefix(f"{PREFIX}/")) is not None
