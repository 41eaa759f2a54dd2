"""Words for people that lead to nobody: for anonymous askers among staff, and for viewers in what is taken away. Pure."""

import base64
import hashlib
import hmac

CHARACTERS = 6
CHARACTERS_IN_SHOW = 16
"""80 bits: no two of a show's viewers have the same."""


class Pseudonyms:
    """Made with a secret: another secret, other pseudonyms."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(f"pseudonyms {secret}".encode()).digest()

    def of(self, channel_id: str, viewer_id: str) -> str:
        """Return the viewer's pseudonym in the channel, such as `Anonymous K3QZ7A`."""
        return f"Anonymous {self._word(channel_id, viewer_id, CHARACTERS)}"

    def in_show(self, show_id: str, viewer_id: str) -> str:
        """Return the viewer's word in one show, such as `K3QZ7AB2M5XWTP4D`: with no pseudonym in common, and another in each show."""
        return self._word(f"show {show_id}", viewer_id, CHARACTERS_IN_SHOW)

    def _word(self, place: str, viewer_id: str, characters: int) -> str:
        told = hmac.digest(self._key, f"{place}\n{viewer_id}".encode(), "sha256")
        return base64.b32encode(told).decode()[:characters]
