"""Openings: who could have the time of a cancelled meeting, who may give it to them, and what is refused then."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.desks import add_desk, add_desk_officer
from events.events import close_event
from events.looking_after import assign_desk
from events.programmes import Programme
from events.registration import RegistrationInEvent, types_of, withdraw_registration
from sessions.attendance import mark_no_show
from sessions.availability import set_availability
from sessions.blocks import tables_of
from sessions.booking_rules import Timing, set_type_limits
from sessions.calendars import EntryKind, find_entry
from sessions.guests import add_to_meeting
from sessions.meetings import AnsweredAlready, MeetingInEvent, MeetingState, get_meeting
from sessions.moves import cancel_meeting, schedule_meeting
from sessions.no_thanks import NoThanks
from sessions.requests import book_meeting
from sessions.schedules.openings import meet_instead, who_could_meet_instead
from sessions.schedules.publishing import publish_schedule
from sessions.seats import SlotTaken
from sessions.sides import side_of
from tests.makers import again, make_person
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_request,
    place_of,
    problems_with_seats,
    seats_of,
    seen_by,
    with_rules,
)
from tests.sessions.makers_schedules import make_agreed, make_central_fair, make_draft_here, make_people, make_wish
from tests.sessions.racing import kinds, race


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_central_fair(db, ada, slots=2)


@pytest.fixture
def published(db: Database, fair: Fair, bo: Actor, cy: Actor) -> MeetingInEvent:
    """Bo's meeting with Cy in an event with a schedule that was published."""
    publish(db, fair)  # before there is anything to solve, which takes its time
    return make_standing(db, fair, bo, cy)


@pytest.fixture
def cancelled(db: Database, fair: Fair, bo: Actor, published: MeetingInEvent) -> MeetingInEvent:
    """The same meeting, called off."""
    cancel_meeting(db, bo, published)
    return published


def publish(db: Database, fair: Fair) -> None:
    """Publish a schedule of what there is."""
    publish_schedule(db, fair.ada, make_draft_here(db, fair.ada, fair.event))


def make_standing(db: Database, fair: Fair, asker: Actor, invitee: Actor) -> MeetingInEvent:
    """A meeting in the first slot."""
    meeting = seen_by(db, make_agreed(db, fair, asker, invitee))
    schedule_meeting(db, fair.ada, meeting, slot=fair.slots[0])
    return seen_by(db, meeting)


def offered(db: Database, actor: Actor, meeting: MeetingInEvent) -> list[str] | None:
    """The public ids of those that are offered to somebody, None where nothing is."""
    found = who_could_meet_instead(db, actor, seen_by(db, meeting))
    return None if found is None else [one.public_id for one in found]


def public(*meetings: MeetingInEvent) -> list[str]:
    return [one.meeting.public_id for one in meetings]


# Who is offered


def test_each_who_could_have_the_time_is_offered_what_is_agreed_first(db, fair, bo, cy, dee, mel, cancelled):
    wish = make_wish(db, fair, mel, cy)
    agreed = make_agreed(db, fair, bo, dee)
    later = make_agreed(db, fair, mel, bo)

    found = who_could_meet_instead(db, fair.ada, seen_by(db, cancelled))

    assert [(one.public_id, one.asker.name, one.invitee.name, one.accepted) for one in found] == [
        (*public(agreed), "Bo Berg", "Dee Dumont", True),
        (*public(later), "Mel Meyer", "Bo Berg", True),
        (*public(wish), "Mel Meyer", "Cy Costa", False),
    ]


def test_those_who_have_nothing_to_do_with_it_are_not_offered(db, fair, dee, mel, cancelled):
    make_agreed(db, fair, dee, mel)

    assert offered(db, fair.ada, cancelled) == []


def test_where_its_table_was_the_last_one_all_who_are_free_then_are_offered(db, ada):
    fair = make_central_fair(db, ada, slots=1, tables=1)
    people = make_people(db, fair, 4)
    agreed = [make_agreed(db, fair, *people[:2]), make_agreed(db, fair, *people[2:])]
    publish(db, fair)
    placed, other = sorted((seen_by(db, one) for one in agreed), key=lambda one: not one.has_time)

    cancel_meeting(db, fair.ada, placed)

    assert offered(db, fair.ada, placed) == public(other)


