"""The report in a terminal, for `showfloor stats`, and the CSV for `showfloor export`."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from server.currencies import minor_digits
from server.stats.ratio import Ratio
from server.stats.replay_report import ReplayFigures
from server.stats.report import Clicks, Conversion, Funnel, Headline, Money, Repeat, ShowReport
from server.stats.surveys.terminal import survey_lines
from server.text.characters import kept

Line = tuple[str, str]
"""What is measured, and how much of it."""

UNKNOWN = "–"
_SENTENCES = {
    "nobody_yet": "Nobody has watched or bought yet.",
    "bought": "{buyers} of {viewers} viewers bought.",
    "buyers_seen_before": "{seen_before} of {recognisable} buyers we may recognise had been in an earlier show.",
    "watched": "{viewers} viewers watched, {peak} of them at once, half of them for {median_seconds} or longer.",
    "sold": "Sold for {amount}: orders {orders}, units {units}.",
    "sold_without_a_view": "Of these, orders by people who did not watch: {orders}, for {amount}.",
    "sold_to_suspected_bots": "Of these, orders by suspected bots: {orders}, for {amount}.",
    "sold_to_staff": "Not in it, orders by staff: {orders}, for {amount}.",
    "came_back": "{returned} of {recognisable} viewers we may recognise had been in an earlier show.",
    "bought_again": "{again} of {buyers} buyers we may recognise had bought before.",
    "guests_left_out": "{guests} guests did not agree to be recognised and are left out of repeat figures.",
    "engaged": "{engaged} of {viewers} viewers did more than watch; they sent {reactions} reactions.",
    "answered": "{answered} of {asked} questions were answered, half of them within {median_seconds}.",
}

_UNKNOWN_BECAUSE = {
    "replay": "no replay is recorded yet",
    "bots": "nobody looked for them in this show",
}


def render(report: ShowReport, console: Console) -> None:
    """Print the report: its sentences first, then each figure with what it rests on."""
    show = report.show
    mark = "  [yellow]provisional[/yellow]" if report.provisional else ""
    console.print(f"[bold]{plain(show.title)}[/bold]  {show.id} · {show.channel} · {show.state}{mark}")
    for headline in report.headlines:
        console.print(f"  {escape(say(headline))}")
    for title, lines in _sections(report):
        print_section(console, title, lines)
    _print_products(console, report)
    console.print(
        f"[dim]As of {report.as_of:%Y-%m-%d %H:%M:%S} UTC, definitions version {report.definition_version}. "
        f"Left out: {_number(report.left_out.suspected_bots)} suspected bots, {report.left_out.staff} staff, "
        f"{report.left_out.without_a_view} without a view.[/dim]"
    )


def say(headline: Headline) -> str:
    """Return the English sentence of a headline."""
    numbers: dict[str, object] = dict(headline.numbers)
    if "median_seconds" in numbers:
        numbers["median_seconds"] = as_duration(float(headline.numbers["median_seconds"]))
    if "amount_minor" in numbers:
        numbers["amount"] = as_money(int(headline.numbers["amount_minor"]), str(headline.numbers["currency"]))
    return _SENTENCES[headline.key].format(**numbers)


def as_duration(seconds: float | None) -> str:
    """Return `1:02:03`, or `4:05` below an hour."""
    if seconds is None:
        return UNKNOWN
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def as_money(minor: int | None, currency: str) -> str:
    """Return an amount with its currency's digits: `1,830 JPY`, `18.30 EUR`."""
    if minor is None:
        return UNKNOWN
    digits = minor_digits(currency)
    whole, part = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole:,}" + (f".{part:0{digits}}" if digits else "") + f" {currency}"


def as_ratio(ratio: Ratio | None) -> str:
    """Return `14.8 %  (61 of 412)`."""
    if ratio is None:
        return UNKNOWN
    return f"{as_share(ratio.share)}  ({ratio.part:,} of {ratio.whole:,})"


def as_share(share: float | None) -> str:
    """Return `14.8 %`."""
    return UNKNOWN if share is None else f"{share:.1%}".replace("%", " %")


def _sections(report: ShowReport) -> Iterator[tuple[str, Iterable[Line]]]:
    yield "Audience", _audience(report)
    yield "Engagement", _engagement(report)
    yield "Funnel, while live", _funnel(report.funnel)
    yield "Clicks", _clicks(report.clicks)
    yield "Conversion", map(_conversion, report.conversion)
    yield "Money", (line for sold in report.money for line in _money(sold))
    if report.replay is not None:
        yield "Replay, beside all of this", _replay(report.replay)
    yield "Who came back", _repeat(report.repeat)
    for survey in report.surveys:
        yield f"Survey: {survey.question}", survey_lines(survey)


def _audience(report: ShowReport) -> Iterator[Line]:
    audience, average = report.audience, report.audience.concurrency.average
    yield "viewers", f"{audience.viewers:,}  ({audience.guests:,} guests)"
    yield "views, visits", f"{audience.views:,}, {audience.visits:,}"
    yield "replay viewers", _number(audience.replay_viewers) + _why(audience.replay_viewers, "replay")
    yield (
        "watch time, total · mean · median",
        " · ".join(as_duration(seconds) for seconds in audience.watch_time.model_dump().values()),
    )
    yield "at once, peak", f"{audience.concurrency.peak:,}"
    yield "at once, average", UNKNOWN if average is None else f"{average:,.1f}"
    yield "length of the show", as_duration(report.show.duration_seconds)
    suspects = report.left_out.suspected_bots
    yield "suspected bots, left out", _number(suspects) + _why(suspects, "bots")


