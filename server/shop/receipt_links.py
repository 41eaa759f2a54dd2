"""Receipt links: an order's id, signed, for the fragment of an address. Whoever has one sees that order on any device."""

import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

from server.clock import Clock
from server.errors import RefusedError
from server.protocol.codes import Code

LIFETIME = timedelta(days=180)
_PURPOSE = b"receipt\n"
"""Nothing else that is signed with the same secret begins like this."""


class ReceiptLinks:
    """Signs and reads them with the secret of the tokens; stateless, so every process with the secret agrees.

    While the secret is rotated, what `old_secret` has signed is read too.
    """

    def __init__(self, secret: str, clock: Clock, *, old_secret: str | None = None) -> None:
        secrets = [secret] if old_secret is None else [secret, old_secret]
        self._keys = [each.encode() for each in secrets]
        self._clock = clock

    def sign(self, order_id: str) -> tuple[str, datetime]:
        """Return the receipt of an order, in characters that need no escape, and when it ends."""
        expires_at = self._clock.now().replace(microsecond=0) + LIFETIME
        signed = f"{order_id}.{int(expires_at.timestamp()):x}"
        return f"{signed}.{_mac(self._keys[0], signed)}", expires_at

    def read(self, receipt: str) -> str:
        """Return the id of the order; raises `unauthenticated` for what is not ours and `token_expired` for what has ended."""
        signed, _, mac = receipt.rpartition(".")
        order_id, _, ends = signed.rpartition(".")
        if not any(hmac.compare_digest(mac, _mac(key, signed)) for key in self._keys):
            raise RefusedError(Code.UNAUTHENTICATED, "This receipt is not one of ours.")
        if datetime.fromtimestamp(int(ends, 16), UTC) <= self._clock.now():
            raise RefusedError(Code.TOKEN_EXPIRED, "This receipt has ended.")
        return order_id


def _mac(key: bytes, signed: str) -> str:
    digest = hmac.digest(key, _PURPOSE + signed.encode(), "sha256")
    return urlsafe_b64encode(digest[:18]).decode("ascii")
