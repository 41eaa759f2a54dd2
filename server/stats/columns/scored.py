"""Answers to a score, as columns."""

from dataclasses import dataclass

import numpy as np

from server.stats.columns.rows import Column, ShowRows


@dataclass(frozen=True, slots=True)
class Scored:
    """Answers to a score by who gave them: in which of the channel's shows, when, and what."""

    who: Column
    place: Column
    at: Column
    score: Column

    @classmethod
    def of(cls, rows: ShowRows) -> "Scored":
        """Return those that `beside_repository.read_scored` has read."""
        return cls(*(rows[f"scored.{name}"] for name in cls.__slots__))

    @classmethod
    def none(cls) -> "Scored":
        """Return no answers."""
        return cls(*(np.empty(0, np.int64) for _ in cls.__slots__))
