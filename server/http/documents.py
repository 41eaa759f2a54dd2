"""Documents that are asked for again: answered with a tag, and with nothing where whoever asks has them as they are."""

from hashlib import blake2b
from typing import Annotated, Any, Final

from fastapi import Header, Response
from pydantic import BaseModel

IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", description="The `ETag` of the answer that is known already.")
]
UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "It is as `If-None-Match` says."}}


def answer_document(body: BaseModel, known: str | None, **headers: str) -> Response:
    """Return the document with its tag and `headers`; without its contents (304) where `known` names that tag."""
    content = body.model_dump_json().encode()
    tag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
    told = {**headers, "ETag": tag}
    tags = [each.strip().removeprefix("W/") for each in (known or "").split(",")]
    if tag in tags or "*" in tags:
        return Response(status_code=304, headers=told)
    return Response(content, media_type="application/json", headers=told)
