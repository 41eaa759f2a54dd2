"""Where an engine's Unix socket lies."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

# What fits into sockaddr_un.sun_path with its closing NUL: 104 bytes on macOS, 108 on Linux.
SOCKET_PATH_BYTES_MAX = 103


def socket_directory(directory: Path, socket_name: str, owner_uid: int) -> Path:
    """The directory for `socket_name`: `directory` itself, or a private one with a short path.

    The short one is derived from `directory`, so that another process finds it without being told. It belongs to
    `owner_uid` alone; raises `PermissionError` when somebody else was there first.
    """
    if len(os.fsencode(directory / socket_name)) <= SOCKET_PATH_BYTES_MAX:
        return directory
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"showfloor-{digest}"
    _make_private(short, owner_uid)
    return short


def _make_private(path: Path, owner_uid: int) -> None:
    try:
        path.mkdir(mode=0o700)
        os.chown(path, owner_uid, -1)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner_uid or found.st_mode & 0o077:
            raise PermissionError(f"{path} belongs to somebody else") from None
