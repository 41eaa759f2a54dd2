"""Which handler carries out which command in a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.auctions.commands import AuctionCommands
from server.comments.commands import CommentCommands
from server.giveaways.commands import GiveawayCommands
from server.hub.dispatch import Commands
from server.offers.commands import OfferCommands
from server.payments.commands import PaymentCommands
from server.polls.commands import PollCommands
from server.posts.commands import PostCommands
from server.protocol.commands import Join
from server.questions.commands import QuestionCommands
from server.reports.commands import ReportCommands
from server.sanctions.commands import SanctionCommands
from server.shop.commands import ShopCommands
from server.shows.commands import ShowCommands
from server.surveys.commands import SurveyCommands
from server.viewers.doubts import Doubts
from server.viewers.engagement import Engagement
from server.viewers.sharing import Sharing
from server.waitlist.commands import WaitlistCommands

if TYPE_CHECKING:
    from server.running.process import Process


def commands_of(process: Process) -> Commands:
    """Return the handlers for the dispatcher; the hub's audience is set with them."""
    doubts = Doubts(process.hub.crowd, process.recorder)
    engagement = Engagement(process.hub, process.recorder, process.clock, doubts)
    process.hub.audience = engagement
    return {
        Join: process.joins.join,
        **engagement.commands(),
        **Sharing(
            process.database, process.recorder, process.clock, process.pace, process.joins.codes
        ).commands(),
        **process.at_work.commands(),
        **QuestionCommands(process.questions, process.pace, doubt_of=doubts.of).table(),
        **CommentCommands(process.comments, process.pace).table(),
        **SurveyCommands(process.surveys, process.recorder, process.pace).table(),
        **PollCommands(process.polls, process.pace, doubt_of=doubts.of).table(),
        **GiveawayCommands(process.giveaways, process.pace, doubt_of=doubts.of).table(),
        **PostCommands(process.posts).table(),
        **OfferCommands(process.offers, process.recorder, process.pace).table(),
        **AuctionCommands(process.auctions, process.pace).table(),
        **ShopCommands(process.shop, process.holds, process.exchanges, process.pace).table(),
        **WaitlistCommands(process.waitlist, process.pace).table(),
        **PaymentCommands(process.payments, process.pace).table(),
        **ShowCommands(process.shows).table(),
        **SanctionCommands(process.sanctions).table(),
        **ReportCommands(process.reports, process.pace).table(),
    }
