"""What was acknowledged, held against the show's own exports."""

import csv
import io
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass

ANSWER_SECONDS_MAX = 30


class NotCompared(Exception):
    """The exports could not be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Exports:
    """Where the exports of a show are, and a host's token for them."""

    base_url: str
    show: str
    token: str

    def lost(self, acknowledged: dict[str, set[str]]) -> dict[str, int]:
        """Return by kind how much of what was acknowledged the exports do not have. Raises `NotCompared`.

        Orders and questions are looked for by their ids. Votes stand there as a number for each viewer, so a viewer who was told of more
        votes than that has lost the difference.
        """
        votes = Counter(vote.split()[0] for vote in acknowledged["votes"])
        kept = {row["viewer"]: int(row["votes"]) for row in self._rows("viewers")} if votes else {}
        return {
            "orders": len(acknowledged["orders"] - self._ids("orders", "order")),
            "questions": len(acknowledged["questions"] - self._ids("questions", "question")),
            "votes": sum(max(0, told - kept.get(viewer, 0)) for viewer, told in votes.items()),
        }

    def _ids(self, of: str, column: str) -> set[str]:
        return {row[column] for row in self._rows(of)}

    def _rows(self, of: str) -> list[dict[str, str]]:
        request = urllib.request.Request(
            f"{self.base_url}/v1/shows/{self.show}/export.csv?of={of}",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS_MAX) as answer:
                return list(csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig"))))
        except (urllib.error.URLError, OSError) as error:
            raise NotCompared(f"the export of {of} could not be read ({error})") from None
