"""Viewers' own posts on the socket: staff show and hide them."""

from server.posts.service import Posts
from server.posts.showing import Showing
from server.protocol.codec import ok_line
from server.protocol.post_commands import PostHide, PostShow
from server.viewers.caller import Caller, CommandTable, acting, intent_in


class PostCommands:
    """The socket's way to `Posts`."""

    def __init__(self, posts: Posts) -> None:
        self._posts = posts

    def table(self) -> CommandTable:
        """Return which handler carries out which command."""
        return {PostShow: self.place, PostHide: self.place}

    async def place(self, caller: Caller, command: PostShow | PostHide) -> bytes | None:
        """Show or hide a post."""
        if isinstance(command, PostShow):
            showing = Showing(acting(caller), command.post, shown=True, version=command.version)
        else:
            showing = Showing(acting(caller), command.post, shown=False)
        placed = await self._posts.show(caller.show_id, showing, intent=intent_in(caller, command))
        return None if command.id is None else ok_line(command.id, post=placed.post_id, shown=placed.shown)
