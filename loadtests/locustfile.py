"""`locust -f loadtests/locustfile.py`: the users, their options, and the verdict at the end."""

import csv
import io
import logging
import urllib.error
import urllib.request
from argparse import Namespace
from typing import Any

import gevent
from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.stats import StatsEntry, calculate_response_time_percentile

from loadtests.budgets import Budgets, Outcome
from loadtests.record import RunRecord
from loadtests.users import AskerUser, BuyerUser, HostUser, ViewerUser

__all__ = ["AskerUser", "BuyerUser", "HostUser", "ViewerUser"]

log = logging.getLogger("showfloor.load")


def _add_options(parser: LocustArgumentParser) -> None:
    parser.add_argument("--show", default="demo", env_var="SHOWFLOOR_LOAD_SHOW", help="the show to visit")
    parser.add_argument(
        "--staff-token",
        default="",
        is_secret=True,
        env_var="SHOWFLOOR_LOAD_TOKEN",
        help="a host's token, from `showfloor token`; without one no host comes and orders are not compared",
    )
    parser.add_argument("--push-p95-ms", type=float, default=500.0, help="budget: age of journal pushes")
    parser.add_argument("--command-p95-ms", type=float, default=1000.0, help="budget: answers to commands")


def _leave_the_host_out(environment: Environment, **_: Any) -> None:
    if environment.parsed_options is not None and not environment.parsed_options.staff_token:
        environment.user_classes = [kind for kind in environment.user_classes if kind is not HostUser]


def _watch_own_lag(environment: Environment, **_: Any) -> None:
    gevent.spawn(RunRecord.of(environment).watch_own_lag)


def _judge(environment: Environment, **_: Any) -> None:
    options = environment.parsed_options
    assert options is not None, "locust parses its command line before it quits"
    outcome = _outcome(environment, options)
    budgets = Budgets(push_p95_ms=options.push_p95_ms, command_p95_ms=options.command_p95_ms)
    broken = budgets.judge(outcome)
    for sentence in broken:
        log.error("Budget broken: %s", sentence)
    if not outcome.clocks_agree:
        log.warning("The server's clock is ahead of this one's: the ages of pushes mean nothing.")
    elif not budgets.times_count(outcome):
        log.warning(
            "locust itself was late by %.0f ms (p95): its times are not judged.", outcome.own_lag_p95_ms
        )
    if not broken:
        log.info("All budgets kept; %d orders acknowledged, none lost.", outcome.orders_acknowledged)
    environment.process_exit_code = 1 if broken else 0


def _outcome(environment: Environment, options: Namespace) -> Outcome:
    record = RunRecord.of(environment)
    entries = environment.stats.entries.values()
    pushes = [entry for entry in entries if entry.method == "push"]
    commands = [entry for entry in entries if entry.method in ("command", "POST")]
    own_lag = [entry for entry in entries if entry.method == "locust"]
    return Outcome(
        failures=[
            f"{e.method} {e.name}: {e.error} ({e.occurrences}×)" for e in environment.stats.errors.values()
        ],
        pushes=sum(entry.num_requests for entry in pushes),
        push_p95_ms=_p95_ms(pushes),
        commands=sum(entry.num_requests for entry in commands),
        command_p95_ms=_p95_ms(commands),
        own_lag_p95_ms=_p95_ms(own_lag),
        clocks_agree=record.clocks_agree,
        orders_acknowledged=len(record.orders),
        orders_lost=_orders_lost(environment, options, record.orders),
    )


def _p95_ms(entries: list[StatsEntry]) -> float | None:
    """The 95th percentile over several of locust's entries (it rounds times over 100 ms to two digits)."""
    times: dict[int, int] = {}
    for entry in entries:
        for ms, count in entry.response_times.items():
            times[ms] = times.get(ms, 0) + count
    total = sum(times.values())
    return float(calculate_response_time_percentile(times, total, 0.95)) if total else None


def _orders_lost(environment: Environment, options: Namespace, acknowledged: set[str]) -> list[str] | None:
    """Compare what buyers were told with the show's own export."""
    if not options.staff_token or not environment.host:
        return None
    request = urllib.request.Request(
        f"{environment.host}/v1/shows/{options.show}/export.csv?of=orders",
        headers={"Authorization": f"Bearer {options.staff_token}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            rows = csv.reader(io.StringIO(answer.read().decode("utf-8-sig")))
            recorded = {cell for row in rows for cell in row}
    except urllib.error.URLError as error:
        log.error("The export of orders could not be read: %s", error)
        return sorted(acknowledged)
    return sorted(acknowledged - recorded)


_hooks: Any = events  # locust leaves its hooks untyped
_hooks.init_command_line_parser.add_listener(_add_options)
_hooks.init.add_listener(_leave_the_host_out)
_hooks.test_start.add_listener(_watch_own_lag)
_hooks.quitting.add_listener(_judge)
