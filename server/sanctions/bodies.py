"""A sanction as the HTTP API shows it to the person."""

from typing import Annotated

from msgspec import UNSET
from pydantic import Field

from server.http.params import Face, Moment
from server.protocol.sanctioned import AppealState, OwnSanction, SanctionKind, SanctionReason

Until = Annotated[
    Moment | None, Field(description="Its end; null where it is for the rest of the show, or a ban for good.")
]


class OwnSanctionBody(Face):
    """What staff have laid on the caller."""

    id: str
    kind: SanctionKind
    reason: SanctionReason
    at: Moment
    until: Until
    channel: bool = Field(description="It holds in every show of the channel.")
    lifted: bool = Field(description="It was ended before its end.")
    appeal: AppealState | None = Field(description="How an appeal stands; null while none was made.")


def own_body(own: OwnSanction) -> OwnSanctionBody:
    """Return it as the HTTP API shows it."""
    appeal = None if own.appeal is UNSET else own.appeal
    return OwnSanctionBody(
        id=own.id,
        kind=own.kind,
        reason=own.reason,
        at=own.at,
        until=own.until,
        channel=own.channel,
        lifted=own.lifted,
        appeal=appeal,
    )
