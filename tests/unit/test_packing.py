"""Packing lists: each order has its page, and names and addresses come out as they were written, whatever fonts the machine has."""

from server.fulfilment.delivery import Addressee
from server.fulfilment.packing import Slip, SlipLine, render
from tests.support.pdf import words_of

AKIKO = Addressee(
    name="髙橋 﨑子", phone="03-1234-5678", country="JP", postal_code="150-0041", region="東京都", city="渋谷区",
    line1="神南1-2-3", line2="ハイツ 405号室", method="宅急便", gift_note="お誕生日\nおめでとう", language="ja",
)  # fmt: skip
JOERG = Addressee(
    name="Jörg Łuć Ωμέγα Жук", country="DE", postal_code="10115", city="Berlin", line1="Invalidenstraße 1"
)


def pages_of(*slips: Slip) -> list[str]:
    return words_of(render(slips, "ja"))


def slip(number: str, to: Addressee, *lines: SlipLine) -> Slip:
    return Slip("暮らしの店", number, "2026年11月26日 20:00", to, lines or (SlipLine("急須", "TEA-1", 2),))


def test_each_order_has_a_page_with_its_own_address_and_lines() -> None:
    first, second = pages_of(slip("K7WMX4PA", AKIKO), slip("HN3467AC", JOERG, SlipLine("Apron", "APR-1", 1)))
    for words in (
        "K7WMX4PA",
        "〒150-0041",
        "東京都渋谷区神南1-2-3",
        "髙橋 﨑子 様",
        "お誕生日",
        "おめでとう",
        "急須",
        "TEA-1",
        "合計 2 点",
    ):
        assert words in first, words
    for words in ("HN3467AC", "Jörg Łuć Ωμέγα Жук", "10115 Berlin", "Invalidenstraße 1", "APR-1"):
        assert words in second, words
    assert "髙橋" not in second


def test_an_order_of_many_lines_goes_on_over_the_page_and_nothing_is_lost() -> None:
    lines = [SlipLine(f"Thing {nth}", f"SKU-{nth:03}", 1) for nth in range(60)]
    pages = pages_of(slip("K7WMX4PA", AKIKO, *lines), slip("HN3467AC", Addressee()))
    assert len(pages) > 2
    assert all(f"SKU-{nth:03}" in "".join(pages[:-1]) for nth in range(60))
    assert "HN3467AC" in pages[-1]


def test_letters_that_no_font_has_and_words_without_an_end_stop_no_list() -> None:
    odd = Addressee(name="🎂" * 30, country="XX", line1="x" * 200, gift_note="\u202e" + "y" * 500)
    (page,) = pages_of(slip("K7WMX4PA", odd, SlipLine("z" * 300, "w" * 100, 1)))
    assert "K7WMX4PA" in page
