"""What commands have in common: the fields that several have, and whether they are carried out once. No I/O."""

from typing import Annotated

from msgspec import Meta, Struct

# `$` alone also matches before a last line feed, in Python though not in JSON Schema.
END = r"(?!\n)$"

CommandId = Annotated[int, Meta(ge=0, le=2**53 - 1)]
EntityId = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+" + END)]
Key = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+" + END)]
Version = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Offset = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Text500 = Annotated[str, Meta(min_length=1, max_length=4 * 500)]
Text1000 = Annotated[str, Meta(min_length=1, max_length=4 * 1000)]
Quantity = Annotated[int, Meta(ge=1, le=99)]
Price = Annotated[int, Meta(ge=0, le=2**53 - 1)]
PayMethod = Annotated[str, Meta(max_length=32, pattern=r"^[a-z0-9_]*" + END)]


class Command(Struct, tag_field="type", kw_only=True, gc=False):
    """What every command has: an `id` of the sender's choice, or none when no reply is wanted."""

    id: CommandId | None = None


class Keyed(Command, kw_only=True):
    """A command that does something each time it is carried out: with a `key` it is carried out once, however often it is sent."""

    key: Key | None = None


class Passing(Command, kw_only=True):
    """A command that is not sent again for want of an answer: it takes no `key`, which nothing would keep."""

    key: None = None
