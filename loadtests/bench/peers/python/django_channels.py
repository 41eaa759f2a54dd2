"""Django Channels: a consumer in a group, over the in-memory layer, which spares it the way through Redis."""

import sys

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    CHANNEL_LAYERS={
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}
    },
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path  # noqa: E402

from loadtests.bench.peers.python.lines import run  # noqa: E402


class Viewer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One socket in the group `room`."""

    async def connect(self) -> None:
        await self.channel_layer.group_add("room", self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard("room", self.channel_name)

    async def room_message(self, event: dict[str, str]) -> None:
        """Pass on what was sent to the group."""
        await self.send(text_data=event["text"])


async def publish(text: str) -> None:
    """Send to the group."""
    await get_channel_layer().group_send("room", {"type": "room.message", "text": text})


app = ProtocolTypeRouter(
    {"http": get_asgi_application(), "websocket": URLRouter([path("", Viewer.as_asgi())])}
)
run(app, int(sys.argv[1]), int(sys.argv[2]), publish)
