"""What a forked process runs that is killed when a provider has done one call for it: its books are written, nobody was told."""

import os
import signal
from collections.abc import Mapping
from typing import Any

from tests.support.forked_server import serve


def serve_until(port: int, environment: Mapping[str, str], log: str, provider: str, call: str) -> None:
    """Run `showfloor serve` until the `call` of `provider` (`fake`, `stripe`) has been done, and end as by a power cut.

    `before_…`: until it would be done.
    """
    from server.payments.fake import FakeProvider
    from server.payments.stripe_provider import StripeProvider

    dying = FakeProvider if provider == "fake" else StripeProvider
    name = call.removeprefix("before_")
    does = getattr(dying, name)

    async def last(*given: Any) -> None:
        if name == call:
            await does(*given)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(dying, name, last)
    serve(port, environment, log)
