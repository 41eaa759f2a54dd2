"""The words that people agree to before they are written to, by version: what somebody agreed to can be read again. Add, never change."""

from typing import Final

from server.mail.rules import Language

WORDING_NOW: Final = 1
WORDINGS: Final[dict[int, dict[Language, str]]] = {
    1: {
        "en": (
            "Mail me after shows of {sender} that I watched: what I looked at, my questions with their answers, and offers that fit. "
            "I can stop this at any time, here or by one click in each mail. Whether I open a mail and follow its links is recorded."
        ),
        "ja": (
            "視聴した{sender}のライブ配信の後に、見た商品、自分の質問とその回答、関連するお得な情報をメールで受け取ります。"
            "このページ、または各メールの配信停止リンクから、いつでも停止できます。メールの開封とリンクのクリックは記録されます。"
        ),
    }
}


def wording_of(version: int, language: Language, sender: str) -> str:
    """Return the words of a version that was in force; raises KeyError."""
    return WORDINGS[version][language].format(sender=sender)