def away(db: Database, fair: Fair, dee: Actor, opening: MeetingInEvent) -> None:
    set_availability(db, dee, fair.event, absent=[opening.slot.starts_at])


def asleep(db: Database, fair: Fair, dee: Actor, opening: MeetingInEvent) -> None:
    with_rules(db, fair, windows=[{"zone": "Europe/Paris", "opens": 0, "closes": 60}])


def seated(db: Database, fair: Fair, dee: Actor, opening: MeetingInEvent) -> None:
    places = [place_of(db, one, fair) for one in (dee, make_people(db, fair, 1)[0])]
    book_meeting(db, fair.ada, fair.event, people=places, slot=opening.slot)


def with_as_many_as_allowed(db: Database, fair: Fair, dee: Actor, opening: MeetingInEvent) -> None:
    seated_then(db, fair, dee, opening)
    kind = types_of(db, fair.event.id)[0]
    set_type_limits(db, fair.ada, fair.event, type=kind, min_meetings=None, max_meetings=1)


def with_as_many_as_allowed_in_the_block(db: Database, fair: Fair, dee: Actor, opening: MeetingInEvent) -> None:
    seated_then(db, fair, dee, opening)
    with_rules(db, fair, max_per_block=1)


def seated_then(db: Database, fair: Fair, dee: Actor, opening: MeetingInEvent) -> None:
    """Somebody meets in the other slot."""
    other = next(slot for slot in fair.slots if slot != opening.slot)
    places = [place_of(db, one, fair) for one in (dee, make_people(db, fair, 1)[0])]
    book_meeting(db, fair.ada, fair.event, people=places, slot=other)


def without_thanks(db: Database, fair: Fair, dee: Actor, opening: MeetingInEvent) -> None:
    db.add(NoThanks(person_id=dee.person, other_id=opening.meeting.asker_id, said_at=clock.now()))
    db.flush()


def without_a_table(db: Database, fair: Fair, dee: Actor, opening: MeetingInEvent) -> None:
    people = make_people(db, fair, 6)
    for one, other in zip(people[::2], people[1::2], strict=True):
        places = [place_of(db, person, fair) for person in (one, other)]
        book_meeting(db, fair.ada, fair.event, people=places, slot=opening.slot)


@pytest.mark.parametrize(
    "what",
    [
        away,
        asleep,
        seated,
        with_as_many_as_allowed,
        with_as_many_as_allowed_in_the_block,
        without_thanks,
        without_a_table,
    ],
)
def test_whoever_could_not_meet_then_is_not_offered(
    db, fair, bo, dee, cancelled, what: Callable[[Database, Fair, Actor, MeetingInEvent], None]
):
    agreed = make_agreed(db, fair, bo, dee)
    assert offered(db, fair.ada, cancelled) == public(agreed)

    what(db, fair, dee, cancelled)

    assert offered(db, fair.ada, cancelled) == []


def test_a_group_is_offered_only_where_a_table_has_chairs_for_all(db, fair, bo, dee, mel, cancelled):
    agreed = make_agreed(db, fair, bo, dee)
    side = side_of(seen_by(db, agreed), bo.person)
    add_to_meeting(db, fair.ada, side, registration=place_of(db, mel, fair))
    [found] = who_could_meet_instead(db, fair.ada, seen_by(db, cancelled))
    assert found.more == 1

    for table in tables_of(db, fair.event.id):
        table.chairs = 2
        db.add(table)
    db.flush()

    assert offered(db, fair.ada, cancelled) == []


def test_when_somebody_left_the_event_the_time_is_offered_to_those_who_met_them(db, fair, bo, cy, dee, published):
    agreed, gone = make_agreed(db, fair, bo, dee), make_agreed(db, fair, dee, cy)
    withdraw_registration(db, cy, RegistrationInEvent(place_of(db, cy, fair), fair.event.event))

    assert offered(db, fair.ada, published) == public(agreed)
    assert get_meeting(db, fair.ada, gone.meeting.public_id).meeting.state is MeetingState.CANCELLED


def test_a_request_that_is_over_or_for_a_certain_time_is_not_offered(db, fair, bo, dee, mel, cancelled):
    with_rules(db, fair, lasts_minutes=120)
    make_wish(db, fair, dee, bo)
    with_rules(db, fair, timing=Timing.AT_REQUEST)
    make_request(db, fair, asker=mel, invitee=bo, slot=1 - fair.slots.index(cancelled.slot))

    assert len(offered(db, fair.ada, cancelled)) == 1
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        assert offered(db, fair.ada, cancelled) == []


