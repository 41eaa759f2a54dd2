"""The few sentences that stand above all charts. Each is a key for the pages' dictionaries and the numbers that fill it."""

from collections.abc import Iterator

from server.stats.report import Audience, Engagement, Headline, LeftOut, Money, QuestionsAndAnswers, Repeat


def build_headlines(
    *,
    audience: Audience,
    engagement: Engagement,
    questions: QuestionsAndAnswers,
    money: list[Money],
    repeat: Repeat,
    left_out: LeftOut,
    buyers: int,
) -> list[Headline]:
    """Return the sentences that these figures allow, the most telling first; a show without viewers and sales says only that."""
    if not audience.viewers and not money:
        return [Headline(key="nobody_yet", numbers={})]
    return [
        *_say_who_bought(audience, repeat, buyers),
        *(headline for sold in money for headline in _say_sold(sold)),
        *_say_who_came_back(repeat, left_out.guests_without_consent),
        *_say_what_they_did(audience, engagement, questions),
    ]


def _say_who_bought(audience: Audience, repeat: Repeat, buyers: int) -> Iterator[Headline]:
    if not audience.viewers:
        return
    yield Headline(key="bought", numbers={"buyers": buyers, "viewers": audience.viewers})
    seen = repeat.buyers_seen_before
    if seen and seen.whole:
        numbers = {"seen_before": seen.part, "recognisable": seen.whole}
        yield Headline(key="buyers_seen_before", numbers=numbers)
    if audience.watch_time.median_seconds is not None:
        watched = {"viewers": audience.viewers, "peak": audience.concurrency.peak}
        yield Headline(
            key="watched", numbers={**watched, "median_seconds": audience.watch_time.median_seconds}
        )


def _say_sold(sold: Money) -> Iterator[Headline]:
    """Say what was sold, and beside it what is not of viewers, where there is any."""
    if sold.orders:
        yield Headline(
            key="sold", numbers={"orders": sold.orders, "units": sold.units, **_amount(sold, sold.gmv_minor)}
        )
    beside = (
        ("sold_without_a_view", sold.without_a_view),
        ("sold_to_suspected_bots", sold.suspected_bots),
        ("sold_to_staff", sold.staff),
    )
    for key, part in beside:
        if part and part.orders:
            yield Headline(key=key, numbers={"orders": part.orders, **_amount(sold, part.gmv_minor)})


def _amount(sold: Money, minor: int) -> dict[str, int | float | str]:
    return {"amount_minor": minor, "currency": sold.currency}


def _say_who_came_back(repeat: Repeat, guests: int) -> Iterator[Headline]:
    before, bought = repeat.viewers_before, repeat.buyers_before
    if before and before.whole:
        yield Headline(key="came_back", numbers={"returned": before.part, "recognisable": before.whole})
    if bought and bought.whole:
        yield Headline(key="bought_again", numbers={"again": bought.part, "buyers": bought.whole})
    if guests:
        yield Headline(key="guests_left_out", numbers={"guests": guests})


def _say_what_they_did(
    audience: Audience, engagement: Engagement, questions: QuestionsAndAnswers
) -> Iterator[Headline]:
    if audience.viewers:
        numbers = {"engaged": engagement.engaged.part, "viewers": audience.viewers}
        taps = engagement.reactions
        yield Headline(key="engaged", numbers={**numbers, "reactions": taps.sent - taps.without_a_view})
    if questions.median_answer_seconds is not None:
        answered = {"answered": questions.answered.part, "asked": questions.asked}
        yield Headline(
            key="answered", numbers={**answered, "median_seconds": questions.median_answer_seconds}
        )
