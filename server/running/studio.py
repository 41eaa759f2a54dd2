"""What the studio's routes need beside the shows' own parts: services that run nothing by themselves."""

from collections.abc import Mapping
from functools import partial

from server.access.api_keys import ApiKeys
from server.access.customer_keys import CustomerKeys
from server.access.sealing import sealing_for
from server.audit.trail import note_by
from server.channels.oidc import Oidc
from server.channels.service import Channels
from server.checkout.settings import CheckoutSettings
from server.faq.service import Faq
from server.fulfilment.bulk import BulkShipping
from server.fulfilment.packing import Press
from server.fulfilment.shipping import Shipping
from server.fulfilment.telling import BuyerNews
from server.joint.settling import note_staff
from server.questions.hosts import StageHosts
from server.questions.moderating import follow_hosts
from server.questions.pseudonyms import Pseudonyms
from server.replay.service import Replays
from server.running.limits import units_max_of
from server.running.mail import mail_parts
from server.running.people import PeopleParts, people_parts
from server.running.process import Process
from server.running.webhooks import webhooks_for
from server.sanctions.silencing import Silencing
from server.shop.attributions import Attributions
from server.shop.reports import OrderReports
from server.shop.shelf import read_shelf
from server.shop.sold_out import note_shelf
from server.shows.planning import Planning
from server.shows.recordings import Recordings
from server.shows.welcome import Welcomes
from server.surveys.reviews import Reviews
from server.transcript.service import Transcripts
from server.visits.recording import PageViews
from server.waitlist.lines import Lines


def studio_parts(process: Process) -> Mapping[str, object]:
    """Return them by the names that routes find them under in the application's state."""
    database, clock, settings = process.database, process.clock, process.settings
    sealing = sealing_for(settings)
    people = _people_of(process)
    read = partial(read_shelf, units_max=units_max_of(settings))
    door = Silencing(process.screening.screening, process.recognition.is_like)
    attributions = Attributions(sealing, clock)
    shipping = Shipping(
        database,
        clock,
        BuyerNews(database, process.own_pushes.push).tell,
        process.checkouts,
    )
    return {
        "page_views": PageViews(process.recorder, process.tokens, process.cards, database, clock),
        **mail_parts(settings, database, clock, process.new_mail),
        "sanctions": process.sanctions,
        "viewer_reports": process.reports,
        "sessions": people.sessions,
        "people": people.people,
        "founding": people.founding,
        "invitations": people.invitations,
        "resets": people.resets,
        "attributions": attributions,
        "oidc": Oidc(
            database,
            clock,
            sealing=sealing,
            outbound=process.outbound,
            sessions=people.sessions,
        ),
        "api_keys": ApiKeys(database, clock, process.revocations, sealing, note_by),
        "customer_keys": CustomerKeys(
            database,
            clock,
            process.revocations,
            sealing,
            process.outbound,
            note=note_by,
        ),
        "channels": Channels(database, clock, process.channel_origins.changed),
        "order_reports": OrderReports(database, clock, attributions, process.customers.viewer_named),
        "faq": Faq(database, clock),
        "transcripts": Transcripts(database, Pseudonyms(settings.signing_secret())),
        "reviews": Reviews(database, clock, process.aliases, door),
        "pictures": process.pictures,
        "press": Press(),
        "checkout_settings": CheckoutSettings(database, clock, process.catalogue.tell),
        "screening": process.screening.screening,
        "screening_settings": process.screening.settings,
        "shipping": shipping,
        "bulk_shipping": BulkShipping(database, shipping),
        "replays": Replays(database, clock),
        "recordings": Recordings(process.journal, database, read_products=read),
        "planning": Planning(
            process.journal,
            database,
            clock,
            read_products=read,
            at_line_up=[note_shelf],
            at_staff=[follow_hosts, note_staff],
        ),
        "welcomes": Welcomes(database, clock),
        "lines": Lines(process.journal, database, process.waitlist),
        "webhooks": webhooks_for(settings, database, clock, process.outbound),
    }


def _people_of(process: Process) -> PeopleParts:
    return people_parts(
        process.settings,
        process.database,
        process.clock,
        tokens=process.tokens,
        revocations=process.revocations,
        follow=StageHosts(process.journal, process.database).heed,
    )
