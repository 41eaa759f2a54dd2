"""A publication: one item of a show's journal, as it travels between journal, bus and rooms."""

from msgspec import Struct

OF_SELLING = ("product.", "offer.", "auction.", "line_up.")
"""How the types of publications about what is sold begin."""


class Publication(Struct, frozen=True, array_like=True, gc=False):
    """What happened at `offset`: its `line` as viewers read it and its `staff_line`, both whole JSON objects with offset and time."""

    offset: int
    type: str
    line: bytes
    staff_line: bytes | None = None
    """None: staff read the same line."""

    @property
    def for_staff(self) -> bytes:
        """The line that staff read."""
        return self.line if self.staff_line is None else self.staff_line

    @property
    def for_partner(self) -> bytes:
        """The line that the staff of another channel read, which holds the show too: of what is sold, what everybody reads."""
        return self.line if self.type.startswith(OF_SELLING) else self.for_staff
