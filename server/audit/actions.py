"""What the merchant's people and programs do that is kept: one name for each, and of what kind it is. Pure."""

from types import MappingProxyType
from typing import Literal, get_args

About = Literal["shows", "products", "people", "connections", "figures", "channel"]
"""What an action was about, as the audit may be searched by it."""
Action = Literal[
    "show.create",
    "show.change",
    "show.schedule",
    "show.rehearse",
    "show.start",
    "show.end",
    "show.cancel",
    "show.archive",
    "show.restore",
    "show.line_up",
    "show.staff",
    "announce",
    "announce.remove",
    "question.approve",
    "question.answer",
    "question.dismiss",
    "question.restore",
    "question.pin",
    "question.unpin",
    "viewer.ban",
    "viewer.unban",
    "product.create",
    "product.change",
    "product.archive",
    "product.restore",
    "product.stock",
    "product.restock",
    "product.pin",
    "product.unpin",
    "products.bulk",
    "products.import",
    "products.order",
    "person.invited",
    "person.joined",
    "person.changed",
    "person.role",
    "person.removed",
    "person.reset",
    "invitation.withdrawn",
    "key.made",
    "key.renamed",
    "key.revoked",
    "customer_secret.made",
    "customer_secret.ended",
    "customer_keys.changed",
    "provider.set",
    "provider.removed",
    "webhook.created",
    "webhook.changed",
    "webhook.secret",
    "webhook.removed",
    "segment.created",
    "segment.changed",
    "segment.removed",
    "channel.created",
    "channel.changed",
]
ACTIONS: tuple[Action, ...] = get_args(Action)
KINDS: MappingProxyType[About, tuple[str, ...]] = MappingProxyType(
    {
        "shows": ("show", "announce", "question", "viewer"),
        "products": ("product", "products"),
        "people": ("person", "invitation"),
        "connections": ("key", "customer_secret", "customer_keys", "provider", "webhook"),
        "figures": ("segment",),
        "channel": ("channel",),
    }
)
"""What stands before the point of the actions about each."""
