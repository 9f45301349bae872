"""Schedules of a whole event: from rows to a problem, from a draft to everybody's agenda."""

import importlib
import pkgutil
from dataclasses import fields
from datetime import timedelta

import pytest
from sqlmodel import col, select

import sessions
from events.core import clock
from events.core.access import SYSTEM
from events.core.journal import JournalEntry, record, settle
from events.core.refusals import Conflict, Invalid
from events.core.timers import TIMERS, Timer
from events.registration import RegistrationInEvent, types_of, withdraw_registration
from mailer.letters import Letter
from sessions.attendance import check_in_to_meeting
from sessions.availability import set_availability
from sessions.blocks import BlockInEvent, add_block, tables_of
from sessions.booking_rules import Window, set_type_limits
from sessions.breaks import set_breaks
from sessions.calendars import EntryKind, find_entry
from sessions.meeting_visits import MeetingRoomLeft
from sessions.meetings import MeetingInEvent, MeetingState
from sessions.moves import cancel_meeting, lock_meeting, schedule_meeting
from sessions.no_thanks import NoThanks
from sessions.proposals import propose_time
from sessions.room_doors import MuteAsked
from sessions.schedules.changes import (
    ABOUT_MEETINGS,
    OF_NO_MATTER,
    ONCE_BEGUN,
    WITHOUT_WORDS,
    changes_since,
    facts_of_meetings,
)
from sessions.schedules.contents import read_contents
from sessions.schedules.drafts import (
    MOST_DRAFTS,
    DraftState,
    Freedom,
    ScheduleDraft,
    ask_for_schedule,
    cancel_schedule,
    content_of,
    discard_draft,
)
from sessions.schedules.problems import task_of
from sessions.schedules.publishing import DraftTooOld, NoLongerPossible, publish_schedule
from sessions.schedules.reasons import why_without_time
from sessions.schedules.reports import differences, report_on
from sessions.schedules.situation import read_situation
from sessions.scheduling.problem import Problem
from sessions.standby import StandbyCalled
from sessions.stepping_in import RestOffered
from sessions.tables import TableInEvent, change_table, remove_table
from sessions.waiting import TimeFound
from tests.makers import make_person, person_of
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    problems_with_seats,
    seats_of,
    seen_by,
    with_rules,
)
from tests.sessions.makers_schedules import (
    again,
    make_agreed,
    make_central_fair,
    make_draft,
    make_draft_here,
    make_people,
    make_wish,
    row_of,
)


def problem_of(db, fair: Fair, *, freedom: Freedom = Freedom.NONE, wishes: bool = False) -> Problem:
    """The problem of an event as it is now."""
    return task_of(read_situation(db, fair.event.id, freedom=freedom, wishes=wishes), freedom).problem


def unavailable_of(db, fair: Fair, actor, **options) -> list[int]:
    """The slots in which somebody cannot be put."""
    public = place_of(db, actor, fair).public_id
    return sorted(next(one for one in problem_of(db, fair, **options).participants if one.id == public).unavailable)


def table_in(db, fair: Fair, number: int) -> TableInEvent:
    return TableInEvent(tables_of(db, fair.event.id)[number], fair.event.event)


def with_table(db, fair: Fair, number: int, **values) -> None:
    """Change a table as an organiser does on its page."""
    subject = table_in(db, fair, number)
    usual = {"name": subject.table.name, "chairs": subject.table.chairs, "kept_for": None}
    change_table(db, fair.ada, subject, **usual | values)


# From rows to a problem


def test_whoever_said_nothing_about_their_times_is_free_at_all_of_them(db, ada):
    fair = make_central_fair(db, ada)
    bo, _cy = make_people(db, fair, 2)

    assert unavailable_of(db, fair, bo) == []


def test_absences_are_times_at_which_nobody_is_put(db, ada):
    fair = make_central_fair(db, ada)
    bo, _cy = make_people(db, fair, 2)
    set_availability(db, bo, fair.event, absent=[fair.slots[1].starts_at])

    assert unavailable_of(db, fair, bo) == [1]


