"""How a refusal looks over HTTP, for the API's description; the application itself writes it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from server.protocol.codes import MEANINGS, Code, Verdict

TO_PERMITTED = (
    Code.UNAUTHENTICATED,
    Code.TOKEN_EXPIRED,
    Code.TOKEN_REVOKED,
    Code.FORBIDDEN,
    Code.UNAVAILABLE,
)
"""What every route may answer that is for some roles or keys alone."""
OF_BODIES = (Code.BAD_JSON, Code.TOO_LARGE)
"""What a route may answer beside that when it takes JSON."""


class Problem(BaseModel):
    """Problem details (RFC 9457) with the protocol's `code` and the verdict for the client."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="A URI that names the kind of problem.")
    title: str = Field(description="One sentence, the same for every problem of this code.")
    status: int
    detail: str | None = Field(default=None, description="What was wrong with this request.")
    code: Code
    retry: Verdict = Field(description="Whether the same request may be sent again.")
    request_id: str = Field(description="The `request-id` of the answer; say it when you ask for help.")


def refusals(*codes: Code) -> dict[int | str, dict[str, Any]]:
    """Return FastAPI's `responses` for the refusals that a route may answer with; `invalid` and `too_fast` are every route's."""
    answers: dict[int | str, dict[str, Any]] = {}
    for code in dict.fromkeys((*codes, Code.INVALID, Code.TOO_FAST)):
        meaning = MEANINGS[code]
        line = f"`{code.value}`: {meaning.text}"
        if meaning.status in answers:
            answers[meaning.status]["description"] += f" {line}"
        else:
            content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
            answers[meaning.status] = {"description": line, "model": Problem, "content": content}
    return answers