def test_ten_are_offered_at_most(db, fair, bo, cancelled):
    waiting = [make_agreed(db, fair, bo, one) for one in make_people(db, fair, 12)]

    assert offered(db, fair.ada, cancelled) == public(*waiting[:10])


# To whom, and when


def test_those_who_meet_are_offered_nobody(db, fair, bo, cy, dee, cancelled):
    make_agreed(db, fair, bo, dee)

    assert [offered(db, one, cancelled) for one in (bo, cy)] == [None, None]


def test_a_desk_is_offered_those_to_whom_it_may_give_a_time(db, fair, bo, cy, dee, mel, eve, cancelled):
    desk = add_desk(db, fair.ada, db.get_one(Programme, fair.event.programme_id), name="Desk South")
    add_desk_officer(db, fair.ada, desk, person_id=eve.person)
    assign_desk(db, fair.ada, RegistrationInEvent(place_of(db, cy, fair), fair.event.event), desk=desk)
    for_cy = [make_agreed(db, fair, cy, mel), make_wish(db, fair, dee, cy)]
    asked_by_cy = make_wish(db, fair, cy, make_people(db, fair, 1)[0])
    for_bo = make_agreed(db, fair, bo, dee)

    assert offered(db, again(db, eve), cancelled) == public(*for_cy)
    assert set(offered(db, fair.ada, cancelled)) == set(public(*for_cy, asked_by_cy, for_bo))


def test_before_a_schedule_was_published_nobody_is_offered(db, fair, bo, cy, dee):
    meeting = make_standing(db, fair, bo, cy)
    make_agreed(db, fair, bo, dee)
    cancel_meeting(db, bo, meeting)

    assert offered(db, fair.ada, meeting) is None


def test_a_meeting_that_stands_has_no_time_to_give(db, fair, bo, dee, published):
    make_agreed(db, fair, bo, dee)

    assert offered(db, fair.ada, published) is None


def test_a_no_show_is_left_to_those_who_stand_by(db, fair, bo, cy, dee, published):
    make_agreed(db, fair, bo, dee)
    with clock.frozen_at(published.slot.starts_at + timedelta(minutes=6)):
        mark_no_show(db, bo, published, absent=cy.person)

        assert offered(db, fair.ada, published) is None


def test_shortly_before_it_begins_or_once_the_event_is_over_nobody_is_offered(db, fair, bo, dee, cancelled):
    make_agreed(db, fair, bo, dee)
    with clock.frozen_at(cancelled.slot.starts_at - timedelta(minutes=15)):
        assert offered(db, fair.ada, cancelled) is None

    close_event(db, fair.ada, fair.event)
    db.expire_all()

    assert who_could_meet_instead(db, fair.ada, get_meeting(db, fair.ada, cancelled.meeting.public_id)) is None


def test_what_it_asks_of_the_database_does_not_grow(db, fair, bo, cancelled):
    def asked() -> int:
        subject, statements = seen_by(db, cancelled), []
        note = statements.append
        event.listen(db.get_bind(), "before_cursor_execute", lambda *what: note(what[2]))
        who_could_meet_instead(db, fair.ada, subject)
        return len(statements)

    make_agreed(db, fair, bo, make_people(db, fair, 1)[0])
    few = asked()
    for one in make_people(db, fair, 6, called="Other"):
        make_agreed(db, fair, bo, one)

    assert asked() == few < 20


# Giving it to them


def test_an_agreed_request_gets_the_time_and_nobody_else_moves(db, fair, bo, cy, dee, mel, published):
    other = make_standing(db, fair, dee, mel)
    before = (other.slot, other.meeting.table_id)
    cancel_meeting(db, bo, seen_by(db, published))
    agreed = make_agreed(db, fair, bo, make_people(db, fair, 1)[0])

    meet_instead(db, fair.ada, seen_by(db, published), seen_by(db, agreed))

    now = seen_by(db, agreed)
    assert (now.meeting.state, now.slot) == (MeetingState.SCHEDULED, published.slot)
    assert now.meeting.table_id is not None
    assert find_entry(db, EntryKind.MEETING, now.id).sequence == 0
    assert (seen_by(db, other).slot, seen_by(db, other).meeting.table_id) == before
    assert problems_with_seats(db) == []


