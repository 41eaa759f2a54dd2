"""How long it takes to find the questions like one among many, beside bare rapidfuzz on the same texts: `python -m loadtests.similar [n]`.

The texts are made of the words of a live shop, in English and Japanese; each search is for one more of the same making. Times are of
the CPU, which a busy machine does not stretch.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Final

from rapidfuzz import fuzz, process

from server.text.likeness import Texts, text_of

QUESTIONS: Final = 5_000
SEARCHES: Final = 200
_ENGLISH: Final = (
    ("Is the", "Does the", "Can the", "How long will the", "Which", "Where is the", "When does the"),
    (
        "bowl",
        "apron",
        "knife",
        "lamp",
        "scarf",
        "kettle",
        "teapot",
        "basket",
        "towel",
        "board",
        "mug",
        "tray",
    ),
    ("black", "small", "large", "wooden", "second", "blue", "white", "round", "new", "cheapest", "heavy"),
    (
        "one ship to Osaka",
        "one fit a dishwasher",
        "one last",
        "one come in a box",
        "one bend",
        "one rust",
        "cost",
    ),
)
_JAPANESE: Final = (
    ("この", "黒い", "小さい", "大きい", "木の", "二番目の", "青い", "白い", "丸い", "新しい", "一番安い"),
    (
        "お椀",
        "エプロン",
        "包丁",
        "ランプ",
        "マフラー",
        "やかん",
        "急須",
        "かご",
        "タオル",
        "まな板",
        "マグ",
        "お盆",
    ),
    ("は洗濯機で", "は食洗機で", "は電子レンジで", "は海外でも", "はオーブンで", "は屋外で", "は毎日"),
    ("洗えますか", "使えますか", "届きますか", "長持ちしますか", "錆びますか", "割れますか", "買えますか"),
)


def main() -> None:
    """Print the times of both, and their ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else QUESTIONS
    chance = random.Random(1)
    written = [_question(chance) for _ in range(count)]
    wanted = [_question(chance) for _ in range(SEARCHES)]
    began = time.perf_counter()
    texts = Texts((f"q_{n}", each) for n, each in enumerate(written))
    print(
        f"{count:,} texts, taken in {time.perf_counter() - began:.2f} s; {SEARCHES} searches, milliseconds of CPU"
    )
    bare = {n: text_of(each).letters for n, each in enumerate(written)}
    letters = {each: text_of(each).letters for each in wanted}
    ours = _times(wanted, texts.like)
    peers = _times(wanted, lambda each: process.extract(letters[each], bare, scorer=fuzz.ratio, limit=5))
    for name, times in (("ours", ours), ("rapidfuzz.process.extract, ratio, 5", peers)):
        print(
            f"{name}: median {statistics.median(times):.2f}, p99 {sorted(times)[len(times) * 99 // 100]:.2f}"
        )
    print(f"ratio of the medians {statistics.median(ours) / statistics.median(peers):.1f}")


def _question(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return "".join(chance.choice(part) for part in _JAPANESE) + "？"
    return " ".join(chance.choice(part) for part in _ENGLISH) + f", {chance.randint(1, 99)} of them?"


def _times(wanted: list[str], search: Callable[[str], object]) -> list[float]:
    times = []
    for each in wanted:
        began = time.thread_time()
        search(each)
        times.append((time.thread_time() - began) * 1000)
    return times


if __name__ == "__main__":
    main()
