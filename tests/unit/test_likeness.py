"""Whether a question was asked before, in English and Japanese, by pairs of questions as viewers of a live shop ask them."""

import pytest

from server.text.likeness import LIKE_MIN, Texts, text_of

SAME = [
    ("Is it machine washable?", "machine washable??"),
    ("Can I wash it in the washing machine?", "Can it be washed in a washing machine?"),
    ("How long does shipping take?", "How long will shipping take to Osaka?"),
    ("Do you ship to Canada?", "do you SHIP to canada 🙏"),
    ("What sizes do you have?", "Which sizes do you have?"),
    ("Is the handle wood?", "Is the handle made of wood?"),
    ("When will it be back in stock?", "when is it back in stock"),
    ("What's the price of the bowl?", "What is the bowls price"),
    ("洗濯機で洗えますか？", "これは洗濯機で洗えますか"),
    ("洗濯機で洗えますか？", "洗濯機で洗えるの？"),
    ("送料はいくらですか？", "送料いくらですか"),
    ("ｶﾗｰは何色ありますか", "カラーは何色ありますか？"),
    ("電子レンジで使えますか？", "電子レンジ使える？"),
    ("いつ届きますか？", "いつごろ届きますか？"),
    ("食洗機に対応していますか", "食洗機対応ですか？"),
    ("色違いはありますか？", "色ちがいはありますか？"),
    ("MサイズはＡありますか", "ｍサイズはaありますか"),
    ("返品できますか？", "返品はできますか"),
]
OTHER = [
    ("Is it machine washable?", "Is it dishwasher safe?"),
    ("Do you ship to Canada?", "Do you ship to France?"),
    ("Does it come in black?", "Does it come in red?"),
    ("How long does shipping take?", "How much is shipping?"),
    ("What sizes do you have?", "What colours do you have?"),
    ("Is the handle wood?", "Is the bowl wood?"),
    ("Is M in stock?", "Is L in stock?"),
    ("Can I return it?", "Can I wash it?"),
    ("Is there a 30 cm one?", "Is there a 45 cm one?"),
    ("洗濯機で洗えますか？", "食洗機で洗えますか？"),
    ("送料はいくらですか？", "値段はいくらですか？"),
    ("電子レンジで使えますか？", "オーブンで使えますか？"),
    ("いつ届きますか？", "いつ終わりますか？"),
    ("海外に発送できますか？", "明日発送できますか？"),
    ("黒はありますか？", "白はありますか？"),
    ("Mサイズはありますか", "Lサイズはありますか"),
    ("返品できますか？", "予約できますか？"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_questions_that_ask_the_same_are_alike(one: str, other: str) -> None:
    (found,) = Texts([("q", other)]).like(one)
    assert LIKE_MIN <= found.likeness <= 100
    assert [found] == [*Texts([("q", one)]).like(other)]


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_questions_that_share_letters_and_ask_something_else_are_not(one: str, other: str) -> None:
    assert Texts([("q", other)]).like(one) == []
    assert Texts([("q", one)]).like(other) == []


def test_the_likest_come_first_and_a_known_one_is_kept_once() -> None:
    texts = Texts([("q_1", "How long will shipping take to Osaka?"), ("q_2", "how long does SHIPPING take")])
    texts.add([("q_2", "Something else"), ("q_3", "Is it machine washable?")])
    assert [like.id for like in texts.like("How long does shipping take?")] == ["q_2", "q_1"]
    assert len(texts) == 3


@pytest.mark.parametrize("nothing", ["!?", "🙏🙏", " ", "の"])
def test_what_has_hardly_a_letter_is_like_nothing_but_itself(nothing: str) -> None:
    assert Texts([("q", "Is it machine washable?"), ("r", "洗えますか")]).like(nothing) == []
    assert text_of(nothing).words == frozenset()
