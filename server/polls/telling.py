"""What a show is told of its polls: viewers read the counts when the host lets them, staff always."""

from dataclasses import replace
from typing import Any

from server.clock import to_wire
from server.journal.transaction import ShowTransaction
from server.polls.rules import Poll
from server.protocol.polled import Poll as PublicPoll
from server.protocol.polled import StaffPoll


def as_public(poll: Poll) -> PublicPoll:
    """Return the poll as everybody reads it, with the counts that were told last."""
    open_to_all = poll.state == "closed" or poll.wording.results == "always"
    return PublicPoll(
        **_asked(poll),
        counts=list(poll.told.counts) if open_to_all else None,
        right=poll.wording.right if poll.state == "closed" else None,
    )


def as_staffs(poll: Poll) -> StaffPoll:
    """Return the same for staff."""
    return StaffPoll(
        **_asked(poll), counts=list(poll.told.counts), right=poll.wording.right, apart=poll.told.apart
    )


def _asked(poll: Poll) -> dict[str, Any]:
    assert poll.opened_at is not None, "nobody but staff knows of it before"
    wording = poll.wording
    moments = {name: getattr(poll, name) for name in ("closes_at", "closed_at")}
    return {
        "id": poll.id,
        "kind": wording.kind,
        "question": wording.question,
        "choices": list(wording.choices),
        "results": wording.results,
        "state": poll.state,
        "version": poll.version,
        "opened_at": to_wire(poll.opened_at),
        "voters": poll.told.voters,
        "min": wording.picks_min,
        "max": wording.picks_max,
        "changeable": wording.changeable,
        "ended": poll.ended,
        **{name: None if at is None else to_wire(at) for name, at in moments.items()},
    }


def publish_opened(tx: ShowTransaction, poll: Poll) -> None:
    """Publish that a poll takes votes, or asks something else than it was opened with."""
    tx.publish("poll.opened", {"poll": as_public(poll)}, staff={"poll": as_staffs(poll)})


def publish_closed(tx: ShowTransaction, poll: Poll) -> None:
    """Publish the final result of a poll."""
    tx.publish("poll.closed", {"poll": as_public(poll)}, staff={"poll": as_staffs(poll)})


def publish_counts(tx: ShowTransaction, poll: Poll) -> Poll:
    """Publish a poll's newest counts, and return it as it is then."""
    told = replace(poll, told=poll.tally, told_at=tx.now, untold=False)
    tally, public = told.tally, as_public(told)
    said: dict[str, Any] = {"poll": poll.id, "voters": tally.voters}
    if public.counts is not None:
        said["counts"] = public.counts
    staff = said | {"counts": list(tally.counts), "apart": tally.apart}
    tx.publish("poll.counted", said, staff=staff)
    return told
