"""Those who arrive together are looked at together: when a thousand come back at once, the database is asked about
some dozens at a time, with one step into a thread and one reading for all of them."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

# (sign-in id, person id) for a Cookie header or None, and what else is to be known; in the order of the cookies.
Arrival = tuple[tuple[int, int] | None, Any]
Arrive = Callable[[Sequence[str]], list[Arrival | Exception]]

MOST_TOGETHER = 64


class Arrivals:
    """Whoever waits to be let in. While some are looked at the next ones gather."""

    def __init__(self, arrive: Arrive) -> None:
        self._arrive = arrive
        self._waiting: list[tuple[str, asyncio.Future[Arrival]]] = []
        self._looking: asyncio.Task[None] | None = None

    async def look(self, cookie: str) -> Arrival:
        """Whose a cookie is. Raises what went wrong with this one."""
        asked: asyncio.Future[Arrival] = asyncio.get_running_loop().create_future()
        self._waiting.append((cookie, asked))
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_at_all())
        return await asked

    async def _look_at_all(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
            found: Sequence[Arrival | Exception]
            try:
                found = await asyncio.to_thread(self._arrive, [cookie for cookie, _asked in together])
            except Exception as error:
                found = [error] * len(together)
            for (_cookie, asked), one in zip(together, found, strict=True):
                if asked.done():
                    continue  # whoever asked has gone
                if isinstance(one, Exception):
                    asked.set_exception(one)
                else:
                    asked.set_result(one)
