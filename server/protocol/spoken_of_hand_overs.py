"""The commands about audiences that are handed over, as the description of the socket shows them."""

from server.protocol import lines
from server.protocol import show_commands as said
from server.protocol.spoken_as import Spoken

HAND_OVERS = (
    Spoken(
        said.ShowHandOver,
        "host, admin",
        (lines.ShowHandedOver,),
        "Show viewers the way to another live show of the channel.",
    ),
    Spoken(said.ArrivalSettle, "staff", (lines.ArrivalSettled,), "Say that it was read who comes."),
    Spoken(
        said.ArrivalDecline,
        "staff",
        (lines.ArrivalDeclined,),
        "Do not take the audience of another show.",
    ),
)
