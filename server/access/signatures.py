"""What makes a token ours: a JSON Web Token (RFC 7519) by HS256 and nothing else, signed with one secret, verified by two."""

import hmac
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from typing import Literal

import msgspec

from server.errors import RefusedError
from server.protocol.codes import Code

_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class _Header(msgspec.Struct):
    """Of a token that another library has signed with our secret; what it must not name is the algorithm."""

    alg: Literal["HS256"]
    typ: str = "JWT"
    crit: msgspec.UnsetType = msgspec.UNSET
    """What whoever reads it has to understand: we understand none of it."""


def _base64url(data: bytes) -> bytes:
    return b2a_base64(data, newline=False).translate(_TO_URL_SAFE).rstrip(b"=")


def from_base64url(text: bytes) -> bytes:
    """Return what base64 for addresses holds; raises `binascii.Error`."""
    return a2b_base64(text.translate(_FROM_URL_SAFE) + b"=" * (-len(text) % 4), strict_mode=True)


_HEADER = _base64url(b'{"alg":"HS256","typ":"JWT"}')
_header_decoder = msgspec.json.Decoder(_Header)


class Signatures:
    """Signs payloads with `secret`, and reads what was signed with it or, while it is rotated, with `old_secret`."""

    def __init__(self, secret: str, old_secret: str | None = None) -> None:
        secrets = [secret] if old_secret is None else [secret, old_secret]
        self._macs = [hmac.new(each.encode(), digestmod="sha256") for each in secrets]

    def sign(self, payload: bytes) -> str:
        """Return the token that holds `payload`."""
        unsigned = _HEADER + b"." + _base64url(payload)
        return (unsigned + b"." + self._signature(0, unsigned)).decode("ascii")

    def read(self, token: str) -> bytes:
        """Return the payload of a token of ours; raises `unauthenticated` for anything else."""
        try:
            unsigned, _, signature = token.encode("ascii").rpartition(b".")
            if not self._is_ours(unsigned, signature):
                raise RefusedError(Code.UNAUTHENTICATED)
            header, _, payload = unsigned.partition(b".")
            if header != _HEADER:
                _header_decoder.decode(from_base64url(header))
            return from_base64url(payload)
        except (UnicodeError, NotBase64, msgspec.MsgspecError, RecursionError):
            raise RefusedError(Code.UNAUTHENTICATED) from None

    def _is_ours(self, unsigned: bytes, signature: bytes) -> bool:
        return any(
            hmac.compare_digest(signature, self._signature(which, unsigned))
            for which in range(len(self._macs))
        )

    def _signature(self, which: int, unsigned: bytes) -> bytes:
        mac = self._macs[which].copy()
        mac.update(unsigned)
        return _base64url(mac.digest())
