"""One channel's settings, made ready for texts. Pure."""

from collections.abc import Iterator

from server.protocol.screening_lines import HeldFor
from server.screening.links import hosts_in, is_among
from server.screening.matching import Matcher
from server.screening.rules import NO_SETTINGS, EntryDoes, Settings, strictest
from server.screening.verdicts import Verdict

NAMES_MAX = 20_000
"""Names that one channel's lists remember having looked at: in a storm everybody comes back by the name that they had."""


class Screener:
    """Says what lists and links make of a text; a newer version of the settings is another screener."""

    def __init__(self, settings: Settings, version: int = 0) -> None:
        self.settings = settings
        self.version = version
        self._matcher = Matcher(settings.entries)
        self._names_looked_at = bool(settings.entries) or settings.links != "allow"
        self._names: dict[str, bool] = {}

    def prepare(self) -> None:
        """Make everything ready, for a thread."""
        self._matcher.prepare()

    def look(self, text: str) -> Verdict:
        """Return what the text alone deserves, some 0.1 ms later."""
        return strictest(self._found(text))

    def takes_no_name(self, name: str) -> bool:
        """Whether nobody may be called so: a name waits for no moderator, so whatever the lists would do with a text that has it."""
        if not self._names_looked_at:
            return False
        verdict = self._names.get(name)
        if verdict is None:
            if len(self._names) >= NAMES_MAX:
                self._names.clear()
            verdict = self._names[name] = next(self._found(name), None) is not None
        return verdict

    def _found(self, text: str) -> Iterator[tuple[EntryDoes, HeldFor]]:
        for entry in self._matcher.find(text):
            yield entry.does, HeldFor(entry.kind, entry.text)
        if self.settings.links != "allow":
            for host in hosts_in(text):
                if not is_among(host, self.settings.hosts):
                    yield self.settings.links, HeldFor("link", host)


EVERYTHING_PASSES = Screener(NO_SETTINGS)
"""Of a channel that never set anything."""
