"""The draw, as anybody can repeat it: a few lines of hashlib and hmac, pure. PROTOCOL.md 2.25 has the same in words."""

import hmac
import secrets
from collections.abc import Iterator, Sequence
from hashlib import sha256


def new_seed() -> str:
    """Return a secret seed: 32 random bytes in hexadecimal."""
    return secrets.token_hex(32)


def new_ticket() -> str:
    """Return what an entry is drawn by: 16 random bytes in hexadecimal, which name nobody and cannot be reckoned from an id."""
    return secrets.token_hex(16)


def commitment_of(seed: str) -> str:
    """Return what is published before anybody enters: the SHA-256 of the seed's 32 bytes."""
    return sha256(bytes.fromhex(seed)).hexdigest()


def digest_of(tickets: Sequence[str]) -> str:
    """Return the SHA-256 of the tickets in order, each followed by a line feed."""
    return sha256("".join(f"{ticket}\n" for ticket in tickets).encode()).hexdigest()


def draw(seed: str, tickets: Sequence[str]) -> list[str]:
    """Return all tickets in the order in which they are drawn: who stands first has won, who follows comes after them.

    The tickets are sorted, then shuffled by Fisher and Yates. Each choice among `n` is the next 64-bit number of the stream, modulo
    `n`; numbers from the largest multiple of `n` on are passed over, so that none of the `n` is more likely than another.
    """
    order = sorted(tickets)
    numbers = _stream(seed, digest_of(order))
    for place in range(len(order) - 1):
        chosen = place + _below(len(order) - place, numbers)
        order[place], order[chosen] = order[chosen], order[place]
    return order


def _stream(seed: str, digest: str) -> Iterator[int]:
    """Yield the numbers: of HMAC-SHA256 under the seed of `digest:0`, `digest:1`, …, four of 64 bits each, the first byte the greatest."""
    counter = 0
    while True:
        block = hmac.digest(bytes.fromhex(seed), f"{digest}:{counter}".encode(), "sha256")
        yield from (int.from_bytes(block[at : at + 8], "big") for at in range(0, 32, 8))
        counter += 1


def _below(n: int, numbers: Iterator[int]) -> int:
    most = 2**64 - 2**64 % n
    return next(number for number in numbers if number < most) % n