def test_nobody_is_put_outside_the_hours_of_their_zone(db, ada):
    fair = make_central_fair(db, ada)
    far = make_participant(db, make_person(db, "Far Away", zone="America/New_York"), fair)
    with_rules(db, fair, windows=[vars(Window("America/New_York", 6 * 60 - 10, 20 * 60))])  # 09:50 UTC and later

    assert unavailable_of(db, fair, far) == [0, 1]


def test_a_seat_in_another_event_is_a_time_that_is_taken(db, ada):
    fair = make_central_fair(db, ada)
    bo, cy = make_people(db, fair, 2)
    other = make_fair(db, ada, name="Elsewhere")
    make_meeting(
        db, other, asker=make_participant(db, bo, other), invitee=make_participant(db, cy, other), slot=2
    )  # fmt: skip

    assert unavailable_of(db, fair, bo) == [2]


def test_what_begins_within_a_quarter_of_an_hour_is_left_alone(db, ada):
    fair = make_central_fair(db, ada)
    bo, cy = make_people(db, fair, 2)
    soon = make_agreed(db, fair, bo, cy)
    schedule_meeting(db, fair.ada, soon, slot=fair.slots[0])

    with clock.frozen_at(fair.slots[0].starts_at - timedelta(minutes=10)):
        problem = problem_of(db, fair, freedom=Freedom.ANY)

    assert [(one.locked, one.fixed) for one in problem.requests] == [(True, 0)]


def test_a_locked_meeting_stays_and_an_unlocked_one_may_move(db, ada):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 4)
    locked, free = make_agreed(db, fair, *people[:2]), make_agreed(db, fair, *people[2:])
    for number, one in enumerate((locked, free)):
        schedule_meeting(db, fair.ada, one, slot=fair.slots[number])
    lock_meeting(db, fair.ada, locked)

    problem = problem_of(db, fair, freedom=Freedom.FEW)

    assert {one.id: (one.locked, one.fixed, one.required) for one in problem.requests} == {
        locked.meeting.public_id: (True, 0, False),
        free.meeting.public_id: (False, None, True),
    }


def test_open_requests_count_only_where_they_are_asked_for_and_weigh_half(db, ada):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 4)
    agreed, wish = make_agreed(db, fair, *people[:2]), make_wish(db, fair, *people[2:])

    without, with_wishes = problem_of(db, fair), problem_of(db, fair, wishes=True)

    assert [(one.id, one.weight) for one in without.requests] == [(agreed.meeting.public_id, 1)]
    assert [(one.id, one.weight) for one in with_wishes.requests] == [
        (agreed.meeting.public_id, 1),
        (wish.meeting.public_id, 0.5),
    ]


def test_a_request_for_a_certain_time_keeps_it_and_waits_for_its_answer(db, ada):
    fair = make_fair(db, ada)
    bo, cy = make_people(db, fair, 2)
    make_request(db, fair, asker=bo, invitee=cy, slot=1)

    assert problem_of(db, fair, wishes=True).requests == ()
    assert unavailable_of(db, fair, bo, wishes=True) == [1]


def test_limits_of_a_type_and_of_a_block_bind_the_plan(db, ada):
    fair = make_central_fair(db, ada)
    make_people(db, fair, 2)
    type = types_of(db, fair.event.id)[0]
    set_type_limits(db, fair.ada, fair.event, type=type, min_meetings=2, max_meetings=5)
    with_rules(db, fair, max_per_block=3)

    first = problem_of(db, fair).participants[0]

    assert (first.min_meetings, first.max_meetings, first.max_per_block, first.target) == (2, 5, 3, 2)


def test_a_meeting_booked_beyond_a_limit_is_taken_as_busy_time(db, ada):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 3)
    meetings = [make_agreed(db, fair, people[0], other) for other in people[1:]]
    for number, one in enumerate(meetings):
        schedule_meeting(db, fair.ada, one, slot=fair.slots[number])
    set_type_limits(db, fair.ada, fair.event, type=types_of(db, fair.event.id)[0], min_meetings=None, max_meetings=1)

    problem = problem_of(db, fair)

    assert [one.id for one in problem.requests] == [meetings[0].meeting.public_id]
    assert unavailable_of(db, fair, people[2]) == [1]


