"""What the pages of a pitch room need besides its rows: which clock runs, and what can be seen in which state."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup
from starlette.requests import Request

from events.core.access import Actor
from events.core.database import Database
from events.core.links import link, path
from events.core.refusals import NotFound
from events.core.translation import Message, _
from events.core.wall import to_wall
from events.events import EventWithPhases, get_event
from events.roles import judge_in_the_event
from frontend.navigation import crumbs_of
from frontend.qr_codes import qr_of
from frontend.web import actor_of, person_of
from sessions.chat import MessageState
from sessions.hands import HandCard, HandState, ReactionKind
from sessions.live_scoring import ScoreLink, score_links
from sessions.manners import SanctionKind
from sessions.passes import StagePass, passes_of
from sessions.pitches import PitchState
from sessions.polls import ChoiceCard, PollCard, PollState, Results
from sessions.rooms import CalledOff, MessageCard, PitchCard, QuestionCard, RoomSnapshot, Running, room_snapshot
from sessions.stages import StageInEvent, StageQuestionState, get_stage, run_stage
from sessions.wishes import wish_counts, wishes_of

# What a page's <template> shows, for the live module to fill; ID stands where an id goes into an address.
NO_PITCH = PitchCard("ID", "", "", "", PitchState.WAITING, datetime.fromtimestamp(0, UTC), 0, None, None, None)
NO_CALLED_OFF = CalledOff("ID", "", "", "")
NO_QUESTION = QuestionCard("ID", "", "", "", 0, StageQuestionState.OPEN)
NO_MESSAGE = MessageCard("ID", "", "", "PERSON", datetime.fromtimestamp(0, UTC), MessageState.SAID)
NO_CHOICE = ChoiceCard("ID", "", None)
NO_POLL = PollCard("ID", "", PollState.OPEN, Results.CLOSED, (), 0)
NO_HAND = HandCard("ID", "", "", HandState.UP)
ASKED = {StageQuestionState.OPEN, StageQuestionState.ANSWERED}

REACTIONS: dict[ReactionKind, tuple[str, Message]] = {
    ReactionKind.APPLAUSE: ("👏", _("Applause")),
    ReactionKind.HEART: ("❤️", _("I love it")),
    ReactionKind.LAUGH: ("😄", _("Funny")),
    ReactionKind.IDEA: ("💡", _("Good idea")),
    ReactionKind.AGREE: ("👍", _("I agree")),
}


@dataclass(frozen=True)
class Clock:
    """A countdown as a page begins it: the team's time, then the time for questions; no start, no movement."""

    seconds: int
    started: datetime | None = None
    questions: bool = False
    paused: datetime | None = None


def clock_of(running: Running, now: datetime) -> Clock:
    """Which countdown runs now."""
    on = running.on_stage
    if on is None or on.started_at is None:
        up = running.next_up
        return Clock(up.seconds if up else 0)
    ends = on.started_at + timedelta(seconds=on.seconds)
    if (on.paused_at or now) < ends or not running.question_seconds:
        return Clock(on.seconds, on.started_at, paused=on.paused_at)
    return Clock(running.question_seconds, ends, questions=True, paused=on.paused_at)


@dataclass(frozen=True)
class Shown:
    """What is in sight in the present state; the live module keeps to the same words: `shown("open !stage")`."""

    marks: frozenset[str]

    def __call__(self, words: str) -> Markup:
        """The attributes of something that is in sight while all of `words` hold; !word is its opposite."""
        hidden = any((word.lstrip("!") in self.marks) == word.startswith("!") for word in words.split())
        return Markup(' data-when="{}"').format(words) + (Markup(" hidden") if hidden else Markup())


def marks_of(snapshot: RoomSnapshot) -> frozenset[str]:
    """The words for a room's present state: planned, open or closed; stage, next, asked."""
    running = snapshot.running
    found = {
        running.state.value: True,
        "stage": running.on_stage is not None,
        "paused": running.on_stage is not None and running.on_stage.paused_at is not None,
        "chat": snapshot.manners.chat,
        "slow": snapshot.manners.slow_seconds > 0,
        "next": running.next_up is not None,
        "asked": any(card.state in ASKED for card in snapshot.questions),
    }
    return frozenset(word for word, holds in found.items() if holds)


@dataclass(frozen=True)
class RoomSeen:
    """A room opened for a page: who looks, where, and what there is to see."""

    actor: Actor
    event: EventWithPhases
    room: StageInEvent
    snapshot: RoomSnapshot
    me: str
    silenced: bool
    wished: set[str]
    wishes: dict[str, int]
    links: list[ScoreLink]
    hall: StagePass | None

    def context(self) -> dict[str, Any]:
        """What all templates of a room are given."""
        ids = {"event": self.event.event.slug, "stage": self.room.stage.public_id}
        running = self.snapshot.running
        return {
            "event": self.event,
            "stage": self.room.stage,
            "snapshot": self.snapshot,
            "programme": self.snapshot.programme,
            "session_on": self.snapshot.programme.on(self.snapshot.now),
            "session_next": self.snapshot.programme.following(self.snapshot.now),
            "running": running,
            "on_stage": running.on_stage,
            "next_up": running.next_up,
            "clock": clock_of(running, self.snapshot.now),
            "shown": Shown(marks_of(self.snapshot)),
            "runs": run_stage(self.actor, self.room),
            "ids": ids,
            "join_at": link("stages", event=ids["event"]).partition("://")[2],
            "hall_at": link("hall", code=self.hall.code).partition("://")[2] if self.hall else "",
            "hall_code": qr_of(link("hall", code=self.hall.code)) if self.hall else None,
            "me": self.me,
            "silenced": self.silenced,
            "wished": self.wished,
            "wishes": self.wishes,
            "score_links": self.links,
            "judges": judge_in_the_event(self.actor, self.room),
            "reactions": [(kind.value, *REACTIONS[kind], self.snapshot.reactions[kind.value]) for kind in REACTIONS],
            "opens_at": to_wall(self.room.stage.opens_at, self.event.zone),
            "no_pitch": NO_PITCH,
            "no_called_off": NO_CALLED_OFF,
            "no_question": NO_QUESTION,
            "no_message": NO_MESSAGE,
            "no_poll": NO_POLL,
            "no_choice": NO_CHOICE,
            "no_hand": NO_HAND,
            "crumbs": [*crumbs_of(self.event), (self.room.stage.name, path("stage", **ids))],
        }


def open_room(db: Database, request: Request) -> tuple[Actor, EventWithPhases, StageInEvent]:
    """The room that a request names, if the reader may be in it."""
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    room = get_stage(db, actor, request.path_params["stage"])
    if room.event_id != event.id:
        raise NotFound()
    return actor, event, room


def see_room(db: Database, request: Request) -> RoomSeen:
    """The room that a request names, with all it shows."""
    actor, event, room = open_room(db, request)
    person = person_of(request)
    return RoomSeen(
        actor,
        event,
        room,
        room_snapshot(db, actor, room),
        person.public_id if person else "",
        actor.is_(SanctionKind.SILENCED, "stage", room.id),
        wishes_of(db, actor, room.id),
        wish_counts(db, room.id) if run_stage(actor, room) else {},
        score_links(db, actor, room, event),
        next(iter(passes_of(db, room.id)), None),
    )
