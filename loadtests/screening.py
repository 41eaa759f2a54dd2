"""How long it takes to screen a text by a long list: `python -m loadtests.screening [n]`, n texts of each kind.

1,000 words, 300 of them Japanese, and 100 patterns; beside the bare reading of the same texts, which a list of one word needs as well.
Times are of the CPU, which a busy machine does not stretch.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Final

from server.screening.matching import Matcher
from server.screening.rules import PATTERNS_MAX, WORDS_MAX, Entry
from server.text.disguise import readings_of

TEXTS: Final = 2_000
JAPANESE_WORDS: Final = 300
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_KANA: Final = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほ"
_ENGLISH: Final = ("does it come in", "how much is", "the black one", "please", "and where", "is it washable")
_JAPANESE: Final = ("これは", "洗濯機で", "洗えますか", "いくらですか", "黒も", "ありますか", "大きいサイズ")


def main() -> None:
    """Print the times of each kind of text."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TEXTS
    chance = random.Random(1)
    matcher = Matcher(_entries(chance))
    began = time.perf_counter()
    matcher.prepare()
    print(
        f"a list of {WORDS_MAX:,} words and {PATTERNS_MAX} patterns, ready in {time.perf_counter() - began:.2f} s"
    )
    for name, make in (
        ("English", _english),
        ("Japanese", _japanese),
        ("disguised", _disguised),
        ("500 letters", _long),
    ):
        texts = [make(chance) for _ in range(count)]
        ours, bare = _times(texts, matcher.find), _times(texts, readings_of)
        median, read = statistics.median(ours), statistics.median(bare)
        worst = sorted(ours)[len(ours) * 99 // 100]
        print(
            f"{name}: median {median:.0f} µs, p99 {worst:.0f} µs; reading alone {read:.0f} µs, ratio {median / read:.1f}"
        )


def _entries(chance: random.Random) -> list[Entry]:
    words = [_word(chance, _LETTERS, 4, 9) for _ in range(WORDS_MAX - JAPANESE_WORDS)]
    words += [_word(chance, _KANA, 3, 5) for _ in range(JAPANESE_WORDS)]
    patterns = [f"{_word(chance, _LETTERS, 4, 6)}*" for _ in range(PATTERNS_MAX // 2)]
    patterns += [f"*{_word(chance, _LETTERS, 4, 6)}?#" for _ in range(PATTERNS_MAX // 2)]
    return [Entry("word", each, "hold") for each in words] + [
        Entry("pattern", each, "hold") for each in patterns
    ]


def _word(chance: random.Random, letters: str, least: int, most: int) -> str:
    return "".join(chance.choices(letters, k=chance.randint(least, most)))


def _english(chance: random.Random) -> str:
    return " ".join(chance.choices(_ENGLISH, k=3)).capitalize() + "?"


def _japanese(chance: random.Random) -> str:
    return "".join(chance.choices(_JAPANESE, k=4)) + "？"


def _disguised(chance: random.Random) -> str:
    return f"{_english(chance)} fr33 m0ney {'.'.join(_word(chance, _LETTERS, 5, 7))}"


def _long(chance: random.Random) -> str:
    return " ".join(chance.choices((*_ENGLISH, *_JAPANESE), k=60))[:500]


def _times(texts: list[str], look: Callable[[str], object]) -> list[float]:
    times = []
    for each in texts:
        began = time.thread_time()
        look(each)
        times.append((time.thread_time() - began) * 1e6)
    return times


if __name__ == "__main__":
    main()
