"""Routes are made once in a process: made at an application's first request, they would stop every show for most of a second."""

from fastapi.routing import APIRoute

from server.app import create_app
from server.settings import Settings

NOWHERE = Settings(database_url="postgresql://127.0.0.1:1/none", redis_url="redis://127.0.0.1:1")


def test_applications_answer_at_the_same_routes() -> None:
    one, other = (create_app(NOWHERE).router.routes for _ in range(2))
    # What is none of these takes in routes of its own, which FastAPI makes when somebody first asks.
    assert {type(route).__name__ for route in one} <= {"APIRoute", "Route", "Mount"}
    described = [route for route in one if isinstance(route, APIRoute) and route.include_in_schema]
    assert len(described) > 100
    assert all(any(route is each for each in other) for route in described)
