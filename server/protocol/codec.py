"""Bytes to commands, and replies and pushes to bytes. Every way in which input can be wrong ends in a `RefusedError`."""

from typing import Any

import msgspec

from server.errors import RefusedError
from server.protocol.codes import MEANINGS, Code
from server.protocol.commands import AnyCommand

FRAME_BYTES_MAX = 16 * 1024

_decoder: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)
_encoder = msgspec.json.Encoder()


class _Envelope(msgspec.Struct):
    """The little that can be told of a command that is wrong: its id and type, whatever they are."""

    id: Any = None
    type: Any = None


_envelope_decoder = msgspec.json.Decoder(_Envelope)


class UndecodableError(RefusedError):
    """A line that is no command; `id` is the sender's id of it where one could be read."""

    def __init__(self, code: Code, message: str | None = None, *, id: int | None = None) -> None:
        super().__init__(code, message)
        self.id = id


def encode(obj: Any) -> bytes:
    """Return `obj` (structs, dicts, lists, scalars) as one line of JSON without a line end."""
    return _encoder.encode(obj)


def decode_command(line: bytes) -> AnyCommand:
    """Return the command that `line` holds, or raise `UndecodableError` with the code that fits."""
    try:
        command = _decoder.decode(line)
    except msgspec.ValidationError as error:
        raise _explain(line, error) from None
    except RecursionError:
        raise UndecodableError(Code.TOO_DEEP) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UndecodableError(Code.BAD_JSON) from None
    if b"\\u0000" in line and _holds_nul(msgspec.to_builtins(command)):
        raise UndecodableError(Code.INVALID, "Text must not hold NUL.", id=command.id)
    return command


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_holds_nul(each) for each in inside)


def with_key(line: bytes, key: str) -> bytes:
    """Return a command's line with `key` in it, where it came beside the line; raises `invalid` when another one is in it already."""
    try:
        fields = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return line  # decoding it as a command says what is wrong
    ours = encode(key)
    if bytes(fields.setdefault("key", msgspec.Raw(ours))) not in (ours, b"null"):
        raise RefusedError(Code.INVALID, "`key` and `Idempotency-Key` differ.")
    return encode(fields | {"key": key})


def _explain(line: bytes, error: msgspec.ValidationError) -> UndecodableError:
    message = str(error)
    if message.startswith("Expected `object`, got"):
        return UndecodableError(Code.BAD_JSON)
    if (
        "Invalid value '" in message and message.endswith("`$.type`")
    ) or "missing required field `type`" in message:
        return UndecodableError(Code.UNKNOWN_TYPE, id=read_id(line))
    if message.startswith("Expected `null`") and message.endswith("`$.key`"):
        message = "This command takes no key"
    return UndecodableError(Code.INVALID, message + ".", id=read_id(line))


def read_id(line: bytes) -> int | None:
    """Return the id of a line that was not, or could not be, read as a command; None where it has none."""
    try:
        id = _envelope_decoder.decode(line).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return id if isinstance(id, int) and not isinstance(id, bool) and 0 <= id < 2**53 else None


def ok_line(id: int | None, **fields: Any) -> bytes:
    """Return an `ok` reply; a reply without an id is never sent, so `id` should be there."""
    return encode({"id": id, "type": "ok", **fields})


def error_line(id: int | None, refused: RefusedError) -> bytes:
    """Return the `error` line for a refusal, without `id` when the command had none."""
    line = {
        "type": "error",
        "code": refused.code.value,
        "message": refused.message,
        "retry": MEANINGS[refused.code].verdict,
        **refused.data,
    }
    return encode(line if id is None else {"id": id, **line})
