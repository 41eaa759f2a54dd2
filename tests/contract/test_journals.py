"""The recorded journals: the server still tells them so, and they say everything that the protocol can say."""

import json
from typing import Any

import pytest

from tests.contract.record_journals import JOURNALS, number_ids, record
from tests.support.reducer import apply_all

FOR_ALL = {
    "announce",
    "announce.removed",
    "comment.changed",
    "comment.erased",
    "comment.posted",
    "comment.reacted",
    "comment.removed",
    "product.pinned",
    "product.changed",
    "product.stock",
    "product.sold_out",
    "product.back_in_stock",
    "question.answered",
    "question.changed",
    "question.dismissed",
    "question.erased",
    "question.pinned",
    "question.posted",
    "question.restored",
    "question.voted",
    "show.ended",
    "stage.changed",
    "line_up.changed",
    "survey.opened",
    "survey.closed",
    "poll.opened",
    "poll.counted",
    "poll.closed",
    "poll.hidden",
    "giveaway.changed",
    "giveaway.counted",
    "giveaway.hidden",
    "post.shown",
    "post.hidden",
    "post.removed",
    "auction.opened",
    "auction.bid",
    "auction.extended",
    "auction.closed",
    "offer.opened",
    "offer.closed",
    "offer.stock",
    "order.counted",
    "show.changed",
    "show.started",
}
KINDS = {
    "a_show_for_viewers.json": FOR_ALL | {"withheld"},
    "a_show_for_staff.json": FOR_ALL
    | {
        "question.submitted",
        "posts.waiting",
        "viewer.banned",
        "viewer.unbanned",
        "sanction.changed",
        "report.changed",
        "arrivals.changed",
        "arrivals.declined",
        "hand_over.declined",
    },
}


def read(name: str) -> dict[str, Any]:
    recording: dict[str, Any] = json.loads((JOURNALS / name).read_text("utf-8"))
    return recording


async def test_the_server_tells_the_recorded_show_as_it_was_recorded(database_url: str) -> None:
    """When this fails on purpose: `python -m tests.contract.record_journals`."""
    assert number_ids(await record(database_url)) == {name: read(name) for name in (*KINDS, "a_replay.json")}


@pytest.mark.parametrize("name", KINDS)
def test_a_recorded_snapshot_with_its_pushes_is_the_recorded_end(name: str) -> None:
    recording = read(name)
    end = apply_all(recording["snapshot"], recording["position"]["offset"], recording["pushes"])
    assert end == recording["end"]


@pytest.mark.parametrize(("name", "kinds"), KINDS.items())
def test_every_kind_of_push_is_recorded(name: str, kinds: set[str]) -> None:
    assert {push["type"] for push in read(name)["pushes"]} == kinds
