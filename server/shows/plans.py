"""What a show is planned to be: written once for a new one, changed through its journal, copied for the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from server.access.tokens import NAME_CHARACTERS_MAX
from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.http.versions import Match
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.commented import CommentsFor
from server.protocol.pushes import Moderation, PictureSync, Show, Video
from server.shows.repository import as_show, read_show, update_show
from server.shows.rules import ALT_CHARACTERS_MAX, DESCRIPTION_CHARACTERS_MAX, TITLE_CHARACTERS_MAX
from server.shows.tables import ShowRow
from server.text import clean_line, clean_text

NO_VIDEO = Video(hls="", mp4="", poster="")
COPIED = (
    "channel_id",
    "title",
    "host",
    "moderation",
    "guests_allowed",
    "video_hls",
    "video_mp4",
    "video_poster",
    "description",
    "planned_minutes",
    "cover",
    "cover_alt",
    "picture_sync",
    "picture_delay_ms",
    "comments",
    "slow_seconds",
)
"""What a copy takes over: everything but when, and what happened."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a new show is to be."""

    title: str
    host: str
    state: Literal["draft", "scheduled"] = "scheduled"
    moderation: Moderation = "post"
    guests_allowed: bool | None = None
    """None: as the channel's settings say."""
    starts_at: datetime | None = None
    video: Video = NO_VIDEO
    description: str = ""
    planned_minutes: int | None = None
    cover: str = ""
    cover_alt: str = ""
    picture_sync: PictureSync = "off"
    picture_delay_ms: int = 0
    comments: CommentsFor = "on"

    def columns(self) -> dict[str, Any]:
        """Return the plan as columns of a show, without what is the channel's to say; raises `invalid` for a title or host that is none."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "video"}
        if self.guests_allowed is None:
            del plain["guests_allowed"]
        return cleaned(plain | columns_of(self.video))


@dataclass(frozen=True, slots=True)
class Changing:
    """A member of staff of `channel_id` gives columns of a show other values; `match` is asked which version that may meet."""

    actor: Actor
    channel_id: str
    changes: Mapping[str, Any]
    match: Match


def columns_of(video: Video) -> dict[str, Any]:
    """Return the addresses of the pictures as columns of a show."""
    return {"video_hls": video.hls, "video_mp4": video.mp4, "video_poster": video.poster}


def cleaned(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns with clean texts; raises `invalid` for one that is empty then, or too long."""
    clean = dict(columns)
    if "title" in clean:
        clean["title"] = clean_line(clean["title"], characters_max=TITLE_CHARACTERS_MAX)
    if "host" in clean:
        clean["host"] = clean_line(clean["host"], characters_max=NAME_CHARACTERS_MAX)
    if clean.get("cover_alt"):
        clean["cover_alt"] = _alt_of(clean["cover_alt"])
    if clean.get("description"):
        clean["description"] = _description_of(clean["description"])
    return clean


def _alt_of(text: str) -> str:
    return clean_line(text, characters_max=ALT_CHARACTERS_MAX) if text.strip() else ""


def _description_of(text: str) -> str:
    return clean_text(text, characters_max=DESCRIPTION_CHARACTERS_MAX) if text.strip() else ""


async def change_many(tx: ShowTransaction, tasks: Sequence[Changing]) -> list[Show | RefusedError]:
    """Make the changes in order; only what is another value then is kept, published and counted as a version."""
    answers: list[Show | RefusedError] = []
    for task in tasks:
        try:
            row = await own_show(tx, task.channel_id)
            task.match.require(row.version, as_show(row))
        except RefusedError as refused:
            answers.append(refused)
            continue
        answers.append(await _change(tx, row, task))
    return answers


async def _change(tx: ShowTransaction, row: ShowRow, task: Changing) -> Show:
    changed = {name: value for name, value in task.changes.items() if getattr(row, name) != value}
    if not changed:
        return as_show(row)
    audit(tx, task.actor, "show.change", tx.show_id, changed=sorted(changed))
    return await rewrite(tx, row, changed)


async def rewrite(tx: ShowTransaction, row: ShowRow, changes: Mapping[str, Any]) -> Show:
    """Set columns of the show, count the version, and publish how it stands now."""
    values = {**changes, "version": row.version + 1}
    await update_show(tx.connection, tx.show_id, values)
    show = as_show(row.model_copy(update=values))
    tx.publish("show.changed", {"show": show})
    return show


async def own_show(tx: ShowTransaction, channel_id: str) -> ShowRow:
    """Return the show's row; raises `not_found` for one of another channel."""
    row = await read_show(tx.connection, tx.show_id)
    if row is None or row.channel_id != channel_id:
        raise RefusedError(Code.NOT_FOUND)
    return row
