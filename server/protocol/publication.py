"""A publication: one item of a show's journal, as it travels between journal, bus and rooms."""

from msgspec import Struct


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
