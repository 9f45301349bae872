"""For machines: whether we live, whether we are ready, and what crawlers may read."""

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from events.core.database import database_answers
from events.core.settings import settings
from frontend.assets import asset


async def alive(_request: Request) -> Response:
    """200 as long as the loop turns."""
    return PlainTextResponse("ok\n")


async def ready(_request: Request) -> Response:
    """200 when the database answers, and Redis where it is set; else 503 with what does not."""
    parts = {"database": await anyio.to_thread.run_sync(database_answers)}
    if settings().redis_url:
        parts["redis"] = await _redis_answers()
    good = all(parts.values())
    return JSONResponse({"ready": good, **parts}, 200 if good else 503)


async def _redis_answers() -> bool:
    from redis.asyncio import Redis

    client = Redis.from_url(settings().redis_url, socket_timeout=2, socket_connect_timeout=2, retry=None)
    try:
        return bool(await client.ping())
    except Exception:
        return False
    finally:
        await client.aclose()


async def favicon(_request: Request) -> Response:
    """Browsers ask here for the mark."""
    return RedirectResponse(asset("img/mark.svg"), 307)


async def robots(_request: Request) -> Response:
    """Public pages may be read by all; addresses with tokens are not linked anywhere."""
    return PlainTextResponse("User-agent: *\nDisallow: /sign-in\nDisallow: /judge-links\nDisallow: /dev\n")
