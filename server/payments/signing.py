"""Whether a webhook is its provider's, and of now: signatures by the Standard Webhooks specification, read. Pure."""

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from server.payments.provider import UnsignedError

REPLAY_SECONDS: Final = 300
"""How far a webhook's time may be from ours; what was overheard is of no use afterwards."""
_VERSION: Final = "v1,"


def require_signed(headers: Mapping[str, str], body: bytes, key: bytes, now: datetime) -> str:
    """Return the id of a webhook that was signed with `key` within the last minutes; raises `UnsignedError`.

    `headers` by lower-case names: `webhook-id`, `webhook-timestamp` in whole seconds, and `webhook-signature`, one or several.
    """
    id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    # By length too: what is no time of ours must not become a number of a thousand digits.
    if not id or len(id) > 100 or len(timestamp) > 12 or not (timestamp.isascii() and timestamp.isdigit()):
        raise UnsignedError("its id or its time is missing")
    if abs(now.timestamp() - int(timestamp)) > REPLAY_SECONDS:
        raise UnsignedError("it is too old")
    expected = base64.b64encode(hmac.digest(key, f"{id}.{timestamp}.".encode() + body, "sha256"))
    for each in headers.get("webhook-signature", "").split(" "):
        if each.startswith(_VERSION) and hmac.compare_digest(each.removeprefix(_VERSION).encode(), expected):
            return id
    raise UnsignedError("its signature is not the provider's")
