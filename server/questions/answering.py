"""Who is answering which question just now: a presence among staff. It forbids nothing, is in no journal, and ends by itself.

Each process keeps what it has heard of all of them. Whoever writes says so again every few seconds; a closed connection is told to the
others at once, and what a dead process cannot tell any more runs out.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from server.access.roles import require_staff
from server.hub.connection import Connection
from server.hub.dispatch import Commands
from server.hub.hub import Hub
from server.protocol.codec import encode, ok_line
from server.protocol.question_commands import QuestionAnswering
from server.protocol.question_lines import Answering, AnsweringBy

FOR_SECONDS = 15.0
"""How long a presence counts without being said again; pages say it every five."""


class Sign(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One connection's word, as it travels between processes: which question it answers, or none any more."""

    connection_id: str
    viewer_id: str
    name: str
    question_id: str | None


@dataclass(frozen=True, slots=True)
class _Presence:
    sign: Sign
    until: float


class AnsweringBoard:
    """What is known of one show. Pure; the caller brings the time."""

    def __init__(self) -> None:
        self._presences: dict[str, _Presence] = {}

    def hear(self, sign: Sign, now: float) -> list[str]:
        """Take a sign and return the questions of which something is to be told."""
        self._presences = {id: each for id, each in self._presences.items() if each.until > now}
        before = self._presences.pop(sign.connection_id, None)
        if sign.question_id is not None:
            self._presences[sign.connection_id] = _Presence(sign, now + FOR_SECONDS)
        concerned = {before.sign.question_id if before else None, sign.question_id}
        return sorted(question for question in concerned if question is not None)

    def answering(self, question_id: str, now: float) -> list[AnsweringBy]:
        """Return who answers the question, each once, by name."""
        signs = [
            p.sign for p in self._presences.values() if p.sign.question_id == question_id and p.until > now
        ]
        by_viewer = {sign.viewer_id: AnsweringBy(sign.viewer_id, sign.name) for sign in signs}
        return sorted(by_viewer.values(), key=lambda each: (each.name, each.viewer))

    def questions(self, now: float) -> list[str]:
        """Return the questions that somebody answers."""
        held = {p.sign.question_id for p in self._presences.values() if p.until > now}
        return sorted(question for question in held if question is not None)


Tell = Callable[[str, bytes], None]


class AnsweringDesk:
    """One process's part: hears its own staff and, by `tell(show_id, word)` and `hear_word`, that of the other processes."""

    def __init__(self, hub: Hub, tell: Tell, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._hub = hub
        self._tell = tell
        self._monotonic = monotonic
        self._boards: dict[str, AnsweringBoard] = {}
        self._mine: set[str] = set()
        """Connections of this process that answer something."""

    def commands(self) -> Commands:
        """Return the handler for the dispatcher."""
        return {QuestionAnswering: self.answering}

    def answering(self, connection: Connection, command: QuestionAnswering) -> bytes | None:
        """Tell the other staff of the show that this one answers the question, or no longer does."""
        require_staff(connection.role)
        self._say(connection, command.question if command.answering else None)
        return None if command.id is None else ok_line(command.id)

    def leave(self, connection: Connection) -> None:
        """A connection is about to leave its room: it answers nothing any more."""
        if connection.id in self._mine:
            self._say(connection, None)

    def greet(self, connection: Connection) -> None:
        """Tell a member of staff who has just joined how it stands."""
        board = self._boards.get(connection.show_id)
        if board is None:
            return
        now = self._monotonic()
        for question in board.questions(now):
            connection.send(_line(board, question, now))

    def hear_word(self, show_id: str, word: bytes) -> None:
        """Take what another process tells."""
        try:
            sign = msgspec.msgpack.decode(word, type=Sign)
        except msgspec.DecodeError:
            return  # of another version; a presence is worth no alarm
        self._take(show_id, sign)

    def _say(self, connection: Connection, question: str | None) -> None:
        sign = Sign(connection.id, connection.viewer_id, connection.name, question)
        self._mine.discard(connection.id)
        if question is not None:
            self._mine.add(connection.id)
        self._take(connection.show_id, sign)
        self._tell(connection.show_id, msgspec.msgpack.encode(sign))

    def _take(self, show_id: str, sign: Sign) -> None:
        now = self._monotonic()
        board = self._boards.setdefault(show_id, AnsweringBoard())
        concerned = board.hear(sign, now)
        room = self._hub.rooms.get(show_id)
        if room is not None:
            for question in concerned:
                room.tell_staff(_line(board, question, now))
        if not board.questions(now):
            del self._boards[show_id]


def _line(board: AnsweringBoard, question: str, now: float) -> bytes:
    return encode(Answering(question, board.answering(question, now), int(FOR_SECONDS * 1000)))
