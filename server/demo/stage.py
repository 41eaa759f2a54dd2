"""What a simulated audience knows of the show it watches, learned from one viewer's socket. Pure: time comes in as seconds."""

import math
from dataclasses import dataclass, field
from typing import Any

WAVE_SECONDS = 47.0
EXCITEMENT_SECONDS = 12.0
EXCITING = frozenset({"product.pinned", "question.answered", "announce", "show.started"})


@dataclass(slots=True)
class Pace:
    """Lets something happen at most once per `gap_seconds`, whatever the size of the audience; `opening` has the first gaps."""

    gap_seconds: float
    opening: tuple[float, ...] = ()
    due: float = 0.0
    taken: int = 0

    def take(self, now: float) -> bool:
        """Whether it may happen now; if so, the next time is a gap away."""
        if now < self.due:
            return False
        self.due = now + (self.opening[self.taken] if self.is_opening else self.gap_seconds)
        self.taken += 1
        return True

    def is_wanted(self, now: float) -> bool:
        """Whether it should happen soon: it may, and not much has happened yet."""
        return self.is_opening and now >= self.due

    @property
    def is_opening(self) -> bool:
        return self.taken < len(self.opening)


@dataclass(slots=True)
class Stage:
    """The show as the audience sees it: what it can buy (id to price), what is pinned, which questions are open, how excited it is."""

    live: bool = False
    prices: dict[str, int] = field(default_factory=dict)
    stock: dict[str, int] = field(default_factory=dict)
    pinned: str | None = None
    questions: dict[str, str] = field(default_factory=dict)
    """Open questions, id to text."""
    survey: dict[str, Any] | None = None
    """The one that is open."""
    excited_at: float = -1e9

    def see_snapshot(self, snapshot: dict[str, Any]) -> None:
        """Take the whole state from a snapshot of the protocol."""
        self.live = snapshot["show"]["state"] == "live"
        self.prices = {
            product["id"]: product["price"] for product in snapshot["products"] if "buying" not in product
        }
        self.stock = {product["id"]: product["stock"] for product in snapshot["products"]}
        self.pinned = snapshot["pinned_product"]
        self.questions = {q["id"]: q["text"] for q in snapshot["questions"] if q["state"] == "open"}
        self.survey = snapshot.get("survey")

    def see_push(self, push: dict[str, Any], now: float) -> None:
        """Apply a push of the protocol."""
        kind = push.get("type", "")
        if kind in EXCITING:
            self.excited_at = now
        match kind:
            case "show.started" | "show.ended":
                self.live = push["show"]["state"] == "live"
            case "product.pinned":
                self.pinned = push["product"]
            case "product.stock":
                self.stock |= {item["product"]: item["stock"] for item in push["products"]}
            case "question.posted" | "question.restored":
                self.questions[push["question"]["id"]] = push["question"]["text"]
            case "survey.opened":
                self.survey = push["survey"]
            case "survey.closed":
                self.survey = None
            case "question.answered":
                self.questions.pop(push["question"]["id"], None)
            case "question.dismissed":
                self.questions.pop(_id_of(push["question"]), None)

    def mood(self, now: float) -> float:
        """Return how eager people are to react: 0.3 to about 2, in waves, and high for a moment after something happened."""
        wave = max(0.0, math.sin(math.tau * now / WAVE_SECONDS)) ** 3
        return 0.3 + 0.7 * wave + math.exp(-max(0.0, now - self.excited_at) / EXCITEMENT_SECONDS)

    def on_sale(self) -> list[str]:
        """Return the products that are left and bought in one step, the pinned one three times."""
        left = [product for product, stock in self.stock.items() if stock > 0 and product in self.prices]
        return left + [self.pinned] * 2 if self.pinned in left and self.pinned is not None else left


def _id_of(question: dict[str, Any] | str) -> str:
    return question if isinstance(question, str) else str(question["id"])
