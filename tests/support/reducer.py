"""What a receiver makes of a snapshot and the journal pushes after it: the rules of PROTOCOL.md 1.2 and 1.4, once more and plainly.

`assert_snapshot_plus_pushes_equals_fresh` is the check that every feature's test uses.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from server.db.engine import Database
from server.journal.repository import read_heads, read_tail
from server.snapshots.snapshot import read_snapshot

QUESTIONS_MAX = 200
COMMENTS_MAX, STAFF_COMMENTS_MAX = 50, 200
QUESTION_PUSHES = (
    "question.submitted",
    "question.posted",
    "question.answered",
    "question.restored",
    "question.changed",
    "question.erased",
)

_LISTS = {"stage.changed": "stages", "arrivals.changed": "arrivals", "arrivals.declined": "declined"}

State = dict[str, Any]
Push = dict[str, Any]


class OffsetJumpedError(Exception):
    """A push is missing between the last one and this."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A show as it stood at an offset, for viewers and for staff."""

    offset: int
    public: State
    staff: State


async def see(database: Database, show_id: str) -> Seen:
    """Return the show's snapshot and the offset at which it is true, read as one."""
    async with database.read() as connection:
        (head,) = await read_heads(connection, [show_id])
        read = await read_snapshot(connection, show_id)
    return Seen(head.top, json.loads(read.public), json.loads(read.staff))


async def read_pushes(database: Database, show_id: str, after: int) -> tuple[list[Push], list[Push]]:
    """Return the pushes after an offset, as viewers read them and as staff read them."""
    async with database.read() as connection:
        tail = await read_tail(connection, show_id, after, 2**53)
    return [json.loads(p.line) for p in tail], [json.loads(p.for_staff) for p in tail]


def apply_all(state: State, offset: int, pushes: Sequence[Push]) -> State:
    """Return `state`, true at `offset`, after `pushes`; what was seen is skipped, a jump raises `OffsetJumpedError`."""
    for push in pushes:
        if push["offset"] <= offset:
            continue
        if push["offset"] != offset + 1:
            raise OffsetJumpedError(f"{push['offset']} after {offset}")
        offset = push["offset"]
        state = apply(state, push)
    return state


def apply(state: State, push: Push) -> State:
    """Return the state after one push; `state` itself is not changed."""
    kind = push["type"]
    if kind in ("show.started", "show.ended", "show.changed"):
        return state | {"show": push["show"]}
    if kind == "line_up.changed":
        return state | {"products": push["products"]}
    if kind == "announce":
        said = {name: push[name] for name in ("text", "by", "at", "name", "offset")}
        return state | {"announcement": said}
    if kind == "announce.removed":
        said = state["announcement"] or {}
        return state | {"announcement": None} if said.get("offset", 0) == push["announcement"] else state
    if kind in QUESTION_PUSHES:
        return state | {"questions": _with(state["questions"], push["question"])}
    if kind == "question.dismissed":
        return state | {"questions": _after_dismissal(state["questions"], push["question"])}
    if kind == "question.voted":
        votes = {
            vote["question"]: {k: n for k, n in vote.items() if k != "question"} for vote in push["votes"]
        }
        return state | {"questions": [q | votes.get(q["id"], {}) for q in state["questions"]]}
    if kind == "question.pinned":
        return state | {"pinned_question": push["question"]}
    if kind in _LISTS:
        part = _LISTS[kind]
        rest = {name: value for name, value in state.items() if name != part}
        return rest | {part: push[part]} if push[part] else rest
    if kind == "product.pinned":
        return state | {"pinned_product": push["product"]}
    if kind == "product.stock":
        return _with_stock(state, push)
    if kind in ("product.sold_out", "product.back_in_stock"):
        return _with_stock(state, {"products": [{"stock": 0} | push]})
    if kind == "product.changed":
        gone = {*push["removed"], *(each["id"] for each in push["products"])}
        kept = [each for each in state["products"] if each["id"] not in gone]
        return state | {"products": sorted([*kept, *push["products"]], key=lambda p: (p["rank"], p["id"]))}
    if kind == "survey.opened":
        return state | {"survey": push["survey"]}
    if kind == "survey.closed":
        gone = state.get("survey", {}).get("id") == push["survey"]
        return {name: part for name, part in state.items() if name != "survey" or not gone}
    if kind.startswith("giveaway."):
        return _given_away(state, push)
    if kind.startswith("poll."):
        return _polled(state, push)
    if kind.startswith("post"):
        return _posted(state, push)
    if kind == "offer.opened":
        return _with_offers(state, [*state.get("offers", []), push["offer"]])
    if kind == "offer.closed":
        return _with_offers(state, [each for each in state.get("offers", []) if each["id"] != push["offer"]])
    if kind == "offer.stock":
        return _with_offers(state, _restocked(state.get("offers", []), push["offers"]))
    if kind.startswith("auction."):
        return _with_auctions(state, _auctioned(state.get("auctions", []), push))
    if kind.startswith("comment."):
        return _commented(state, push)
    if kind == "viewer.banned":
        banned = _put_first(state["banned"], push["banned"], "viewer")
        return _with_sanctions(state | {"banned": banned}, push.get("sanction"), [])
    if kind == "viewer.unbanned":
        return _with_sanctions(_let_in(state, push["viewer"]), None, push.get("sanctions", []))
    if kind == "report.changed":
        return _with_reported(state, push["reported"])
    if kind == "sanction.changed":
        sanction = push["sanction"]
        if not push["lifted"]:
            return _with_sanctions(state, sanction, [])
        state = _let_in(state, sanction["viewer"]) if sanction["kind"] == "ban" else state
        return _with_sanctions(state, None, [sanction["id"]])
    if kind in ("order.counted", "hand_over.declined"):
        return state
    assert kind == "withheld", f"the protocol knows no push {kind}"
    return state


