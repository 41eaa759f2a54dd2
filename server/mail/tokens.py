"""What leads back from a mail: signed tokens in links, in Message-IDs and in return paths. Stateless; good for one purpose each."""

import hmac
from base64 import b32encode
from typing import Final, Literal

Purpose = Literal["click", "open", "unsubscribe", "confirm", "look", "return"]
_PURPOSES: Final[dict[str, Purpose]] = {
    "c": "click",
    "o": "open",
    "u": "unsubscribe",
    "f": "confirm",
    "l": "look",
    "r": "return",
}
_LETTERS: Final = {purpose: letter for letter, purpose in _PURPOSES.items()}
_MAC_BYTES: Final = 10


class MailTokens:
    """Signs and reads them with the server's secret; while it is rotated, what the one before has signed is read too.

    Lower-case letters, digits and dots alone, so that they stand in an address, a path or a Message-ID, whatever changes their case.
    """

    def __init__(self, secret: str, old_secret: str | None = None) -> None:
        secrets = [secret] if old_secret is None else [secret, old_secret]
        self._keys = [hmac.digest(each.encode(), b"showfloor mail 1", "sha256") for each in secrets]

    def sign(self, purpose: Purpose, id: str, *more: int) -> str:
        """Return a token for `id` (`m_…` and the like) and numbers that belong to it."""
        words = ".".join([_LETTERS[purpose], id.replace("_", "-"), *(f"{each:x}" for each in more)])
        return f"{words}.{self._mac(0, words)}"

    def read(self, purpose: Purpose, token: str) -> tuple[str, tuple[int, ...]] | None:
        """Return what a token of ours for this purpose was made for; None for anything else."""
        words, _, mac = token.lower().rpartition(".")
        letter, *rest = words.split(".")
        if not rest or _PURPOSES.get(letter) != purpose or not mac.isascii():
            return None
        if not any(hmac.compare_digest(mac, self._mac(which, words)) for which in range(len(self._keys))):
            return None
        return rest[0].replace("-", "_", 1), tuple(int(each, 16) for each in rest[1:])

    def _mac(self, which: int, words: str) -> str:
        digest = hmac.digest(self._keys[which], words.encode(), "sha256")
        return b32encode(digest[:_MAC_BYTES]).decode("ascii").lower()
