"""Shows as the API shows them and takes them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from server.access.tokens import NAME_CHARACTERS_MAX
from server.http.params import Address, Face, GivenMoment, Moment, OneLine, RequestBody
from server.protocol.commented import CommentsFor
from server.protocol.pushes import Moderation, PictureSync, ShowState, Video
from server.shows.plans import Plan, columns_of
from server.shows.rules import (
    ALT_CHARACTERS_MAX,
    DESCRIPTION_CHARACTERS_MAX,
    PICTURE_DELAY_MS_MAX,
    PLANNED_MINUTES_MAX,
    TITLE_CHARACTERS_MAX,
)

Title = Annotated[
    OneLine,
    Field(
        min_length=1,
        max_length=4 * TITLE_CHARACTERS_MAX,
        description=f"At most {TITLE_CHARACTERS_MAX} characters as it is kept.",
    ),
]
HostName = Annotated[
    OneLine,
    Field(
        min_length=1,
        max_length=4 * NAME_CHARACTERS_MAX,
        description=f"The name shown to viewers, at most {NAME_CHARACTERS_MAX} characters as it is kept.",
    ),
]
Description = Annotated[
    OneLine,
    Field(
        max_length=4 * DESCRIPTION_CHARACTERS_MAX,
        description=f"Plain text, at most {DESCRIPTION_CHARACTERS_MAX} characters as it is kept.",
    ),
]
Minutes = Annotated[int, Field(ge=1, le=PLANNED_MINUTES_MAX, description="How long it is meant to last.")]
Delay = Annotated[
    int,
    Field(
        ge=0,
        le=PICTURE_DELAY_MS_MAX,
        description="By how much the picture is late; for `picture_sync`.",
    ),
]


class VideoBody(Face):
    """Addresses of the show's pictures; empty where there is none."""

    hls: str
    mp4: str
    poster: str


class VideoRequest(RequestBody):
    """Addresses of the show's pictures; empty where there is none."""

    hls: Address = ""
    mp4: Address = ""
    poster: Address = ""

    def as_video(self) -> Video:
        """Return the addresses as the server holds them."""
        return Video(hls=self.hls, mp4=self.mp4, poster=self.poster)


class HandOverBody(Face):
    """To which show another one hands its audience over, as that was called and hosted then."""

    show: str
    title: str
    host: str
    at: Moment


class ReplayBody(Face):
    """Where an ended show is watched again; an empty address: none."""

    hls: str
    mp4: str
    starts_ms: int = Field(
        description="How long after the show's start its first frame is; negative where it is before."
    )
    length_ms: int | None = Field(
        description="How long it lasts; null: nobody said, it is taken to last until the show's end."
    )


class JointShowBody(Face):
    """One of the shows that are held as one; `name` is its channel's."""

    show: str
    channel: str
    name: str


class JointBody(Face):
    """Which shows are held as one: people talk in the `leading` one, and each channel sells in its own."""

    leading: str
    shows: list[JointShowBody]


class ShowBody(Face):
    """A show as everybody may see it."""

    id: str
    channel: str
    title: str
    host: str
    state: ShowState
    moderation: Moderation = Field(description="`pre`: questions are seen once somebody approved them.")
    slow_seconds: int | None = Field(
        default=None, description="Between two texts of a viewer; null: as the channel's settings say."
    )
    starts_at: Moment | None
    started_at: Moment | None
    ended_at: Moment | None
    video: VideoBody
    description: str
    cover: str = Field(description="The address of its picture; empty where it has none of its own.")
    cover_alt: str
    planned_minutes: int | None
    guests_allowed: bool
    picture_sync: PictureSync = Field(
        description="How pins meet the picture: `off`, by a `fixed` delay, or by the picture's own `date`."
    )
    picture_delay_ms: int
    version: int = Field(description="Also in `ETag`.")
    comments: CommentsFor = Field(
        description="Who may comment: everybody, nobody, or signed-in viewers alone."
    )
    hand_over: HandOverBody | None = Field(
        default=None, description="While viewers are shown the way to another live show of the channel."
    )
    replay: ReplayBody | None = Field(
        default=None, description="Of an ended show whose recording is open to everybody."
    )
    joint: JointBody | None = Field(
        default=None, description="With which shows of other channels it is held as one; null: by itself."
    )


class _ShowDetails(RequestBody):
    """What a show may be besides its title and host."""

    moderation: Moderation = "post"
    guests_allowed: bool = Field(
        default=True, description="Left out in a new show: as the channel's settings say."
    )
    starts_at: GivenMoment | None = None
    video: VideoRequest = VideoRequest()
    description: Description = ""
    planned_minutes: Minutes | None = None
    cover: Address = ""
    cover_alt: str = Field(
        default="",
        max_length=4 * ALT_CHARACTERS_MAX,
        description="What the cover shows, for who does not see it.",
    )
    picture_sync: PictureSync = "off"
    picture_delay_ms: Delay = 0
    comments: CommentsFor = "on"


class ShowRequest(_ShowDetails):
    """What a new show is to be. Its channel is the caller's."""

    title: Title
    host: HostName
    state: Literal["draft", "scheduled"] = Field(
        default="scheduled", description="A draft is seen by the channel's staff alone."
    )

    def as_plan(self) -> Plan:
        """Return what the show is to be."""
        given = {name: getattr(self, name) for name in type(self).model_fields if name != "video"}
        if "guests_allowed" not in self.model_fields_set:
            given["guests_allowed"] = None
        return Plan(**given, video=self.video.as_video())


class ShowChanges(_ShowDetails):
    """What is to be another; what is not sent stays."""

    title: Title = ""
    host: HostName = ""

    def as_columns(self) -> dict[str, Any]:
        """Return what was sent as columns of a show."""
        sent = {name: getattr(self, name) for name in self.model_fields_set if name != "video"}
        return sent | (columns_of(self.video.as_video()) if "video" in self.model_fields_set else {})
