"""Reports of people in live rooms: who may report whom, who reads it, what is done about it, and what nobody learns."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import JournalEntry, record
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from realtime import networking_announcements
from realtime.announcing import WRITERS
from realtime.channels import crew_channel, person_channel
from sessions.lobby import be_shown_in_lobby, people_in_lobby, see_lobby
from sessions.meeting_rooms import EntryState, get_meeting_room
from sessions.meeting_visits import enter_meeting_room, lost_visits
from sessions.moderated import acts_in
from sessions.moderation import Act, PersonOnStage, RoomModerated, RunsTheRoom, remove_from_room
from sessions.networking.running import end_networking
from sessions.networking.visits import take_out_of_networking
from sessions.person_reports import (
    PersonInLobby,
    PersonReported,
    PersonReportedAlready,
    Place,
    ReportedPerson,
    get_person_report,
    has_reported,
    let_back_into_lobby,
    person_in_lobby,
    person_in_meeting,
    person_in_networking,
    person_on_a_stage,
    remove_from_lobby,
    report_person,
    settle_person_reports,
)
from sessions.reported_people import MOST_ACTS, acts_about_people, put_out_in, reported_people
from sessions.room_doors import RoomEntryAnswered, answer_knock, knock_at_room, let_back_into_meeting, put_out_of_room
from sessions.rooms import room_snapshot
from sessions.visit_lines import Lost
from tests.makers import again, make_organisation, person_of
from tests.sessions.makers_meetings import Fair, make_fair, make_meeting, make_participant
from tests.sessions.makers_networking import Evening, make_evening
from tests.sessions.makers_pitches import Show, make_show


@pytest.fixture
def show(db: Database) -> Show:
    return make_show(db, opened=True)


@pytest.fixture
def evening(db: Database, ada: Actor) -> Evening:
    return make_evening(db, ada, people=3)


def public(db: Database, actor: Actor) -> str:
    return person_of(db, actor).public_id


def reported_on_stage(db: Database, show: Show, by: Actor, whom: Actor, reason: str = "Shouts.") -> ReportedPerson:
    found = person_on_a_stage(db, by, show.room, public(db, whom))
    row = report_person(db, by, found, reason=reason)
    return ReportedPerson(row, person_of(db, whom), show.event.event)


def read_by(db: Database, actor: Actor, show: Show) -> list[tuple[str, list[str]]]:
    found = reported_people(db, again(db, actor), show.event)
    return [(one.name, [each.text for each in one.reasons]) for one in found]


def test_whoever_shares_a_stage_reports_somebody_and_its_moderators_read_it_at_once(db: Database, show: Show) -> None:
    reported_on_stage(db, show, show.bo, show.tam)

    assert [read_by(db, who, show) for who in (show.hal, show.ada)] == [[("Tam Tamm", ["Shouts."])]] * 2
    assert [room_snapshot(db, who, show.room).reports for who in (show.hal, show.bo)] == [1, None]
    [shown] = reported_people(db, show.hal, show.event, place=Place.STAGE, room=show.stage.public_id)
    assert (shown.title, shown.reasons[0].reporter) == ("Main stage", "")
    assert reported_people(db, again(db, show.ada), show.event)[0].reasons[0].reporter == "Bo Berg"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_a_report_says_why_in_so_many_characters(db: Database, show: Show, reason: str) -> None:
    found = person_on_a_stage(db, show.bo, show.room, public(db, show.tam))

    with pytest.raises(Invalid) as refused:
        report_person(db, show.bo, found, reason=reason)

    assert list(refused.value.fields) == ["reason"]


def test_nobody_reports_themself(db: Database, show: Show) -> None:
    found = person_on_a_stage(db, show.bo, show.room, public(db, show.bo))

    with pytest.raises(Conflict, match="You cannot report yourself"):
        report_person(db, show.bo, found, reason="I was late.")


def test_one_report_at_a_time_and_another_one_after_it_was_settled(db: Database, show: Show) -> None:
    first = reported_on_stage(db, show, show.bo, show.tam)
    here = person_on_a_stage(db, show.bo, show.room, public(db, show.tam))
    with pytest.raises(PersonReportedAlready):
        report_person(db, show.bo, here, reason="Again.")
    waits = has_reported(db, show.bo, here)

    settle_person_reports(db, show.hal, first)
    settle_person_reports(db, show.hal, first)

    assert (waits, has_reported(db, show.bo, here), read_by(db, show.hal, show)) == (True, False, [])
    acts = [(one.moderator, one.act, one.person) for one in acts_in(db, show.ada, show.room)]
    assert acts == [("Hal Hummel", Act.REPORT_SETTLED, "Tam Tamm")]
    report_person(db, show.bo, here, reason="Again.")
    assert read_by(db, show.hal, show) == [("Tam Tamm", ["Again."])]


def test_whoever_is_reported_reads_nothing_of_it_even_if_they_run_the_room(db: Database, show: Show) -> None:
    found = reported_on_stage(db, show, show.bo, show.hal)

    assert (read_by(db, show.hal, show), room_snapshot(db, show.hal, show.room).reports) == ([], 0)
    with pytest.raises(NotFound):
        get_person_report(db, show.hal, show.event, found.report.public_id)
    with pytest.raises(NotAllowed):
        settle_person_reports(db, show.hal, found)
    assert read_by(db, show.ada, show) == [("Hal Hummel", ["Shouts."])]


def test_whoever_was_reported_does_not_read_that_it_was_settled_even_if_they_run_the_room(
    db: Database, show: Show
) -> None:
    settle_person_reports(db, show.ada, reported_on_stage(db, show, show.bo, show.hal))
    settle_person_reports(db, show.ada, reported_on_stage(db, show, show.bo, show.tam))

    def read(by: Actor) -> tuple[list[str], list[str]]:
        in_room, about = acts_in(db, by, show.room), acts_about_people(db, by, show.event)
        return [one.person for one in in_room], [one.person for one in about]

    assert read(show.hal) == (["Tam Tamm"], ["Tam Tamm"])
    assert read(again(db, show.ada)) == (["Tam Tamm", "Hal Hummel"], ["Tam Tamm", "Hal Hummel"])


def test_acts_in_other_rooms_or_about_the_reader_crowd_out_none_of_a_rooms_own(db: Database, show: Show) -> None:
    event, here, hal = show.event.id, show.stage.id or 0, show.hal.person
    record(db, show.ada, RoomModerated(event, here, Act.MANNERS))
    record(db, show.ada, RoomModerated(event, here, Act.REPORT_SETTLED, None, 7))
    for _time in range(5 * MOST_ACTS):
        record(db, show.ada, RoomModerated(event, here + 1, Act.MANNERS))
    for _time in range(MOST_ACTS):
        record(db, show.ada, RoomModerated(event, here, Act.REPORT_SETTLED, hal))

    assert [one.act for one in acts_in(db, show.hal, show.room)] == [Act.REPORT_SETTLED, Act.MANNERS]
    assert len(acts_in(db, show.ada, show.room)) == MOST_ACTS


def test_nobody_from_elsewhere_reports_or_is_reported(db: Database, show: Show) -> None:
    with pytest.raises(NotFound):
        person_on_a_stage(db, show.bo, show.room, public(db, show.eve))
    with pytest.raises(NotFound):
        person_on_a_stage(db, show.eve, show.room, public(db, show.bo))


def test_who_was_removed_in_the_meantime_is_still_reported(db: Database, show: Show) -> None:
    remove_from_room(db, show.hal, PersonOnStage(person_of(db, show.tam), show.stage, show.event))

    reported_on_stage(db, show, show.bo, show.tam)

    assert read_by(db, show.hal, show) == [("Tam Tamm", ["Shouts."])]


def test_what_is_told_of_a_report_goes_to_those_who_run_the_rooms_and_names_nobody(db: Database, show: Show) -> None:
    reported_on_stage(db, show, show.bo, show.tam)
    entry = db.exec(select(JournalEntry).where(JournalEntry.kind == PersonReported.kind)).one()

    fact = PersonReported(**entry.particulars)
    concerned, said = WRITERS[PersonReported](db, fact)

    assert (concerned, said) == ({crew_channel(show.event.id)}, {"lobby": "food-hack"})
    assert set(entry.particulars) == {"event_id", "report_id"}
    assert networking_announcements


# --- the lobby


def in_lobby(evening: Evening, *names: str) -> None:
    for name in names:
        be_shown_in_lobby(evening.db, evening.actor(name), evening.fair.event, shown=True)


def test_whoever_is_shown_in_the_lobby_is_reported_there_and_put_out_of_it(db: Database, evening: Evening) -> None:
    in_lobby(evening, "Cy")
    ada, event, cy = evening.actor(), evening.fair.event, person_of(db, evening.people["Cy"])
    bo = evening.actor("Bo")
    report_person(db, bo, person_in_lobby(db, bo, event, cy.public_id), reason="Sells watches.")
    [card] = reported_people(db, ada, event, place=Place.LOBBY, room=str(event.id))

    remove_from_lobby(db, ada, PersonInLobby(cy, event))
    remove_from_lobby(db, ada, PersonInLobby(cy, event))
    settle_person_reports(db, ada, get_person_report(db, ada, event, card.report))

    assert not see_lobby(evening.actor("Cy"), event)
    assert see_lobby(evening.actor("Bo"), event)
    with pytest.raises(NotAllowed):
        be_shown_in_lobby(db, evening.actor("Cy"), event, shown=False)
    assert [one.name for one in put_out_in(db, ada, event)] == ["Cy Nomad"]
    let_back_into_lobby(db, ada, PersonInLobby(cy, event))
    assert see_lobby(evening.actor("Cy"), event)
    assert [(one.act, one.person) for one in acts_about_people(db, ada, event)] == [
        (Act.LET_BACK_IN, "Cy Nomad"), (Act.REPORT_SETTLED, "Cy Nomad"), (Act.REMOVED, "Cy Nomad"),
    ]  # fmt: skip


def test_who_was_put_out_of_the_lobby_is_shown_to_nobody_there(db: Database, evening: Evening) -> None:
    in_lobby(evening, "Cy", "Gil")
    here = [public(db, evening.people[name]) for name in ("Cy", "Gil")]

    remove_from_lobby(db, evening.actor(), PersonInLobby(person_of(db, evening.people["Cy"]), evening.fair.event))

    seen = people_in_lobby(db, evening.actor("Bo"), evening.fair.event, here)
    assert [one.card.name for one in seen.rows] == ["Gil Nomad"]


def test_who_runs_the_event_is_not_put_out_of_its_lobby(db: Database, evening: Evening) -> None:
    with pytest.raises(RunsTheRoom):
        remove_from_lobby(db, evening.actor(), PersonInLobby(person_of(db, evening.fair.ada), evening.fair.event))


def test_who_hides_after_what_they_did_is_still_reported(db: Database, evening: Evening) -> None:
    in_lobby(evening, "Cy")
    be_shown_in_lobby(db, evening.actor("Cy"), evening.fair.event, shown=False)

    found = person_in_lobby(db, evening.actor("Bo"), evening.fair.event, public(db, evening.people["Cy"]))

    assert found.person.name == "Cy Nomad"


def test_who_was_never_shown_in_the_lobby_cannot_be_reported_there(db: Database, evening: Evening) -> None:
    with pytest.raises(NotFound):
        person_in_lobby(db, evening.actor("Bo"), evening.fair.event, public(db, evening.people["Cy"]))


# --- speed networking and meetings


def test_in_speed_networking_one_reports_those_with_whom_one_was_put_together(db: Database, evening: Evening) -> None:
    evening.come_in("Bo", "Cy")
    evening.start()
    evening.wait(12)
    gil = evening.actor("Gil")
    bo, cy = evening.actor("Bo"), public(db, evening.people["Cy"])

    report_person(db, bo, person_in_networking(db, bo, evening.subject("Bo"), cy), reason="Rude.")

    found = reported_people(
        db, evening.actor(), evening.fair.event, place=Place.NETWORKING, room=evening.subject().public_id
    )
    assert [(one.name, one.title) for one in found] == [("Cy Nomad", "Meet and greet")]
    with pytest.raises(NotFound):
        person_in_networking(db, gil, evening.subject("Gil"), cy)


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def meeting(db: Database, fair: Fair, bo: Actor, cy: Actor) -> Iterator[tuple[Actor, Actor, str]]:
    """Bo and Cy, five minutes into their meeting; its public id."""
    one = make_participant(db, bo, fair, organisation=make_organisation(db, "Nordmühle", country="SE"))
    other = make_participant(db, cy, fair)
    public = make_meeting(db, fair, asker=one, invitee=other).meeting.public_id
    with clock.frozen_at(fair.slots[0].starts_at + timedelta(minutes=5)):
        yield one, other, public


def test_a_report_from_a_meeting_is_read_by_organisers_who_put_a_lead_out_and_take_it_back(
    db: Database, fair: Fair, meeting: tuple[Actor, Actor, str]
) -> None:
    bo, cy, public_id = meeting
    stay = enter_meeting_room(db, cy, get_meeting_room(db, cy, public_id))
    here = person_in_meeting(db, bo, get_meeting_room(db, bo, public_id), public(db, cy))
    report_person(db, bo, here, reason="Insults me.")
    ada = again(db, fair.ada)
    [card] = reported_people(db, ada, fair.event)

    put_out_of_room(db, ada, get_meeting_room(db, ada, public_id), person=cy.person or 0)

    assert (card.name, card.place, card.reasons[0].text) == ("Cy Costa", Place.MEETING, "Insults me.")
    assert lost_visits(db, [stay.visit.public_id]) == {stay.visit.public_id: Lost.REMOVED}
    with pytest.raises(NotAllowed):
        enter_meeting_room(db, cy, get_meeting_room(db, cy, public_id))
    assert [(one.name, one.meeting) for one in put_out_in(db, ada, fair.event)] == [("Cy Costa", public_id)]
    let_back_into_meeting(db, ada, get_meeting_room(db, ada, public_id), person=cy.person or 0)
    enter_meeting_room(db, cy, get_meeting_room(db, cy, public_id))
    acts = [(one.act, one.person) for one in acts_about_people(db, ada, fair.event)]
    assert acts == [(Act.LET_BACK_IN, "Cy Costa"), (Act.REMOVED, "Cy Costa")]


def test_a_lead_puts_no_lead_out_and_reads_no_reports(
    db: Database, fair: Fair, meeting: tuple[Actor, Actor, str]
) -> None:
    bo, cy, public_id = meeting
    with pytest.raises(NotFound):
        put_out_of_room(db, bo, get_meeting_room(db, bo, public_id), person=cy.person or 0)
    here = person_in_meeting(db, cy, get_meeting_room(db, cy, public_id), public(db, bo))

    row = report_person(db, cy, here, reason="Late.")

    for reader in (bo, cy):
        with pytest.raises(NotFound):
            get_person_report(db, reader, fair.event, row.public_id)
    assert WRITERS[PersonReported](db, PersonReported(fair.event.id, row.id or 0))[0] == {crew_channel(fair.event.id)}
    assert person_channel(bo.person or 0) not in {crew_channel(fair.event.id)}


def test_once_a_rooms_hard_end_has_come_nobody_is_put_out_of_it_or_let_back(
    db: Database, fair: Fair, meeting: tuple[Actor, Actor, str]
) -> None:
    bo, cy, public_id = meeting
    ada = again(db, fair.ada)
    for reporter, whom in ((bo, cy), (cy, bo)):
        here = person_in_meeting(db, reporter, get_meeting_room(db, reporter, public_id), public(db, whom))
        report_person(db, reporter, here, reason="Shouts.")
    put_out_of_room(db, ada, get_meeting_room(db, ada, public_id), person=cy.person or 0)

    assert [(one.name, one.removable) for one in reported_people(db, ada, fair.event)] == [
        ("Bo Berg", True), ("Cy Costa", False),
    ]  # fmt: skip
    assert [one.name for one in put_out_in(db, ada, fair.event)] == ["Cy Costa"]
    with clock.frozen_at(fair.slots[0].ends_at + timedelta(minutes=3)):
        later = [(one.name, one.removable) for one in reported_people(db, ada, fair.event)]
        assert (later, put_out_in(db, ada, fair.event)) == ([("Bo Berg", False), ("Cy Costa", False)], [])
        with pytest.raises(Conflict):
            let_back_into_meeting(db, ada, get_meeting_room(db, ada, public_id), person=cy.person or 0)


def test_nobody_is_taken_out_of_a_speed_networking_twice_or_once_it_has_ended(db: Database, evening: Evening) -> None:
    evening.come_in("Bo", "Cy")
    evening.start()
    evening.wait(12)
    bo, cy = evening.actor("Bo"), evening.actor("Cy")
    for reporter, name, whom in ((bo, "Bo", cy), (cy, "Cy", bo)):
        here = person_in_networking(db, reporter, evening.subject(name), public(db, whom))
        report_person(db, reporter, here, reason="Rude.")

    take_out_of_networking(db, evening.actor(), evening.subject(), person=cy.person or 0)
    before = [(one.name, one.removable) for one in reported_people(db, evening.actor(), evening.fair.event)]
    end_networking(db, evening.actor(), evening.subject())

    assert before == [("Bo Nomad", True), ("Cy Nomad", False)]
    after = [(one.name, one.removable) for one in reported_people(db, evening.actor(), evening.fair.event)]
    assert after == [("Bo Nomad", False), ("Cy Nomad", False)]


def test_many_who_knock_crowd_out_no_act(db: Database, fair: Fair, meeting: tuple[Actor, Actor, str]) -> None:
    _bo, cy, public_id = meeting
    ada, room = again(db, fair.ada), get_meeting_room(db, again(db, fair.ada), public_id)
    put_out_of_room(db, ada, room, person=cy.person or 0)
    for _time in range(MOST_ACTS + 1):
        record(db, ada, RoomEntryAnswered(fair.event.id, room.id, ada.person or 0, EntryState.ADMITTED))
        record(db, ada, RoomModerated(fair.event.id, 1, Act.MANNERS, None, None))

    assert [(one.act, one.person) for one in acts_about_people(db, ada, fair.event)] == [(Act.REMOVED, "Cy Costa")]


def test_who_takes_no_part_in_a_meeting_and_is_let_back_is_among_the_acts_and_who_knocks_is_not(
    db: Database, fair: Fair, meeting: tuple[Actor, Actor, str]
) -> None:
    bo, _cy, public_id = meeting
    ola = again(db, fair.ada)
    knock_at_room(db, ola, get_meeting_room(db, ola, public_id))
    answer_knock(db, bo, get_meeting_room(db, bo, public_id), person=ola.person or 0, admit=True)
    knocked = acts_about_people(db, ola, fair.event)

    put_out_of_room(db, bo, get_meeting_room(db, bo, public_id), person=ola.person or 0)
    let_back_into_meeting(db, ola, get_meeting_room(db, ola, public_id), person=ola.person or 0)

    acts = [(one.act, one.person) for one in acts_about_people(db, ola, fair.event)]
    assert (knocked, acts) == ([], [(Act.LET_BACK_IN, "Ada Adler"), (Act.REMOVED, "Ada Adler")])
