"""A reviewer outside: asked about a text within 200 ms, by HTTPS, and left alone for a while when it does not answer.

What is sent is signed as webhooks are. Whatever is no answer, the channel's fallback decides; nothing that a reviewer does raises.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import httpx
import msgspec
import structlog

from server.access.sealing import Sealing, UnsealError
from server.clock import Clock
from server.errors import RefusedError
from server.http.outbound import AddressRefusedError, read_at_most
from server.ids import new_id
from server.protocol.screening_lines import HeldFor
from server.screening.rules import REASON_CHARACTERS_MAX, EntryDoes, Reviewer, verdict_of
from server.screening.verdicts import ALLOWED, Held, Verdict
from server.text import clean_line
from server.webhooks.signing import headers_of

DEADLINE_SECONDS: Final = 0.2
"""For everything: name, connection, TLS, the whole answer."""
ANSWER_BYTES_MAX: Final = 4096
AT_ONCE_MAX: Final = 64
"""Texts under way to one reviewer from one process; those above get the fallback."""
FAILURES_MAX: Final = 3
"""So many in a row, and the reviewer is left alone."""
ALONE_SECONDS: Final = 5.0
"""Doubled with each try that fails, up to `ALONE_SECONDS_MAX`."""
ALONE_SECONDS_MAX: Final = 60.0
_REVIEWERS_MAX: Final = 1_000

Failure = Literal["slow", "unreachable", "status", "unreadable", "busy", "left_alone", "secret"]

log = structlog.get_logger()


class _Answer(msgspec.Struct):
    verdict: Literal["allow", "hold", "refuse", "shadow"]
    reason: str = ""


_answers = msgspec.json.Decoder(_Answer)


class _NoAnswerError(Exception):
    def __init__(self, why: Failure) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class _Circuit:
    """How it went lately with one reviewer."""

    failures: int = 0
    alone_until: float = float("-inf")
    trying: bool = False
    under_way: int = 0

    def require_open(self, now: float) -> None:
        """Raise unless it may be asked; after a while alone one text tries it for all."""
        if self.under_way >= AT_ONCE_MAX:
            raise _NoAnswerError("busy")
        if self.failures >= FAILURES_MAX:
            if self.trying or now < self.alone_until:
                raise _NoAnswerError("left_alone")
            self.trying = True

    def answered(self) -> None:
        self.failures, self.trying = 0, False

    def failed(self, now: float) -> None:
        self.failures += 1
        self.trying = False
        over = self.failures - FAILURES_MAX
        if over >= 0:
            self.alone_until = now + min(ALONE_SECONDS * 2 ** min(over, 10), ALONE_SECONDS_MAX)


class Reviewing:
    """Asks the reviewers of all channels by `client`, which must follow no redirects and go to no private address by itself."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        sealing: Sealing,
        clock: Clock,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._client = client
        self._sealing = sealing
        self._clock = clock
        self._monotonic = monotonic
        self._deadline_seconds = deadline_seconds
        self._circuits: OrderedDict[tuple[str, str], _Circuit] = OrderedDict()

    async def review(self, channel_id: str, show_id: str | None, reviewer: Reviewer, text: str) -> Verdict:
        """Return what the reviewer says of the text, or the fallback, 200 ms later at most; never raises."""
        circuit = self._circuit_of(channel_id, reviewer)
        try:
            circuit.require_open(self._monotonic())
        except _NoAnswerError as none:
            return _fallback(reviewer, none.why)
        circuit.under_way += 1
        try:
            answer = await self._ask(channel_id, show_id, reviewer, text)
        except _NoAnswerError as none:
            circuit.failed(self._monotonic())
            log.warning("screening.no_review", channel=channel_id, why=none.why, failures=circuit.failures)
            return _fallback(reviewer, none.why)
        except BaseException:
            circuit.trying = False
            raise
        finally:
            circuit.under_way -= 1
        circuit.answered()
        return _as_verdict(answer)

    def _circuit_of(self, channel_id: str, reviewer: Reviewer) -> _Circuit:
        place = (channel_id, reviewer.url)
        circuit = self._circuits.pop(place, None) or _Circuit()
        self._circuits[place] = circuit
        if len(self._circuits) > _REVIEWERS_MAX:
            self._circuits.popitem(last=False)
        return circuit

    async def _ask(self, channel_id: str, show_id: str | None, reviewer: Reviewer, text: str) -> _Answer:
        told = {"type": "text.review", "channel": channel_id, "show": show_id, "text": text}
        body = msgspec.json.encode(told)
        try:
            headers = self._headers(channel_id, reviewer, body)
            async with asyncio.timeout(self._deadline_seconds):
                status, content = await self._post(reviewer.url, headers, body)
        except UnsealError:
            raise _NoAnswerError("secret") from None
        except (TimeoutError, httpx.TimeoutException):
            raise _NoAnswerError("slow") from None
        except (AddressRefusedError, httpx.HTTPError, httpx.InvalidURL, OSError):
            raise _NoAnswerError("unreachable") from None
        if status != 200:
            raise _NoAnswerError("status")
        try:
            return _answers.decode(content or b"")
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise _NoAnswerError("unreadable") from None

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes | None]:
        async with self._client.stream("POST", url, headers=headers, content=body) as response:
            return response.status_code, await read_at_most(response, ANSWER_BYTES_MAX)

    def _headers(self, channel_id: str, reviewer: Reviewer, body: bytes) -> dict[str, str]:
        key = self._sealing.open(reviewer.secret, purpose_of(channel_id))
        return {
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": "Showfloor-Screening/1",
            **headers_of(new_id("t"), int(self._clock.now().timestamp()), body, [key]),
        }


def purpose_of(channel_id: str) -> str:
    """Return for what a reviewer's secret is sealed."""
    return f"screening {channel_id}"


def _fallback(reviewer: Reviewer, why: Failure) -> Verdict:
    return Held((HeldFor("no_reviewer", why),)) if reviewer.fallback == "hold" else ALLOWED


def _as_verdict(answer: _Answer) -> Verdict:
    if answer.verdict == "allow":
        return ALLOWED
    does: EntryDoes = answer.verdict
    return verdict_of(does, [HeldFor("reviewer", _reason_of(answer.reason))])


def _reason_of(reason: str) -> str | None:
    try:
        return clean_line(reason[:REASON_CHARACTERS_MAX], characters_max=REASON_CHARACTERS_MAX)
    except RefusedError:
        return None
