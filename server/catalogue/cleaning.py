"""A product's texts and addresses as they are kept; each raises `invalid` with `at` for what cannot be kept. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from server.catalogue.rules import (
    ALT_CHARACTERS_MAX,
    CODE_CHARACTERS_MAX,
    DESCRIPTION_CHARACTERS_MAX,
    IMAGES_MAX,
    OPTION_CHARACTERS_MAX,
    TITLE_CHARACTERS_MAX,
    refused_at,
)
from server.catalogue.wanted import WantedProduct, WantedVariant
from server.errors import RefusedError
from server.http.params import as_address
from server.text import clean_line, clean_text

Options = tuple[tuple[str, str], ...]
"""Name and value, in the order of the product's options."""
Coded = TypeVar("Coded", WantedProduct, WantedVariant)
_ADDRESS_CHARACTERS_MAX = 500


def clean_title(title: str) -> str:
    """Return the title on one line."""
    return _kept("title", title, TITLE_CHARACTERS_MAX)


def clean_description(text: str) -> str:
    """Return the description; empty for none."""
    return _kept("description", text, DESCRIPTION_CHARACTERS_MAX, clean_text) if text.strip() else ""


def clean_code(at: str, wanted: str | UnsetType | None, present: str | None) -> str | None:
    """Return a SKU or external id, the present one unless another is wanted; an empty one is none."""
    if wanted in (UNSET, present):
        return present
    return _kept(at, wanted, CODE_CHARACTERS_MAX) if wanted and wanted.strip() else None


def with_clean_codes(wanted: WantedProduct) -> WantedProduct:
    """Return what is wanted, with its SKUs and external ids as they are kept."""
    variants = wanted.variants
    if variants is not UNSET:
        variants = tuple(_coded(each, f"variants/{index}/") for index, each in enumerate(variants))
    return replace(_coded(wanted), variants=variants)


def clean_images(at: str, addresses: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses of pictures, without empty ones."""
    if len(addresses) > IMAGES_MAX:
        raise refused_at(at, f"A product has at most {IMAGES_MAX} pictures.")
    return tuple(_address(at, each) for each in addresses if each)


def clean_alts(at: str, images: Sequence[str], given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the texts of pictures by address, in the order of `images`, without empty ones."""
    if given.keys() - set(images):
        raise refused_at(at, "A text is for one of the product's pictures.")
    texts = {address: _kept(at, text, ALT_CHARACTERS_MAX) for address, text in given.items() if text.strip()}
    return tuple((address, texts[address]) for address in dict.fromkeys(images) if address in texts)


def clean_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a product's options."""
    return tuple(_kept("options", name, OPTION_CHARACTERS_MAX) for name in names)


def clean_options(at: str, names: Sequence[str], given: dict[str, str]) -> Options:
    """Return a variant's value of each of the options `names`."""
    values = {_kept(at, name, OPTION_CHARACTERS_MAX): value for name, value in given.items()}
    if values.keys() != set(names):
        raise refused_at(at, f"A variant has a value for each of: {', '.join(names)}.")
    return tuple((name, _kept(at, values[name], OPTION_CHARACTERS_MAX)) for name in names)


def _coded(wanted: Coded, at: str = "") -> Coded:
    sku, external_id = wanted.sku, wanted.external_id
    if sku is not UNSET:
        sku = clean_code(f"{at}sku", sku, None)
    if external_id is not UNSET:
        external_id = clean_code(f"{at}external_id", external_id, None)
    return replace(wanted, sku=sku, external_id=external_id)


def _kept(at: str, text: str, characters_max: int, clean: Callable[..., str] = clean_line) -> str:
    try:
        return clean(text, characters_max=characters_max)
    except RefusedError as refused:
        raise refused_at(at, refused.message) from None


def _address(at: str, given: str) -> str:
    if len(given) > _ADDRESS_CHARACTERS_MAX:
        raise refused_at(at, f"An address has at most {_ADDRESS_CHARACTERS_MAX} characters.")
    try:
        return as_address(given)
    except ValueError as error:
        raise refused_at(at, f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
