"""What a viewer's own post may be, and what becomes of it."""

from datetime import UTC, datetime
from itertools import product
from typing import get_args

import pytest

from server.posts.faces import StaffFace, as_own, as_public
from server.posts.rules import (
    CONSENT,
    EDGES,
    TEXT_CHARACTERS_MAX,
    Approve,
    Move,
    Picture,
    Post,
    Reject,
    Remove,
    Restore,
    Withdraw,
    carry_out,
    require_consent,
    text_of,
)
from server.protocol.codes import Code
from server.protocol.posted import PostState
from tests.support.stage import refused

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
MOVES: tuple[Move, ...] = (Approve(), Reject("spam"), Remove("rude"), Restore(), Withdraw())


def post(state: PostState = "held", **others: object) -> Post:
    fields = {"author": "Aki", "text": "It fits", "picture": Picture("a" * 40, 30, 20)} | others
    return Post("po", "ch", "s", "p", "v_aki", state=state, at=NOON, consent=CONSENT, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(("move", "state"), list(product(MOVES, get_args(PostState))))
def test_a_move_leads_where_the_table_says_and_nowhere_else(move: Move, state: PostState) -> None:
    after = carry_out(move, post(state), "Mika", NOON)
    wanted = EDGES[type(move)].get(state)
    assert (after and after.state) == wanted
    if after is not None:
        assert after.version == 2
        assert after.reason == getattr(move, "reason", None)


def test_nothing_leads_out_of_what_was_taken_back_and_nothing_is_left_of_it() -> None:
    gone = carry_out(Withdraw(), post("approved"), "Aki", NOON)
    assert gone is not None
    assert (gone.text, gone.author, gone.picture, gone.consent) == ("", "", None, CONSENT)
    assert all(carry_out(move, gone, "Mika", NOON) is None for move in MOVES)


@pytest.mark.parametrize(
    ("written", "pictured", "kept"),
    [
        ("  It fits  ", False, "It fits"),
        ("", True, ""),
        (" \n ", True, ""),
        ("x" * TEXT_CHARACTERS_MAX, True, None),
    ],
)
def test_words_are_cleaned_and_none_will_do_beside_a_picture(
    written: str, pictured: bool, kept: str | None
) -> None:
    assert text_of(written, pictured=pictured) == (written if kept is None else kept)


@pytest.mark.parametrize(
    ("written", "pictured"),
    [("", False), ("  ", False), ("\u200b", True), ("x" * (TEXT_CHARACTERS_MAX + 1), True)],
)
def test_a_post_of_nothing_and_one_of_too_much_is_refused(written: str, pictured: bool) -> None:
    with refused(Code.INVALID):
        text_of(written, pictured=pictured)


@pytest.mark.parametrize("given", ["", "yes", f"{CONSENT} "])
def test_other_words_than_those_in_force_are_no_consent(given: str) -> None:
    require_consent(CONSENT)
    with refused(Code.CONSENT_NEEDED):
        require_consent(given)


def test_a_face_shows_what_its_reader_may_see() -> None:
    assert as_public(post("approved")).picture == f"/posts/{'a' * 40}-640.webp"
    assert as_public(post("approved", author="Guest 1234")).guest == 1234
    face = StaffFace(lambda channel, viewer: "Anonymous K3QZ7A")
    own, staff = as_own(post()), face(post(), ["s"])
    assert own.picture
    assert (staff.author, staff.anonymous, staff.shown_in) == ("Aki", False, ["s"])
    nameless = post("approved", author="")
    assert (face(nameless).author, face(nameless).anonymous) == ("Anonymous K3QZ7A", True)
    assert as_public(nameless).author == as_own(nameless).author == ""
    gone = face(post("withdrawn", author=""))
    assert (gone.author, gone.anonymous) == ("", False)
    assert "v_aki" not in f"{own} {staff}"
    with pytest.raises(AssertionError):
        as_public(post("held"))