def _put_first(listed: list[State], each: State, key: str) -> list[State]:
    """In the place of the one that is there already, else before all."""
    if any(other[key] == each[key] for other in listed):
        return [each if other[key] == each[key] else other for other in listed]
    return [each, *listed]


def _let_in(state: State, viewer: str) -> State:
    return state | {"banned": [each for each in state["banned"] if each["viewer"] != viewer]}


def _with_sanctions(state: State, given: State | None, lifted: Sequence[str]) -> State:
    left = [each for each in state.get("sanctions", []) if each["id"] not in lifted]
    sanctions = left if given is None else _put_first(left, given, "id")
    rest = {name: value for name, value in state.items() if name != "sanctions"}
    return rest | {"sanctions": sanctions} if sanctions else rest


def _with_reported(state: State, reported: State) -> State:
    others = [each for each in state.get("reported", []) if each["item"] != reported["item"]]
    listed = [*others, reported] if reported["reporters"] else others
    rest = {name: value for name, value in state.items() if name != "reported"}
    newest = sorted(listed, key=lambda each: str(each["item"]), reverse=True)
    return rest | {"reported": newest} if newest else rest


def _with(questions: list[State], question: State) -> list[State]:
    others = [q for q in questions if q["id"] != question["id"]]
    return sorted([*others, question], key=lambda q: str(q["id"]), reverse=True)[:QUESTIONS_MAX]


def _after_dismissal(questions: list[State], question: State) -> list[State]:
    if "text" in question:
        return _with(questions, question)
    return [q for q in questions if q["id"] != question["id"]]


def _with_stock(state: State, push: Push) -> State:
    stock = {each["product"]: {"stock": each["stock"]} for each in push["products"]}
    stocked = state | {"products": [_stocked(p, stock) for p in state["products"]]}
    return stocked | {"sales": push["sales"]} if "sales" in push else stocked


def _stocked(product: State, stock: dict[str, State]) -> State:
    after = product | stock.get(product["id"], {})
    if "variants" in product:
        after["variants"] = [each | stock.get(each["id"], {}) for each in product["variants"]]
    return after


def _polled(state: State, push: Push) -> State:
    if push["type"] in ("poll.opened", "poll.closed"):
        return state | {"poll": push["poll"]}
    if state.get("poll", {}).get("id") != push["poll"]:
        return state
    if push["type"] == "poll.hidden":
        return {name: part for name, part in state.items() if name != "poll"}
    now = {name: each for name, each in push.items() if name not in ("type", "offset", "at", "poll")}
    return state | {"poll": state["poll"] | now}


