"""Tables: names, chairs, one kept for somebody, taking one away, and how many an event needs."""

import pytest

from events.core import links
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.registration import RegistrationInEvent, withdraw_registration
from sessions.answers import accept_meeting
from sessions.blocks import MeetingTable, TableKind, add_tables, tables_of
from sessions.calendars import EntryKind, find_entry
from sessions.meetings import Meeting
from sessions.moves import cancel_meeting
from sessions.requests import book_meeting
from sessions.seats import NoTableFree
from sessions.tables import (
    TableInEvent,
    TableInUse,
    change_table,
    get_table,
    keepers_in,
    remove_table,
    table_advice,
    table_lines,
)
from tests.mailer.makers_letters import letters_after, text_of
from tests.makers import make_person
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    problems_with_seats,
)
from tests.sessions.test_booking_races import NAMES, Ground, kinds, race


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada, tables=2)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


@pytest.fixture
def dee(db: Database, dee: Actor, fair: Fair) -> Actor:
    return make_participant(db, dee, fair)


def table(db: Database, fair: Fair, number: int = 0) -> TableInEvent:
    return get_table(db, fair.ada, fair.event, str(tables_of(db, fair.event.id)[number].id))


def change(db: Database, fair: Fair, number: int = 0, **values: object) -> None:
    subject = table(db, fair, number)
    usual = {"name": subject.table.name, "chairs": subject.table.chairs, "kept_for": None}
    change_table(db, fair.ada, subject, **usual | values)


def table_of(db: Database, meeting: Meeting) -> str:
    return db.get_one(MeetingTable, meeting.table_id).name


def test_a_table_kept_for_somebody_has_all_their_meetings_and_no_others(db, fair, bo, cy, dee):
    change(db, fair, 1, kept_for=place_of(db, cy, fair))

    theirs = [make_meeting(db, fair, asker=one, invitee=cy, slot=n) for n, one in enumerate((bo, dee))]
    other = make_meeting(db, fair, asker=bo, invitee=dee, slot=2)

    assert [table_of(db, one.meeting) for one in (*theirs, other)] == ["2", "2", "1"]


def test_a_kept_table_is_no_place_for_others_even_when_all_else_is_taken(db, fair, bo, cy, dee, mel):
    mel = make_participant(db, mel, fair)
    change(db, fair, 0, kept_for=place_of(db, mel, fair))
    tam = make_participant(db, make_person(db, "Tam Tamm"), fair)
    make_meeting(db, fair, asker=bo, invitee=cy)
    request = make_request(db, fair, asker=dee, invitee=tam)

    with pytest.raises(NoTableFree):
        accept_meeting(db, tam, request)


def test_a_table_is_not_kept_while_others_are_to_meet_there(db, fair, bo, cy, dee):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    with pytest.raises(TableInUse, match=r"^Bo Berg and Cy Costa meet at this table at .*2026.*\. Move or cancel"):
        change(db, fair, kept_for=place_of(db, dee, fair))
    cancel_meeting(db, bo, meeting)
    change(db, fair, kept_for=place_of(db, dee, fair))

    assert table_lines(db, fair.event.id)[0].kept_for == "Dee Dumont"


def test_a_table_is_kept_for_somebody_who_meets_there_already(db, fair, bo, cy):
    make_meeting(db, fair, asker=bo, invitee=cy)

    change(db, fair, kept_for=place_of(db, cy, fair))

    assert table(db, fair).table.kept_for_id == cy.person


def test_somebody_has_one_table_of_their_own(db, fair, bo):
    change(db, fair, 0, kept_for=place_of(db, bo, fair))

    with pytest.raises(Invalid, match="Another table is kept for this participant") as refused:
        change(db, fair, 1, kept_for=place_of(db, bo, fair))

    assert list(refused.value.fields) == ["kept_for"]


def test_who_leaves_keeps_no_table(db, fair, bo):
    change(db, fair, 0, kept_for=place_of(db, bo, fair))

    withdraw_registration(db, bo, RegistrationInEvent(place_of(db, bo, fair), fair.event.event))

    db.expire_all()
    assert table(db, fair).table.kept_for_id is None


def test_only_participants_of_the_event_keep_a_table(db, fair, bo):
    other = make_fair(db, fair.ada, name="Wood Match")
    bo = make_participant(db, bo, other)

    with pytest.raises(Invalid, match="takes part in this event"):
        change(db, fair, kept_for=place_of(db, bo, other))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "2"}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"chairs": 1}, "chairs"),
        ({"chairs": 51}, "chairs"),
    ],
)
def test_what_no_table_can_be_is_refused_beside_its_field(db, fair, values, field):
    with pytest.raises(Invalid) as refused:
        change(db, fair, **values)

    assert list(refused.value.fields) == [field]
    assert [(one.name, one.chairs) for one in table_lines(db, fair.event.id)] == [("1", 4), ("2", 4)]


