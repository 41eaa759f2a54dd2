"""All SQL of comments, of the reactions to them, and of where each show's stream stands."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from msgspec import UNSET, UnsetType
from sqlalchemy import Row, Select, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.comments.faces import as_public, as_staff
from server.comments.rules import SHOWN_MAX, TOLD_MAX, Comment, Stream
from server.comments.tables import CommentReactionRow, CommentRow, CommentStreamRow
from server.db.rows import read_all
from server.errors import RefusedError
from server.protocol import commented
from server.protocol.codes import Code
from server.protocol.commented import CommentState

_COMMENT = CommentRow.__table__  # type: ignore[attr-defined]
_REACTION = CommentReactionRow.__table__  # type: ignore[attr-defined]
_STREAM = CommentStreamRow.__table__  # type: ignore[attr-defined]

_COLUMNS: Final = (
    "id, show_id, viewer_id, author, role, text, state, version, at, place, staff_place, shadow, state_before, reason,"
    " moderated_by, question_id, reactions"
)
INSERT_COMMENTS: Final = f"""
    INSERT INTO comment ({_COLUMNS})
    SELECT {_COLUMNS} FROM json_to_recordset(CAST(%s AS json)) AS c (
        id text, show_id text, viewer_id text, author text, role text, text text, state text, version int, at timestamptz,
        place bigint, staff_place bigint, shadow boolean, state_before text, reason text, moderated_by text,
        question_id text, reactions jsonb)
"""
_MOVED: Final = (
    "place",
    "staff_place",
    "shadow",
    "state",
    "version",
    "state_before",
    "reason",
    "moderated_by",
    "question_id",
)
_UPDATE_MOVED = (
    update(_COMMENT)
    .where(_COMMENT.c.id == bindparam("of"))
    .values({name: bindparam(name) for name in _MOVED})
)
_ADD_REACTIONS = text(
    """
    INSERT INTO comment_reaction (comment_id, viewer_id, kind, show_id, at)
    SELECT r.comment, r.viewer, r.kind, :show, :at
    FROM unnest(CAST(:comments AS text[]), CAST(:viewers AS text[]), CAST(:kinds AS text[])) AS r (comment, viewer, kind)
    ON CONFLICT DO NOTHING RETURNING comment_id, viewer_id, kind
    """
)
_TAKE_REACTIONS = text(
    """
    DELETE FROM comment_reaction AS t
    USING unnest(CAST(:comments AS text[]), CAST(:viewers AS text[]), CAST(:kinds AS text[])) AS r (comment, viewer, kind)
    WHERE (t.comment_id, t.viewer_id, t.kind) = (r.comment, r.viewer, r.kind)
    RETURNING t.comment_id, t.viewer_id, t.kind
    """
)
_SET_COUNTS = (
    update(_COMMENT).where(_COMMENT.c.id == bindparam("of")).values(reactions=bindparam("reactions"))
)


class Reaction(NamedTuple):
    """A viewer's reaction of one kind to a comment."""

    comment_id: str
    viewer_id: str
    kind: str


async def read_stream(connection: AsyncConnection, show_id: str) -> Stream:
    """Return where the show's stream stands; at its beginning where nobody has commented."""
    row = (await connection.execute(select(_STREAM).where(_STREAM.c.show_id == show_id))).one_or_none()
    return Stream() if row is None else Stream(**{n: v for n, v in row._mapping.items() if n != "show_id"})


async def write_stream(connection: AsyncConnection, show_id: str, stream: Stream) -> None:
    """Keep where the show's stream stands; the show's head must be locked."""
    values = {name: getattr(stream, name) for name in Stream.__slots__}
    kept = upsert(_STREAM).values(show_id=show_id, **values)
    await connection.execute(kept.on_conflict_do_update(index_elements=["show_id"], set_=values))


async def read_snapshot_part(
    connection: AsyncConnection, show_id: str
) -> tuple[commented.Comments | UnsetType, commented.StaffComments | UnsetType]:
    """Return the stream as a viewer's and as a staff's snapshot have it, where there is anything that they may know of."""
    stream = await read_stream(connection, show_id)
    if not (stream.told or stream.written):
        return UNSET, UNSET
    of_show = select(_COMMENT).where(_COMMENT.c.show_id == show_id)
    shown = of_show.where(_COMMENT.c.place > stream.shown - SHOWN_MAX, _COMMENT.c.state == "open")
    told = of_show.where(_COMMENT.c.staff_place > stream.told - TOLD_MAX)
    public = await _read(connection, shown.order_by(_COMMENT.c.place))
    staff = await _read(connection, told.order_by(_COMMENT.c.staff_place))
    seen = commented.Comments(stream.written, stream.shown, [as_public(c) for c in public])
    return (
        seen if stream.written else UNSET,
        commented.StaffComments(stream.written, stream.shown, stream.told, [as_staff(c) for c in staff]),
    )


async def read_comments(connection: AsyncConnection, show_id: str, ids: Collection[str]) -> list[Comment]:
    """Return those of the comments that belong to the show."""
    wanted = select(_COMMENT).where(_COMMENT.c.id.in_(ids), _COMMENT.c.show_id == show_id)
    return await _read(connection, wanted)