def test_a_no_thanks_keeps_a_pair_apart_and_stands_in_no_file(db, ada):
    fair = make_central_fair(db, ada)
    bo, cy = make_people(db, fair, 2)
    meeting = make_agreed(db, fair, bo, cy)
    db.add(NoThanks(person_id=bo.person, other_id=cy.person, said_at=clock.now()))
    db.flush()

    draft = make_draft_here(db, fair.ada, fair.event)

    content = content_of(db, draft.draft)
    assert content is not None
    assert "veto" not in content.problem
    assert "veto" not in str(content.known) + str(content.outcome)
    assert meeting.meeting.public_id not in content.problem
    report = report_on(db, fair.ada, draft)
    assert [str(one.why) for one in report.unplaced] == ["There is no time at which all of them are free."]
    assert (report.placed, report.asked) == (0, 1)


# Making a draft


def test_a_draft_needs_blocks(db, ada):
    fair = make_central_fair(db, ada)
    db.delete(fair.block)
    db.flush()

    with pytest.raises(Conflict, match="no meeting blocks"):
        ask_for_schedule(db, fair.ada, fair.event)


def test_a_third_draft_waits_until_one_of_two_is_done(db, ada):
    fair = make_central_fair(db, ada)
    for _again in range(2):
        ask_for_schedule(db, fair.ada, fair.event)

    with pytest.raises(Conflict, match="Two drafts are being made"):
        ask_for_schedule(db, fair.ada, fair.event)


def test_a_search_lasts_as_long_as_one_of_the_offered_times(db, ada):
    fair = make_central_fair(db, ada)

    with pytest.raises(Invalid):
        ask_for_schedule(db, fair.ada, fair.event, seconds=86_400)


def test_a_draft_says_how_many_of_how_many_possible_it_places(db, ada):
    fair = make_central_fair(db, ada, slots=2)
    people = make_people(db, fair, 4)
    for other in people[1:]:
        make_agreed(db, fair, people[0], other)

    draft = make_draft(db, fair).draft

    assert (draft.state, draft.placed, draft.possible, draft.asked) == (DraftState.DONE, 2, 2, 3)


def test_whoever_asked_for_a_draft_reads_why_a_meeting_has_no_time(db, ada):
    fair = make_central_fair(db, ada, slots=2)
    people = make_people(db, fair, 4)
    for other in people[1:]:
        make_agreed(db, fair, people[0], other)
    draft = make_draft_here(db, fair.ada, fair.event)

    report = report_on(db, fair.ada, draft)

    assert [str(one.why) for one in report.unplaced] == ["Person0 Number0: other meetings at every time that would do."]
    assert len(report.unplaced[0].ways_out) == 1


def test_the_fairness_report_counts_asked_placed_and_idle(db, ada):
    fair = make_central_fair(db, ada, slots=3)
    bo, cy, dee = make_people(db, fair, 3)
    first, last = make_agreed(db, fair, bo, cy), make_agreed(db, fair, bo, dee)
    schedule_meeting(db, fair.ada, first, slot=fair.slots[0])
    schedule_meeting(db, fair.ada, last, slot=fair.slots[2])

    report = report_on(db, fair.ada, make_draft_here(db, fair.ada, fair.event))

    share = next(one.share for one in report.people if one.name == "Person0 Number0")
    # From 09:20, when the first meeting ends, to 09:50, when the last one begins.
    assert (share.asked, share.placed, share.breaks, share.idle) == (2, 2, 1, 30)


def test_a_cancelled_draft_in_the_queue_is_never_made(db, ada):
    fair = make_central_fair(db, ada)
    draft = ask_for_schedule(db, fair.ada, fair.event)

    cancel_schedule(db, fair.ada, again(db, fair.event, draft))

    assert again(db, fair.event, draft).draft.state is DraftState.CANCELLED
    assert again(db, fair.event, draft).draft.done_at is not None


def test_a_draft_that_was_published_cannot_be_discarded(db, ada):
    fair = make_central_fair(db, ada)
    make_agreed(db, fair, *make_people(db, fair, 2))
    draft = make_draft_here(db, fair.ada, fair.event)
    publish_schedule(db, fair.ada, draft)

    with pytest.raises(Conflict, match="was published"):
        discard_draft(db, fair.ada, again(db, fair.event, draft.draft))


