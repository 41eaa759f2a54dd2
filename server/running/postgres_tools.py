"""PostgreSQL's own programs for dumping and restoring: those of the wheel, or newer ones of this machine."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Literal

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import make_url

from server.embedded import EngineMissing
from server.embedded.wheels import POSTGRES_VERSION, postgres_directory
from server.running.trouble import Trouble

Tool = Literal["pg_dump", "pg_restore", "psql"]
_VERSION = re.compile(r"(\d+)(\.\d+|devel|beta\d*|rc\d*)")


def find_tool(name: Tool, server_version: int) -> Path:
    """Return a program that is at least as new as a server of this major version; a dump by an older one fails. Raises `Trouble`."""
    if server_version <= POSTGRES_VERSION:
        try:
            in_wheel = postgres_directory() / "bin" / name
        except EngineMissing:
            pass
        else:
            if in_wheel.is_file():
                return in_wheel
    on_path = shutil.which(name)
    if on_path is not None and _version_of(on_path) >= server_version:
        return Path(on_path)
    raise Trouble(
        f"there is no {name} of version {server_version} or newer on this machine",
        f"install PostgreSQL's client programs of version {server_version}",
    )


def _version_of(program: str) -> int:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = _VERSION.search(told)
    return int(found[1]) if found else 0


def address_for_tools(url: str) -> tuple[str, dict[str, str]]:
    """Return libpq's connection string for a SQLAlchemy URL, and the environment with the password, which no process list may show."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    parts = conninfo_to_dict(plain)
    password = parts.pop("password", None)
    environment = dict(os.environ) | ({"PGPASSWORD": str(password)} if password else {})
    return make_conninfo("", **parts), environment


def failure_of(name: Tool, errors: bytes) -> Trouble:
    """Return what a program said last, as trouble."""
    lines = [line for line in errors.decode(errors="replace").splitlines() if line.strip()]
    told = next((line for line in lines if "error:" in line), lines[0] if lines else "no reason given")
    return Trouble(f"{name} failed, and nothing was changed ({told.strip()})", "see `showfloor doctor`")
