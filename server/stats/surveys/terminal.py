"""A survey's figures in a terminal, for `showfloor stats`."""

from collections.abc import Iterator

from server.stats.chance import Interval
from server.stats.surveys.report import SharedRatio, SurveyFigures


def survey_lines(survey: SurveyFigures) -> Iterator[tuple[str, str]]:
    """Yield what is measured, and how much of it."""
    yield "answered, of those shown", _as_share(survey.response)
    if survey.nps is not None:
        nps = survey.nps
        score = "–" if nps.score is None else f"{nps.score:+.1f}{_between(nps.interval, '.1f')}"
        yield (
            "NPS",
            f"{score}  (n {nps.n}: {nps.promoters} promoters, {nps.passives} passives, {nps.detractors} detractors)",
        )
    if survey.stars is not None:
        stars = survey.stars
        mean = "–" if stars.mean is None else f"{stars.mean:.2f}{_between(stars.interval, '.2f')}"
        yield "stars, mean", f"{mean}  (n {stars.n})"
    for choice in survey.choices:
        yield choice.text, _as_share(choice.chosen)
    for alike in survey.behaviour:
        yield (
            f"of {alike.answer}: bought · came back",
            f"{_as_share(alike.bought)} · {_as_share(alike.returning)}",
        )
    if survey.written:
        yield "with words", f"{survey.written}"


def _as_share(ratio: SharedRatio) -> str:
    if ratio.share is None:
        return f"– of {ratio.whole}"
    between = ratio.interval and f", 95 % {ratio.interval.low:.1%} to {ratio.interval.high:.1%}"
    return f"{ratio.share:.1%}  ({ratio.part} of {ratio.whole}{between or ''})"


def _between(interval: Interval | None, form: str) -> str:
    return "" if interval is None else f", 95 % {interval.low:{form}} to {interval.high:{form}}"