def test_a_discarded_draft_leaves_nothing(db, ada):
    fair = make_central_fair(db, ada)
    draft = make_draft_here(db, fair.ada, fair.event)

    discard_draft(db, fair.ada, draft)

    db.expire_all()
    assert db.exec(select(ScheduleDraft)).all() == []


def test_two_drafts_are_compared_meeting_by_meeting(db, ada):
    fair = make_central_fair(db, ada, slots=2)
    bo, cy = make_people(db, fair, 2)
    make_agreed(db, fair, bo, cy)
    one = make_draft_here(db, fair.ada, fair.event)
    first = report_on(db, fair.ada, one).added[0].after
    assert first is not None
    set_availability(db, bo, fair.event, absent=[first.starts_at])
    other = make_draft_here(db, fair.ada, fair.event)

    found = differences(db, fair.ada, one, other)

    second = next(slot for slot in fair.slots if slot != first)
    assert [(row.who, row.one, row.other) for row in found] == [("Person0 Number0 – Person1 Number1", first, second)]


# Publishing


def test_a_published_draft_gives_each_agreed_meeting_its_time_seats_and_table(db, ada):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 4)
    meetings = [make_agreed(db, fair, people[0], other) for other in people[1:]]

    done = publish_schedule(db, fair.ada, make_draft(db, fair))

    rows = [row_of(db, one) for one in meetings]
    assert (done.placed, done.moved) == (3, 0)
    assert [row.state for row in rows] == [MeetingState.SCHEDULED] * 3
    assert len({row.starts_at for row in rows}) == 3
    assert {row.block_id for row in rows} == {fair.block.id}
    assert None not in {row.table_id for row in rows}
    assert problems_with_seats(db) == []


def test_a_second_publication_of_the_same_draft_is_refused(db, ada):
    fair = make_central_fair(db, ada)
    make_agreed(db, fair, *make_people(db, fair, 2))
    draft = make_draft_here(db, fair.ada, fair.event)
    publish_schedule(db, fair.ada, draft)

    with pytest.raises(Conflict, match="published already"):
        publish_schedule(db, fair.ada, again(db, fair.event, draft.draft))


def test_the_end_of_a_published_meeting_is_looked_at(db, ada):
    fair = make_central_fair(db, ada)
    bo, cy = make_people(db, fair, 2)
    meeting = make_agreed(db, fair, bo, cy)

    publish_schedule(db, fair.ada, make_draft_here(db, fair.ada, fair.event))

    due = select(Timer.due_at).where(Timer.kind == "meeting ends", Timer.subject_id == meeting.id)
    assert db.exec(due).all() == [row_of(db, meeting).ends_at]


def test_two_organisers_who_publish_from_the_same_page_publish_once(db, ada):
    fair = make_central_fair(db, ada)
    make_agreed(db, fair, *make_people(db, fair, 2))
    draft = make_draft_here(db, fair.ada, fair.event)
    db.expunge(draft.draft)  # the second organiser saw it before the first published
    publish_schedule(db, fair.ada, again(db, fair.event, draft.draft))

    with pytest.raises(Conflict, match="published already"):
        publish_schedule(db, fair.ada, draft)


def test_a_draft_older_than_a_booking_is_refused_and_says_who_was_booked(db, ada):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 4)
    waiting, booked = make_agreed(db, fair, *people[:2]), make_agreed(db, fair, *people[2:])
    draft = make_draft_here(db, fair.ada, fair.event)
    schedule_meeting(db, fair.ada, booked, slot=fair.slots[3])

    with pytest.raises(DraftTooOld):
        publish_schedule(db, fair.ada, draft)

    assert [str(one.what) for one in changes_since(db, draft.draft).latest] == [
        "Person2 Number2 – Person3 Number3: booked."
    ]
    assert row_of(db, waiting).state is MeetingState.ACCEPTED
    assert again(db, fair.event, draft.draft).draft.state is DraftState.DONE


