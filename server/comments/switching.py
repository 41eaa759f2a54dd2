"""Who may comment in a show: switched while it runs, for everybody at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.commented import CommentsFor
from server.shows.plans import rewrite
from server.shows.repository import read_show


@dataclass(frozen=True, slots=True)
class Switching:
    """A member of staff says who may comment from now on."""

    actor: Actor
    setting: CommentsFor


async def switch_many(tx: ShowTransaction, switches: Sequence[Switching]) -> list[CommentsFor | RefusedError]:
    """Switch, in order; what changes nothing is not published."""
    answers: list[CommentsFor | RefusedError] = []
    for each in switches:
        show = await read_show(tx.connection, tx.show_id)
        if show is None:
            answers.append(RefusedError(Code.NOT_FOUND))
            continue
        if show.comments != each.setting:
            audit(tx, each.actor, "comments.switch", tx.show_id, before=show.comments, after=each.setting)
            await rewrite(tx, show, {"comments": each.setting})
        answers.append(each.setting)
    return answers
