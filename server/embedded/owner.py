"""One living owner per data directory, by a lock that dies with its process."""

import fcntl
import os
from pathlib import Path
from typing import Self


class DataDirectoryInUse(Exception):
    """Another living process owns this data directory.

    `pid` is that process, or None in the instant before it has written its number.
    """

    def __init__(self, data: Path, pid: int | None) -> None:
        self.data = data
        self.pid = pid
        who = f"process {pid}" if pid is not None else "another process"
        super().__init__(f"{data} is in use by {who}; stop it, or set SHOWFLOOR_DATA to another directory")


class Owner:
    """The lock on `data/owner.lock`; the kernel drops it when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def claim(cls, data: Path) -> Self:
        """Take the data directory for this process; raises `DataDirectoryInUse`."""
        descriptor = os.open(data / "owner.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(descriptor, 32, 0).strip()
            os.close(descriptor)
            raise DataDirectoryInUse(data, int(pid) if pid else None) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        """Give the directory back. The file stays: removing it would let two processes lock two files."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1
