"""How people came, in a terminal, for `showfloor stats --visits` and `--word-of-mouth`."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from server.stats.terminal import as_duration, as_money, plain, print_section
from server.stats.visits.visits_report import OfWhat, Steps, VisitBreakdown, VisitPart, VisitsReport
from server.stats.visits.word_report import WordOfMouthReport

Line = tuple[str, str]
ROWS_MAX = 20
"""Lines of one table; `--json` has all."""


def render_visits(report: VisitsReport, console: Console) -> None:
    """Print page views, the way from them to a purchase, and each dimension with the most first."""
    _head(report, console)
    print_section(console, "Page views", _page_views(report))
    print_section(console, "Of whom an id may be kept", _steps(report.steps))
    print_section(console, "Everybody", _steps(report.everybody, visitors=False))
    for each in report.breakdowns:
        if each.parts:
            console.print()
            console.print(_breakdown(each))
    out = report.left_out
    _foot(
        report,
        console,
        f"Left out: page views of {out.crawlers:,} crawlers, {out.suspects_and_staff:,} of suspected bots and staff.",
    )


def render_word(report: WordOfMouthReport, console: Console) -> None:
    """Print what share links brought, and who shared, those who brought most first."""
    _head(report, console)
    print_section(console, "Word of mouth", _word(report))
    print_section(
        console, "Joins by a link that count as nobody new", _numbers(report.not_counted.model_dump())
    )
    if report.by_sharer:
        console.print()
        console.print(_sharers(report))
    _foot(report, console, "")


def _head(report: OfWhat, console: Console) -> None:
    period = report.period
    days = f", {period.first} to {period.last} ({plain(report.time_zone)})" if period else ""
    console.print(f"[bold]{plain(report.show or report.channel)}[/bold]{days}")


def _foot(report: OfWhat, console: Console, left_out: str) -> None:
    provisional = ", provisional" if report.provisional else ""
    console.print(
        f"\n[dim]As of {report.as_of:%Y-%m-%d %H:%M:%S} UTC, definitions version {report.definition_version}{provisional}. "
        f"{left_out}[/dim]"
    )


def _page_views(report: VisitsReport) -> Iterator[Line]:
    yield "page views", f"{report.page_views:,}"
    yield "before · during · after a show", f"{report.before:,} · {report.live:,} · {report.after:,}"
    yield "without an id", f"{report.without_an_id:,}"
    yield "visits, of those with one", f"{report.visits:,}"


def _steps(steps: Steps, *, visitors: bool = True) -> Iterator[Line]:
    if visitors:
        yield "opened a page", f"{steps.visitors:,}"
    yield "joined", f"{steps.joined:,}"
    yield "viewed", f"{steps.viewed:,}"
    yield "bought", f"{steps.bought:,}"


def _breakdown(breakdown: VisitBreakdown) -> Table:
    names = (breakdown.by, "page views", "visits", "visitors", "joined", "viewed", "bought")
    return _table(f"By {breakdown.by}", names, map(_part, breakdown.parts[:ROWS_MAX]))


def _part(part: VisitPart) -> tuple[str, ...]:
    label = "all others" if part.others else "–" if part.label is None else plain(part.label)
    numbers = (part.page_views, part.visits, part.visitors, part.joined, part.viewed, part.bought)
    return (label, *(f"{n:,}" for n in numbers))


def _word(report: WordOfMouthReport) -> Iterator[Line]:
    brought = report.brought
    per_sharer = report.new_viewers_per_sharer
    yield "shares", f"{report.shares:,} by {report.sharers:,} people"
    yield "joins of others by their links", f"{report.visits:,}"
    yield "new viewers", f"{brought.new_viewers:,}, {brought.recognisable:,} of them recognisable"
    yield "new viewers per sharer", "–" if per_sharer is None else f"{per_sharer:.2f}"
    yield "they watched", as_duration(brought.watch_seconds)
    yield "they bought", f"{brought.buyers:,} buyers, {brought.orders:,} orders"
    money = (as_money(minor, report.currency) for minor in (brought.gmv_minor, brought.net_minor))
    yield "GMV · net", " · ".join(money)
    yield "chains · the longest", f"{report.chains:,} · {report.depth:,}"


def _numbers(counts: dict[str, Any]) -> Iterator[Line]:
    for name, n in counts.items():
        yield name.replace("_", " "), f"{n:,}"


def _sharers(report: WordOfMouthReport) -> Table:
    names = ("sharer", "shares", "joins", "new viewers", "buyers", "orders", "net", "with chains")
    rows = (
        (
            plain(each.sharer),
            *(f"{n:,}" for n in (each.shares, each.visits, each.new_viewers, each.buyers, each.orders)),
            as_money(each.net_minor, report.currency),
            f"{each.chain_viewers:,}",
        )
        for each in report.by_sharer[:ROWS_MAX]
    )
    return _table("Who brought most", names, rows)


def _table(title: str, names: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2))
    for nth, name in enumerate(names):
        table.add_column(name, justify="right" if nth else "left")
    for row in rows:
        table.add_row(*row)
    return table
