"""The application: routes, what stands before them, and what runs beside them while it is up."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

import frontend.registry  # noqa: F401 - imports every slice and listener, then seals
from events.core.links import know_routes
from events.core.settings import settings
from frontend.demo_cast import load_cast
from frontend.errors import handlers
from frontend.kept_pages import KeptPages
from frontend.middleware import Doorkeeper
from frontend.routes import routes
from frontend.routing import Shelf
from frontend.signed_in import authenticate
from frontend.web import forget_limiters
from frontend.working import run_worker
from realtime.announcing import run_announcer
from realtime.server import make_socket_app

log = logging.getLogger("folkmoot.app")


class CannotStart(Exception):
    """The settings cannot be used; the message says what to set."""


class Folkmoot:
    """Pages behind the doorkeeper, sockets behind their guard."""

    def __init__(self, pages: ASGIApp, sockets: ASGIApp) -> None:
        self.kept = KeptPages(pages)
        self.pages = Doorkeeper(self.kept)
        self.sockets = sockets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.sockets(scope, receive, send)
        else:
            await self.pages(scope, receive, send)


def make_app() -> Folkmoot:
    """The whole application, after its settings were found usable."""
    complaints = settings().complaints()
    if complaints:
        raise CannotStart(" ".join(complaints))
    pages = Starlette(
        routes=[Shelf(routes(demo=settings().demo))],
        exception_handlers=handlers(),  # type: ignore[arg-type]  # our handlers take the exceptions they are given for
        lifespan=_lifespan,
    )
    know_routes(pages.url_path_for)
    return Folkmoot(pages, make_socket_app(authenticate))


@asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    forget_limiters()
    if settings().demo:
        await asyncio.to_thread(load_cast)
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        tasks.create_task(run_announcer(stop))
        if settings().worker:
            tasks.create_task(run_worker(stop))
        # Full collections over all live connections cost fan-out 1.9 to 2.8 times (reference: performance, finding 2).
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 50, 1000)
        try:
            yield
        finally:
            stop.set()
