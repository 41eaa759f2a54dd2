"""What a review may be, and what becomes of it, pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from server.text import clean_line, clean_text

ReviewState = Literal["pending", "approved", "refused"]
RefusalReason = Literal["spam", "off_topic", "rude", "personal", "other"]
Move = Literal["approve", "refuse", "restore"]
TEXT_CHARACTERS_MAX: Final = 1000
NAME_CHARACTERS_MAX: Final = 40
STATE_AFTER: Final[dict[Move, ReviewState]] = {
    "approve": "approved",
    "refuse": "refused",
    "restore": "pending",
}
"""`restore` undoes both: the review waits again."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody says of a product; `author` is the name that they chose, None: a viewer."""

    stars: int
    words: str
    author: str | None


@dataclass(frozen=True, slots=True)
class Review:
    """A review as the server keeps it. `bought`: its author had bought the product in a show of the channel when they wrote it."""

    id: str
    channel_id: str
    product_id: str
    show_id: str
    viewer_id: str
    stars: int
    words: str
    author: str | None
    bought: bool
    state: ReviewState
    version: int
    at: datetime
    moderated_at: datetime | None
    moderated_by: str | None
    reason: str | None


def opinion_of(stars: int, words: str, author: str | None) -> Opinion:
    """Return what somebody says, clean: stars alone will do. Raises `invalid` for texts that are too long, or hold nothing visible."""
    text = clean_text(words, characters_max=TEXT_CHARACTERS_MAX) if words.strip() else ""
    name = clean_line(author, characters_max=NAME_CHARACTERS_MAX) if author and author.strip() else None
    return Opinion(stars, text, name)
