"""Who acts in a show by HTTP without having joined it: what the token says of them is kept, for the figures."""

from starlette.requests import Request

from server.access.tokens import Identity
from server.browsers import browser_of
from server.hub.handshake import join_headers
from server.ledger.recorder import Recorder


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


def _is_hidden(request: Request, show_id: str) -> bool:
    """Whether the show is a rehearsal or a draft; whoever has acted in it has opened its room here."""
    room = request.app.state.hub.rooms.get(show_id)
    return room is not None and room.hidden
