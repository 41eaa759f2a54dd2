"""What a report, its curves and the analyst's page must say, reckoned from what was done by hand and from nothing else."""

from collections import Counter
from typing import Any

from tests.e2e.by_hand import Hand


def ratio(part: int, whole: int) -> dict[str, Any]:
    return {"part": part, "whole": whole, "share": part / whole if whole else None}


def people(counted: Any) -> set[str]:
    return {person for person, _ in counted}


def assert_report_is_by_hand(report: dict[str, Any], hand: Hand) -> None:
    """Compare everything in the report but times."""
    assert report["provisional"] is False
    assert_audience_is_by_hand(report, len(hand.watched), len(buyers_of(hand)))
    assert_talk_is_by_hand(report, hand)
    assert_sales_are_by_hand(report, hand)
    assert {each["product"]: products_line(each) for each in report["products"]} == {
        product: hand_line(product, hand) for product in {product for _, product in hand.seen}
    }


NONE = {"orders": 0, "units": 0, "gmv_minor": 0}


def buyers_of(hand: Hand) -> set[str]:
    return {person for person, *_ in hand.bought}


def assert_audience_is_by_hand(report: dict[str, Any], viewers: int, buyers: int) -> None:
    """All came once, as guests who were not asked to be remembered, and were there at the same time. Without limits no bots are told."""
    assert report["left_out"] == {
        "suspected_bots": None,
        "staff": report["left_out"]["staff"],
        "without_a_view": 0,
        "guests_without_consent": viewers,
        "buyers_without_consent": buyers,
    }
    assert report["left_out"]["staff"] >= 1, "the host was there"
    audience = report["audience"]
    once_each = ("viewers", "guests", "views", "visits")
    assert {each: audience[each] for each in once_each} == dict.fromkeys(once_each, viewers)
    assert (audience["replay_viewers"], audience["viewers_in_all"]) == (None, None)
    assert audience["concurrency"]["peak"] == viewers


def assert_talk_is_by_hand(report: dict[str, Any], hand: Hand) -> None:
    """Reactions, questions, votes and shares."""
    viewers, sent = len(hand.watched), hand.reactions.total()
    engaged = (
        {*hand.reactions, *hand.asked_by.values(), *hand.shares} | people(hand.votes) | people(hand.opened)
    )
    assert report["engagement"] == {
        "engaged": ratio(len(engaged), viewers),
        "reactions": {
            "sent": sent,
            "without_a_view": 0,
            "senders": len(hand.reactions),
            "mean_per_sender": sent / len(hand.reactions),
        },
        "votes": len(hand.votes),
        "votes_without_a_view": 0,
        "shares": hand.shares.total(),
        "shares_without_a_view": 0,
        "sharers": len(hand.shares),
    }
    askers = {who for text, who in hand.asked_by.items() if hand.questions[text] != "dismissed"}
    answered, still_open = hand.waiting("answered"), hand.waiting("open")
    asked = dict(report["questions"])
    assert asked.pop("median_answer_seconds") > 0
    assert asked == {
        "askers": ratio(len(askers), viewers),
        "asked": answered + still_open,
        "asked_without_a_view": 0,
        "answered": ratio(answered, answered + still_open),
        "open": still_open,
        "pending": 0,
        "dismissed": hand.waiting("dismissed"),
    }


def assert_sales_are_by_hand(report: dict[str, Any], hand: Hand) -> None:
    """From the first look to the money."""
    viewers, buyers = len(hand.watched), len(buyers_of(hand))
    saw, opened, orders = len(people(hand.seen)), len(people(hand.opened)), len(hand.bought)
    bought = Counter((person, product) for person, product, *_ in hand.bought)
    assert [(step["step"], step["viewers"]) for step in report["funnel"]["steps"]] == [
        ("impression", saw),
        ("click", opened),
        ("paid", buyers),
    ]
    assert report["clicks"] == {
        "ctr": {
            "per_viewer": ratio(opened, saw),
            "per_action": ratio((hand.opened & hand.seen).total(), hand.seen.total()),
        },
        "ctor": {
            "per_viewer": ratio(buyers, opened),
            "per_action": ratio((hand.opened & bought).total(), hand.opened.total()),
        },
    }
    assert [each["rate"] for each in report["conversion"]] == [ratio(buyers, viewers)] * 4
    gmv = sum(amount for *_, amount in hand.bought)
    assert report["money"] == [
        {
            "currency": "JPY",
            "orders": orders,
            "units": sum(quantity for _, _, quantity, _ in hand.bought),
            "gmv_minor": gmv,
            **dict.fromkeys(("without_a_view", "staff"), NONE),
            "suspected_bots": None,
            "reported": None,
            "refunded_minor": 0,
            "net_minor": gmv,
            "aov_minor": gmv // orders,
            "gpm_minor": gmv * 1000 // viewers,
        }
    ]


