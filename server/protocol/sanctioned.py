"""Sanctions as they travel: what staff of a channel have laid on a viewer, and what that viewer is told of it. No I/O."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

SanctionKind = Literal["timeout", "mute", "shadow", "hold", "ban"]
"""`timeout`, `mute`, `shadow`: what they write is refused for a while, for the show, or shown to them and to staff alone.

`hold`: it waits for approval. `ban`: out.
"""
LikeBy = Literal["device", "address"]
SanctionReason = Literal["spam", "abuse", "off_topic", "fraud", "personal_data", "evasion", "other"]
AppealState = Literal["open", "kept", "lifted"]


class Appeal(Struct, frozen=True, omit_defaults=True):
    """That somebody has appealed, when, and what came of it, by whom. Its words are read over HTTP."""

    state: AppealState
    at: str
    by: str | None = None


class Sanction(Struct, frozen=True, omit_defaults=True):
    """As staff see it. `until`: its end, if it has one before the show's; `channel`: it holds in every show of the channel.

    `device`, `address`: whoever comes with the same one is out, too. `like`: laid by the server, since they are likely the person of that
    ban, by what `like_by` says.

    It stays in a list after its end, until it is lifted: whoever reads it compares `until`.
    """

    id: str
    kind: SanctionKind
    viewer: str
    reason: SanctionReason
    at: str
    by: str
    version: int
    name: str | None = None
    until: str | None = None
    channel: bool = False
    appeal: Appeal | UnsetType = UNSET
    device: bool = False
    address: bool = False
    like: str | None = None
    like_by: LikeBy | None = None


class OwnSanction(Struct, frozen=True, omit_defaults=True):
    """As the person learns of it; a shadow mute is not told. `lifted`: it holds no more. `appeal`: how theirs stands."""

    id: str
    kind: Literal["timeout", "mute", "ban"]
    reason: SanctionReason
    at: str
    until: str | None = None
    channel: bool = False
    lifted: bool = False
    appeal: AppealState | UnsetType = UNSET
