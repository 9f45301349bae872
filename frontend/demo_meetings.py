"""The demo's matchmaking event: made from the hackathon in one step, running today, with meetings in all states."""

from datetime import datetime, timedelta

from events.consents import agree_to_take_part, waiting_for_consent
from events.core.access import Actor, why_not
from events.core.database import Database
from events.core.refusals import Refusal
from events.events import EventWithPhases, publish_event, start_event
from events.following import make_following_event
from events.organisations import OrganisationKind
from events.phases import PhaseKind
from events.planning import move_phase
from events.registration import RegistrationInEvent, find_registration, participants_of, types_of
from events.type_rules import PairRule, set_type_rules
from frontend.demo import World, step
from frontend.demo_events import HACKATHON, actor_of_person, days, event_called, register_somebody, to_the_hour
from sessions.answers import accept_meeting, decline_meeting
from sessions.availability import common_slots, set_availability
from sessions.blocks import BlockInEvent, Slot, add_block, blocks_of, next_atom, slots_in, tables_of
from sessions.booking_rules import Answering, Timing, Window, set_booking_rules, set_type_limits
from sessions.breaks import set_breaks
from sessions.meetings import Meeting, get_meeting
from sessions.moves import cancel_meeting, move_meeting
from sessions.requests import request_meeting
from sessions.tables import TableInEvent, change_table

MATCHMAKING = "Green Shift Matchmaking"
TAGLINE = "Twenty minutes, one to one, with those who built it and those who need it"
DESCRIPTION = """The weekend's teams meet the companies whose problems they took, and whoever else looks for the same.

### How it goes

- say **when you can meet**
- look through **participants**, needs and offers, and **ask** for a meeting
- what is accepted stands in **both calendars**; you meet in a video room

### What it costs

Nothing. Bring what you need, or what you offer, in three sentences.
"""

NOTES = (
    "Your description fits what we fight with every week. Twenty minutes would help us to know whether we fit.",
    "We saw your pitch. Could this run in our plant, which is smaller?",
    "We have a pilot line free in spring and look for somebody to share it.",
    "Our cluster has three members with the same problem; I would like to bring them together with you.",
    "Could we talk about a joint proposal? The call closes in June.",
)


def matchmaking(world: World) -> None:
    """The matchmaking event that follows is made in one step, opened, and people say when they can meet."""
    made = world.start - timedelta(hours=22)
    with step(made) as db:
        ada, hackathon = world.actor(db, "Ada Adler"), event_called(db, HACKATHON)
        event = make_following_event(
            db, ada, hackathon, name=MATCHMAKING, starts_at=_today_at(world.start, 0), tagline=TAGLINE,
            description=DESCRIPTION,
        )  # fmt: skip
        for kind, first, last in (
            (PhaseKind.REGISTRATION, -0.9, 0.9), (PhaseKind.BOOKING, -0.9, 1.4), (PhaseKind.LIVE, -0.1, 1.5),
            (PhaseKind.FOLLOW_UP, 1.5, 90),
        ):  # fmt: skip
            event = move_phase(
                db,
                ada,
                event,
                kind=kind,
                starts_at=to_the_hour(world.start) + days(first),
                ends_at=to_the_hour(world.start) + days(last),
            )
        begin = world.start.replace(minute=0) - timedelta(hours=1)
        for hours, length in ((0, 3), (4, 2), (24, 3)):
            _block_if_free(db, ada, event, begin + timedelta(hours=hours), timedelta(hours=length))
        _rules(db, ada, event)
        publish_event(db, ada, event)
    with step(made + timedelta(hours=1)) as db:
        event = event_called(db, MATCHMAKING)
        start_event(db, world.actor(db, "Ada Adler"), event)
        _take_part(db, world, event)
        _keep_a_table(db, world, event)


def _rules(db: Database, ada: Actor, event: EventWithPhases) -> None:
    """Who looks for technology asks who offers it; nobody has more than a dozen meetings; a pause in the last block."""
    set_booking_rules(
        db, ada, event, answering=Answering.APPROVAL, timing=Timing.AT_REQUEST, requests_hold=True,
        lasts_minutes=48 * 60, max_outgoing=20, max_pending=15, max_per_block=6,
        windows=[Window("Atlantic/Azores", 9 * 60, 20 * 60)],  # nobody of the cast lives there: it runs at any hour
    )  # fmt: skip
    types = {one.code: one for one in types_of(db, event.id)}
    seekers, brokers = types["traditional"], types["intermediary"]
    set_type_limits(db, ada, event, type=seekers, min_meetings=3, max_meetings=12)
    set_type_limits(db, ada, event, type=brokers, min_meetings=None, max_meetings=8)
    set_type_rules(
        db, ada, event,
        rules=[PairRule(seekers, seekers, may_ask=False), PairRule(brokers, brokers, may_see=False, may_ask=False)],
    )  # fmt: skip
    block = blocks_of(db, event.id)[-1]
    middle = next_atom(block.starts_at + (block.ends_at - block.starts_at) / 2)
    set_breaks(db, ada, BlockInEvent(block, event.event), breaks=[Slot(middle, middle + timedelta(minutes=15))])


