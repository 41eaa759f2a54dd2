"""Where an engine's Unix socket lies."""

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path

# What fits into sockaddr_un.sun_path with its closing NUL: 104 bytes on macOS, 108 on Linux.
SOCKET_PATH_BYTES_MAX = 103


def socket_directory(directory: Path, socket_name: str) -> Path:
    """The directory for `socket_name`: `directory` itself, or one with a short path where that would be too long.

    The short one is derived from `directory`, so that another process finds it without being told.
    """
    if len(os.fsencode(directory / socket_name)) <= SOCKET_PATH_BYTES_MAX:
        return directory
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"showfloor-{digest}"


def make_private(path: Path, owner_uid: int) -> None:
    """Make a short directory that belongs to `owner_uid` alone; `PermissionError` when somebody else was there first."""
    try:
        path.mkdir(mode=0o700)
        os.chown(path, owner_uid, -1)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner_uid or found.st_mode & 0o077:
            raise PermissionError(f"{path} belongs to somebody else") from None


def drop(socket: Path, directory: Path) -> None:
    """Remove the short directory of an engine that has ended, with what a killed one left there."""
    if socket.parent == directory:
        return
    for name in (socket, socket.with_name(f"{socket.name}.lock")):
        name.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # somebody uses it for something else
        socket.parent.rmdir()
