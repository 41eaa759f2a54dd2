"""Characters that look like others: which letter each is taken for. Pure.

From Unicode's confusables (UTS 39) what looks like Latin letters and is not unified by NFKC and case folding; what was missing there
(small capitals, letters with strokes, boxed letters); and what looks alike in Japanese.
"""

import string
import unicodedata

_LATIN = {
    "a": "ɑαаᎪᗅ⍺ꓮ𐊠𖽀ᴀ",
    "aa": "ꜳ",
    "ae": "æӕ",
    "ao": "ꜵ",
    "au": "ꜷ",
    "av": "ꜹꜻ",
    "ay": "ꜽ",
    "b": "ƅβвьᏏᏴᑲᖯᗷꓐꞵ𐊂𐊡𐌁ʙ",
    "bl": "ы",
    "c": "сᏟᴄⲥꓚ𐊢𐌂𐐽𐔜𑣩𑣲🝌",
    "d": "ԁᎠᏧᑯᗞᗪꓒꓓđᴅ",
    "dz": "ʣ",
    "e": "εеҽᎬ℮⋿ⴹꓰꬲ𐊆𑣎ᴇє",
    "f": "ϝքᖴẝꓝꞙꬵ𐊇𐊥𐔥𑣂𝈓ꜰ",
    "g": "ƍɡԍցᏀᏳᶃꓖɢ",
    "h": "ηнһհᎻᏂᕼⲏꓧ𐋏ħʜ",
    "i": "ıɩɪιіӏᎥ⍳ꙇ𑣃l|ǀ׀וןا١۱ߊᏞᒪᛁ∣⏽│ⲓⳑⵏꓡꓲ𐊊𐌉𐌠𐑃𐔦𑣒𖼖𖼨𝈪𞣇łʟ",
    "ii": "ǁװ‖∥",
    "io": "ю",
    "is": "ʪ",
    "iz": "ʫ",
    "j": "ʝϳјᎫᒍꓙᴊ",
    "k": "κкᏦᛕⲕꓗ𐔘ᴋ",
    "n": "νոռⲛꓠ𐔓ɴп",
    "o": "οоօסه٥ھہە۵߀०০੦૦ଠ୦௦ం౦ಂ೦ംഠ൦ං๐໐ဝ၀ჿዐᴏᴑⲟⵔ〇ꓳꬽ𐊒𐊫𐐬𐓪𐔖𑓐𑣈𑣗𑣠øσ",
    "oe": "œ",
    "oo": "∞ꚙꝏ",
    "p": "ρрᏢᑭ⍴ⲣꓑ𐊕ᴘ",
    "q": "ԛգզⵕꞯ",
    "r": "ʀгᎡᎱᏒᖇᴦⲅꓣꭇꭈ𐓜𖼵𝈖",
    "rn": "mμϻмᎷᗰᛖⲙꓟ𐊰𐌑ᴍ𑜀𑣣",
    "s": "ѕտᏕᏚꓢꜱ𐊖𐑈𑣁𖼺ƨ",
    "t": "τтᎢ⊤⟙ⲧꓔ𐊗𐊱𐌕𑣜𖼊🝨ŧᴛ",
    "ts": "ʦ",
    "u": "ʋυսሀᑌᴜ∪⋃ꓴꞟꭎꭒ𐓶𑣘𖽂",
    "ue": "ᵫ",
    "uo": "ꭣ",
    "v": "ѵט٧۷Ꮩᐯᴠ∨⋁ⴸꓦꛟ𐔝𑜆𑣀𖼈𝈍",
    "vv": "wɯѡԝաᎳᏔᴡꓪ𑜊𑜎𑜏𑣦𑣯",
    "x": "×χхᕁᕽ᙭᙮ᚷ╳⤫⤬⨯ⲭⵝꓫꭓ𐊐𐊴𐌗𐌢𐔧𑣬",
    "y": "ɣʏγуүყᎩᎽᶌỿⲩꓬꭚ𐊲𑣄𖽃",
    "z": "ζᏃᴢꓜ𐋵𑣉𑣥",
}
_KANA = {
    "か": "力",
    "ろ": "口囗",
    "に": "二",
    "た": "夕",
    "え": "工",
    "と": "卜",
    "は": "八",
    "み": "三彡",
    "ー": "一―─━—–‒−‐",
}
_BOXED_FROM = (0x1F150, 0x1F170)
"""Where the alphabets of negative circled and negative squared letters begin; NFKC leaves them as they are."""
_FLAG_LETTERS_FROM = 0x1F1E6


def _likes() -> dict[int, str]:
    likes = {
        ord(like): letter for part in (_LATIN, _KANA) for letter, alike in part.items() for like in alike
    }
    boxed = {first + i: letter for first in _BOXED_FROM for i, letter in enumerate(string.ascii_lowercase)}
    katakana = {0x30A1 + i: chr(0x3041 + i) for i in range(0x56)}
    return katakana | likes | {code: letter.translate(likes) for code, letter in boxed.items()}


def _is_sign(code: int) -> bool:
    return unicodedata.category(chr(code))[0] in "PS" and code < _BOXED_FROM[0]


LOOKS_LIKE = {code: letter for code, letter in _likes().items() if not _is_sign(code)}
"""For `str.translate`, on text that was decomposed and case folded. Katakana becomes hiragana."""

SIGNS_AS_LETTERS = {code: letter for code, letter in _likes().items() if _is_sign(code)} | {
    ord(sign): letter for sign, letter in zip("013457892@$€!", "oieastbgzasei", strict=True)
}
"""How digits and signs are read in place of letters."""

_WHOLE = {"rn": "m", "vv": "w"}
_LIKE_L = frozenset("|ǀ׀וןا١۱ߊᏞᒪᛁ∣⏽│ⳑⵏꓡ𐊊𐌉𐌠𐑃𖼖𖼨𝈪𞣇łʟӏ")

AS_LATIN = {
    code: "l" if like in _LIKE_L else _WHOLE.get(letter, letter)
    for letter, alike in _LATIN.items()
    for like in alike
    if (code := ord(like)) > 0x7F and not _is_sign(code)
} | {code: letter for code, letter in LOOKS_LIKE.items() if code >= _BOXED_FROM[0] and len(letter) == 1}
"""Letters of other alphabets as the Latin ones that they look like. Other than in `LOOKS_LIKE` Latin letters stay: no `burn` is a `bum`."""

HIRAGANA = {0x30A1 + i: chr(0x3041 + i) for i in range(0x56)}
"""Katakana as hiragana."""

DISGUISES = (
    SIGNS_AS_LETTERS
    | {ord(like): letter for letter, alike in _KANA.items() for like in alike}
    | {ord("l"): "i", ord("|"): "i"}
)
"""Digits, signs and kanji as the letters that they stand for; what looks like `l` and `i` is one.

For texts in which something is disguised.
"""

FLAG_LETTERS = {_FLAG_LETTERS_FROM + i: letter for i, letter in enumerate(string.ascii_lowercase)}
"""The letters that flags are made of, for a text that has no others."""
