"""Every command with who may send it, how it is answered and what it does, as the description of the socket shows it."""

from server.protocol import (
    auction_commands,
    auction_lines,
    comment_commands,
    comment_lines,
    hold_lines,
    lines,
    offer_lines,
    payment_lines,
    poll_commands,
    poll_lines,
    question_commands,
    question_lines,
    show_commands,
    survey_lines,
    waitlist_commands,
    waitlist_lines,
)
from server.protocol import commands as said
from server.protocol.schema import JoinedAsStaff, JoinedAsViewer
from server.protocol.spoken_as import Spoken
from server.protocol.spoken_of_giveaways import GIVEAWAYS
from server.protocol.spoken_of_hand_overs import HAND_OVERS
from server.protocol.spoken_of_posts import POSTS
from server.protocol.spoken_safety import SAFETY

__all__ = ["COMMANDS", "Spoken"]

COMMANDS = (
    Spoken(
        said.Join,
        "all",
        (JoinedAsViewer, JoinedAsStaff),
        "Enter a show, or come back to it with the last position.",
    ),
    Spoken(said.React, "all", (lines.Reply,), "Add up to 50 taps of one kind to the show's reactions."),
    Spoken(question_commands.Ask, "all", (lines.Asked,), "Ask the host a question."),
    Spoken(
        question_commands.Vote, "all", (lines.Voted,), "Vote for a question; a second vote changes nothing."
    ),
    Spoken(said.Click, "all", (lines.Reply,), "Say that a product was opened."),
    Spoken(said.Impression, "all", (lines.Reply,), "Say which product cards were really seen."),
    Spoken(said.Share, "all", (lines.Shared,), "Share the show; the id belongs into the link."),
    Spoken(said.Playing, "all", (lines.Reply,), "Say whether the video plays and the page is visible."),
    Spoken(
        said.Buy, "all", (lines.Bought,), "Buy. The same key gets the same order again, whatever happened."
    ),
    Spoken(
        said.PlaceHold,
        "all",
        (hold_lines.HoldPlaced,),
        "Set units aside, all lines or none. The same key gets the same hold again, with the time that it had.",
    ),
    Spoken(
        said.HoldExchange,
        "all",
        (hold_lines.HoldPlaced,),
        "Set other units aside in the place of a hold, under its time; refused, the hold stands as it was.",
    ),
    Spoken(
        said.Pay,
        "all",
        (payment_lines.Paying,),
        "Begin to pay for a hold. The same key gets the same payment again, as it stands.",
    ),
    Spoken(
        said.PayCancel, "all", (payment_lines.Paying,), "End a payment that is open; a paid one stays paid."
    ),
    Spoken(said.HoldRelease, "all", (hold_lines.HoldReleased,), "Give the units of a hold back."),
    Spoken(
        waitlist_commands.WaitlistJoin,
        "all",
        (waitlist_lines.InLine,),
        "Wait in line for what is sold out. The same key gets the same place again, as it stands.",
    ),
    Spoken(
        waitlist_commands.WaitlistLeave,
        "all",
        (waitlist_lines.InLine,),
        "Leave the line, giving back what was offered.",
    ),
    Spoken(
        said.SurveyAnswer,
        "all",
        (survey_lines.SurveyAnswered,),
        "Answer the survey; another answer takes the place of the first until it closes.",
    ),
    Spoken(
        poll_commands.PollVote,
        "all",
        (poll_lines.PollVoted,),
        "Vote in the poll that is open; another vote takes the place of the first where it may be changed.",
    ),
    Spoken(
        poll_commands.PollSee,
        "all",
        (poll_lines.PollSeen,),
        "Ask how a poll stands, with the counts that one may read now.",
    ),
    Spoken(said.SurveyShown, "all", (lines.Reply,), "Say that the survey's card was shown."),
    Spoken(
        said.OfferSee,
        "all",
        (offer_lines.OfferSeen,),
        "Ask what an offer is to this viewer; that they were shown it is recorded.",
    ),
    Spoken(
        auction_commands.PlaceBid,
        "all",
        (auction_lines.BidTaken,),
        "Bid in an auction: the server raises for the bidder up to `max`. The same key gets the first answer again.",
    ),
    Spoken(said.Ping, "all", (lines.Pong,), "Ask for a sign of life; answered without `id` too."),
    Spoken(said.Announce, "staff", (lines.Published,), "Say something to everybody."),
    Spoken(
        said.AnnounceRemove,
        "staff",
        (lines.Published,),
        "Take the announcement down; without its offset, whichever it is.",
    ),
    Spoken(question_commands.QuestionApprove, "staff", (lines.Moderated,), "Let a pending question be seen."),
    Spoken(
        question_commands.QuestionHold,
        "staff",
        (lines.Moderated,),
        "Take an open question back to those that wait.",
    ),
    Spoken(
        question_commands.QuestionMerge,
        "staff",
        (lines.Moderated,),
        "Let another question stand for this one.",
    ),
    Spoken(
        question_commands.QuestionLabel,
        "staff",
        (lines.Moderated,),
        "Give a question labels, which staff alone see.",
    ),
    Spoken(
        question_commands.QuestionMany,
        "staff",
        (question_lines.ManyDone,),
        "Do many acts to questions, each with a result of its own.",
    ),
    Spoken(
        question_commands.QuestionUndo, "staff", (lines.Moderated,), "Take the last move of a question back."
    ),
    Spoken(
        question_commands.QuestionClaim,
        "staff",
        (lines.Moderated,),
        "Work on a question, so that nobody else answers it; again before it lapses, to go on.",
    ),
    Spoken(question_commands.QuestionRelease, "staff", (lines.Moderated,), "Work on a question no longer."),
    Spoken(
        question_commands.QuestionBegin,
        "staff",
        (lines.Moderated,),
        "Say that a question is answered live now.",
    ),
    Spoken(
        question_commands.QuestionAnswer,
        "staff",
        (lines.Moderated,),
        "Answer by `text`, to all or to those alone who asked or voted, or say that it was answered live.",
    ),
    Spoken(
        question_commands.QuestionAnswering,
        "staff",
        (lines.Reply,),
        "Tell the other staff that one is answering.",
    ),
    Spoken(
        question_commands.QuestionDismiss, "staff", (lines.Moderated,), "Take a question away, for a reason."
    ),
    Spoken(
        question_commands.QuestionRestore,
        "staff",
        (lines.Moderated,),
        "Open an answered or dismissed question again.",
    ),
    Spoken(question_commands.QuestionPin, "staff", (lines.Moderated,), "Show one question above the others."),
    Spoken(
        question_commands.QuestionUnpin,
        "staff",
        (lines.Moderated,),
        "Pin no question; without one, whichever it is.",
    ),
    Spoken(
        question_commands.QuestionStage,
        "staff",
        (lines.Moderated,),
        "Give a question to one of the show's hosts, who has it on their stage.",
    ),
    Spoken(
        question_commands.QuestionUnstage,
        "staff",
        (lines.Moderated,),
        "Take a question off the stage on which it stands.",
    ),
    Spoken(
        question_commands.QuestionWithdraw,
        "all",
        (lines.Moderated,),
        "Take back one's own question while nobody answers it.",
    ),
    Spoken(
        comment_commands.WriteComment,
        "all",
        (comment_lines.Commented,),
        "Write a comment. When more come than can be read, viewers are shown a part, by a rule.",
    ),
    Spoken(
        comment_commands.CommentReact,
        "all",
        (comment_lines.CommentReacted,),
        "React to a comment, once with each kind, or take that back.",
    ),
    Spoken(
        comment_commands.CommentApprove, "staff", (comment_lines.CommentMoved,), "Let a held comment be seen."
    ),
    Spoken(
        comment_commands.CommentRemove,
        "staff",
        (comment_lines.CommentMoved,),
        "Take a comment away, for a reason.",
    ),
    Spoken(
        comment_commands.CommentUndo,
        "staff",
        (comment_lines.CommentMoved,),
        "Take the last move of a comment back.",
    ),
    Spoken(
        comment_commands.CommentToQuestion,
        "staff",
        (comment_lines.CommentMoved,),
        "Make a question of a comment, which its writer has asked then.",
    ),
    Spoken(
        comment_commands.CommentWithdraw,
        "all",
        (comment_lines.CommentMoved,),
        "Take one's own comment back.",
    ),
    Spoken(
        comment_commands.CommentsSwitch,
        "staff",
        (comment_lines.CommentsSwitched,),
        "Say who may comment from now on.",
    ),
    Spoken(said.ProductPin, "staff", (lines.Published,), "Show one product above the others."),
    Spoken(said.ProductUnpin, "staff", (lines.Published,), "Pin no product; without one, whichever it is."),
    Spoken(said.ProductRestock, "staff", (lines.Restocked,), "Add to a product's units, or take some away."),
    *SAFETY,
    Spoken(said.SurveyOpen, "staff", (survey_lines.SurveyMoved,), "Put a survey to everybody."),
    Spoken(said.SurveyClose, "staff", (survey_lines.SurveyMoved,), "Take no more answers to a survey."),
    Spoken(poll_commands.PollOpen, "staff", (poll_lines.PollMoved,), "Put a poll to everybody."),
    Spoken(
        poll_commands.PollClose,
        "staff",
        (poll_lines.PollMoved,),
        "Take no more votes; everybody gets the result.",
    ),
    Spoken(
        poll_commands.PollHide, "staff", (poll_lines.PollMoved,), "Show the result of a closed poll no more."
    ),
    *GIVEAWAYS,
    *POSTS,
    Spoken(said.OfferOpen, "staff", (offer_lines.OfferMoved,), "Open an offer that was prepared."),
    Spoken(said.OfferClose, "staff", (offer_lines.OfferMoved,), "Sell nothing more under an offer."),
    Spoken(
        auction_commands.AuctionStart,
        "host, admin",
        (auction_lines.AuctionMoved,),
        "Start an auction that was prepared: its lot is set aside.",
    ),
    Spoken(
        auction_commands.AuctionCancel,
        "host, admin",
        (auction_lines.AuctionMoved,),
        "End an auction without a winner.",
    ),
    Spoken(
        show_commands.ShowModerate, "staff", (lines.ShowTakes,), "Say how the show takes what viewers write."
    ),
    *HAND_OVERS,
    Spoken(said.ShowStart, "host, admin", (lines.ShowMoved,), "Begin the show."),
    Spoken(said.ShowEnd, "host, admin", (lines.ShowMoved,), "End the show; it does not start again."),
)
