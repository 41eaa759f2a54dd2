"""Retention, lifetime value and churn of the caller's channel over HTTP: for analysts, hosts and admins."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ANALYSTS
from server.http.refusals import TO_PERMITTED, refusals
from server.stats.columns.dependency import find_shelf
from server.stats.definitions import REPEAT_DAYS_MAX
from server.stats.lifetime.calendar import Day, Interval
from server.stats.lifetime.lifetime_report import ChurnReport, LifetimeReport, RetentionReport
from server.stats.lifetime.retained import Event
from server.stats.lifetime.service import Lifetimes, Span

Reader = Annotated[Principal, permitted(ANALYSTS, "stats:read")]
HORIZON_DAYS_MAX = 1_825

FirstDay = Annotated[Day | None, Query(alias="from", description="First day, in the channel's time zone.")]
LastDay = Annotated[
    Day | None, Query(alias="to", description="Last day, inclusive; today where none is sent.")
]


def lifetimes_of(request: Request) -> Lifetimes:
    """Return what the process reads figures of people with, made at the first request for them."""
    state: Any = request.app.state
    if not hasattr(state, "lifetimes"):
        state.lifetimes = Lifetimes(state.database, state.clock, find_shelf(request))
    found: Lifetimes = state.lifetimes
    return found


TheLifetimes = Annotated[Lifetimes, Depends(lifetimes_of)]


def router() -> APIRouter:
    """Return the routes."""
    refused = refusals(*TO_PERMITTED)
    api = APIRouter(prefix="/v1/channel", tags=["figures"], responses=refused)
    api.add_api_route("/retention", show_retention, methods=["GET"], summary="Who came back, by cohort")
    api.add_api_route(
        "/lifetime", show_lifetime, methods=["GET"], summary="What customers bring, to date and from now on"
    )
    api.add_api_route("/churn", show_churn, methods=["GET"], summary="Who stayed away")
    return api


async def show_retention(
    by: Reader,
    lifetimes: TheLifetimes,
    *,
    born: Annotated[
        Event, Query(description="What begins: the first time of this makes the cohort.")
    ] = "view",
    back: Annotated[Event, Query(description="What counts as coming back.")] = "view",
    interval: Interval = "week",
    since: FirstDay = None,
    until: LastDay = None,
) -> RetentionReport:
    """People by the interval in which they did something first, and how many of them did it, or something else, in each one after.

    Intervals are those of the channel's time zone; one that has not begun is null, one that goes on is provisional. Guests who did not
    agree to be recognised are left out.
    """
    return await lifetimes.retention(by.channel_id, born, back, Span(interval, since, until))


async def show_lifetime(
    by: Reader,
    lifetimes: TheLifetimes,
    *,
    interval: Interval = "month",
    since: FirstDay = None,
    until: LastDay = None,
    horizon_days: Annotated[int, Query(ge=1, le=HORIZON_DAYS_MAX, description="How far is predicted.")] = 365,
    discount: Annotated[
        float, Query(ge=0, le=1, description="By which money is worth less a year later.")
    ] = 0.1,
) -> LifetimeReport:
    """Net revenue per customer to date by cohort and age, and what all customers are expected to bring (BG/NBD × Gamma-Gamma).

    The prediction is refused, with the reason, where fewer than 100 customers have bought on a second day.
    """
    span = Span(interval, since, until)
    return await lifetimes.lifetime(by.channel_id, span, horizon_days=horizon_days, discount=discount)


async def show_churn(
    by: Reader,
    lifetimes: TheLifetimes,
    *,
    of: Annotated[Event, Query(description="Who stopped buying, or watching.")] = "purchase",
    days: Annotated[
        int | None,
        Query(
            ge=1,
            le=REPEAT_DAYS_MAX,
            description="W; without it the 90th percentile of the gaps between two days of the same person.",
        ),
    ] = None,
) -> ChurnReport:
    """Of those who were there in the window before the last: who was not in the last. Null until two windows have passed."""
    return await lifetimes.churn(by.channel_id, of, days)