def _given_away(state: State, push: Push) -> State:
    if push["type"] == "giveaway.changed":
        return state | {"giveaway": push["giveaway"]}
    if state.get("giveaway", {}).get("id") != push["giveaway"]:
        return state
    if push["type"] == "giveaway.hidden":
        return {name: part for name, part in state.items() if name != "giveaway"}
    return state | {"giveaway": state["giveaway"] | {"entries": push["entries"]}}


def _posted(state: State, push: Push) -> State:
    if push["type"] == "post.shown":
        return state | {"post": push["post"]}
    if push["type"] == "posts.waiting":
        return state | {"posts_waiting": push["waiting"]}
    gone = state.get("post", {}).get("id") == push["post"]
    return {name: part for name, part in state.items() if name != "post" or not gone}


def _with_offers(state: State, offers: list[State]) -> State:
    rest = {name: part for name, part in state.items() if name != "offers"}
    return rest | {"offers": sorted(offers, key=lambda each: str(each["id"]))} if offers else rest


def _auctioned(auctions: list[State], push: Push) -> list[State]:
    if push["type"] == "auction.opened":
        return [*auctions, push["auction"]]
    if push["type"] == "auction.closed":
        return [each for each in auctions if each["id"] != push["auction"]]
    now = {name: each for name, each in push.items() if name not in ("type", "offset", "at", "auction")}
    return [each | now if each["id"] == push["auction"] else each for each in auctions]


def _with_auctions(state: State, auctions: list[State]) -> State:
    rest = {name: part for name, part in state.items() if name != "auctions"}
    return rest | {"auctions": sorted(auctions, key=lambda each: str(each["id"]))} if auctions else rest


def _restocked(offers: list[State], stock: list[State]) -> list[State]:
    units = {each["offer"]: {name: n for name, n in each.items() if name != "offer"} for each in stock}
    return [each | units.get(each["id"], {}) for each in offers]


def _commented(state: State, push: Push) -> State:
    """The stream after a push: `n` above the newest less so many, without what viewers see no more; oldest first."""
    stream = state.get("comments", {"written": 0, "shown": 0, "latest": []})
    latest = {each["id"]: each for each in stream["latest"]}
    changed = push.get("comments", [push["comment"]] if "comment" in push else [])
    for each in changed:
        if push["type"] == "comment.reacted":
            known = latest.get(each["comment"])
            if known is not None:
                rest = {name: value for name, value in known.items() if name != "reactions"}
                latest[known["id"]] = rest | ({"reactions": each["reactions"]} if each["reactions"] else {})
        elif "text" in each:
            latest[each["id"]] = each
        else:
            latest.pop(each["id"], None)
    totals = {name: push[name] for name in ("written", "shown", "told") if name in push}
    after = stream | totals
    lowest = max(0, after["told"] - STAFF_COMMENTS_MAX if "told" in after else after["shown"] - COMMENTS_MAX)
    kept = sorted((each for each in latest.values() if each["n"] > lowest), key=lambda each: int(each["n"]))
    return state | {"comments": after | {"latest": kept}}


def without_older(state: State) -> State:
    """`older_questions` is a beginning, true at the snapshot's position alone."""
    return {name: part for name, part in state.items() if name != "older_questions"}


async def assert_snapshot_plus_pushes_equals_fresh(
    database: Database, show_id: str, old: Seen
) -> tuple[list[Push], list[Push]]:
    """Check that the old snapshot with all later pushes applied is what a fresh one says, for viewers and for staff.

    Returns the pushes since `old` as viewers and as staff read them. Also checks that viewers read nothing that is staff's alone.
    """
    fresh = await see(database, show_id)
    public, staff = await read_pushes(database, show_id, old.offset)
    assert [p["offset"] for p in public] == list(range(old.offset + 1, fresh.offset + 1))
    assert [(p["offset"], p["at"]) for p in staff] == [(p["offset"], p["at"]) for p in public]
    assert without_older(apply_all(old.public, old.offset, public)) == without_older(fresh.public)
    assert without_older(apply_all(old.staff, old.offset, staff)) == without_older(fresh.staff)
    for word in (
        "dismissed_reason",
        "moderated_by",
        "sales",
        "votes_apart",
        '"pending"',
        '"dismissed"',
        '"claim"',
    ):
        assert word not in json.dumps([public, fresh.public])
    return public, staff
