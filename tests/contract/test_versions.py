"""What several people edit is changed by the version that was read: every PUT and PATCH takes `If-Match`, or says here why it need not."""

from typing import Final

from server.app import create_app
from server.settings import Settings

WITHOUT: Final = {
    "PUT /v1/channels/{channel}/report-settings": "one number, in one word: nothing of it is edited",
    "PUT /v1/channels/{channel}/sanction-settings": "one choice, in one word: nothing of it is edited",
    "PUT /v1/products/order": "the whole order in one stroke, by ids: nothing of it is read before",
    "PUT /v1/shows/{show}/holds/{hold}/checkout": "a viewer's own, written whole with each change of theirs",
    "PUT /v1/shows/{show}/reviews/{product}": "a viewer's own, which nobody else edits",
    "PUT /v1/shows/{show}/waitlists/{product}": "open or closed, in one word: nothing of it is edited",
}


def test_every_change_takes_the_version_that_was_read(settings: Settings) -> None:
    paths = create_app(settings).openapi()["paths"]
    changes = {
        f"{method.upper()} {path}": route
        for path, routes in paths.items()
        for method, route in routes.items()
        if method in ("put", "patch")
    }
    blind = {
        name
        for name, route in changes.items()
        if "If-Match" not in {each["name"].title() for each in route.get("parameters", ())}
    }
    assert blind == set(WITHOUT)
    untold = {
        name for name, route in changes.items() if name not in blind and "412" not in route["responses"]
    }
    assert not untold
