"""Where somebody came from, as links say it: stands in links that anybody makes, so that what is wrong with it keeps nobody out. Pure."""

from functools import lru_cache

from server.text.characters import kept, trimmed


@lru_cache(maxsize=4096)
def source_of(given: str, characters_max: int = 64) -> str | None:
    """Return a source, campaign or the like as it is kept: in one line, of what can be read, cut to a length; None for nothing."""
    return trimmed(trimmed(kept(" ".join(given.split())))[:characters_max]) or None
