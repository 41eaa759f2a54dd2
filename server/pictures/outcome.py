"""What the process that renders a picture answers."""

import msgspec

from server.protocol.codes import Code


class Refusal(msgspec.Struct, tag="refused"):
    """Why there is no picture."""

    code: Code
    message: str
    data: dict[str, int]


class Files(msgspec.Struct, tag="rendered"):
    """The picture's size as it came, once upright, and its renderings by name."""

    width: int
    height: int
    files: dict[str, bytes]


Outcome = Refusal | Files
