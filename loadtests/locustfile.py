"""`locust -f loadtests/locustfile.py`: the users, their options, and the verdict at the end."""

import logging
import sys
from argparse import Namespace
from typing import Any

import gevent
from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner
from locust.stats import StatsEntry, calculate_response_time_percentile

from loadtests.budgets import Budgets, Outcome
from loadtests.comparison import Exports, NotCompared
from loadtests.record import RunRecord
from loadtests.users import AskerUser, BuyerUser, HostUser, ViewerUser

__all__ = ["AskerUser", "BuyerUser", "HostUser", "ViewerUser"]

NO_TOKEN = "there is no host's token (--staff-token, or SHOWFLOOR_LOAD_TOKEN)"
NO_HOST = "no host can come without a token: give --staff-token, or name the users to come (ViewerUser AskerUser BuyerUser)"

log = logging.getLogger("showfloor.load")


def _add_options(parser: LocustArgumentParser) -> None:
    parser.add_argument("--show", default="demo", env_var="SHOWFLOOR_LOAD_SHOW", help="the show to visit")
    parser.add_argument(
        "--staff-token",
        default="",
        is_secret=True,
        env_var="SHOWFLOOR_LOAD_TOKEN",
        help="a host's token, from `showfloor token`; without one no host can come and nothing can be compared",
    )
    parser.add_argument("--push-p95-ms", type=float, default=500.0, help="budget: age of journal pushes")
    parser.add_argument("--command-p95-ms", type=float, default=1000.0, help="budget: answers to commands")


def _refuse_a_run_without_a_host(environment: Environment, **_: Any) -> None:
    """End a run that is to have a host and has no token for one; with locust's page the token may come later."""
    options = environment.parsed_options
    if (
        options is not None
        and options.headless
        and not _is_of_a_master(environment)
        and _lacks_a_host(environment)
    ):
        log.error("%s.", NO_HOST)
        sys.exit(2)


def _lacks_a_host(environment: Environment) -> bool:
    options = environment.parsed_options
    return HostUser in environment.user_classes and not (options and options.staff_token)


def _is_of_a_master(environment: Environment) -> bool:
    """Whether this process only makes load for a master, which judges."""
    return isinstance(environment.runner, WorkerRunner)


def _tell_master(environment: Environment) -> None:
    hooks: Any = environment.events

    def tell(client_id: str, data: dict[str, Any]) -> None:
        data["showfloor"] = RunRecord.of(environment).take_news()

    def hear(client_id: str, data: dict[str, Any]) -> None:
        if "showfloor" in data:
            RunRecord.of(environment).add_news(data["showfloor"])

    hooks.report_to_master.add_listener(tell)
    hooks.worker_report.add_listener(hear)


def _prepare(environment: Environment, **_: Any) -> None:
    _refuse_a_run_without_a_host(environment)
    _tell_master(environment)


def _watch_own_lag(environment: Environment, **_: Any) -> None:
    gevent.spawn(RunRecord.of(environment).watch_own_lag)


def _judge(environment: Environment, **_: Any) -> None:
    if _is_of_a_master(environment):
        environment.process_exit_code = 0
        return
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
        unjudged = "" if budgets.times_count(outcome) else "; the times were not judged"
        log.info("All budgets kept; %s%s.", _compared(outcome), unjudged)
    environment.process_exit_code = 1 if broken else 0


def _compared(outcome: Outcome) -> str:
    told = ", ".join(f"{count} {kind}" for kind, count in outcome.acknowledged.items() if count)
    if not told:
        return "nothing was acknowledged that could be lost"
    return f"{told} acknowledged, all of them found in the export"


def _outcome(environment: Environment, options: Namespace) -> Outcome:
    record = RunRecord.of(environment)
    entries = environment.stats.entries.values()
    pushes = [entry for entry in entries if entry.method == "push"]
    commands = [entry for entry in entries if entry.method in ("command", "POST")]
    own_lag = [entry for entry in entries if entry.method == "locust"]
    lost, not_compared = _compare(environment, options, record)
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
        acknowledged={kind: len(what) for kind, what in record.acknowledged.items()},
        lost=lost,
        not_compared=not_compared,
        faults=_faults(environment),
    )


def _p95_ms(entries: list[StatsEntry]) -> float | None:
    """The 95th percentile over several of locust's entries (it rounds times over 100 ms to two digits)."""
    times: dict[int, int] = {}
    for entry in entries:
        for ms, count in entry.response_times.items():
            times[ms] = times.get(ms, 0) + count
    total = sum(times.values())
    return float(calculate_response_time_percentile(times, total, 0.95)) if total else None


def _compare(
    environment: Environment, options: Namespace, record: RunRecord
) -> tuple[dict[str, int] | None, str]:
    """Hold what users were told against the show's own exports; return what was lost, or None and why nobody knows."""
    if not options.staff_token or not environment.host:
        return None, NO_TOKEN
    try:
        return Exports(environment.host, options.show, options.staff_token).lost(record.acknowledged), ""
    except NotCompared as error:
        return None, str(error)


def _faults(environment: Environment) -> list[str]:
    """Return what was wrong with the run itself."""
    faults = [NO_HOST] if _lacks_a_host(environment) else []
    if isinstance(environment.runner, MasterRunner) and (missing := len(environment.runner.clients.missing)):
        faults.append(f"{missing} load processes went missing, and what they were told with them")
    return faults


_hooks: Any = events  # locust leaves its hooks untyped
_hooks.init_command_line_parser.add_listener(_add_options)
_hooks.init.add_listener(_prepare)
_hooks.test_start.add_listener(_watch_own_lag)
_hooks.quitting.add_listener(_judge)
