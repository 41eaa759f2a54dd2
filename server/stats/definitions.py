"""The constants of the figures. Whoever changes what a figure means raises `DEFINITION_VERSION` and says so in `docs/figures.md`."""

from datetime import timedelta
from typing import Literal

DEFINITION_VERSION = 9

VIEW_MIN = timedelta(seconds=3)
"""Playing and visible for so long in total makes a visit a qualified view."""

VISIT_GAP = timedelta(minutes=30)
"""A viewer's visit ends when nothing played for longer; midnight does not end it."""

CONVERSION_WINDOWS: dict[Literal["live", "24h", "7d", "30d"], timedelta] = {
    "live": timedelta(0),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
"""How long after the show's end an order still counts for its conversion."""

REPEAT_DAYS = 90
"""W, the window of the repeat rates, where the caller names none."""
REPEAT_DAYS_MAX = 3_650

FUNNEL_STEPS: tuple[Literal["impression", "click", "paid"], ...] = ("impression", "click", "paid")
"""The steps that exist. A hold and a checkout come between `click` and `paid` once the shop has them."""

RETENTION_POINTS_MAX = 720
"""A longer show's retention curve takes a wider step than one minute."""

SERIES_POINTS_MAX = 5_000
"""A longer show's series takes a wider step than the one asked for."""
