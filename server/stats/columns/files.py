"""A show's columns in a file: a line of JSON that says what is where, then the arrays as they are in memory, so that they can be mapped."""

import json
import mmap
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from server.stats.columns.rows import Column, ShowRows

LAYOUT: Final = 4
"""Raise it whenever an array, or what its numbers mean, is changed: files of another layout are not read."""
_ALIGNED = 64


class NotReadableError(Exception):
    """A file that is not there, not whole, or of another layout."""


def write(file: Path, rows: ShowRows) -> None:
    """Write a file that is there whole or not at all. Raises `OSError`."""
    header, pieces = _laid_out(rows)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = file.with_name(f".{file.name}.{os.getpid()}.{id(rows)}.part")
    try:
        with part.open("xb") as stream:
            part.chmod(0o600)
            stream.write(header)
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _laid_out(rows: ShowRows) -> tuple[bytes, list[bytes]]:
    where: dict[str, tuple[str, int, int]] = {}
    pieces, at = [], 0
    for name, column in rows.arrays.items():
        where[name] = (column.dtype.str, len(column), at)
        padding = -column.nbytes % _ALIGNED
        pieces += [column.tobytes(), b"\0" * padding]
        at += column.nbytes + padding
    said = {
        "layout": LAYOUT,
        "bytes": at,
        "arrays": where,
        "labels": rows.labels,
        "currency": rows.currency,
        "tills": rows.tills,
        "reported": rows.reported,
        "sums": rows.sums,
    }
    line = json.dumps(said).encode()
    return line + b" " * (-(len(line) + 1) % _ALIGNED) + b"\n", pieces


def read(file: Path) -> ShowRows:
    """Return a file's columns, mapped into memory and read as they are used. Raises `NotReadableError`."""
    try:
        with file.open("rb") as stream:
            line = stream.readline()
            said = json.loads(line)
            size = os.fstat(stream.fileno()).st_size
            if said["layout"] != LAYOUT or size != len(line) + said["bytes"]:
                raise NotReadableError(file)
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        arrays = _mapped(data, len(line), said["arrays"])
        return ShowRows(
            arrays, said["labels"], said["currency"], said["tills"], said["reported"], said["sums"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotReadableError(file) from error


def _mapped(data: mmap.mmap, begin: int, where: Mapping[str, Any]) -> dict[str, Column]:
    return {
        name: np.frombuffer(data, np.dtype(kind), count=length, offset=begin + at)
        if length
        else np.empty(0, np.dtype(kind))
        for name, (kind, length, at) in where.items()
    }
