"""The order of a channel's products. Pure."""

from collections.abc import Mapping, Sequence

from server.errors import RefusedError
from server.protocol.codes import Code


def reordered(ranks: Mapping[str, int], wanted: Sequence[str]) -> dict[str, int]:
    """Return the new ranks of the products that need one, when those `wanted` stand in that order in the places they have together.

    `ranks` are all products' in their order, in which two may be the same. Raises `not_found` for a product that is none of them, and
    `invalid` for one named twice.
    """
    if len(set(wanted)) < len(wanted):
        raise RefusedError(Code.INVALID, "A product is named twice.")
    if not ranks.keys() >= set(wanted):
        raise RefusedError(Code.NOT_FOUND, "The channel has no such product.")
    moved = set(wanted)
    following = iter(wanted)
    after = [next(following) if id in moved else id for id in ranks]
    return {id: rank for rank, id in enumerate(after) if ranks[id] != rank}
