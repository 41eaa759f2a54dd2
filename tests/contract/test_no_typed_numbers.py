"""No host can type a number of units or viewers: what is shown of these is counted, and nobody's request has a field for it."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from server.app import create_app
from server.protocol.commands import AnyCommand
from server.settings import Settings

COUNTED: Final = {
    "viewers", "watching", "present", "stock_left", "left", "units_left", "held", "sold", "units_sold", "bought",
    "waiting", "uses_taken", "uses_reserved", "leading", "reserve_met", "bids", "extensions",
}  # fmt: skip
"""What pushes, snapshots and answers say of people and units."""
STOCK: Final = {"POST /v1/products", "PATCH /v1/products/{product}", "POST /v1/products/bulk"}
"""Where the merchant says what is really on the shelf: every change of it is a row of the stock's own book, with who made it."""


def fields_of(schema: Any, schemas: dict[str, Any], seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the names of all fields that a body may have, however deep."""
    if isinstance(schema, list):
        for each in schema:
            yield from fields_of(each, schemas, seen)
    if not isinstance(schema, dict):
        return
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen:
        yield from fields_of(schemas[name], schemas, seen | {name})
    for field, inner in schema.get("properties", {}).items():
        yield field
        yield from fields_of(inner, schemas, seen)
    for way in ("items", "prefixItems", "anyOf", "oneOf", "allOf", "additionalProperties"):
        yield from fields_of(schema.get(way), schemas, seen)


def test_no_request_has_a_field_for_what_is_counted() -> None:
    described = create_app(Settings(secret="s" * 48)).openapi()
    schemas = described["components"]["schemas"]
    asked = {
        f"{method.upper()} {path}": {
            field
            for content in operation["requestBody"]["content"].values()
            for field in fields_of(content.get("schema"), schemas)
        }
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        if "requestBody" in operation
    }
    assert len(asked) > 40
    assert {name: fields & COUNTED for name, fields in asked.items() if fields & COUNTED} == {}
    assert {name for name, fields in asked.items() if "stock" in fields} == STOCK


def test_no_command_has_one() -> None:
    _, schemas = msgspec.json.schema_components([AnyCommand])
    found = {name: set(fields_of(schema, schemas)) & COUNTED for name, schema in schemas.items()}
    assert {name: fields for name, fields in found.items() if fields} == {}
