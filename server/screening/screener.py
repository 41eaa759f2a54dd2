"""One channel's settings, made ready for texts. Pure."""

from collections.abc import Iterator

from server.protocol.screening_lines import HeldFor
from server.screening.links import hosts_in, is_among
from server.screening.matching import Matcher
from server.screening.rules import NO_SETTINGS, EntryDoes, Settings, strictest
from server.screening.verdicts import Verdict


class Screener:
    """Says what lists and links make of a text; a newer version of the settings is another screener."""

    def __init__(self, settings: Settings, version: int = 0) -> None:
        self.settings = settings
        self.version = version
        self._matcher = Matcher(settings.entries)

    def prepare(self) -> None:
        """Make everything ready, for a thread."""
        self._matcher.prepare()

    def look(self, text: str) -> Verdict:
        """Return what the text alone deserves, some 0.1 ms later."""
        return strictest(self._found(text))

    def _found(self, text: str) -> Iterator[tuple[EntryDoes, HeldFor]]:
        for entry in self._matcher.find(text):
            yield entry.does, HeldFor(entry.kind, entry.text)
        if self.settings.links != "allow":
            for host in hosts_in(text):
                if not is_among(host, self.settings.hosts):
                    yield self.settings.links, HeldFor("link", host)


EVERYTHING_PASSES = Screener(NO_SETTINGS)
"""Of a channel that never set anything."""
