"""What a forked process runs that is killed when the fake provider has done one call for it: its books are written, nobody was told."""

import os
import signal
from collections.abc import Mapping
from typing import Any

from tests.support.forked_server import serve


def serve_until(port: int, environment: Mapping[str, str], log: str, call: str) -> None:
    """Run `showfloor serve` until the provider's `call` has been done, and end as by a power cut."""
    from server.payments.fake import FakeProvider

    does = getattr(FakeProvider, call)

    async def last(*given: Any) -> None:
        await does(*given)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(FakeProvider, call, last)
    serve(port, environment, log)