async def read_writer(
    connection: AsyncConnection, show_id: str, comment_id: str
) -> tuple[str, str | None] | None:
    """Return who wrote a comment of the show, and under which name; None when there is no such comment."""
    found = await read_comments(connection, show_id, [comment_id])
    return (found[0].viewer_id, found[0].author) if found else None


async def read_shown(
    connection: AsyncConnection, show_id: str, *, before: int | None, limit: int
) -> list[Comment]:
    """Return up to `limit` of the comments that viewers were shown and that are not gone, the newest first, at places under `before`."""
    wanted = select(_COMMENT).where(
        _COMMENT.c.show_id == show_id, _COMMENT.c.place.is_not(None), _COMMENT.c.state == "open"
    )
    if before is not None:
        wanted = wanted.where(_COMMENT.c.place < before)
    return await _read(connection, wanted.order_by(_COMMENT.c.place.desc()).limit(limit))


async def read_shown_between(
    connection: AsyncConnection,
    show_id: str,
    until: datetime,
    *,
    after: int | None,
    newest: bool,
    limit: int,
) -> list[Comment]:
    """Return up to `limit` of the comments that viewers were shown by `until` and that are not gone, the oldest first.

    Those at places above `after`; the `newest`, or the first of them.
    """
    wanted = select(_COMMENT).where(
        _COMMENT.c.show_id == show_id, _COMMENT.c.place > (after or 0), _COMMENT.c.state == "open"
    )
    ordered = wanted.where(_COMMENT.c.at <= until).order_by(
        _COMMENT.c.place.desc() if newest else _COMMENT.c.place
    )
    found = await _read(connection, ordered.limit(limit))
    return found[::-1] if newest else found


async def read_all_comments(
    connection: AsyncConnection, show_id: str, state: CommentState | None, *, after: str | None, limit: int
) -> list[Comment]:
    """Return up to `limit` of all comments of the show, newest first, in `state` and behind the comment `after` where given.

    Raises `invalid` when the show has no such comment.
    """
    wanted = select(_COMMENT).where(_COMMENT.c.show_id == show_id)
    if state is not None:
        wanted = wanted.where(_COMMENT.c.state == state)
    if after is not None:
        if not await read_comments(connection, show_id, [after]):
            raise RefusedError(Code.INVALID, "This cursor is none of this list.")
        wanted = wanted.where(_COMMENT.c.id < after)
    return await _read(connection, wanted.order_by(_COMMENT.c.id.desc()).limit(limit))


async def read_written_by(
    connection: AsyncConnection, show_id: str, viewers: Sequence[str], *, limit: int
) -> list[Comment]:
    """Return the newest comments of the show that these viewers wrote, whatever their state, newest first."""
    wanted = select(_COMMENT).where(_COMMENT.c.show_id == show_id, _COMMENT.c.viewer_id.in_(viewers))
    return await _read(connection, wanted.order_by(_COMMENT.c.id.desc()).limit(limit))


async def read_reactions_by(
    connection: AsyncConnection, show_id: str, viewers: Sequence[str], *, limit: int
) -> list[Reaction]:
    """Return the newest reactions of these viewers to comments of the show, newest first."""
    wanted = select(_REACTION.c.comment_id, _REACTION.c.viewer_id, _REACTION.c.kind).where(
        _REACTION.c.show_id == show_id, _REACTION.c.viewer_id.in_(viewers)
    )
    newest = wanted.order_by(_REACTION.c.at.desc(), _REACTION.c.comment_id).limit(limit)
    return [Reaction(*row) for row in await connection.execute(newest)]


async def update_moved(connection: AsyncConnection, comments: Sequence[Comment]) -> None:
    """Write what moves change of each comment."""
    if comments:
        rows = [{"of": c.id} | {name: getattr(c, name) for name in _MOVED} for c in comments]
        await connection.execute(_UPDATE_MOVED, rows)


async def change_reactions(
    connection: AsyncConnection, show_id: str, reactions: Sequence[Reaction], at: datetime, *, on: bool
) -> list[Reaction]:
    """Keep reactions (`on`), or take them back, and return those that this has changed."""
    comments, viewers, kinds = zip(*reactions, strict=True) if reactions else ((), (), ())
    given = {"comments": list(comments), "viewers": list(viewers), "kinds": list(kinds)}
    if on:
        changed = await connection.execute(_ADD_REACTIONS, {**given, "show": show_id, "at": at})
    else:
        changed = await connection.execute(_TAKE_REACTIONS, given)
    return [Reaction(*row) for row in changed]


async def write_counts(connection: AsyncConnection, counts: Mapping[str, Mapping[str, int]]) -> None:
    """Write how many viewers reacted to each comment, by kind; the show's head must be locked."""
    if counts:
        rows = [{"of": id, "reactions": dict(each)} for id, each in counts.items()]
        await connection.execute(_SET_COUNTS, rows)


async def _read(connection: AsyncConnection, wanted: Select[Any]) -> list[Comment]:
    return await read_all(connection, wanted, _COMMENT.c.id, _as_comment)


def _as_comment(row: Row[Any]) -> Comment:
    return Comment(**row._mapping)
