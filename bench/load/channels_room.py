"""A room of Django Channels over Redis, which older live platforms of the field are built on: the reference for R4.

Needs a Python that has channels, channels_redis and uvicorn: `--channels-python` of bench/room_targets.py.
"""

import os

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="of a bench",  # noqa: S106 - of nothing that is kept
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [os.environ["BENCH_CHANNELS_REDIS"]]},
        }
    },
)
django.setup()

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402 - wants the settings first
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - as above
from django.urls import path  # noqa: E402 - as above


class Room(AsyncJsonWebsocketConsumer):
    """Everybody hears what anybody says."""

    async def connect(self):
        """Come in."""
        await self.channel_layer.group_add("room", self.channel_name)
        await self.accept()

    async def disconnect(self, _code):
        """Go."""
        await self.channel_layer.group_discard("room", self.channel_name)

    async def receive_json(self, said):
        """Tell the room."""
        await self.channel_layer.group_send("room", {"type": "heard", "said": said})

    async def heard(self, event):
        """Hear it."""
        await self.send_json(event["said"])


app = ProtocolTypeRouter({"websocket": URLRouter([path("ws", Room.as_asgi())])})
