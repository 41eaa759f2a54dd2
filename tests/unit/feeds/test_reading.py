"""Feeds of shops and search engines, read: well made, badly made, and made to do harm."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from server.catalogue.wanted import WantedProduct, WantedVariant
from server.errors import RefusedError
from server.feeds.cells import mark, unmark
from server.feeds.html_text import as_html, as_text
from server.feeds.reading import read_feed
from server.feeds.rules import FORMATS, Entry, LineError
from server.feeds.values import amount, units, written_amount
from server.protocol.codes import Code
from server.text.cells import guard

SHOPIFY = """\
Handle,Title,Body (HTML),Vendor,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,\
Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Image Position,Variant Image,Status
linen-apron,Linen apron,<p>Soft &amp; strong.</p><p>Washable</p>,Ours,TRUE,Size,M,Colour,Blue,LA-M-BL,\
shopify,12,48.00,60.00,https://cdn.example/2.jpg,2,https://cdn.example/m.jpg,active
linen-apron,,,,,,L,,Blue,LA-L-BL,shopify,-2,52.00,,https://cdn.example/1.jpg,1,,
linen-apron,,,,,,,,,,,,,,https://cdn.example/3.jpg,3,,
bowl,Bowl,,Ours,TRUE,Title,Default Title,,,BW,,7,20.00,20.00,,,,draft
"""
MERCHANT = (
    "id\titem_group_id\ttitle\tdescription\timage_link\tadditional_image_link\tprice\tsale_price\tavailability\tquantity\tsize\tcolor\n"
    "A-1\tA\tApron – Blue / M\tSoft\thttps://cdn.example/a.jpg\thttps://cdn.example/b.jpg,https://cdn.example/c.jpg\t"
    "60.00 EUR\t48.00 EUR\tin_stock\t3\tM\tBlue\n"
    "A-2\tA\tApron\tSoft\t\t\t60.00 EUR\t\tout_of_stock\t\tL\tBlue\n"
    "B-1\t\tBowl\t\t\t\tEUR 20\t\tin_stock\t\t\t\n"
)
XML = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item><g:id>A-1</g:id><title>Apron</title><g:price>48.00 EUR</g:price><g:item_group_id>A</g:item_group_id>
  <g:product_detail><g:section_name>Option</g:section_name><g:attribute_name>Length</g:attribute_name>
  <g:attribute_value>30 cm</g:attribute_value></g:product_detail>
  <g:additional_image_link>https://cdn.example/b.jpg</g:additional_image_link>
  <g:additional_image_link>https://cdn.example/c.jpg</g:additional_image_link><g:image_link>https://cdn.example/a.jpg</g:image_link></item>
<item><g:id>B-1</g:id><title><![CDATA[Bowl & plate]]></title><g:price>20.00 USD</g:price></item>
</channel></rss>
"""
OWN = "external_id,sku,title,option1_name,option1_value,price,stock,active\n"
BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss><channel><item><id>&b;</id></item></channel></rss>"""
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd"><rss/>'
ENTITY = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><id>&x;</id></item></channel></rss>'


FEEDS = [b"", SHOPIFY.encode(), MERCHANT.encode(), XML.encode(), OWN.encode()]


def entries(content: str | bytes, currency: str = "EUR", lines_max: int = 10_000) -> list[Entry]:
    data = content.encode() if isinstance(content, str) else content
    return list(read_feed(data, currency, lines_max=lines_max).entries)


def one(content: str | bytes, currency: str = "EUR") -> WantedProduct:
    (entry,) = entries(content, currency)
    assert entry.problems == []
    assert entry.wanted is not None
    return entry.wanted


def codes(content: str | bytes, currency: str = "EUR") -> list[tuple[int, str, str]]:
    return [(p.line, p.code, p.field) for entry in entries(content, currency) for p in entry.problems]


def reason(content: str | bytes, lines_max: int = 10_000) -> tuple[str, int | None]:
    with pytest.raises(RefusedError, check=lambda error: error.code is Code.FEED_UNREADABLE) as refused:
        entries(content, lines_max=lines_max)
    return refused.value.data["reason"], refused.value.data.get("line")


def variants(wanted: WantedProduct) -> tuple[WantedVariant, ...]:
    assert isinstance(wanted.variants, tuple)
    return wanted.variants


def test_a_shopify_export_is_read_with_variants_pictures_and_stock() -> None:
    apron, bowl = entries(SHOPIFY)
    assert (apron.line, apron.last_line, apron.variant_lines, apron.problems) == (2, 4, (2, 3), [])
    wanted = apron.wanted
    assert wanted is not None
    assert (wanted.external_id, wanted.title, wanted.active) == ("linen-apron", "Linen apron", True)
    assert wanted.description == "Soft & strong.\n\nWashable"
    assert wanted.images == tuple(f"https://cdn.example/{n}.jpg" for n in (1, 2, 3))
    assert wanted.options == ("Size", "Colour")
    medium, large = variants(wanted)
    assert medium.options == {"Size": "M", "Colour": "Blue"}
    assert (medium.sku, medium.price_minor, medium.compare_at_minor, medium.stock) == (
        "LA-M-BL",
        4800,
        6000,
        12,
    )
    assert medium.image == "https://cdn.example/m.jpg"
    assert (large.stock, large.compare_at_minor) == (0, None)
    assert bowl.wanted is not None
    assert (bowl.wanted.options, bowl.wanted.stock, bowl.wanted.active) == ((), UNSET, False)
    assert (bowl.wanted.price_minor, bowl.wanted.compare_at_minor) == (2000, None)


def test_the_newer_names_of_shopify_s_columns_are_known() -> None:
    wanted = one(
        "Title,URL handle,Description,SKU,Price,Compare-at price,Inventory quantity\nBowl,bowl,Nice,BW,20.00,25,3\n"
    )
    assert (wanted.external_id, wanted.sku, wanted.price_minor, wanted.compare_at_minor, wanted.stock) == (
        "bowl",
        "BW",
        2000,
        2500,
        3,
    )


def test_a_merchant_feed_is_read_in_groups() -> None:
    apron, bowl = entries(MERCHANT)
    wanted = apron.wanted
    assert wanted is not None
    assert apron.problems == bowl.problems == []
    assert (wanted.external_id, wanted.title, wanted.options) == ("A", "Apron", ("Color", "Size"))
    assert wanted.images == tuple(f"https://cdn.example/{n}.jpg" for n in "abc")
    assert [(v.external_id, v.price_minor, v.compare_at_minor, v.stock) for v in variants(wanted)] == [
        ("A-1", 4800, 6000, 3),
        ("A-2", 6000, None, UNSET),
    ]
    assert bowl.wanted is not None
    assert (bowl.wanted.external_id, bowl.wanted.price_minor, bowl.wanted.stock) == ("B-1", 2000, UNSET)


def test_a_feed_in_xml_is_read_as_its_table_would_be() -> None:
    apron, bowl = entries(XML)
    assert apron.wanted is not None
    assert apron.wanted.options == ("Length",)
    assert apron.wanted.images == tuple(f"https://cdn.example/{n}.jpg" for n in "abc")
    assert variants(apron.wanted)[0].options == {"Length": "30 cm"}
    assert bowl.title == "Bowl & plate"
    assert [(p.line, p.code) for p in bowl.problems] == [(8, "currency_other")]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932", "euc_jp"]
)
def test_letters_are_told_by_the_bytes(encoding: str) -> None:
    text = OWN + "p1,S-1,麻のエプロン（大）と、やわらかいタオルの詰め合わせです,,,1280,3,yes\r\n"
    wanted = one(text.encode(encoding), "JPY")
    assert wanted.title == "麻のエプロン（大）と、やわらかいタオルの詰め合わせです"


def test_letters_of_western_europe_are_told_too() -> None:
    title = "Très légère écharpe brodée à la française, idéale pour l’été"
    assert one((OWN + f'p1,S-1,"{title}",,,12,3,yes\n').encode("cp1252")).title == title


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_lines_end_and_cells_are_parted_as_programs_do(ends: str, delimiter: str) -> None:
    text = 'external_id,title,price,stock\n\np1,"A ""fine"" thing",12,3\n\n'.replace(",", delimiter).replace(
        "\n", ends
    )
    wanted = one(text)
    assert (wanted.title, wanted.price_minor, wanted.stock) == ('A "fine" thing', 1200, 3)


def test_a_cell_of_several_lines_is_one_and_lines_are_counted_on() -> None:
    text = 'external_id,title,description,price\np1,One,"first\nsecond",1\np2,Two,,x\n'
    first, second = entries(text)
    assert first.wanted is not None
    assert first.wanted.description == "first\nsecond"
    assert [(p.line, p.code, p.field) for p in second.problems] == [(4, "price_unreadable", "price")]


WRONG = [
    ("p1,S,T,,,1.999,1,yes", "EUR", [(2, "too_many_decimals", "price")]),
    ("p1,S,T,,,12.5,1,yes", "JPY", [(2, "too_many_decimals", "price")]),
    ("p1,S,T,,,-1,1,yes", "EUR", [(2, "price_negative", "price")]),
    ("p1,S,T,,,12 USD,1,yes", "EUR", [(2, "currency_other", "price")]),
    ("p1,S,T,,,free,1,yes", "EUR", [(2, "price_unreadable", "price")]),
    ("p1,S,T,,,1e3,1,yes", "EUR", [(2, "price_unreadable", "price")]),
    ("p1,S,T,,,1,many,yes", "EUR", [(2, "stock_unreadable", "stock")]),
    ("p1,S,T,,,1,1.5,yes", "EUR", [(2, "stock_unreadable", "stock")]),
    ("p1,S,T,,,1,1,perhaps", "EUR", [(2, "value_unreadable", "active")]),
    ("p1,S,T,,,1,1,yes,more", "EUR", [(2, "too_many_cells", "")]),
    ("p1,S,T,,,1,1,yes\np2,S,U,,,1,1,yes", "EUR", [(3, "duplicate_sku", "sku")]),
    ("p1,S,T,,,1,1,yes\np1,R,U,,,1,1,yes", "EUR", [(3, "duplicate_product", "external_id")]),
    ("p1,S,T,Size,L,1,1,yes\np1,S,T,Size,M,1,1,yes", "EUR", [(3, "duplicate_sku", "sku")]),
    ("p1,S,T,Size,L,1,1,yes\np1,R,T,Size,,1,1,yes", "EUR", [(3, "missing", "option1_value")]),
    ("p1,S,T,Size,L,1,1,yes\np1,R,T,Colour,M,1,1,yes", "EUR", [(3, "options_differ", "option1_name")]),
]


@pytest.mark.parametrize(("lines", "currency", "wanted"), WRONG)
def test_a_wrong_line_is_named_with_its_column(
    lines: str, currency: str, wanted: list[tuple[int, str, str]]
) -> None:
    assert codes(OWN + lines + "\n", currency) == wanted


def test_one_wrong_line_leaves_the_others() -> None:
    found = entries(OWN + "p1,S,T,,,x,1,yes\np2,R,U,,,2,1,yes\n")
    assert [bool(entry.problems) for entry in found] == [True, False]


UNREADABLE: list[tuple[str | bytes, tuple[str, int | None]]] = [
    ("", ("empty", None)),
    (" \n\n", ("empty", None)),
    ("name,colour\na,b\n", ("columns", 1)),
    ("no table at all", ("columns", 1)),
    (OWN + 'p1,S,"never closed,,,1,1,yes\np2,R,U,,,1,1,yes\n', ("quote", 2)),
    (OWN + 'p1,S,T,,,1,1,yes\np2,R,"half"closed,,,1,1,yes\n', ("quote", 3)),
    (OWN + "p1,S,T\0,,,1,1,yes\n", ("binary", 2)),
    (OWN.encode() + b"p1,S,\xff\xfe\x81,,,1,1,yes\n", ("encoding", 2)),
    (b"PK\x03\x04 and so on", ("spreadsheet", None)),
    (OWN + f'p1,S,"{"x" * 200_000}",,,1,1,yes\n', ("too_long", 2)),
    ("<rss><channel><item>", ("xml", 1)),
    ("<rss>\n<channel></rss>", ("xml", 2)),
    ("<!doctype html><html></html>", ("xml", 1)),
    (BOMB, ("xml", 1)),
    (OUTSIDE, ("xml", 1)),
    (ENTITY, ("xml", 1)),
    ("<a>" * 1000, ("xml", None)),
]


@pytest.mark.parametrize(("content", "wanted"), UNREADABLE)
def test_a_file_that_cannot_be_read_says_why_and_where(
    content: str | bytes, wanted: tuple[str, int | None]
) -> None:
    assert reason(content) == wanted


def test_more_lines_than_are_taken_are_refused_and_as_many_are_not() -> None:
    lines = "".join(f"p{n},S{n},T,,,1,1,yes\n" for n in range(10))
    assert len(entries(OWN + lines, lines_max=10)) == 10
    assert reason(OWN + lines, lines_max=9) == ("too_many_lines", 11)
    items = "".join(f"<item><id>{n}</id><title>T</title><price>1</price></item>" for n in range(10))
    assert reason(f"<rss>{items}</rss>", lines_max=9) == ("too_many_lines", 1)


AMOUNTS = [
    ("12.00", "EUR", 1200),
    ("12", "EUR", 1200),
    ("12,50", "EUR", 1250),
    ("1.280,50", "EUR", 128_050),
    ("1,280.50", "USD", 128_050),
    ("１，２８０", "JPY", 1280),
    ("1280.00", "JPY", 1280),
    ("12.00 EUR", "EUR", 1200),
    ("eur12.00", "EUR", 1200),
    ("0", "EUR", 0),
    ("-0.00", "EUR", 0),
    ("1.234", "KWD", 1234),
]


@pytest.mark.parametrize(("text", "currency", "minor"), AMOUNTS)
def test_an_amount_is_read(text: str, currency: str, minor: int) -> None:
    assert amount(text, currency) == minor


@given(st.integers(0, 2**53 - 1), st.sampled_from(["JPY", "EUR", "KWD", "CLF"]))
def test_an_amount_that_is_written_is_read_again(minor: int, currency: str) -> None:
    assert amount(written_amount(minor, currency), currency) == minor
    assert amount(f"{written_amount(minor, currency)} {currency}", currency) == minor


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_a_line_s_error(text: str) -> None:
    reads: list[Callable[[], int]] = [lambda: amount(text, "EUR"), lambda: units(text)]
    for read in reads:
        with suppress(LineError):
            assert read() >= 0


@given(st.text(alphabet=st.sampled_from("='+-@\t\r\n; ax＝"), max_size=12) | st.text(max_size=40))
def test_a_marked_cell_is_no_formula_and_reads_as_what_it_was(text: str) -> None:
    marked = mark(text)
    assert unmark(marked) == text
    assert guard(marked) == marked


@given(st.text(alphabet=st.sampled_from("ab<>&;\"' \n"), max_size=40))
def test_a_description_comes_back_from_its_html(text: str) -> None:
    lines = [line.strip() for line in text.split("\n")]
    kept = [line for i, line in enumerate(lines) if line or (i and lines[i - 1])]
    assert as_text(as_html(text)) == "\n".join(kept).strip() or "<" not in as_html(text)


def test_scripts_of_a_description_are_left_out() -> None:
    assert as_text("<b>Good</b><script>alert(1)</script> <i onclick='x'>cloth</i>") == "Good cloth"


@given(
    st.binary(max_size=200),
    st.sampled_from(FEEDS),
    st.integers(0, 900),
)
def test_any_bytes_are_a_feed_or_are_refused(noise: bytes, feed: bytes, at: int) -> None:
    content = feed[:at] + noise + feed[at:]
    try:
        for entry in read_feed(content, "EUR", lines_max=100).entries:
            assert entry.wanted is not None or entry.problems
            assert entry.line >= 1
    except RefusedError as refused:
        assert refused.code is Code.FEED_UNREADABLE  # noqa: PT017


def test_a_stated_format_is_held_to() -> None:
    assert set(FORMATS) == {"showfloor", "shopify", "merchant", "merchant_xml"}
    assert read_feed(XML.encode(), "EUR", lines_max=9, format="merchant_xml").format == "merchant_xml"
    with pytest.raises(RefusedError):
        read_feed(SHOPIFY.encode(), "EUR", lines_max=9, format="merchant")