@pytest.mark.parametrize("what", ["cancelled", "availability", "block", "breaks", "chairs", "keeper", "table"])
def test_a_draft_is_too_old_after_anything_that_decides_about_it(db, ada, what):
    fair = make_central_fair(db, ada)
    bo, cy = make_people(db, fair, 2)
    meeting = make_agreed(db, fair, bo, cy)
    draft = make_draft_here(db, fair.ada, fair.event)
    sentence = {
        "cancelled": "Person0 Number0 – Person1 Number1: cancelled.",
        "availability": "Person0 Number0 said anew when they can meet.",
        "block": "A block of times was added.",
        "breaks": "The breaks of a block were changed.",
        "chairs": "Table 2: its chairs, or for whom it is kept, were changed.",
        "keeper": "Table 1: its chairs, or for whom it is kept, were changed.",
        "table": "A table was taken away.",
    }[what]

    if what == "cancelled":
        cancel_meeting(db, bo, meeting)
    elif what == "availability":
        set_availability(db, bo, fair.event, absent=[fair.slots[3].starts_at])
    elif what == "breaks":
        last = fair.slots[-1]
        set_breaks(db, fair.ada, BlockInEvent(fair.block, fair.event.event), breaks=[last])
    elif what == "chairs":
        with_table(db, fair, 1, chairs=8)
    elif what == "keeper":
        with_table(db, fair, 0, kept_for=place_of(db, bo, fair))
    elif what == "table":
        remove_table(db, fair.ada, table_in(db, fair, 2))
    else:
        later = fair.block.ends_at + timedelta(hours=1)
        add_block(db, fair.ada, fair.event, starts_at=later, ends_at=later + timedelta(hours=1))

    assert [str(one.what) for one in changes_since(db, draft.draft).latest] == [sentence]
    with pytest.raises(DraftTooOld):
        publish_schedule(db, fair.ada, draft)


@pytest.mark.parametrize("what", ["name", "there and back"])
def test_a_draft_is_not_too_old_after_a_change_of_a_table_that_decides_nothing(db, ada, what):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 4)
    standing, waiting = make_agreed(db, fair, *people[:2]), make_agreed(db, fair, *people[2:])
    schedule_meeting(db, fair.ada, standing, slot=fair.slots[0])
    draft = make_draft_here(db, fair.ada, fair.event)
    if what == "name":
        with_table(db, fair, 0, name="Window")
    else:
        with_table(db, fair, 0, kept_for=place_of(db, people[0], fair))
        with_table(db, fair, 0)

    publish_schedule(db, fair.ada, draft)

    assert row_of(db, waiting).state is MeetingState.SCHEDULED


# What the journal has not told may still be so: whoever wrote it committed after the draft had looked, with an older
# number. So the tables themselves are looked at too.
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"chairs": 1}, "Table 1 has too few chairs by now, or is kept for somebody else."),
        ({"kept_for_id": "somebody else"}, "Table 1 has too few chairs by now, or is kept for somebody else."),
        (None, "A table of this draft was taken away since."),
    ],
)
def test_nobody_is_published_at_a_table_that_does_not_do_any_more(db, ada, change, sentence):
    fair = make_central_fair(db, ada, tables=1)
    bo, cy, dee = make_people(db, fair, 3)
    meeting = make_agreed(db, fair, bo, cy)
    draft = make_draft_here(db, fair.ada, fair.event)
    table = tables_of(db, fair.event.id)[0]
    if change is None:
        db.delete(table)
    else:
        for name, value in change.items():
            setattr(table, name, dee.person if name == "kept_for_id" else value)
    db.flush()

    with pytest.raises(NoLongerPossible) as refused:
        publish_schedule(db, fair.ada, draft)

    assert str(refused.value) == f"{sentence} Plan again from here."
    assert row_of(db, meeting).state is MeetingState.ACCEPTED
    assert seats_of(db, meeting) == []


def test_another_draft_that_was_published_is_one_piece_of_news(db, ada):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 4)
    for other in people[1:]:
        make_agreed(db, fair, people[0], other)
    older, published = (make_draft_here(db, fair.ada, fair.event) for _draft in range(2))
    publish_schedule(db, fair.ada, published)

    found = changes_since(db, older.draft)

    assert [str(one.what) for one in found.latest] == ["Another draft was published: 3 new times, 0 moved."]
    with pytest.raises(DraftTooOld):
        publish_schedule(db, fair.ada, older)


