"""The demo's live rooms: what people do in the pitch room beside the pitches, and a meeting room that is open now."""

from contextlib import suppress
from datetime import timedelta
from itertools import permutations

from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Refusal
from events.registration import find_registration, participants_of
from events.roles import actor_for
from frontend.demo import World, step
from frontend.demo_agenda import STAGE
from frontend.demo_events import HACKATHON, event_called
from frontend.demo_meetings import MATCHMAKING
from sessions.answers import accept_meeting
from sessions.availability import common_slots
from sessions.blocks import Slot, add_block, slots_in
from sessions.chat import write_message
from sessions.hands import raise_hand, react
from sessions.meeting_notes import write_meeting_note
from sessions.meeting_rooms import get_meeting_room
from sessions.meetings import get_meeting
from sessions.moderation import make_pass
from sessions.polls import PollOnStage, Results, draft_poll, open_poll, polls_shown, vote_in_poll
from sessions.requests import request_meeting
from sessions.running import pitch_on_stage
from sessions.stage_agenda import join_agenda
from sessions.stages import Stage, StageInEvent, get_stage, see_stage
from sessions.timetable.rows import Session, rooms_of

SAID = (
    "Good morning. The sound is fine here.",
    "We have the same problem with our cold room, so I am curious.",
    "Is there a data sheet somewhere?",
    "It is in the team's submission, third file.",
)
POLL = "What should the jury ask about next?"
CHOICES = ["What it costs", "Who has tried it", "When it can be bought"]
MEET = ("Bo Berg", "Cy Costa", "Che Caruso", "Tam Tamm", "Hugo Lefebvre", "Piotr Zieliński", "Dieter Lang")
NOTE = "Bring the two sample trays, and the figures from the spring."


def live_rooms(world: World) -> None:
    """A minute ago: the pitch room is joined to the agenda, people write, vote, react; a meeting begins."""
    with step(world.start - timedelta(seconds=40)) as db:
        event = event_called(db, HACKATHON)
        ola = world.actor(db, "Ola Olsson")
        stage = db.exec(select(Stage).where(Stage.event_id == event.id, Stage.name == "Final pitches")).one()
        room = next(one.public_id for one in rooms_of(db, event.id) if one.name == STAGE)
        pitches = select(Session).where(Session.event_id == event.id, Session.title == "Final pitches")
        join_agenda(db, ola, get_stage(db, ola, stage.public_id), room=room, session=db.exec(pitches).one().public_id)
        make_pass(db, ola, get_stage(db, ola, stage.public_id))
        _take_part(db, world, stage.public_id)
    _meet_now(world)


def _take_part(db: Database, world: World, public: str) -> None:
    ola = world.actor(db, "Ola Olsson")
    room = get_stage(db, ola, public)
    on = pitch_on_stage(db, room.stage)
    pitch_id = on.id if on else None
    poll = draft_poll(db, ola, room, question=POLL, choices=CHOICES, results=Results.LIVE)
    subject = PollOnStage(poll, room.stage, room.event)
    open_poll(db, ola, subject)
    shown = next(one for one in polls_shown(db, room.id, ola, whole=True) if one.id == poll.public_id)
    here = _who_is_let_in(db, world, room)
    for at, who in enumerate(here):
        if at < len(SAID):
            write_message(db, who, room, body=SAID[at], pitch_id=pitch_id)
        vote_in_poll(db, who, subject, choice=shown.choices[at % 2].id)
        react(db, who, room, kind="heart" if at % 3 else "applause", pitch_id=pitch_id)
    raise_hand(db, here[-1], room)


def _who_is_let_in(db: Database, world: World, room: StageInEvent) -> list[Actor]:
    """Those of the hackathon who may be in the room, a dozen at most."""
    people = [one.person_id for one in participants_of(db, room.event_id)]
    actors = [actor_for(db, person) for person in people[:12]]
    return [one for one in actors if see_stage(one, room)]


def _meet_now(world: World) -> None:
    """The first two who are both free around now have a meeting, whose room is open."""
    with step(world.start - timedelta(hours=1)) as db:
        _have_a_slot(db, world)
    for asker, invitee in permutations(MEET, 2):
        with step(world.start - timedelta(hours=1)) as db:
            public = _agreed_on(db, world, asker, invitee)
        if public:
            with step(world.start - timedelta(seconds=5)) as db:
                who = world.actor(db, asker)
                write_meeting_note(db, who, get_meeting_room(db, who, public), text=NOTE)
            return


def _is_now(world: World, slot: Slot) -> bool:
    return slot.starts_at <= world.start + timedelta(minutes=5) and slot.ends_at > world.start + timedelta(minutes=4)


def _have_a_slot(db: Database, world: World) -> None:
    """At an hour at which the event has no block there is a short one all the same."""
    event = event_called(db, MATCHMAKING)
    if any(_is_now(world, slot) for slot in slots_in(db, event.id)):
        return
    ada, length = world.actor(db, "Ada Adler"), timedelta(minutes=20)
    for late in (0, 5, -5, -10):
        starts = world.start + timedelta(minutes=late)
        with suppress(Refusal), db.begin_nested():
            add_block(db, ada, event, starts_at=starts, ends_at=starts + length, slot_minutes=20, buffer_minutes=0)
            return


def _agreed_on(db: Database, world: World, asker: str, invitee: str) -> str:
    """The meeting of two in the slot that is nearest to now; "" where they have none in common."""
    event = event_called(db, MATCHMAKING)
    one, other = world.actor(db, asker), find_registration(db, event.id, world.people[invitee])
    free = common_slots(db, event, one.person or 0, world.people[invitee])
    slots = [slot for slot in free if _is_now(world, slot)]
    if not slots or other is None:
        return ""
    slot: Slot = min(slots, key=lambda slot: abs(slot.starts_at - world.start))
    try:
        with db.begin_nested():
            made = request_meeting(db, one, event, invitee=other, slot=slot, note="Shall we talk right away?")
            actor = world.actor(db, invitee)
            accept_meeting(db, actor, get_meeting(db, actor, made.public_id))
            return made.public_id
    except Refusal:
        return ""
