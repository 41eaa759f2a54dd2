"""The commands about viewers' own posts; the others are in `server.protocol.commands`. No I/O."""

from server.protocol.command_kinds import EntityId, Keyed, Version


class PostShow(Keyed, tag="post.show"):
    """`version`: the one that was seen; without it, whichever there is."""

    post: EntityId
    version: Version | None = None


class PostHide(Keyed, tag="post.hide"):
    post: EntityId


PostCommand = PostShow | PostHide
