"""A channel's figures in a terminal, for `showfloor stats --channel`."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from server.stats.channel.figure import Figure
from server.stats.channel.report import ChannelReport
from server.stats.glossary import GROUPS, TERMS
from server.stats.terminal import UNKNOWN, as_duration, as_money, as_share

STEP_KEYS = ("viewers", "viewers_before", "conversion_live", "buyers", "buyers_in_period")


def render(report: ChannelReport, console: Console) -> None:
    """Print the figures by what they are about, and a line for each step."""
    period = report.period
    console.print(
        f"[bold]{escape(report.channel)}[/bold], {period.first} to {period.last} ({escape(report.time_zone)})"
    )
    for group, terms in GROUPS.items():
        keys = {term.key for term in terms}
        found = [each for each in report.figures if each.key in keys]
        if found:
            console.print(_group(group, found))
    if report.steps:
        console.print(_steps(report))
    out = report.left_out
    bots = UNKNOWN if out.suspected_bots is None else out.suspected_bots
    console.print(
        f"[dim]As of {report.as_of:%Y-%m-%d %H:%M:%S} UTC, definitions version {report.definition_version}"
        f"{', provisional' if report.provisional else ''}. Left out: {bots} suspected bots, {out.staff} staff, "
        f"{out.without_a_view} without a view; {out.guests_without_consent} guests from repeat figures.[/dim]"
    )


def written(figure: Figure) -> str:
    """Return an amount as people read it."""
    amount, currency = figure.amount, figure.currency or ""
    if amount is None:
        return UNKNOWN
    match figure.kind:
        case "share":
            return as_share(amount)
        case "seconds":
            return as_duration(amount)
        case "money":
            return as_money(round(amount), currency)
        case "score":
            return f"{amount:+.1f}"
        case "decimal":
            return f"{amount:,.1f}"
        case "count":
            return f"{amount:,}" + (f" ({currency})" if currency else "")


def _group(name: str, figures: list[Figure]) -> Table:
    table = Table(title=name.title(), title_justify="left", show_header=False, box=None)
    for each in figures:
        table.add_row(TERMS[each.key].name.en, written(each), _basis(each))
    return table


def _basis(figure: Figure) -> str:
    """Return what a share rests on: `61 of 412, 11.7 % to 18.5 %`; what a score rests on: `n 61, +20.0 to +46.6`."""
    if figure.kind == "score" and figure.interval is not None:
        return f"n {figure.n:,}, {figure.interval.low:+.1f} to {figure.interval.high:+.1f}"
    if figure.part is None or not figure.whole or figure.interval is None:
        return ""
    low, high = as_share(figure.interval.low), as_share(figure.interval.high)
    return f"{figure.part:,} of {figure.whole:,}, {low} to {high}"


def _steps(report: ChannelReport) -> Table:
    table = Table(title=f"By {report.by}", title_justify="left", box=None)
    table.add_column(report.by or "")
    for key in STEP_KEYS:
        table.add_column(TERMS[key].name.en, justify="right")
    for step in report.steps:
        name = step.show.title if step.show else str(step.period.first if step.period else "")
        found = {each.key: each for each in step.figures}
        table.add_row(
            escape(name) + ("" if step.whole else " (in part)"), *(written(found[key]) for key in STEP_KEYS)
        )
    return table