def _engagement(report: ShowReport) -> Iterator[Line]:
    engagement, questions = report.engagement, report.questions
    mean = engagement.reactions.mean_per_sender
    yield "engaged viewers", as_ratio(engagement.engaged)
    taps = engagement.reactions
    yield "reactions", f"{taps.sent:,}{_beside(taps.without_a_view)}"
    yield "viewers who reacted", f"{taps.senders:,}"
    yield "reactions per sender", UNKNOWN if mean is None else f"{mean:,.1f}"
    yield "votes", f"{engagement.votes:,}{_beside(engagement.votes_without_a_view)}"
    yield "shares", f"{engagement.shares:,}{_beside(engagement.shares_without_a_view)}"
    yield "questions", f"{questions.asked:,}{_beside(questions.asked_without_a_view)}"
    yield "viewers who asked", as_ratio(questions.askers)
    yield "questions answered", as_ratio(questions.answered)
    yield "time to answer, median", as_duration(questions.median_answer_seconds)


def _number(n: int | None) -> str:
    return UNKNOWN if n is None else f"{n:,}"


def _why(known: object, reason: str) -> str:
    """Return why something cannot be known, where it is not."""
    return f"  ({_UNKNOWN_BECAUSE[reason]})" if known is None else ""


def _beside(without_a_view: int) -> str:
    """Return how much of a total is of people without a view, where any is."""
    return f"  ({without_a_view:,} by people without a view)" if without_a_view else ""


def _funnel(funnel: Funnel) -> Iterator[Line]:
    for step in funnel.steps:
        shares = f"{as_share(step.of_first)} of first, {as_share(step.of_previous)} of previous"
        yield step.step, f"{step.viewers:,}  ({shares})"
    yield "time to convert, median", as_duration(funnel.median_seconds_to_convert)


def _clicks(clicks: Clicks) -> Iterator[Line]:
    yield "CTR per viewer", as_ratio(clicks.ctr.per_viewer)
    yield "CTR per action", as_ratio(clicks.ctr.per_action)
    yield "CTOR per viewer", as_ratio(clicks.ctor.per_viewer)
    yield "CTOR per action", as_ratio(clicks.ctor.per_action)


def _conversion(conversion: Conversion) -> Line:
    name = "while live" if conversion.window == "live" else f"until {conversion.window} after"
    still = " so far" if conversion.provisional and conversion.rate else ""
    beside = f"  (+{conversion.without_a_view:,} without a view)" if conversion.without_a_view else ""
    return name, as_ratio(conversion.rate) + beside + still


def _money(sold: Money) -> Iterator[Line]:
    currency = sold.currency
    yield "GMV", f"{as_money(sold.gmv_minor, currency)}  ({sold.orders:,} orders, {sold.units:,} units)"
    parts = (
        ("of it without a view", sold.without_a_view),
        ("of it suspected bots", sold.suspected_bots),
        ("beside it, staff", sold.staff),
    )
    for name, part in parts:
        if part and part.orders:
            yield name, f"{as_money(part.gmv_minor, currency)}  ({part.orders:,} orders)"
    yield "refunded", as_money(sold.refunded_minor, currency)
    yield "net", as_money(sold.net_minor, currency)
    yield "AOV", as_money(sold.aov_minor, currency)
    yield "GPM, per 1,000 views", as_money(sold.gpm_minor, currency)


def _replay(replay: ReplayFigures) -> Iterator[Line]:
    yield "viewers, watch time", f"{replay.viewers:,}, {as_duration(replay.watched_seconds)}"
    yield "questions, answered", f"{replay.questions:,}, {replay.answered:,}"
    yield "reactions", f"{replay.reactions:,}"
    for sold in replay.money:
        yield "orders, in the money", f"{sold.orders:,}  ({as_money(sold.gmv_minor, sold.currency)})"


def _repeat(repeat: Repeat) -> Iterator[Line]:
    days = repeat.window_days
    period = repeat.buyers_in_period
    yield f"viewers of the {days} days before", as_ratio(repeat.viewers_before)
    yield f"seen again within {days} days", as_ratio(repeat.viewers_again)
    yield "buyers who had bought before", as_ratio(repeat.buyers_before)
    yield "buyers who had been here before", as_ratio(repeat.buyers_seen_before)
    yield f"customers with two orders in {days} days", as_ratio(period.rate if period else None)


def print_section(console: Console, title: str, lines: Iterable[Line]) -> None:
    """Print what is measured and how much of it, line by line, under a title; nothing where there is no line."""
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=34)
    table.add_column()
    for name, value in lines:
        table.add_row(f"  {name}", value)
    if table.row_count:
        console.print(f"\n[bold]{title}[/bold]")
        console.print(table)


def plain(text: str) -> str:
    """Return what somebody wrote so that a terminal takes nothing in it for a command."""
    return escape(kept(" ".join(text.split())))


def _print_products(console: Console, report: ShowReport) -> None:
    if not report.products:
        console.print()
        return
    table = Table(title="Products", title_justify="left", title_style="bold", box=None, padding=(0, 2))
    for name in ("product", "seen by", "clicked by", "orders", "units", "GMV"):
        table.add_column(name, justify="left" if name == "product" else "right")
    for p in report.products:
        numbers = (f"{n:,}" for n in (p.impressed, p.clickers, p.orders, p.units))
        brought = ", ".join(as_money(sold.gmv_minor, sold.currency) for sold in p.sales)
        table.add_row(plain(p.title), *numbers, brought)
        for v in p.variants:
            name = "  " + plain(" / ".join(v.options.values()))
            money = ", ".join(as_money(minor, currency) for currency, minor in v.gmv_minor.items())
            table.add_row(name, "", "", f"{v.orders:,}", f"{v.units:,}", money)
    console.print()
    console.print(table)