def test_a_new_request_makes_a_draft_too_old_only_where_requests_count(db, ada):
    fair = make_central_fair(db, ada)
    bo, cy = make_people(db, fair, 2)
    without = make_draft_here(db, fair.ada, fair.event)
    with_wishes = make_draft_here(db, fair.ada, fair.event, wishes=True)

    make_wish(db, fair, bo, cy)

    assert (changes_since(db, without.draft).count, changes_since(db, with_wishes.draft).count) == (0, 1)


@pytest.mark.parametrize(("who", "tells"), [("asker", 1), ("who stands", 1), ("who wishes", 0), ("nobody's", 0)])
def test_only_the_times_of_those_who_meet_in_a_draft_make_it_too_old(db, ada, who, tells):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 7)
    make_agreed(db, fair, *people[:2])
    schedule_meeting(db, fair.ada, make_agreed(db, fair, *people[2:4]), slot=fair.slots[0])
    make_wish(db, fair, *people[4:6])
    draft = make_draft_here(db, fair.ada, fair.event)
    person = people[{"asker": 0, "who stands": 2, "who wishes": 4, "nobody's": 6}[who]]

    set_availability(db, person, fair.event, absent=[fair.slots[3].starts_at])

    assert changes_since(db, draft.draft).count == tells
    if not tells:
        assert publish_schedule(db, fair.ada, draft).placed == 1


def test_whoever_leaves_and_meets_nobody_makes_no_draft_too_old(db, ada):
    fair = make_central_fair(db, ada)
    bo, cy, dee = make_people(db, fair, 3)
    make_agreed(db, fair, bo, cy)
    draft = make_draft_here(db, fair.ada, fair.event)

    withdraw_registration(db, dee, RegistrationInEvent(place_of(db, dee, fair), fair.event.event))

    assert publish_schedule(db, fair.ada, draft).placed == 1


def test_what_is_said_around_meetings_makes_no_draft_too_old(db, ada):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 6)
    asked, agreed = make_wish(db, fair, *people[:2]), make_agreed(db, fair, *people[2:4])
    standing = make_agreed(db, fair, *people[4:])
    schedule_meeting(db, fair.ada, standing, slot=fair.slots[0])
    draft = make_draft_here(db, fair.ada, fair.event, wishes=True)

    with clock.frozen_at(asked.meeting.expires_at - timedelta(minutes=1)):
        TIMERS["meeting request unanswered"](db, asked.id)
    with clock.frozen_at(fair.slots[0].starts_at - timedelta(minutes=9)):
        check_in_to_meeting(db, people[4], seen_by(db, standing))
        propose_time(db, people[5], seen_by(db, standing), starts_at=fair.slots[1].starts_at)
    published = publish_schedule(db, fair.ada, draft)

    assert (published.placed, row_of(db, agreed).state) == (2, MeetingState.SCHEDULED)


@pytest.mark.parametrize("fact", [TimeFound, RestOffered, StandbyCalled, MeetingRoomLeft, MuteAsked])
def test_what_decides_nothing_makes_no_draft_too_old(db, ada, fact):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 4)
    agreed = make_agreed(db, fair, *people[:2])
    draft = make_draft_here(db, fair.ada, fair.event)
    of = make_wish(db, fair, *people[2:])
    given = {"person_id": people[3].person, "instead_of_id": agreed.id}

    ids = {"event_id": fair.event.id, "meeting_id": of.id}
    record(db, SYSTEM, fact(**ids, **{one.name: given[one.name] for one in fields(fact) if one.name in given}))

    assert changes_since(db, draft.draft).count == 0
    assert publish_schedule(db, fair.ada, draft).placed == 1


def test_every_fact_of_a_meeting_is_known_to_make_a_draft_too_old_or_not():
    for module in pkgutil.walk_packages(sessions.__path__, "sessions."):
        importlib.import_module(module.name)
    lists = (OF_NO_MATTER, ONCE_BEGUN, WITHOUT_WORDS, tuple(ABOUT_MEETINGS))

    ours = [one for one in facts_of_meetings() if not one.__module__.startswith("tests.")]
    places = {one.kind: sum(one in each for each in lists) for one in ours}

    assert {kind: count for kind, count in places.items() if count != 1} == {}


