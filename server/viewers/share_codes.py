"""The code in a share link: an id by chance, signed for its channel, so that whoever comes by it costs no look-up. Pure.

`s_` and 36 characters: the 16 bytes of a UUIDv7, whose time is when the link was made, and 11 bytes of an HMAC-SHA256 over the channel and
those. A code of another form was made by a server of before, or came with an imported history: it counts where the ledger has it.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

import uuid_utils

from server.clock import Clock
from server.settings import Settings

PREFIX: Final = "s_"
_ID_BYTES: Final = 16
_SIGNATURE_BYTES: Final = 11
_CHARACTERS: Final = 36
_AHEAD_MAX: Final = timedelta(minutes=5)
"""So much the clock of the server that made it may be ahead."""

Fault = Literal["not_ours", "expired", "same_device"]


class Shared(NamedTuple):
    """By which link somebody came, and why not, where it is not believed."""

    share: str | None
    fault: Fault | None


class ShareCodes:
    """Makes and reads codes with one secret, and while it is rotated those of the one before."""

    def __init__(self, secret: str, clock: Clock, *, old_secret: str | None = None, lasts: timedelta) -> None:
        keys = [secret] if old_secret is None else [secret, old_secret]
        # Of its own: no signature of a token is one of a link.
        self._macs = [hmac.new(b"showfloor share link " + key.encode(), digestmod="sha256") for key in keys]
        self._clock = clock
        self._lasts = lasts

    def make(self, channel_id: str) -> str:
        """Return a new code for links of the channel's shows."""
        id = uuid_utils.uuid7().bytes
        return PREFIX + urlsafe_b64encode(id + self._sign(0, channel_id, id)).decode("ascii")

    def read(self, code: str | None, channel_id: str, *, same_device: bool = False) -> Shared:
        """Return what a code that came with a join is worth in the channel. Nothing that comes keeps anybody out.

        `same_device`: their page says that it has made this link itself.
        """
        if code is None:
            return Shared(None, None)
        if same_device:
            return Shared(None, "same_device")
        if not code.startswith(PREFIX) or len(code) != len(PREFIX) + _CHARACTERS:
            return Shared(code, None)
        made_at = self._made_at(code, channel_id)
        if made_at is None:
            return Shared(None, "not_ours")
        if not -_AHEAD_MAX <= self._clock.now() - made_at <= self._lasts:
            return Shared(None, "expired")
        return Shared(code, None)

    def _made_at(self, code: str, channel_id: str) -> datetime | None:
        """Return when a code of the channel's was made; None for one that is none."""
        written = code[len(PREFIX) :]
        try:
            data = urlsafe_b64decode(written)
        except (NotBase64, ValueError):
            return None
        id, signature = data[:_ID_BYTES], data[_ID_BYTES:]
        signed = any(
            hmac.compare_digest(signature, self._sign(which, channel_id, id))
            for which in range(len(self._macs))
        )
        return datetime.fromtimestamp(int.from_bytes(id[:6]) / 1000, UTC) if signed else None

    def _sign(self, which: int, channel_id: str, id: bytes) -> bytes:
        mac = self._macs[which].copy()
        mac.update(channel_id.encode() + b"\x00" + id)
        return mac.digest()[:_SIGNATURE_BYTES]


def share_codes_for(settings: Settings, clock: Clock) -> ShareCodes:
    """Return a process's part by the settings."""
    return ShareCodes(
        settings.signing_secret(),
        clock,
        old_secret=settings.old_signing_secret(),
        lasts=timedelta(days=settings.share_link_days),
    )
