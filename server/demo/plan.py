"""What is fixed of a past show before anything happens in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.demo.catalogue import ANNOUNCEMENTS, PRODUCTS, DemoProduct
from server.demo.people import Person

PIN_FRACTIONS = (0.03, 0.18, 0.34, 0.50, 0.66, 0.83)
ANNOUNCE_FRACTIONS = (0.10, 0.62, 0.80)


@dataclass(frozen=True, slots=True)
class PastPlan:
    """What is fixed of a past show: its name and times, who came, and how many questions were asked."""

    show_id: str
    title: str
    started_at: datetime
    length_seconds: float
    people: list[Person]
    questions: int

    def at(self, seconds: float) -> datetime:
        """Return the moment `seconds` after the start."""
        return self.started_at + timedelta(milliseconds=int(seconds * 1000))

    @property
    def ended_at(self) -> datetime:
        return self.at(self.length_seconds)

    @property
    def pins(self) -> list[tuple[float, DemoProduct]]:
        """When each product was pinned, in seconds from the start."""
        return [
            (f * self.length_seconds, product) for f, product in zip(PIN_FRACTIONS, PRODUCTS, strict=True)
        ]

    @property
    def announcements(self) -> list[tuple[float, str]]:
        """When each announcement was made, in seconds from the start."""
        return [
            (f * self.length_seconds, text) for f, text in zip(ANNOUNCE_FRACTIONS, ANNOUNCEMENTS, strict=True)
        ]
