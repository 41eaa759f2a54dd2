"""What may become of a text: verdicts, and what looking at the text alone has said. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.screening_lines import HeldFor


@dataclass(frozen=True, slots=True)
class Allow:
    """Everybody sees it."""


@dataclass(frozen=True, slots=True)
class Held:
    """Staff see it, and `why`; somebody has to approve it. Without a reason: since the show wants it of all."""

    why: tuple[HeldFor, ...] = ()


@dataclass(frozen=True, slots=True)
class Shadow:
    """Its writer sees it as if everybody did; nobody else but staff sees it, and `why`."""

    why: tuple[HeldFor, ...] = ()


@dataclass(frozen=True, slots=True)
class Refuse:
    """It is not kept; the writer is told `message` with `data`, staff who try a text `why`."""

    code: Code
    message: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    why: tuple[HeldFor, ...] = ()

    def as_error(self) -> RefusedError:
        """Return it as the writer's refusal."""
        return RefusedError(self.code, self.message, **self.data)


Verdict = Allow | Held | Shadow | Refuse
ALLOWED: Final = Allow()


@dataclass(frozen=True, slots=True)
class Looked:
    """What the text alone says of it, whoever wrote it where; the default: nothing."""

    verdict: Verdict = ALLOWED


NOT_LOOKED_AT: Final = Looked()