def test_a_time_that_has_begun_since_is_refused(db, ada):
    fair = make_central_fair(db, ada)
    meeting = make_agreed(db, fair, *make_people(db, fair, 2))
    draft = make_draft_here(db, fair.ada, fair.event)

    with clock.frozen_at(fair.slots[-1].ends_at), pytest.raises(NoLongerPossible, match="has begun since"):
        publish_schedule(db, fair.ada, draft)

    assert row_of(db, meeting).state is MeetingState.ACCEPTED


def test_a_seat_in_another_event_taken_since_is_refused_and_nothing_changes(db, ada):
    fair = make_central_fair(db, ada, slots=1)
    bo, cy = make_people(db, fair, 2)
    meeting = make_agreed(db, fair, bo, cy)
    draft = make_draft_here(db, fair.ada, fair.event)
    other = make_fair(db, ada, name="Elsewhere", slots=1)
    make_meeting(db, other, asker=make_participant(db, bo, other), invitee=make_participant(db, cy, other))

    with pytest.raises(NoLongerPossible, match="is not free"):
        publish_schedule(db, fair.ada, draft)

    assert row_of(db, meeting).state is MeetingState.ACCEPTED
    assert again(db, fair.event, draft.draft).draft.state is DraftState.DONE
    assert seats_of(db, meeting) == []


def test_only_those_whose_agenda_changes_get_a_letter(db, ada):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 4)
    standing = make_agreed(db, fair, *people[:2])
    schedule_meeting(db, fair.ada, standing, slot=fair.slots[0])
    make_agreed(db, fair, *people[2:])
    db.commit()
    settle()
    before = {one.id for one in db.exec(select(Letter))}

    publish_schedule(db, fair.ada, make_draft(db, fair))
    db.commit()
    settle()

    addressed = {one.person_id for one in db.exec(select(Letter)) if one.id not in before}
    assert addressed == {one.person for one in people[2:]}


def test_meetings_that_stay_get_no_fact_and_no_revision(db, ada):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 4)
    standing, new = make_agreed(db, fair, *people[:2]), make_agreed(db, fair, *people[2:])
    schedule_meeting(db, fair.ada, standing, slot=fair.slots[0])

    done = publish_schedule(db, fair.ada, make_draft_here(db, fair.ada, fair.event, freedom=Freedom.FEW))

    db.expire_all()
    entries = [find_entry(db, EntryKind.MEETING, one.id) for one in (standing, new)]
    assert (done.placed, done.moved) == (1, 0)
    assert [one.sequence for one in entries if one] == [0, 0]
    assert row_of(db, standing).starts_at == fair.slots[0].starts_at


def test_a_moved_meeting_has_the_next_number_in_calendars_and_one_fact(db, ada):
    fair = make_central_fair(db, ada, slots=2, tables=1)
    people = make_people(db, fair, 4)
    standing, new = make_agreed(db, fair, *people[:2]), make_agreed(db, fair, *people[2:])
    schedule_meeting(db, fair.ada, standing, slot=fair.slots[0])
    for person in people[2:]:
        set_availability(db, person, fair.event, absent=[fair.slots[1].starts_at])

    done = publish_schedule(db, fair.ada, make_draft_here(db, fair.ada, fair.event, freedom=Freedom.ANY))

    entry = find_entry(db, EntryKind.MEETING, standing.id)
    kinds = select(JournalEntry.kind).where(col(JournalEntry.kind).in_(("MeetingMoved", "MeetingScheduled")))
    assert (done.placed, done.moved) == (1, 1)
    assert entry is not None
    assert entry.sequence == 1
    assert sorted(db.exec(kinds)) == ["MeetingMoved", "MeetingScheduled", "MeetingScheduled"]
    assert (row_of(db, standing).starts_at, row_of(db, new).starts_at) == (
        fair.slots[1].starts_at,
        fair.slots[0].starts_at,
    )
    assert problems_with_seats(db) == []


def test_a_participants_own_table_is_where_they_meet(db, ada):
    fair = make_central_fair(db, ada)
    bo, cy = make_people(db, fair, 2)
    meeting = make_agreed(db, fair, bo, cy)
    own = tables_of(db, fair.event.id)[2]
    own.kept_for_id = cy.person
    db.add(own)
    db.flush()

    publish_schedule(db, fair.ada, make_draft_here(db, fair.ada, fair.event))

    assert row_of(db, meeting).table_id == own.id


