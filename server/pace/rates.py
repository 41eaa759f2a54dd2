"""Which limits there are: for each act, by whom it is counted, how often, and how many at once. Pure."""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from server.settings import Settings


class Act(Enum):
    """What is counted."""

    REQUEST = "request"
    COMMAND = "command"
    GUEST = "guest"
    SHARE = "share"
    PAGE_VIEW = "page_view"
    ASK = "ask"
    SIMILAR = "similar"
    """Somebody looks for questions like theirs."""
    VOTE = "vote"
    COMMENT = "comment"
    COMMENT_REACTION = "comment_reaction"
    REPORT = "report"
    ANSWER = "answer"
    """An answer to a survey."""
    REVIEW = "review"
    POST = "post"
    """A viewer's own post about a product."""
    POST_PICTURE = "post_picture"
    """A picture for one: it is rendered, which costs more than anything else that a viewer may ask for."""
    ORDER = "order"
    BID = "bid"
    CODE = "code"
    """An offer's or a voucher's code is given; only a wrong one counts."""
    SIGN_IN = "sign_in"
    KEY = "key"
    """An API key is looked up that this process does not know."""
    KEYED = "keyed"
    """A request with an API key."""
    PASSWORD = "password"
    MAIL = "mail"
    """An address is left for mail."""

    __hash__ = object.__hash__


class By(Enum):
    """Whom it is counted for."""

    ADDRESS = "address"
    VIEWER = "viewer"
    SOCKET = "socket"
    SHOW = "show"
    KEY = "key"

    __hash__ = object.__hash__


class Rate(NamedTuple):
    """So many a minute (0: no limit), of which so many minutes' worth may come at once."""

    per_minute: float
    burst_minutes: float

    @property
    def burst(self) -> float:
        """How many may come at once."""
        return self.per_minute * self.burst_minutes


Rates = Mapping[Act, Mapping[By, Rate]]

SHARED = frozenset(
    {
        Act.GUEST,
        Act.ASK,
        Act.VOTE,
        Act.REPORT,
        Act.REVIEW,
        Act.POST,
        Act.POST_PICTURE,
        Act.ORDER,
        Act.CODE,
        Act.SIGN_IN,
        Act.PASSWORD,
        Act.MAIL,
    }
)
"""What is counted over all processes; all else by each for itself."""


def _of_one(per_minute: float, per_minute_per_ip: float) -> dict[By, Rate]:
    """Return the limits of what one person does, by whichever socket, and of all behind their address."""
    return {
        By.VIEWER: Rate(per_minute, 0.5),
        By.SOCKET: Rate(per_minute, 0.5),
        By.ADDRESS: Rate(per_minute_per_ip, 1.0),
    }


def rates_of(settings: Settings) -> Rates:
    """Return the limits as the settings have them. Who comes as another viewer by the same socket goes by the socket's bucket too."""
    asks, votes, orders = settings.asks_per_minute, settings.votes_per_minute, settings.orders_per_minute
    commands = settings.commands_per_second * 60
    asking = _of_one(asks, settings.asks_per_minute_per_ip)
    voting = _of_one(votes, settings.votes_per_minute_per_ip)
    posting = {
        By.VIEWER: Rate(settings.posts_per_minute, 1.0),
        By.ADDRESS: Rate(settings.posts_per_minute_per_ip, 1.0),
    }
    return {
        Act.REQUEST: {By.ADDRESS: Rate(settings.requests_per_second_per_ip * 60, 1 / 3)},
        Act.COMMAND: {By.VIEWER: Rate(commands, settings.commands_burst / commands)},
        Act.GUEST: {
            By.ADDRESS: Rate(settings.guests_per_minute_per_ip, 2.0),
            By.SOCKET: Rate(settings.guests_per_minute_per_socket, 1.0),
        },
        Act.PAGE_VIEW: {By.ADDRESS: Rate(settings.page_views_per_minute_per_ip, 1.0)},
        Act.SHARE: {By.VIEWER: Rate(settings.shares_per_minute, 1.0)},
        Act.ASK: {**asking, By.SHOW: Rate(settings.asks_per_minute_per_show, 0.5)},
        Act.VOTE: voting,
        Act.COMMENT: {
            By.VIEWER: Rate(settings.comments_per_minute, 0.2),
            By.SOCKET: Rate(settings.comments_per_minute, 0.2),
            By.ADDRESS: Rate(settings.comments_per_minute_per_ip, 0.2),
            By.SHOW: Rate(settings.comments_per_minute_per_show, 1 / 30),
        },
        Act.COMMENT_REACTION: voting,
        Act.REPORT: asking,
        Act.SIMILAR: {
            By.VIEWER: Rate(votes, 0.5),
            By.ADDRESS: Rate(settings.votes_per_minute_per_ip, 1.0),
        },
        Act.ANSWER: voting,
        Act.REVIEW: {
            By.VIEWER: Rate(asks, 0.5),
            By.ADDRESS: Rate(settings.asks_per_minute_per_ip, 1.0),
        },
        Act.POST: posting,
        Act.POST_PICTURE: posting,
        Act.ORDER: _of_one(orders, settings.orders_per_minute_per_ip),
        Act.BID: {
            By.VIEWER: Rate(settings.bids_per_minute, 0.25),
            By.SOCKET: Rate(settings.bids_per_minute, 0.25),
            By.ADDRESS: Rate(settings.orders_per_minute_per_ip, 1.0),
        },
        Act.CODE: {
            By.VIEWER: Rate(settings.passwords_per_minute, 1.0),
            By.SOCKET: Rate(settings.passwords_per_minute, 1.0),
            By.ADDRESS: Rate(settings.sign_ins_per_minute_per_ip, 1.0),
        },
        Act.SIGN_IN: {By.ADDRESS: Rate(settings.sign_ins_per_minute_per_ip, 1.0)},
        Act.KEY: {By.ADDRESS: Rate(settings.sign_ins_per_minute_per_ip, 1.0)},
        Act.KEYED: {By.KEY: Rate(settings.requests_per_second_per_key * 60, 1 / 3)},
        Act.MAIL: {
            By.VIEWER: Rate(settings.mails_per_minute_per_ip, 1.0),
            By.ADDRESS: Rate(settings.mails_per_minute_per_ip, 1.0),
        },
        Act.PASSWORD: {
            By.VIEWER: Rate(settings.passwords_per_minute, 1.0),
            By.ADDRESS: Rate(settings.sign_ins_per_minute_per_ip, 1.0),
        },
    }
