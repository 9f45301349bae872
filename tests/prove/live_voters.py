"""People who vote and say something while what they send it to is being replaced."""

import asyncio
import random
import secrets

import aiohttp

from events.signin import form_token
from tests.prove.live_crowd import Ground

# The first try is not waited for: its answer is lost as a rule, and what came of it is for the second to find out.
HASTY = aiohttp.ClientTimeout(total=0.03)
PATIENT = aiohttp.ClientTimeout(total=10)


async def send(ground: Ground, cookie: str, where: str, **fields: str) -> int:
    """Post until there is an answer, always with the same key, as pages do; how many tries that took."""
    token = form_token(cookie.partition("=")[2])
    sent = fields | {"csrf_token": token, "key": secrets.token_urlsafe(18)}
    headers = {"Cookie": cookie, "Host": ground.origin.partition("://")[2], "Origin": ground.origin}
    headers["Accept"] = "application/json"
    tries = 0
    while True:
        port = random.choice(ground.ports)
        tries += 1
        try:
            async with ground.http.post(
                f"http://127.0.0.1:{port}{ground.room}/{where}", data=sent, headers=headers,
                timeout=HASTY if tries == 1 else PATIENT,
            ) as answer:  # fmt: skip
                if answer.status < 500:
                    said = await answer.json()
                    assert said.get("ok") or said.get("sent"), (answer.status, said)
                    return tries
        except (aiohttp.ClientError, TimeoutError):
            pass
        await asyncio.sleep(random.uniform(0.05, 0.3))


async def vote_and_say(ground: Ground, cookie: str, poll: str, choice: str, words: str, within: float) -> int:
    """Vote at some moment within so many seconds, and say something; how many tries both took."""
    await asyncio.sleep(random.uniform(0, within))
    return await send(ground, cookie, f"polls/{poll}/vote", choice=choice) + await send(
        ground, cookie, "chat", said=words
    )