def test_a_new_name_goes_into_the_calendars_of_those_who_meet_there(db, fair, bo, cy, monkeypatch):
    monkeypatch.setattr(links, "_paths", [lambda name, **ids: "/".join(["", name, *map(str, ids.values())])])
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)
    before = find_entry(db, EntryKind.MEETING, meeting.id).sequence

    change(db, fair, name="Window")

    assert find_entry(db, EntryKind.MEETING, meeting.id).sequence == before + 1
    told = [one for one in letters_after(db) if one.kind == "meeting_place_renamed"]
    assert [one.address for one in told] == ["bo@example.org", "cy@example.org"]
    assert "Table Window" in text_of(told[0])


def test_other_chairs_disturb_nobody(db, fair, bo, cy):
    make_meeting(db, fair, asker=bo, invitee=cy)

    change(db, fair, chairs=2)

    assert "meeting_place_renamed" not in {one.kind for one in letters_after(db)}


def test_chairs_are_not_taken_from_a_group(db, fair, bo, cy, dee):
    group = [place_of(db, one, fair) for one in (bo, cy, dee)]
    book_meeting(db, fair.ada, fair.event, people=group, slot=fair.slots[0])

    with pytest.raises(TableInUse):
        change(db, fair, chairs=2)
    change(db, fair, chairs=3)

    assert table(db, fair).table.chairs == 3


def test_tables_are_added_with_their_chairs(db, fair):
    add_tables(db, fair.ada, fair.event, count=2, kind=TableKind.VIDEO, chairs=8)

    assert [(one.name, one.chairs) for one in table_lines(db, fair.event.id)][2:] == [("V1", 8), ("V2", 8)]
    with pytest.raises(Invalid, match="2 to 50 chairs"):
        add_tables(db, fair.ada, fair.event, count=1, chairs=1)


def test_a_table_goes_when_nobody_is_to_meet_there(db, fair, bo, cy):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy)

    with pytest.raises(TableInUse):
        remove_table(db, fair.ada, table(db, fair))
    cancel_meeting(db, bo, meeting)
    remove_table(db, fair.ada, table(db, fair))

    db.expire_all()
    assert [one.name for one in tables_of(db, fair.event.id)] == ["2"]
    assert problems_with_seats(db) == []


def test_a_table_is_there_for_its_organisers_only(db, fair, bo):
    subject = table(db, fair)
    other = make_fair(db, fair.ada, name="Wood Match")

    with pytest.raises(NotAllowed):
        change_table(db, bo, subject, name="Mine", chairs=2, kept_for=None)
    for actor, event, number in ((bo, fair.event, subject.table.id), (fair.ada, other.event, subject.table.id)):
        with pytest.raises(NotFound):
            get_table(db, actor, event, str(number))
    with pytest.raises(NotFound):
        get_table(db, fair.ada, fair.event, "x")


def test_keepers_are_those_who_take_part(db, fair, bo, cy):
    withdraw_registration(db, cy, RegistrationInEvent(place_of(db, cy, fair), fair.event.event))

    assert [(one.name, one.person_id) for one in keepers_in(db, fair.event.id)] == [("Bo Berg", bo.person)]


def test_advice_comes_from_participants_and_slots(db, fair, bo, cy):
    for number in range(58):
        make_participant(db, make_person(db, f"P{number} Park", email=f"p{number}@example.org"), fair)

    advice = table_advice(db, fair.event.id)

    # 60 people x 4 meetings / 2 = 120 meetings in 4 slots: 30 at once, and 10 to 20 % more; but only 30 pairs.
    assert (advice.participants, advice.meetings, advice.slots, advice.least, advice.most) == (60, 120, 4, 30, 30)


def test_there_is_no_advice_without_participants(db, fair, bo):
    assert table_advice(db, fair.event.id) is None


def test_a_table_is_not_kept_or_taken_away_under_a_booking(database_url: str) -> None:
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"), slots=6, tables=1)
        ground = Ground(fair, [make_participant(db, make_person(db, name), fair) for name in NAMES])

    def keep(db: Database) -> None:
        change(db, fair, kept_for=ground.place(db, 5))

    def free(db: Database) -> None:
        change(db, fair)

    for number in range(4):
        with transaction() as db:
            free(db)
            asked = make_request(db, fair, asker=ground.people[0], invitee=ground.people[1], slot=number)
            public = asked.meeting.public_id

        outcomes = race(ground.on(public, 1, accept_meeting), keep)

        assert kinds(outcomes) in (["TableInUse", "done"], ["NoTableFree", "done"])
        with transaction() as db:
            assert problems_with_seats(db) == []
            if outcomes[0] is None:
                cancel_meeting(db, fair.ada, asked)
        if outcomes[0] is not None:
            break

    with reading() as db:
        assert problems_with_seats(db) == []
