"""Rooms of reviews: whoever is inside hears that something has a new number, and looks at it by a GET that asks again.

Not a word of what is said or written, and no name, is in these messages: they hold for whoever is named or not. Of who
is here they tell the number; the names are those of the rows, asked for by whoever may read them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from events.core.access import Actor
from events.core.database import reading
from events.core.refusals import NotFound
from events.events import Event
from realtime.announcing import quiet
from realtime.channels import review_channel
from realtime.guard import Connection
from sessions.peer_reviews import agenda, live, meeting_calendars, writing_up
from sessions.peer_reviews.reviews import ReviewInEvent, inside_review
from sessions.peer_reviews.rooms import review_by_public_id, review_room_numbers

if TYPE_CHECKING:
    from realtime.server import SocketServer

log = logging.getLogger("folkmoot.sockets")

Answer = dict[str, Any]
Step = Callable[[str, Connection, Any], Awaitable[Answer]]
PAUSE = 0.1

# The room's number says that there is something new; letters and calendars say the rest.
quiet(agenda.ReviewAgendaPlanned, agenda.ReviewAgendaChanged)
quiet(live.ReviewPartStarted, live.ReviewPartEnded, live.ReviewMeetingHeld)
quiet(meeting_calendars.ReviewDayInvited, meeting_calendars.ReviewDayMoved, meeting_calendars.ReviewDayFreed)
quiet(meeting_calendars.ReviewDayRenamed)
quiet(writing_up.FindingRecorded, writing_up.FindingChanged, writing_up.FindingAgreed, writing_up.FindingWithdrawn)


class ReviewRooms:
    """Who of this process's sockets is in the room of which review, and up to which number each room was told."""

    def __init__(self, server: "SocketServer") -> None:
        self.server = server
        self.joined: dict[str, dict[int, ReviewInEvent]] = {}
        self.told: dict[int, tuple[int, int]] = {}
        self.public: dict[int, str] = {}
        self.sent_at: dict[int, float] = {}

    def steps(self) -> dict[str, Step]:
        """What sockets can ask for."""
        return {"review:join": self._join, "review:leave": self._leave}

    async def _join(self, sid: str, connection: Connection, asked: Any) -> Answer:
        """Let a socket into the room of a review that its person is inside of: the number of its last change."""
        actor = await self.server.actor_on(sid, connection)
        subject = await asyncio.to_thread(_find, _named(asked))
        if not inside_review(actor, subject):
            raise NotFound()
        person, channel = await self.server.person_on(sid, connection), review_channel(subject.id)
        await self.server.sio.enter_room(sid, channel)
        if sid not in self.server.channels:
            raise NotFound()  # it was closed meanwhile, and nobody would take it out again
        self.joined.setdefault(sid, {})[subject.id] = subject
        self.public[subject.id] = subject.review.public_id
        if self.server.presence.enter(channel, sid, person, ""):
            self.server.elsewhere.note_came(channel, person, "")
        self.tell_here(channel)
        # Read after entering: what is newer than this number is heard, what is not is asked for.
        numbers = (await asyncio.to_thread(_numbers, [subject.id]))[subject.id]
        self.told.setdefault(subject.id, numbers)
        return {"ok": True} | _message(subject.review.public_id, numbers)

    async def _leave(self, sid: str, _connection: Connection, asked: Any) -> Answer:
        named = _named(asked)
        for id, subject in list(self.joined.get(sid, {}).items()):
            if subject.review.public_id == named:
                await self._put_out(sid, id)
        return {"ok": True}

    async def _put_out(self, sid: str, review_id: int) -> None:
        await self.server.sio.leave_room(sid, review_channel(review_id))
        self.joined.get(sid, {}).pop(review_id, None)
        self._went(sid, review_id)

    def gone(self, sid: str) -> None:
        """A socket is closed."""
        for review_id in self.joined.pop(sid, {}):
            self._went(sid, review_id)

    def _went(self, sid: str, review_id: int) -> None:
        channel = review_channel(review_id)
        if person := self.server.presence.leave(channel, sid):
            self.server.elsewhere.note_went(channel, person)
        self.tell_here(channel)
        self._forget(review_id)

    def here(self, review_id: int) -> list[str]:
        """The public ids of those who are in the room of a review."""
        return self.server.presence.ids(review_channel(review_id))

    def tell_here(self, channel: str) -> None:
        """Tell a room how many are in it now; who they are, its pages ask of the rows."""
        public = next((one for id, one in self.public.items() if review_channel(id) == channel), None)
        if public is None:
            return

        def message() -> Answer | None:
            changed = self.server.presence.changes(channel)
            return {"review": public, "here": changed["here"]} if changed else None

        self.server.fanout.latest(channel, "review:here", message)

    def _forget(self, review_id: int) -> None:
        if not any(review_id in rooms for rooms in self.joined.values()):
            for kept in (self.told, self.public, self.sent_at):
                kept.pop(review_id, None)

    async def look(self, sid: str, actor: Actor) -> None:
        """Put a socket out of rooms that its person, as they are now, is not inside of any more."""
        for review_id, subject in list(self.joined.get(sid, {}).items()):
            if not inside_review(actor, subject):
                await self._put_out(sid, review_id)
                await self.server.sio.emit("review:left", {"review": subject.review.public_id}, room=sid)

    async def tell(self) -> bool:
        """Tell each room that somebody here is in its new number; at once after a quiet time, then every tenth of a
        second. Whether one of them has to wait."""
        if not self.told:
            return False
        numbers = await asyncio.to_thread(_numbers, list(self.told))
        waiting = []
        for review_id, now in numbers.items():
            if now == self.told.get(review_id, now):
                continue
            pause = self.sent_at.get(review_id, 0) + PAUSE - monotonic()
            if pause > 0:
                waiting.append(pause)
                continue
            self.sent_at[review_id], self.told[review_id] = monotonic(), now
            await self.server.fanout.post(review_channel(review_id), "review", _message(self.public[review_id], now))
        if waiting:
            await asyncio.sleep(min(waiting))
        return bool(waiting)


def _named(asked: Any) -> str:
    named = asked.get("review") if isinstance(asked, dict) else None
    if not isinstance(named, str) or len(named) > 40 or "\0" in named:
        raise NotFound()
    return named


def _find(public: str) -> ReviewInEvent:
    with reading() as db:
        review = review_by_public_id(db, public)
        event = db.get(Event, review.event_id) if review is not None else None
    if review is None or event is None:
        raise NotFound()
    return ReviewInEvent(review, event)


def _message(public: str, numbers: tuple[int, int]) -> Answer:
    return {"review": public, "number": numbers[0], "board": numbers[1]}


def _numbers(review_ids: list[int]) -> dict[int, tuple[int, int]]:
    with reading() as db:
        return review_room_numbers(db, review_ids)