def test_a_published_wish_is_arranged_and_does_not_expire_any_more(db, ada):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 4)
    wish, agreed = make_wish(db, fair, *people[:2]), make_agreed(db, fair, *people[2:])
    answered = row_of(db, agreed).answered_at
    draft = make_draft_here(db, fair.ada, fair.event, wishes=True)

    with clock.frozen_at(clock.now() + timedelta(minutes=7)):
        publish_schedule(db, fair.ada, draft)

        assert (row_of(db, wish).state, row_of(db, wish).answered_at) == (MeetingState.SCHEDULED, clock.now())
    assert row_of(db, agreed).answered_at == answered
    assert problems_with_seats(db) == []


def test_those_without_a_time_read_why_and_learn_nothing_about_each_other(db, ada):
    fair = make_central_fair(db, ada, slots=1)
    people = make_people(db, fair, 3)
    meetings = [make_agreed(db, fair, people[0], other) for other in people[1:]]
    publish_schedule(db, fair.ada, make_draft_here(db, fair.ada, fair.event))

    left = next(one for one in meetings if row_of(db, one).starts_at is None)
    found = why_without_time(db, [left.meeting.public_id])

    assert {public: str(sentence) for public, sentence in found.items()} == {
        left.meeting.public_id: "Other meetings took the times at which both of you are free."
    }


def test_after_a_cancellation_the_freed_time_is_filled_and_nothing_else_moves(db, ada):
    fair = make_central_fair(db, ada, slots=2)
    people = make_people(db, fair, 4)
    meetings = [make_agreed(db, fair, people[0], other) for other in people[1:]]
    publish_schedule(db, fair.ada, make_draft_here(db, fair.ada, fair.event))
    stood = [one for one in meetings if row_of(db, one).starts_at is not None]
    left = next(one for one in meetings if row_of(db, one).starts_at is None)
    kept = row_of(db, stood[1]).starts_at
    cancel_meeting(db, fair.ada, MeetingInEvent(row_of(db, stood[0]), fair.event.event))

    done = publish_schedule(db, fair.ada, make_draft_here(db, fair.ada, fair.event, freedom=Freedom.FEW))

    assert (done.placed, done.moved) == (1, 0)
    assert row_of(db, left).state is MeetingState.SCHEDULED
    assert row_of(db, stood[1]).starts_at == kept
    assert problems_with_seats(db) == []


def test_a_plan_that_goes_on_from_a_draft_begins_with_its_times(db, ada):
    fair = make_central_fair(db, ada)
    people = make_people(db, fair, 4)
    first = make_agreed(db, fair, *people[:2])
    base = make_draft(db, fair)
    make_agreed(db, fair, *people[2:])

    after = make_draft(db, fair, based_on=base.draft)

    before, now = (read_contents(db, one.draft).slot_for(first.meeting.public_id) for one in (base, after))
    assert before is not None
    assert now == before
    assert after.draft.placed == 2


def test_names_of_people_stand_in_no_file(db, ada):
    fair = make_central_fair(db, ada)
    bo, cy = make_people(db, fair, 2)
    make_agreed(db, fair, bo, cy)

    content = content_of(db, make_draft_here(db, fair.ada, fair.event).draft)

    assert content is not None
    assert person_of(db, bo).name not in content.problem + content.plan


def test_published_drafts_take_no_room_from_new_ones(db, ada):
    """They cannot be discarded, so that an organiser who publishes often would have had to stop."""
    fair = make_central_fair(db, ada)
    for _each in range(MOST_DRAFTS):
        ask_for_schedule(db, fair.ada, fair.event).state = DraftState.PUBLISHED
        db.flush()

    draft = ask_for_schedule(db, fair.ada, fair.event)

    assert draft.number == MOST_DRAFTS + 1


def test_of_what_was_not_published_twenty_drafts_are_kept(db, ada):
    fair = make_central_fair(db, ada)
    for _each in range(MOST_DRAFTS):
        ask_for_schedule(db, fair.ada, fair.event).state = DraftState.FAILED
        db.flush()

    with pytest.raises(Conflict, match="20 drafts already"):
        ask_for_schedule(db, fair.ada, fair.event)
