"""A show's evening as a load shape: a calm start, a rush at the opening, a flash sale in which half of them buy, and the way out.

`locust -f loadtests/locustfile.py,loadtests/flash_sale.py …`; the shape takes the place of `--users`, `--spawn-rate` and `--run-time`.
"""

from dataclasses import dataclass

from locust import LoadTestShape, User

from loadtests.users import AskerUser, BuyerUser, HostUser, ViewerUser


@dataclass(frozen=True, slots=True)
class Act:
    """Until `until_seconds` after the start there are `users`, who come or go at `rate` a second."""

    until_seconds: float
    users: int
    rate: float
    who: list[type[User]] | None = None


CROWD: list[type[User]] = [ViewerUser, AskerUser, BuyerUser, HostUser]
BUYERS: list[type[User]] = [ViewerUser, BuyerUser, HostUser]
ACTS = (
    Act(30, 40, 4, CROWD),
    Act(60, 200, 50, CROWD),
    Act(90, 300, 100, BUYERS),
    Act(120, 300, 50, CROWD),
    Act(140, 60, 40, CROWD),
)


class FlashSale(LoadTestShape):
    """Plays the acts, one after the other."""

    def tick(self) -> tuple[int, float, list[type[User]] | None] | None:
        """Return how many of whom should be there now; None at the end."""
        elapsed: float = self.get_run_time()  # type: ignore[no-untyped-call]
        for act in ACTS:
            if elapsed < act.until_seconds:
                return act.users, act.rate, act.who
        return None
