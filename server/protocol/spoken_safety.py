"""The commands about who may write and be there, and about what viewers report, as the description of the socket shows them."""

from server.protocol import report_commands, report_lines, sanction_commands, sanction_lines
from server.protocol.spoken_as import Spoken

SAFETY = (
    Spoken(
        sanction_commands.ViewerBan,
        "staff",
        (sanction_lines.Barred,),
        "Ban a viewer from the show, by their id or by a question of theirs.",
    ),
    Spoken(sanction_commands.ViewerUnban, "staff", (sanction_lines.Barred,), "Let a banned viewer in again."),
    Spoken(
        sanction_commands.ViewerSanction,
        "staff",
        (sanction_lines.Sanctioned,),
        "Keep a viewer from writing for a while or for the show, openly or not, or out of the show or of all of the channel's.",
    ),
    Spoken(
        sanction_commands.SanctionLift,
        "staff",
        (sanction_lines.Sanctioned,),
        "End a sanction before its end.",
    ),
    Spoken(
        sanction_commands.AppealAnswer,
        "staff",
        (sanction_lines.Sanctioned,),
        "Answer an appeal: lift the sanction, or keep it.",
    ),
    Spoken(
        report_commands.Report,
        "all",
        (report_lines.ItemReported,),
        "Report what somebody else wrote, once.",
    ),
    Spoken(
        report_commands.ReportSettle,
        "staff",
        (report_lines.ItemReported,),
        "Settle what was reported of an item; who reported it for nothing may be counted no more.",
    ),
)
