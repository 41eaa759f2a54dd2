"""Who acts in a show by HTTP without having joined it: what the token says of them is kept, for the figures."""

from starlette.requests import Request

from server.access.tokens import Identity
from server.ledger.recorder import Recorder


def keep_identity(request: Request, show_id: str, identity: Identity) -> None:
    """Tell the ledger who has just acted in the show; a process that records nothing is left alone."""
    recorder: Recorder | None = getattr(request.app.state, "recorder", None)
    if recorder is not None:
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
        )
