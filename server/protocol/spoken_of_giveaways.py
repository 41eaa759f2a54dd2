"""The commands about giveaways, as the description of the socket shows them."""

from server.protocol import giveaway_commands as said
from server.protocol.giveaway_lines import GiveawayClaimed, GiveawayEntered, GiveawayMoved
from server.protocol.spoken_as import Spoken

GIVEAWAYS = (
    Spoken(
        said.GiveawayEnter, "all", (GiveawayEntered,), "Enter a giveaway; again, the same ticket is answered."
    ),
    Spoken(said.GiveawayClaim, "all", (GiveawayClaimed,), "Claim the prize that one has won."),
    Spoken(said.GiveawayOpen, "staff", (GiveawayMoved,), "Let viewers enter a giveaway that was prepared."),
    Spoken(said.GiveawayClose, "staff", (GiveawayMoved,), "Take no more entries."),
    Spoken(said.GiveawayDraw, "staff", (GiveawayMoved,), "Draw the winners, and publish the seed."),
    Spoken(said.GiveawayCancel, "staff", (GiveawayMoved,), "Call a giveaway off that was not drawn."),
    Spoken(said.GiveawayHide, "staff", (GiveawayMoved,), "Show a giveaway no more."),
)
