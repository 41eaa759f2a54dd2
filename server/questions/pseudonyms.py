"""What anonymous askers are called among staff: the same in all shows of a channel, and nobody can tell from it who it is. Pure."""

import base64
import hashlib
import hmac

CHARACTERS = 6


class Pseudonyms:
    """Made with a secret: another secret, other pseudonyms."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(f"pseudonyms {secret}".encode()).digest()

    def of(self, channel_id: str, viewer_id: str) -> str:
        """Return the viewer's pseudonym in the channel, such as `Anonymous K3QZ7A`."""
        told = hmac.digest(self._key, f"{channel_id}\n{viewer_id}".encode(), "sha256")
        return f"Anonymous {base64.b32encode(told).decode()[:CHARACTERS]}"
