"""Who acts in a show by HTTP without having joined it: what the token says of them is kept, for the figures."""

from starlette.requests import Request
from starlette.responses import Response

from server.access.tokens import Identity
from server.browsers import browser_of
from server.http import pacing
from server.hub.handshake import join_headers
from server.journal.intents import note_replay
from server.ledger.recorder import Recorder
from server.pace.rates import Act


def keep_identity(request: Request, show_id: str, identity: Identity) -> None:
    """Tell the ledger who has just acted in the show; a process that records nothing is left alone, and so is a rehearsal."""
    recorder: Recorder | None = getattr(request.app.state, "recorder", None)
    if recorder is not None and not _is_hidden(request, show_id):
        recorder.attend(
            show_id,
            identity.viewer_id,
            "http",
            guest=identity.guest,
            remembered=identity.remembered,
            source=None,
            consent_at=identity.consent_at,
            staff=identity.role != "viewer",
            joined=False,
            device=browser_of(join_headers(request.scope["headers"])).device,
        )


def tell_order(
    request: Request, response: Response, show_id: str, identity: Identity, *, repeated: bool
) -> None:
    """Say of an order, a hold or a payment that it was made (201), or had been before under the same key (200, and no pace is spent)."""
    if repeated:
        note_replay()
        pacing.give_back(request, Act.ORDER, viewer=identity.viewer_id)
    keep_identity(request, show_id, identity)
    response.status_code = 200 if repeated else 201


def _is_hidden(request: Request, show_id: str) -> bool:
    """Whether the show is a rehearsal or a draft; whoever has acted in it has opened its room here."""
    room = request.app.state.hub.rooms.get(show_id)
    return room is not None and room.hidden
