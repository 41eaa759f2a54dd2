"""What is agreed on compression in the opening handshake, pure (RFC 6455, section 9.1; RFC 7692, section 7.1)."""

import re

from server.hub.frames import DEFLATE_WINDOW_BITS

_NAME = b"permessage-deflate"
_ANSWER = _NAME + b"; server_no_context_takeover; client_no_context_takeover"
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_VALUE = rb'(?:%b|"%b")' % (_TOKEN, _TOKEN)
_PARAMETER = rb"[ \t]*;[ \t]*(%b)(?:[ \t]*=[ \t]*(%b))?" % (_TOKEN, _VALUE)
_OFFER = re.compile(rb"[ \t]*(%b)((?:[ \t]*;[ \t]*%b(?:[ \t]*=[ \t]*%b)?)*)[ \t]*" % (_TOKEN, _TOKEN, _VALUE))
_EACH_PARAMETER = re.compile(_PARAMETER)
_BITS = re.compile(rb'"?([89]|1[0-5])"?')
"""A window's size: 8 to 15, without zeros before it."""


def answer_to(extensions: bytes) -> bytes:
    """Return our answer to the first offer of permessage-deflate that can be met, or nothing.

    An offer is declined, and the next one tried, when it holds a parameter that RFC 7692 does not know, one twice, or one whose value
    is none (section 7.1). So is one that asks for a smaller window than ours: the same bytes go to everybody in a room (7.1.2.1).
    """
    for offer in extensions.split(b","):
        found = _OFFER.fullmatch(offer)
        if found is not None and found[1].lower() == _NAME and (answer := _answer_to_one(found[2])):
            return answer
    return b""


def _answer_to_one(parameters: bytes) -> bytes:
    asked: dict[bytes, bytes] = {}
    for name, value in _EACH_PARAMETER.findall(parameters):
        if name in asked or not _is_known(name, value):
            return b""
        asked[name] = value
    window = asked.get(b"server_max_window_bits")
    if window is None:
        return _ANSWER
    if int(window.strip(b'"')) < DEFLATE_WINDOW_BITS:
        return b""
    return b"%b; server_max_window_bits=%d" % (_ANSWER, DEFLATE_WINDOW_BITS)


def _is_known(name: bytes, value: bytes) -> bool:
    """Whether RFC 7692 has this parameter in an offer, with this value; an empty one is none."""
    match name:
        case b"server_no_context_takeover" | b"client_no_context_takeover":
            return not value
        case b"client_max_window_bits":
            return not value or _BITS.fullmatch(value) is not None
        case b"server_max_window_bits":
            return _BITS.fullmatch(value) is not None
        case _:
            return False
