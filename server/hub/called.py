"""What viewers may be called in a room: nothing that only staff may be called there, and nothing that the channel's lists do not take."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from server.text.names import NOBODY, ReservedNames, default_name, guest_number


def _nothing_is(name: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Called:
    """The names that only staff may carry, and `unfit`: whether the channel's lists take a name for nobody."""

    reserved: ReservedNames = NOBODY
    unfit: Callable[[str], bool] = _nothing_is

    def refuses(self, name: str) -> bool:
        """Whether a viewer may not be called so."""
        return self.reserved.refuse(name) or self.unfit(name)

    def shown(self, name: str, viewer_id: str) -> str:
        """Return what a viewer is called here: `name`, or the guest's name that they get in its place."""
        return default_name(viewer_id) if guest_number(name) is None and self.refuses(name) else name

    def with_staff(self, names: Iterable[str]) -> "Called":
        """Return the same with more names of staff; itself when it has them all."""
        reserved = self.reserved.with_staff(names)
        return self if reserved is self.reserved else replace(self, reserved=reserved)