def _keep_a_table(db: Database, world: World, event: EventWithPhases) -> None:
    """Che, whom many want to see, stays in one room."""
    ada, table = world.actor(db, "Ada Adler"), tables_of(db, event.id)[-1]
    che = find_registration(db, event.id, world.people["Che Caruso"])
    change_table(db, ada, TableInEvent(table, event.event), name=table.name, chairs=6, kept_for=che)


def _block_if_free(db: Database, ada: Actor, event: EventWithPhases, start: datetime, length: timedelta) -> None:
    try:
        with db.begin_nested():
            add_block(db, ada, event, starts_at=start, ends_at=start + length, slot_minutes=20, buffer_minutes=5)
    except Refusal:
        return  # the event's default blocks are there already at this time of the day


def _today_at(moment: datetime, hour: int) -> datetime:
    return moment.replace(hour=hour, minute=0)


def _take_part(db: Database, world: World, event: EventWithPhases) -> None:
    """Nearly everybody confirms; some say when they cannot; two newcomers register by themselves."""
    for number, registration in enumerate(participants_of(db, event.id)):
        actor = actor_of_person(db, registration.person_id)
        if number % 9 != 8:
            agree_to_take_part(db, actor, RegistrationInEvent(registration, event.event))
        if number % 3 == 0:
            slots = slots_in(db, event.id)
            absent = [slot.starts_at for slot in slots if world.chance.random() < 0.15]
            set_availability(db, actor, event, absent=absent)
    for name in ("Pat Petrov", "Jana Dvořák"):
        register_somebody(db, world, event, name, "", "traditional")


def meetings(world: World) -> None:
    """Requests in all states: accepted, waiting, declined, moved, cancelled."""
    buyers = {OrganisationKind.TRADITIONAL_SME, OrganisationKind.LARGE_COMPANY}
    makers = {OrganisationKind.TECH_SAVVY_SME, OrganisationKind.START_UP, OrganisationKind.TECHNOLOGY_CENTRE}
    asking, asked = world.names_at(buyers), world.names_at(makers)
    with step(world.start - timedelta(hours=18)) as db:
        pairs = [("Cy Costa", "Bo Berg"), ("Bo Berg", "Che Caruso"), ("Tam Tamm", "Hugo Lefebvre")]
        for number, name in enumerate(asking):
            pairs += [(name, asked[(number * 5 + k * 7) % len(asked)]) for k in range(2)]
        made = [meeting for pair in dict.fromkeys(pairs) if (meeting := _request(db, world, *pair)) is not None]
        ids = [(meeting.public_id, meeting.invitee_id, meeting.asker_id) for meeting in made]
    with step(world.start - timedelta(hours=12)) as db:
        for number, (public, answering, waiting) in enumerate(ids):
            _answer(db, world, number, public, answering, waiting)
    with step(world.start - timedelta(hours=1)) as db:
        for asker, invitee in (
            ("Piotr Zieliński", "Bo Berg"),
            ("Dieter Lang", "Tam Tamm"),
            ("Mikko Niemi", "Cy Costa"),
        ):
            _request(db, world, asker, invitee)


def _request(db: Database, world: World, asker: str, invitee: str) -> Meeting | None:
    """Ask for a common free slot; None where there is none, or one of the two does not take part."""
    event = event_called(db, MATCHMAKING)
    actor, other = world.actor(db, asker), find_registration(db, event.id, world.people[invitee])
    found = common_slots(db, event, actor.person or 0, world.people[invitee])
    slots = [slot for slot in found if slot.starts_at >= world.start - timedelta(minutes=50)]
    if other is None or not slots:
        return None
    try:
        with db.begin_nested():
            note = NOTES[world.chance.randrange(len(NOTES))]
            return request_meeting(db, actor, event, invitee=other, slot=world.chance.choice(slots), note=note)
    except Refusal:
        return None


def _answer(db: Database, world: World, number: int, public: str, invitee: int, asker: int) -> None:
    """The first three stand; of the others every fifth waits, every seventh is declined, some move or are cancelled."""
    actor = actor_of_person(db, invitee)
    meeting = get_meeting(db, actor, public)
    if number > 2 and number % 5 == 4:
        return
    if number > 2 and number % 7 == 6:
        decline_meeting(db, actor, meeting, reason="We have just signed with somebody else for this. Good luck.")
        return
    if why_not(actor, "accept_meeting", meeting) is not None or not _agreed(db, actor):
        return
    accept_meeting(db, actor, meeting)
    event = event_called(db, MATCHMAKING)
    slots = common_slots(db, event, invitee, asker)
    if number % 11 == 5 and slots:
        move_meeting(db, actor, get_meeting(db, actor, public), slot=slots[-1])
    if number % 13 == 8:
        cancel_meeting(db, actor, get_meeting(db, actor, public), reason="Our machine stands still, I have to stay.")


def _agreed(db: Database, actor: Actor) -> bool:
    return not [one for one in waiting_for_consent(db, actor) if one.event.name == MATCHMAKING]
