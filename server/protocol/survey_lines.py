"""The lines about surveys; see `lines`, which says how such structs are used."""

from server.protocol.lines import Push, Reply
from server.protocol.pushes import Survey, SurveyState


class SurveyAnswered(Reply, frozen=True, tag="ok"):
    """The answer is kept."""

    survey: str


class SurveyMoved(Reply, frozen=True, tag="ok"):
    """How the survey stands now."""

    survey: str
    state: SurveyState


class SurveyOpened(Push, frozen=True, tag="survey.opened"):
    """A survey is open to everybody; whichever was before is closed. Told again when its `closes_at` is known."""

    survey: Survey


class SurveyClosed(Push, frozen=True, tag="survey.closed"):
    """The survey takes no more answers."""

    survey: str
