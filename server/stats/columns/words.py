"""What rows of several shows say by one of their labels, by one numbering. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from server.stats.columns.rows import Column, ShowRows

NO_WORD: Final = -1


@dataclass(frozen=True, slots=True)
class WordOf:
    """The words that there are, in order, and by show the number of each that its rows use."""

    words: Sequence[str]
    by_show: Sequence[Column]

    @classmethod
    def of(cls, shows: Sequence[ShowRows], label: str) -> "WordOf":
        """Return the words of a label."""
        words = sorted({word for show in shows for word in show.labels[label] if word})
        number = {word: i for i, word in enumerate(words)}
        return cls(
            words,
            [
                np.array([number.get(word, NO_WORD) for word in show.labels[label]], np.int32)
                for show in shows
            ],
        )

    def numbers(self, show: int, said: Column) -> Column:
        """Return the number of what rows of a show say, -1 where they say nothing."""
        found: Column = self.by_show[show][said] if len(said) else np.empty(0, np.int32)
        return found

    def among(self, numbers: Column, words: Collection[str]) -> Column:
        """Return which numbers are of one of these words."""
        return np.isin(numbers, [i for i, word in enumerate(self.words) if word in words])
