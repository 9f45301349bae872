"""Who is written to about what, with rows as the domain writes them."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select
from starlette.routing import Router

from events.challenges import publish_challenge
from events.completeness import ask_to_finish
from events.core import clock
from events.core.database import reading
from events.core.tokens import find_token
from events.desks import add_desk, add_desk_officer
from events.form_building import add_question
from events.offered_places import PlaceLapsed
from events.organisations import OrganisationKind
from events.people import Person
from events.planning import PhaseMoved, move_phase
from events.programmes import Programme
from events.registration import (
    PlaceOffered,
    RegistrationAccepted,
    RegistrationDeclined,
    RegistrationMadeToWait,
    RegistrationPromoted,
    RegistrationReceived,
    RegistrationState,
    RegistrationWithdrawn,
)
from events.roles import Role, Scope, give_role
from events.rounds.guests import invite_guest_judge
from events.rounds.judges import end_judging
from events.signin import PasswordSet, SignInLinkAsked
from events.submissions import LateVersionAdmitted, LateVersionKept, SubmissionHandedIn
from events.teams import TeamInvitationSent, TeamMember
from mailer.letters import LetterState
from sessions.calendars import EntryKind, cancel_entry
from sessions.meetings import MeetingAccepted, MeetingCancelled, MeetingDeclined, MeetingMoved, MeetingRequested
from sessions.milestones import follow_milestones
from sessions.outcomes import OutcomeAwaited
from sessions.pitches import PitchCancelled, PitchMoved, PitchScheduled
from tests.events.makers_rounds import make_contest, make_round
from tests.mailer.makers_letters import (
    booked,
    calendar_event_of,
    called_off,
    letters_after,
    make_meeting,
    make_team,
    parsed,
    pitch_planned,
    text_of,
)
from tests.makers import (
    again,
    make_event,
    make_member,
    make_organisation,
    make_person,
    make_programme,
    make_registration,
)


@pytest.fixture
def event(db, ada):
    programme = make_programme(db, ada)
    return make_event(
        db,
        again(db, ada),
        programme,
        template="matchmaking",
        name="Food Match",
        starts_at=clock.now() + timedelta(days=5),
    )


@pytest.fixture
def hackathon(db, ada):
    programme = make_programme(db, ada, "Packaging Network")
    return make_event(db, again(db, ada), programme, name="Food Hack")


@pytest.fixture
def team(db, hackathon, tam, bo):
    return make_team(db, hackathon, tam, bo)


def written(letters):
    return sorted((one.kind, one.address.partition("@")[0]) for one in letters if one.state is LetterState.WAITING)


def sent(db, letters):
    for one in letters:
        one.state, one.done_at, one.attempts = LetterState.SENT, clock.now(), 1
        db.add(one)
    db.commit()


@pytest.fixture
def place(db, event, bo):
    registration = make_registration(db, bo, event)
    sent(db, letters_after(db))
    return registration


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (RegistrationState.APPLIED, "registration_received"),
        (RegistrationState.WAITING, "registration_waiting"),
        (RegistrationState.ACCEPTED, "registration_confirmed"),
    ],
)
def test_who_registers_reads_what_became_of_it(db, event, place, state, kind):
    fact = RegistrationReceived(event_id=event.id, registration_id=place.id, state=state)

    assert written(letters_after(db, fact)) == [(kind, "bo")]


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        (RegistrationAccepted, "registration_accepted"),
        (RegistrationPromoted, "registration_promoted"),
        (RegistrationWithdrawn, "registration_withdrawn"),
        (PlaceLapsed, "place_lapsed"),
    ],
)
def test_who_waits_for_a_place_reads_the_decision(db, event, place, fact, kind):
    letters = letters_after(db, fact(event_id=event.id, registration_id=place.id))

    assert written(letters) == [(kind, "bo")]
    assert "http://folkmoot.example/my_registration/food-match" in text_of(letters[-1])


def test_who_is_declined_reads_it_unless_they_were_let_in_after_all(db, event, place):
    fact = RegistrationDeclined(event_id=event.id, registration_id=place.id)
    assert written(letters_after(db, fact)) == []
    place.state = RegistrationState.DECLINED
    db.add(place)

    letters = letters_after(db, fact)

    assert written(letters) == [("registration_declined", "bo")]
    assert "http://folkmoot.example/my_registration/food-match" in text_of(letters[-1])


def test_who_is_approved_while_the_event_is_full_reads_that_they_wait_as_long_as_they_do(db, event, place):
    fact = RegistrationMadeToWait(event_id=event.id, registration_id=place.id)
    assert written(letters_after(db, fact)) == []
    place.state = RegistrationState.WAITING
    db.add(place)

    letters = letters_after(db, fact)

    assert written(letters) == [("registration_approved_waiting", "bo")]
    assert "have said yes to your registration" in text_of(letters[-1])


def test_who_is_offered_a_place_reads_until_when_it_is_kept_while_it_is(db, event, place):
    ends = clock.now() + timedelta(hours=24)
    place.state, place.offer_ends_at = RegistrationState.OFFERED, ends
    db.add(place)

    [_first, letter] = letters_after(db, PlaceOffered(event_id=event.id, registration_id=place.id, ends_at=ends))

    assert (letter.kind, letter.subject) == ("place_offered", "Confirm your place in Food Match")
    assert "Kept for you until" in text_of(letter)
    place.state = RegistrationState.ACCEPTED
    db.add(place)
    letters = letters_after(db, PlaceOffered(event_id=event.id, registration_id=place.id, ends_at=ends))
    assert written(letters) == [("place_offered", "bo")]


def test_who_has_not_finished_reads_what_is_open_unless_they_finished_since(db, ada, event, place, bo):
    diet = add_question(db, again(db, ada), event, label="What do you eat?", required=True)
    ask_to_finish(db, again(db, ada), event)

    letter = letters_after(db)[-1]

    assert (letter.kind, letter.subject) == (
        "registration_unfinished", "Please finish your registration for Food Match",
    )  # fmt: skip
    assert "- What do you eat?" in text_of(letter)
    assert "http://folkmoot.example/answers/food-match" in text_of(letter)
    place.answers, place.organisation_id = {str(diet.id): "All"}, make_organisation(db, "Berg Dairy").id
    db.add(place)
    before = len(written(letters_after(db)))
    with clock.frozen_at(clock.now() + timedelta(days=4)):
        ask_to_finish(db, again(db, ada), event)
        assert len(written(letters_after(db))) == before


def test_a_moved_phase_is_told_to_participants_and_those_with_a_part_in_the_event_once_each(
    db, ada, event, place, bo, dee, eve
):
    for person in (dee, bo):
        give_role(db, ada, person_id=person.person, role=Role.JUDGE, scope=Scope.EVENT, scope_id=event.id)
    phase, hour = event.phases[0], timedelta(hours=1)
    starts, ends = phase.starts_at, phase.ends_at

    letters = letters_after(
        db,
        PhaseMoved(
            event_id=event.id, phase_id=phase.id, phase=phase.kind, old_starts_at=starts, old_ends_at=ends,
            starts_at=starts, ends_at=ends + hour,
        ),
    )  # fmt: skip

    assert written(letters) == [("phase_moved", "ada"), ("phase_moved", "bo"), ("phase_moved", "dee")]
    assert letters[-1].subject == "Food Match: new dates for Registration"


def test_a_moved_phase_is_told_once_to_all_with_a_part_in_the_event_but_not_to_who_moved_it(
    db, ada, hackathon, team, bo, cy, dee, mel, che, eve
):
    programme = db.get_one(Programme, hackathon.event.programme_id)
    ola, pat = make_person(db, "Ola Olsen"), make_person(db, "Pat Pallas")
    eves = make_programme(db, eve, "Eve's programme")
    ada, eve = again(db, ada), again(db, eve)
    add_desk_officer(db, ada, add_desk(db, ada, programme, name="Northern desk"), person_id=ola.person)
    add_desk_officer(db, eve, add_desk(db, eve, eves, name="Far desk"), person_id=eve.person)
    whole, here = (Scope.PROGRAMME, programme.id), (Scope.EVENT, hackathon.id)
    for person, role, (scope, scope_id) in (
        (pat, Role.ORGANISER, whole), (cy, Role.ORGANISER, here), (dee, Role.JUDGE, whole), (dee, Role.JUDGE, here),
        (mel, Role.MENTOR, whole), (ola, Role.MENTOR, here),
    ):  # fmt: skip
        give_role(db, ada, person_id=person.person, role=role, scope=scope, scope_id=scope_id)
    publish_challenge(db, again(db, ada), hackathon, title="Peel", brief="Use all of it. " * 4, person_id=che.person)
    before = {one.id for one in letters_after(db)}

    phase = hackathon.phases[-1]
    move_phase(
        db, again(db, ada), hackathon, kind=phase.kind, starts_at=phase.starts_at,
        ends_at=phase.ends_at + timedelta(hours=1),
    )  # fmt: skip
    letters = [one for one in letters_after(db) if one.id not in before]

    told = ["bo", "che", "cy", "dee", "mel", "ola", "pat", "tam"]
    assert written(letters) == [("phase_moved", one) for one in told]


def test_who_has_the_phases_in_their_calendar_is_told_of_one_that_is_moved_into_the_past(db, ada, event, place, bo):
    follow_milestones(db, again(db, bo), event)
    sent(db, letters_after(db))
    phase, now = event.phases[0], clock.now()

    move_phase(
        db, again(db, ada), event, kind=phase.kind, starts_at=now - timedelta(days=2), ends_at=now - timedelta(hours=1)
    )

    assert written(letters_after(db)) == [("milestone_moved", "bo")]


def test_an_invitation_into_a_team_goes_to_an_address_nobody_has_with_a_token_that_works(db, hackathon, team):
    sent_invitation = TeamInvitationSent(event_id=hackathon.id, team_id=team.team.id, invitation_id=team.invitation.id)

    [letter] = letters_after(db, sent_invitation)

    [token] = re.findall(r"team_invitation/(\S+)", text_of(letter))
    assert (letter.address, letter.person_id) == ("new@acme.example", None)
    assert letter.subject == "Tam Tamm asks you into the team Peel Good"
    with reading() as other:
        assert find_token(other, "team invitation", token).subject_id == team.invitation.id


def test_an_invitation_that_was_answered_meanwhile_is_not_sent(db, hackathon, team):
    team.invitation.answered_at = clock.now()
    db.add(team.invitation)

    letters = letters_after(
        db, TeamInvitationSent(event_id=hackathon.id, team_id=team.team.id, invitation_id=team.invitation.id)
    )

    assert letters == []


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        (SubmissionHandedIn, "submission_receipt"),
        (LateVersionKept, "late_version_kept"),
        (LateVersionAdmitted, "late_version_admitted"),
    ],
)
def test_the_whole_team_gets_a_receipt_with_hash_and_time(db, hackathon, team, fact, kind):
    letters = letters_after(
        db, fact(event_id=hackathon.id, submission_id=team.submission.id, version_id=team.version.id)
    )

    assert written(letters) == [(kind, "bo"), (kind, "tam")]
    for line in ("SHA-256: " + "ab" * 32, "Version: 2", "Submission: Peel to pulp"):
        assert line in text_of(letters[0]).splitlines()
    assert re.search(r"Received: Tue, 14 Apr 2026, \d\d:00 \(Europe/", text_of(letters[0]))


def test_a_pitch_is_in_the_teams_calendars_from_plan_to_cancellation(db, hackathon, team, tam, bo):
    pitch = {"event_id": hackathon.id, "pitch_id": team.pitch.id}
    sent(db, letters_after(db, PitchScheduled(**pitch, sequence=pitch_planned(db, team, tam, bo))))
    later = pitch_planned(db, team, tam, bo, summary="Pitch: Peel Very Good")
    sent(db, letters_after(db, PitchMoved(**pitch, sequence=later)))
    off = cancel_entry(db, EntryKind.PITCH, team.pitch.id)
    letters = letters_after(db, PitchCancelled(**pitch, sequence=off))

    to_tam = [one for one in letters if one.address.startswith("tam")]

    entries = [calendar_event_of(one) for one in to_tam]
    assert [(one.kind, one.sequence, one.method) for one in to_tam] == [
        ("pitch_scheduled", 0, "REQUEST"),
        ("pitch_moved", 1, "REQUEST"),
        ("pitch_cancelled", 2, "CANCEL"),
    ]
    assert len({str(entry["UID"]) for entry in entries}) == 1
    assert [int(entry["SEQUENCE"]) for entry in entries] == [0, 1, 2]
    assert parsed(to_tam[2])["In-Reply-To"] == to_tam[0].message_id
    assert [one.subject.partition(":")[0] for one in to_tam] == ["Invitation", "Updated", "Cancelled"]


def test_the_letters_of_one_meeting_show_its_revisions_one_after_the_other(db, event, bo, cy):
    meeting = make_meeting(db, event, bo, cy)
    of = {"event_id": event.id, "meeting_id": meeting.id}
    sent(db, letters_after(db, MeetingAccepted(**of, sequence=booked(db, meeting))))
    old, new = meeting.starts_at, meeting.starts_at + timedelta(minutes=30)
    sequence = booked(db, meeting, new)
    sent(db, letters_after(db, MeetingMoved(**of, old_starts_at=old, starts_at=new, sequence=sequence)))
    letters = letters_after(db, MeetingCancelled(**of, sequence=called_off(db, meeting)))

    to_cy = [one for one in letters if one.person_id == cy.person]

    entries = [calendar_event_of(one) for one in to_cy]
    assert [(int(entry["SEQUENCE"]), one.method) for entry, one in zip(entries, to_cy, strict=True)] == [
        (0, "REQUEST"),
        (1, "REQUEST"),
        (2, "CANCEL"),
    ]
    assert len({(entry["UID"], entry["ORGANIZER"], entry["CREATED"].dt) for entry in entries}) == 1
    assert [entry["DTSTART"].dt for entry in entries] == [old, new, new]
    assert entries[0]["DTSTAMP"].dt < entries[1]["DTSTAMP"].dt < entries[2]["DTSTAMP"].dt
    assert {parsed(one)["In-Reply-To"] for one in to_cy[1:]} == {to_cy[0].message_id}
    assert "Before: Wed, 15 Apr 2026, 10:00 (Europe/Lisbon)" in text_of(to_cy[1])


def test_who_left_the_team_is_still_told_that_the_pitch_is_off(db, hackathon, team, tam, bo, cy):
    pitch = {"event_id": hackathon.id, "pitch_id": team.pitch.id}
    sent(db, letters_after(db, PitchScheduled(**pitch, sequence=pitch_planned(db, team, tam, bo))))
    db.delete(db.exec(select(TeamMember).where(TeamMember.person_id == bo.person)).one())
    off = cancel_entry(db, EntryKind.PITCH, team.pitch.id)

    letters = letters_after(db, PitchCancelled(**pitch, sequence=off))

    assert written(letters) == [("pitch_cancelled", "bo"), ("pitch_cancelled", "tam")]


def test_the_team_reads_why_its_pitch_is_off(db, hackathon, team, tam, bo):
    pitch = {"event_id": hackathon.id, "pitch_id": team.pitch.id}
    sent(db, letters_after(db, PitchScheduled(**pitch, sequence=pitch_planned(db, team, tam, bo))))
    team.pitch.reason = "We start an hour late and have to leave one out."
    off = cancel_entry(db, EntryKind.PITCH, team.pitch.id)

    letters = [one for one in letters_after(db, PitchCancelled(**pitch, sequence=off)) if one.kind == "pitch_cancelled"]

    assert ["We start an hour late" in text_of(one) for one in letters] == [True, True]


def test_a_pitch_that_was_in_no_calendar_is_called_off_without_a_letter(db, hackathon, team):
    letters = letters_after(db, PitchCancelled(event_id=hackathon.id, pitch_id=team.pitch.id, sequence=0))

    assert letters == []


def test_the_other_is_named_with_their_organisation(db, event, bo, cy):
    acme = make_organisation(db, "Acme", kind=OrganisationKind.TRADITIONAL_SME)
    make_member(db, bo, acme)
    make_registration(db, bo, event, organisation=acme)
    meeting = make_meeting(db, event, bo, cy)

    letters = letters_after(db, MeetingRequested(event_id=event.id, meeting_id=meeting.id))

    assert "Bo Berg (Acme) would like to meet you at Food Match." in text_of(letters[-1])


def test_a_reason_for_saying_no_is_handed_on(db, event, bo, cy):
    meeting = make_meeting(db, event, bo, cy)
    meeting.reason = "No time this week"
    db.add(meeting)

    [letter] = letters_after(db, MeetingDeclined(event_id=event.id, meeting_id=meeting.id))

    assert "> No time this week" in text_of(letter)


def test_somebody_without_a_name_is_somebody(db, event, bo, cy):
    person = db.get(Person, bo.person)
    person.name = ""
    db.add(person)
    meeting = make_meeting(db, event, bo, cy)

    [letter] = letters_after(db, MeetingRequested(event_id=event.id, meeting_id=meeting.id))

    assert letter.subject == "Somebody asks you for a meeting"


def test_every_page_that_letters_point_at_has_a_route(db, hackathon, event, place, team, bo, pages):
    from frontend.routes import routes

    router = Router(routes(demo=False))
    asked = {"person_id": bo.person, "browser": "", "onward": ""}
    submission = {"event_id": hackathon.id, "submission_id": team.submission.id, "version_id": team.version.id}
    meeting = make_meeting(db, event, bo, bo)
    letters_after(
        db,
        SignInLinkAsked(**asked, known=True, registering=False),
        PasswordSet(person_id=bo.person),
        RegistrationAccepted(event_id=event.id, registration_id=place.id),
        TeamInvitationSent(event_id=hackathon.id, team_id=team.team.id, invitation_id=team.invitation.id),
        SubmissionHandedIn(**submission),
        MeetingRequested(event_id=event.id, meeting_id=meeting.id),
        OutcomeAwaited(event_id=event.id, meeting_id=meeting.id, person_id=bo.person, months=1),
    )

    asked_for = dict(pages)

    assert set(asked_for) >= {
        "home",
        "sign_in_link",
        "sign_in",
        "my_registration",
        "team_invitation",
        "submission",
        "outcome",
    }
    for name, ids in asked_for.items():
        router.url_path_for(name, **ids)


def test_a_guest_who_judges_is_told_of_a_moved_phase(db, ada):
    contest = make_contest(db, ada, teams=("Straw",))
    made = make_round(db, contest)
    letters_after(db)  # of setting all this up
    guest = invite_guest_judge(db, contest.ada, made, name="Gus Guest", email="gus@example.org")
    invite_guest_judge(db, contest.ada, made, name="Gil Guest")
    phase = contest.event.phases[-1]
    moved = PhaseMoved(
        event_id=contest.event.id, phase_id=phase.id, phase=phase.kind, old_starts_at=phase.starts_at,
        old_ends_at=phase.ends_at, starts_at=phase.starts_at, ends_at=phase.ends_at + timedelta(hours=1),
    )  # fmt: skip

    def told_of_it() -> list[str]:
        before = {one.id for one in letters_after(db)}
        return [one.address for one in letters_after(db, moved) if one.id not in before]

    told = told_of_it()
    end_judging(db, contest.ada, made, person_id=guest.link.person_id, counts=True)

    others = ["ada@example.org", "straw@example.org", "judge1@example.org", "judge2@example.org"]
    assert (told, told_of_it()) == ([*others, "gus@example.org"], others)