FIELDS = ("impressions", "impressed", "clicks", "clickers", "orders", "units", "buyers")


def products_line(line: dict[str, Any]) -> list[int]:
    (sales,) = line["sales"]
    return [*(line[each] for each in FIELDS), sales["gmv_minor"]]


def hand_line(product: str, hand: Hand) -> list[int]:
    seen = {key: n for key, n in hand.seen.items() if key[1] == product}
    opened = {key: n for key, n in hand.opened.items() if key[1] == product}
    bought = [each for each in hand.bought if each[1] == product]
    return [
        sum(seen.values()),
        len(seen),
        sum(opened.values()),
        len(opened),
        len(bought),
        sum(quantity for _, _, quantity, _ in bought),
        len({person for person, *_ in bought}),
        sum(amount for *_, amount in bought),
    ]


def assert_watch_time_is_by_hand(audience: dict[str, Any], duration: float, hand: Hand) -> None:
    """Time was taken with a stopwatch at the page: the report lies between its bounds, and its parts agree."""
    total, average = audience["watch_time"]["total_seconds"], audience["concurrency"]["average"]
    shortest, longest = (sum(bounds) for bounds in zip(*hand.watched.values(), strict=True))
    assert shortest <= total <= longest
    assert abs(average * duration - total) < 0.001


def assert_series_is_by_hand(series: dict[str, Any], hand: Hand) -> None:
    """The curves add up to what was done, and its marks are the host's deeds in their order."""
    asked = sum(state != "dismissed" for state in hand.questions.values())
    sums = {each: sum(series[each]) for each in ("reactions", "questions", "clicks", "orders")}
    assert sums == {
        "reactions": hand.reactions.total(),
        "questions": asked,
        "clicks": hand.opened.total(),
        "orders": len(hand.bought),
    }
    assert max(series["watching"]) == len(hand.watched)
    assert [mark["kind"] for mark in series["marks"]] == hand.marks


def written(report: dict[str, Any]) -> dict[str, str]:
    """The figures of a report as the English page writes them."""
    audience, engagement, questions = report["audience"], report["engagement"], report["questions"]
    money, repeat, watch = report["money"][0], report["repeat"], audience["watch_time"]
    return {
        "viewers": f"{audience['viewers']}",
        "peak": f"{audience['concurrency']['peak']}",
        "average": decimal(audience["concurrency"]["average"]),
        "watch_mean": span(watch["mean_seconds"]),
        "watch_median": span(watch["median_seconds"]),
        "watch_total": span(watch["total_seconds"]),
        "views": f"{audience['views']}",
        "guests": f"{audience['guests']}",
        "replay_viewers": "–",
        "engaged": percent(engagement["engaged"]),
        "reactions": f"{engagement['reactions']['sent']}",
        "senders": f"{engagement['reactions']['senders']}",
        "per_sender": decimal(engagement["reactions"]["mean_per_sender"]),
        "votes": f"{engagement['votes']}",
        "shares": f"{engagement['shares']}",
        "askers": percent(questions["askers"]),
        "asked": f"{questions['asked']}",
        "answered": percent(questions["answered"]),
        "open": f"{questions['open']}",
        "answer_time": span(questions["median_answer_seconds"]),
        "gmv": f"¥{money['gmv_minor']:,}",
        "net": f"¥{money['net_minor']:,}",
        "orders": f"{money['orders']}",
        "units": f"{money['units']}",
        "aov": f"¥{money['aov_minor']:,}",
        "gpm": f"¥{money['gpm_minor']:,}",
        "ctr": percent(report["clicks"]["ctr"]["per_viewer"]),
        "ctor": percent(report["clicks"]["ctor"]["per_viewer"]),
        "buyers_in_period": percent(repeat["buyers_in_period"]["rate"]),
    } | {
        **{f"conversion_{each['window']}": percent(each["rate"]) for each in report["conversion"]},
        **{
            key: percent(repeat[key])
            for key in ("viewers_before", "viewers_again", "buyers_before", "buyers_seen_before")
        },
    }


def decimal(number: float) -> str:
    return f"{int(number * 10 + 0.5) / 10:g}"


def percent(found: dict[str, Any] | None) -> str:
    return "–" if found is None or found["share"] is None else f"{decimal(found['share'] * 100)}%"


def span(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
