"""Whom PostgreSQL runs as when Showfloor runs as root, which PostgreSQL refuses for itself."""

import os
import pwd
import stat
import subprocess
from pathlib import Path

NAME = "showfloor-pg"
_PASSABLE = stat.S_IXGRP | stat.S_IXOTH
_READABLE = stat.S_IRGRP | stat.S_IROTH


def system_user(data: Path) -> pwd.struct_passwd | None:
    """The user for PostgreSQL; None when we are not root and it runs as ourselves.

    Whoever owns the `data` already, since PostgreSQL takes nobody else's; for new data one of our own, made if it
    is missing. Raises `PermissionError` when it cannot be made.
    """
    if os.geteuid() != 0:
        return None
    try:
        if data.exists() and data.stat().st_uid != 0:
            return pwd.getpwuid(data.stat().st_uid)
        return pwd.getpwnam(NAME)
    except KeyError:
        return _make()


def open_way(directory: Path, installation: Path) -> None:
    """Let any user reach `directory`, and reach and run what lies under `installation`.

    Rights are only added: passing for the folders on the way, reading and passing for the installation.
    """
    _let_pass(directory.parent)
    _let_pass(installation)
    for folder, _, files in os.walk(installation):
        _add(Path(folder), _READABLE | _PASSABLE)
        for file in files:
            path = Path(folder, file)
            _add(path, _READABLE | (_PASSABLE if path.stat().st_mode & stat.S_IXUSR else 0))


def _make() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", NAME]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise PermissionError(
            f"PostgreSQL cannot run as root, and its user {NAME} cannot be made: run Showfloor as another user"
        ) from error
    return pwd.getpwnam(NAME)


def _let_pass(path: Path) -> None:
    for folder in (path, *path.parents):
        _add(folder, _PASSABLE)


def _add(path: Path, rights: int) -> None:
    mode = path.stat().st_mode
    if mode & rights != rights:
        path.chmod(stat.S_IMODE(mode) | rights)
