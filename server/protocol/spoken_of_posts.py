"""The commands about viewers' own posts, as the description of the socket shows them."""

from server.protocol import post_commands as said
from server.protocol.post_lines import PostPlaced
from server.protocol.spoken_as import Spoken

POSTS = (
    Spoken(said.PostShow, "staff", (PostPlaced,), "Show everybody a viewer's own post that was approved."),
    Spoken(said.PostHide, "staff", (PostPlaced,), "Show a viewer's own post no more."),
)
