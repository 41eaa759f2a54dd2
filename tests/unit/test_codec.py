"""Whatever comes in a line is a command, or is refused with a code of the table; nothing else is ever raised."""

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import RefusedError
from server.protocol.codec import UndecodableError, decode_command, error_line, ok_line
from server.protocol.codes import MEANINGS, Code
from server.protocol.command_kinds import Command
from server.protocol.commands import (
    AnyCommand,
    Buy,
    Impression,
    Join,
    Ping,
    Position,
    React,
    Share,
)
from server.protocol.question_commands import Ask

TYPES = sorted(str(kind.__struct_config__.tag) for kind in get_args(AnyCommand))
CODES = {Code.BAD_JSON, Code.TOO_DEEP, Code.UNKNOWN_TYPE, Code.INVALID}

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=30),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=10), inside, max_size=4),
    max_leaves=12,
)
FIELDS = sorted({field for kind in get_args(AnyCommand) for field in kind.__struct_fields__})
nearly_commands = st.builds(
    lambda kind, fields: {**fields, "type": kind},
    st.sampled_from(TYPES) | values,
    st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), values, max_size=6),
)


def outcome(line: bytes) -> Command | UndecodableError:
    """The command, or the refusal."""
    try:
        return decode_command(line)
    except UndecodableError as refused:
        return refused


def assert_fine(found: Command | UndecodableError) -> None:
    """A refusal is one that a client can be told, by the table."""
    if isinstance(found, UndecodableError):
        told = json.loads(error_line(found.id, found))
        assert found.code in CODES
        assert (told["code"], told["retry"]) == (found.code.value, MEANINGS[found.code].verdict)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_command_or_refused(line: bytes) -> None:
    assert_fine(outcome(line))


@given(values)
def test_arbitrary_json_is_a_command_or_refused(value: Any) -> None:
    assert_fine(outcome(json.dumps(value).encode()))


@given(nearly_commands)
def test_nearly_commands_are_commands_or_refused_under_their_id(value: dict[str, Any]) -> None:
    found = outcome(json.dumps(value).encode())
    assert_fine(found)
    if isinstance(found, Command):
        assert value["type"] == found.__struct_config__.tag
        assert found.id == value.get("id")


@given(nearly_commands, st.integers(0, 2**53 - 1))
def test_a_refusal_carries_the_id_that_was_sent(value: dict[str, Any], id: int) -> None:
    found = outcome(json.dumps({**value, "id": id}).encode())
    if isinstance(found, Command):
        assert found.id == id
    else:
        # A lone surrogate or a number beyond all measure makes a line unreadable as a whole.
        assert found.id in ({id, None} if found.code is Code.BAD_JSON else {id})


@given(st.text(min_size=1, max_size=500))
def test_any_text_comes_through_as_it_is_or_is_refused_for_its_nul(text: str) -> None:
    try:
        line = json.dumps({"type": "ask", "text": text}, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return
    found = outcome(line)
    if "\0" in text:
        assert isinstance(found, UndecodableError)
        assert found.code is Code.INVALID
    else:
        assert found == Ask(text=text)


commands = st.one_of(
    st.builds(Ping, id=st.none() | st.integers(0, 2**53 - 1)),
    st.builds(React, kind=st.sampled_from(["heart", "clap", "fire", "laugh", "wow"]), n=st.integers(1, 50)),
    st.builds(
        Buy,
        product=st.from_regex(r"\A[A-Za-z0-9_-]{1,40}\Z"),
        quantity=st.integers(1, 99),
        key=st.from_regex(r"\A[A-Za-z0-9_-]{8,64}\Z"),
        price=st.none() | st.integers(0, 2**53 - 1),
    ),
    st.builds(
        Join,
        show=st.just("demo"),
        position=st.none()
        | st.builds(Position, st.from_regex(r"\A[a-z0-9]{1,40}\Z"), st.integers(0, 2**53 - 1)),
        remember=st.booleans(),
        pulse_only=st.booleans(),
    ),
    st.builds(Impression, products=st.lists(st.just("p_1"), min_size=1, max_size=20)),
)


@given(commands)
def test_a_command_within_its_limits_is_read_back(command: Command) -> None:
    assert decode_command(msgspec.json.encode(command)) == command


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", Code.BAD_JSON),
        (b"null", Code.BAD_JSON),
        (b"[]", Code.BAD_JSON),
        (b'{"type":"ping"', Code.BAD_JSON),
        (b'{"type":"ping"}{"type":"ping"}', Code.BAD_JSON),
        (b'{"type":"ask","text":"\xff"}', Code.BAD_JSON),
        (b'{"type":"ask","text":"\xed\xa0\x80"}', Code.BAD_JSON),
        (rb'{"type":"ask","text":"\ud800"}', Code.BAD_JSON),
        (b'{"type":"ask","text":"\0"}', Code.BAD_JSON),
        (rb'{"type":"ask","text":"a\u0000"}', Code.INVALID),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, Code.TOO_DEEP),
        (b'{"type":"ping","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", Code.TOO_DEEP),
        (b"{}", Code.UNKNOWN_TYPE),
        (b'{"type":"dance"}', Code.UNKNOWN_TYPE),
        (b'{"type":"JOIN","show":"demo"}', Code.UNKNOWN_TYPE),
        (b'{"type":7}', Code.INVALID),
        (b'{"type":"join"}', Code.INVALID),
        (b'{"type":"ping","id":-1}', Code.INVALID),
        (b'{"type":"ping","id":9007199254740992}', Code.INVALID),
        (b'{"type":"ping","id":"1"}', Code.INVALID),
        (b'{"type":"ping","id":true}', Code.INVALID),
        (b'{"type":"react","kind":"heart","n":0}', Code.INVALID),
        (b'{"type":"react","kind":"heart","n":51}', Code.INVALID),
        (b'{"type":"react","kind":"heart","n":1.5}', Code.INVALID),
        (b'{"type":"buy","product":"p_1","quantity":-1,"key":"k-123456"}', Code.INVALID),
        (b'{"type":"buy","product":"p_1","quantity":1000000000,"key":"k-123456"}', Code.INVALID),
        (b'{"type":"buy","product":"p_1","quantity":1,"key":"short"}', Code.INVALID),
        (b'{"type":"buy","product":"p_1","quantity":1,"key":"k-123456\\n"}', Code.INVALID),
        (b'{"type":"vote","question":"q_1\\n"}', Code.INVALID),
        (b'{"type":"impression","products":[]}', Code.INVALID),
    ],
)
def test_each_kind_of_nonsense_has_its_code(line: bytes, code: Code) -> None:
    found = outcome(line)
    assert isinstance(found, UndecodableError)
    assert found.code is code


def test_unknown_fields_are_ignored() -> None:
    assert decode_command(b'{"type":"share","via":"copy","new":{"deep":[1]}}') == Share(via="copy")


def test_a_reply_is_one_line_with_the_id_first() -> None:
    assert ok_line(7, text="two\nlines") == b'{"id":7,"type":"ok","text":"two\\nlines"}'
    assert error_line(None, RefusedError(Code.SOLD_OUT, stock=3)).startswith(
        b'{"type":"error","code":"sold_out"'
    )
