"""How often somebody may guess: only a wrong code counts, by viewer and by address, as one of an offer does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request

from server.errors import RefusedError
from server.http import pacing
from server.pace.rates import Act
from server.protocol.codes import Code


@asynccontextmanager
async def paced(request: Request, code: str | None, viewer_id: str) -> AsyncIterator[None]:
    """Do within what may refuse a voucher's code; raises `too_fast` when wrong ones were given too often. Without a code nothing counts."""
    if code is None:
        yield
        return
    await pacing.spend(request, Act.CODE, viewer=viewer_id)
    try:
        yield
    except RefusedError as refused:
        if not is_wrong(refused):
            pacing.give_back(request, Act.CODE, viewer=viewer_id)
        raise
    pacing.give_back(request, Act.CODE, viewer=viewer_id)


def is_wrong(refused: RefusedError) -> bool:
    """Whether what was refused is a code that the channel does not have."""
    return refused.code is Code.VOUCHER_REFUSED and refused.data.get("why") == "unknown"
