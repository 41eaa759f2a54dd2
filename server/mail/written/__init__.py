"""The built-in templates, as files beside this one: `KIND.LANGUAGE.html` and `.txt`, and their subjects here."""

from functools import cache
from pathlib import Path
from typing import Final

from server.mail.templates import Words

_LINES: Final = {
    ("follow_up", "en"): (
        "{{ show.title }}: what you looked at",
        "Your products, your questions and the answers.",
    ),
    ("follow_up", "ja"): ("「{{ show.title }}」でご覧になった商品", "商品とご質問への回答をまとめました。"),
    ("confirm", "en"): (
        "Please confirm your address for {{ sender.name }}",
        "Nothing is sent until you confirm.",
    ),
    ("confirm", "ja"): (
        "【{{ sender.name }}】メールアドレスの確認",
        "ご確認いただくまで、メールは送信されません。",
    ),
}


@cache
def built_in(kind: str, language: str) -> Words:
    """Return the built-in templates of a kind; raises KeyError."""
    subject, preheader = _LINES[kind, language]
    folder = Path(__file__).parent
    html, plain = ((folder / f"{kind}.{language}.{ending}").read_text("utf-8") for ending in ("html", "txt"))
    return Words(subject, preheader, html, plain)
