"""What a route refuses with is in the API's description as it is sent: problem details, for every route."""

from server.app import create_app
from server.settings import Settings

PROBES = {"/readyz"}
"""For the machine that balances the load: a status, and no document."""


def test_every_refusal_is_described_as_problem_details() -> None:
    described = create_app(Settings(secret="s" * 48)).openapi()
    refusals = {
        (f"{method.upper()} {path}", status): set(answer.get("content", {}))
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        for status, answer in operation["responses"].items()
        if status[0] in "45" and path not in PROBES
    }
    assert len(refusals) > 1_000
    assert {at: kinds for at, kinds in refusals.items() if "application/problem+json" not in kinds} == {}