def test_a_request_that_waits_for_its_answer_is_accepted_for_the_invitee(db, fair, bo, dee, cancelled):
    wish = make_wish(db, fair, dee, bo)

    meet_instead(db, fair.ada, seen_by(db, cancelled), seen_by(db, wish))

    now = seen_by(db, wish)
    assert (now.meeting.state, now.slot) == (MeetingState.SCHEDULED, cancelled.slot)
    assert problems_with_seats(db) == []


def test_whoever_comes_second_is_refused(db, fair, bo, dee, mel, cancelled):
    first, second = make_agreed(db, fair, bo, dee), make_agreed(db, fair, bo, mel)
    meet_instead(db, fair.ada, seen_by(db, cancelled), seen_by(db, first))

    with pytest.raises(SlotTaken):
        meet_instead(db, fair.ada, seen_by(db, cancelled), seen_by(db, second))

    assert (seen_by(db, second).meeting.state, seats_of(db, second)) == (MeetingState.ACCEPTED, [])
    assert offered(db, fair.ada, cancelled) == []


def test_of_two_who_are_given_it_at_the_same_moment_one_gets_it(database_url):
    with transaction() as db:
        fair = make_central_fair(db, make_person(db, "Ada Adler"), slots=2)
        bo, cy, dee, mel = make_people(db, fair, 4)
        publish(db, fair)
        meeting = make_standing(db, fair, bo, cy)
        cancel_meeting(db, bo, meeting)
        waiting = [make_agreed(db, fair, bo, one).meeting.public_id for one in (dee, mel)]

    def give(other: str) -> Callable[[Database], None]:
        def step(own: Database) -> None:
            subject = get_meeting(own, fair.ada, meeting.meeting.public_id)
            meet_instead(own, fair.ada, subject, get_meeting(own, fair.ada, other))

        return step

    outcomes = race(*[give(one) for one in waiting])

    assert kinds(outcomes) == ["SlotTaken", "done"]
    with reading() as db:
        assert problems_with_seats(db) == []


def test_only_those_who_may_give_a_time_do(db, fair, bo, cy, dee, mel, cancelled):
    wish = make_wish(db, fair, dee, bo)

    for other in (cy, dee):
        with pytest.raises(NotAllowed):
            meet_instead(db, other, seen_by(db, cancelled), seen_by(db, wish))


def test_what_cannot_have_the_time_is_refused(db, ada, fair, bo, cy, dee, mel, published):
    agreed = make_agreed(db, fair, bo, dee)
    with pytest.raises(Conflict, match="was not cancelled"):
        meet_instead(db, fair.ada, published, seen_by(db, agreed))
    cancel_meeting(db, bo, published)

    with_rules(db, fair, timing=Timing.AT_REQUEST)
    timed = make_request(db, fair, asker=mel, invitee=cy)
    with pytest.raises(Conflict, match="for a certain time"):
        meet_instead(db, fair.ada, published, seen_by(db, timed))
    with pytest.raises(AnsweredAlready):
        meet_instead(db, fair.ada, published, published)

    elsewhere = make_fair(db, make_person(db, "Kim Koch"), name="Wood Match")
    people = make_people(db, elsewhere, 2, called="Other")
    with pytest.raises(NotFound):
        meet_instead(db, fair.ada, published, make_request(db, elsewhere, asker=people[0], invitee=people[1]))


def test_beyond_a_limit_a_reason_is_asked_for(db, fair, bo, cy, dee, mel, cancelled):
    agreed = [make_agreed(db, fair, bo, one) for one in (dee, mel)]
    kind = types_of(db, fair.event.id)[0]
    set_type_limits(db, fair.ada, fair.event, type=kind, min_meetings=None, max_meetings=1)

    with pytest.raises(Invalid) as refusal:
        meet_instead(db, fair.ada, seen_by(db, cancelled), seen_by(db, agreed[0]))
    meet_instead(db, fair.ada, seen_by(db, cancelled), seen_by(db, agreed[0]), override="They came far")

    assert list(refusal.value.fields) == ["override"]
    assert seen_by(db, agreed[0]).meeting.override == "They came far"
