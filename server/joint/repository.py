"""All SQL of shows that are held as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.joint.rules import Beside, Held
from server.joint.tables import JointInvitationRow, JointShowRow

_JOINT = JointShowRow.__table__  # type: ignore[attr-defined]
_INVITATION = JointInvitationRow.__table__  # type: ignore[attr-defined]

# Who looks and then writes is alone: two shows that join each other at once would be held in a ring.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('joint shows', 0))")
_HELD = """
    SELECT show.id, show.channel_id, channel.name, show.state
    FROM show JOIN channel ON channel.id = show.channel_id
"""
_READ_HELD = text(f"{_HELD} WHERE show.id = ANY(:ids)")
_READ_BESIDE = text("""
    SELECT (SELECT leading_id FROM joint_show WHERE show_id = :show AND left_at IS NULL) AS held_in,
           (SELECT count(*) FROM joint_show WHERE leading_id = :show AND left_at IS NULL) AS holds
""")
_DUE = text("""
    SELECT DISTINCT j.leading_id FROM joint_show AS j JOIN show AS s ON s.id = j.show_id JOIN show AS l ON l.id = j.leading_id
    WHERE NOT j.over AND (NOT j.settled OR s.state IN ('cancelled', 'ended') OR l.state = 'cancelled'
        OR (l.state = 'live' AND s.state IN ('scheduled', 'rehearsal')) OR l.state = 'ended')
    ORDER BY 1
""")
_DROP_CANCELLED = text("""
    UPDATE joint_show AS j SET left_at = :now, settled = false FROM show AS s, show AS l
    WHERE s.id = j.show_id AND l.id = j.leading_id AND j.leading_id = :leading AND j.left_at IS NULL
        AND (s.state = 'cancelled' OR l.state = 'cancelled' OR (l.state = 'ended' AND s.state IN ('scheduled', 'rehearsal')))
""")
_READ_ROWS = text(f"""
    SELECT h.*, j.left_at FROM joint_show AS j JOIN ({_HELD}) AS h ON h.id = j.show_id
    WHERE j.leading_id = :leading ORDER BY j.joined_at, j.show_id
""")
# Not where somebody has joined or left since the look.
_MARK = text("""
    UPDATE joint_show AS j SET settled = true, over = j.left_at IS NOT NULL OR s.state IN ('ended', 'cancelled')
    FROM show AS s WHERE s.id = j.show_id AND j.leading_id = :leading AND j.show_id = :show
        AND j.left_at IS NOT DISTINCT FROM CAST(:left_at AS timestamptz)
""")


@dataclass(frozen=True, slots=True)
class Member:
    """A show that is, or was, held in a leading one."""

    show: Held
    left_at: datetime | None


async def lock_joint_shows(connection: AsyncConnection) -> None:
    """Keep off whoever else wants to hold shows together, until the transaction ends."""
    await connection.execute(_LOCK)


async def read_held(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Held]:
    """Return those of the shows that there are, by id."""
    rows = await connection.execute(_READ_HELD, {"ids": list(ids)})
    return {row.id: Held(*row) for row in rows}


async def read_beside(connection: AsyncConnection, show_id: str) -> Beside:
    """Return what the show is to others now."""
    return Beside(*(await connection.execute(_READ_BESIDE, {"show": show_id})).one())


async def insert_joint(
    connection: AsyncConnection, leading_id: str, show_id: str, now: datetime, by: str
) -> None:
    """Write that the show is held in the leading one, be it once more."""
    row = {"leading_id": leading_id, "show_id": show_id, "joined_at": now, "joined_by": by}
    again = {"joined_at": now, "joined_by": by, "left_at": None, "settled": False, "over": False}
    await connection.execute(
        upsert(_JOINT).values(**row).on_conflict_do_update(constraint="joint_show_pkey", set_=again)
    )


async def end_joint(connection: AsyncConnection, leading_id: str, show_id: str, now: datetime) -> bool:
    """Write that the show is held in the leading one no longer; return whether it was."""
    held = (_JOINT.c.leading_id == leading_id, _JOINT.c.show_id == show_id, _JOINT.c.left_at.is_(None))
    statement = update(_JOINT).where(*held).values(left_at=now, settled=False)
    return bool((await connection.execute(statement)).rowcount)


async def read_due(connection: AsyncConnection) -> list[str]:
    """Return the leading shows whose others do not follow them yet."""
    return list(await connection.scalars(_DUE))


async def read_members(connection: AsyncConnection, leading_id: str, now: datetime) -> list[Member]:
    """Return the shows that are, or were, held in this one, the first to join first.

    What was cancelled, or never began before the leading one ended, has left from now on.
    """
    await connection.execute(_DROP_CANCELLED, {"leading": leading_id, "now": now})
    rows = await connection.execute(_READ_ROWS, {"leading": leading_id})
    return [Member(Held(*row[:-1]), row.left_at) for row in rows]


async def mark_settled(connection: AsyncConnection, leading_id: str, members: Sequence[Member]) -> None:
    """Write that the shows themselves say how these members stand."""
    for member in members:
        given = {"leading": leading_id, "show": member.show.id, "left_at": member.left_at}
        await connection.execute(_MARK, given)


async def unsettle(connection: AsyncConnection, show_id: str) -> None:
    """Have whichever show this one is held in follow it anew."""
    held = (_JOINT.c.show_id == show_id, _JOINT.c.left_at.is_(None))
    await connection.execute(update(_JOINT).where(*held).values(settled=False))


async def insert_invitation(connection: AsyncConnection, row: JointInvitationRow) -> None:
    """Keep an invitation, and forget those whose time is over."""
    await connection.execute(delete(_INVITATION).where(_INVITATION.c.ends_at <= row.made_at))
    await connection.execute(insert(_INVITATION).values(**row.model_dump()))


async def read_invitation(
    connection: AsyncConnection, code_sha256: str, now: datetime
) -> JointInvitationRow | None:
    """Return an invitation that may still be used, None when there is none."""
    wanted = select(_INVITATION).where(_INVITATION.c.code_sha256 == code_sha256, _INVITATION.c.ends_at > now)
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None else JointInvitationRow(**row._mapping)


async def delete_invitation(connection: AsyncConnection, code_sha256: str) -> None:
    """Let an invitation work no more."""
    await connection.execute(delete(_INVITATION).where(_INVITATION.c.code_sha256 == code_sha256))
