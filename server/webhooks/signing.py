"""Signatures by the Standard Webhooks specification: who has the secret can tell that a webhook is ours, and how old it is. Pure."""

import base64
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> bytes:
    """Return a new secret; the specification wants 24 to 64 random bytes."""
    return secrets.token_bytes(SECRET_BYTES)


def as_text(secret: bytes) -> str:
    """Return the secret as it is shown and configured."""
    return PREFIX + base64.b64encode(secret).decode()


def headers_of(id: str, timestamp: int, body: bytes, keys: Iterable[bytes]) -> dict[str, str]:
    """Return the three headers; a signature for each key, so that the receiver may have either."""
    signed = f"{id}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
