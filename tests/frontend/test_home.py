"""Home: what Folkmoot is for visitors, and for each person the next thing to do."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import Approval
from events.handing_in import hand_in
from events.help_queue import ask_for_help
from events.join_requests import ask_to_join_team
from events.joining import invite_to_team
from events.organisations import Membership
from events.phases import PhaseKind
from events.proposals.places import send_proposal
from events.registration import Consent
from sessions.availability import set_availability
from sessions.running import close_stage, open_stage
from tests.events.makers_hackathon import DONE, make_hackathon, make_team
from tests.events.makers_proposals import make_proposal, make_seekers
from tests.frontend.browser import Browser, Page
from tests.makers import (
    again,
    make_event,
    make_member,
    make_organisation,
    make_programme,
    make_registration,
    open_phase,
    person_of,
    shut_phase,
)
from tests.sessions.makers_meetings import make_fair, make_meeting, make_participant, make_request
from tests.sessions.makers_mentoring import make_clinic, make_mentoring
from tests.sessions.makers_pitches import make_show


def next_step(page: Page) -> str:
    """The headline of the one thing that is put first."""
    found = re.findall(r'<h2 id="nextstep">(.*?)</h2>', page.html)
    assert len(found) == 1
    return unescape(found[0])


def after_that(page: Page) -> list[str]:
    """The headlines of what comes after it."""
    section = page.html.partition('<h2 id="after">')[2].partition("</section>")[0]
    return [unescape(one) for one in re.findall(r'<p class="row-title"><a [^>]*>(.*?)</a>', section)]


def today(page: Page) -> list[str]:
    """The lines of today's agenda."""
    section = page.html.partition('<h2 id="today">')[2].partition("</section>")[0]
    lines = re.findall(r'row-lead">.*?>([0-9:]+)<.*?<a [^>]*>(.*?)</a>', section, re.S)
    return [f"{at} {unescape(what)}" for at, what in lines]


def finish_profile(db: Database, actor: Actor) -> None:
    """Leave nothing to complete in somebody's profile."""
    person = person_of(db, actor)
    person.job_title, person.keywords = "Brewer", ["food"]
    if not db.exec(select(Membership.id).where(Membership.person_id == actor.person)).first():
        make_member(db, actor, make_organisation(db, f"House of {person.name}"))


# Visitors


def test_a_visitor_reads_what_folkmoot_is_and_what_is_on(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada)
    make_event(db, again(db, ada), programme)
    make_event(db, again(db, ada), programme, name="Old Hack", starts_at=clock.now() - timedelta(days=60))

    page = Browser(db).get("/")

    assert page.headline == "From hackathon to handshake"
    assert "Food Hack" in page.text
    assert "Old Hack" not in page.text
    assert {"/sign-in", "/sign-up", "/events"} <= set(page.links)


def test_a_visitor_of_an_empty_house_is_welcome(db: Database) -> None:
    page = Browser(db).get("/")

    assert "No events yet" in page.text


# The next thing


def test_nothing_to_do_is_said(db: Database, bo: Actor) -> None:
    finish_profile(db, bo)

    page = Browser(db, bo).get("/")

    assert page.headline == "Hello Bo"
    assert next_step(page) == "Nothing waits for you"
    assert "You are in no event yet" in page.text


def test_a_person_without_organisation_is_asked_for_one(db: Database, bo: Actor) -> None:
    assert next_step(Browser(db, bo).get("/")) == "Say for whom you work"


def test_a_bare_profile_is_to_be_completed(db: Database, bo: Actor) -> None:
    make_member(db, bo, make_organisation(db, "Berg Dairy"))

    assert next_step(Browser(db, bo).get("/")) == "Complete your profile"


def test_an_event_that_takes_registrations_is_offered(db: Database, ada: Actor, bo: Actor) -> None:
    finish_profile(db, bo)
    programme = make_programme(db, ada)
    event = make_event(db, again(db, ada), programme)
    open_phase(db, again(db, ada), event, PhaseKind.REGISTRATION)

    page = Browser(db, bo).get("/")

    assert next_step(page) == "Register for Food Hack"
    assert "Registration closes in Tue, 21 Apr 2026 11:00" in page.text


def test_a_participant_without_team_is_to_find_one(db: Database, ada: Actor, tam: Actor) -> None:
    finish_profile(db, tam)
    make_hackathon(db, ada, tam)

    page = Browser(db, tam).get("/")

    assert next_step(page) == "Find your team"
    assert "/e/food-hack/teams" in page.links


def test_an_invitation_to_a_team_comes_before_finding_one(db: Database, ada: Actor, tam: Actor, bo: Actor) -> None:
    finish_profile(db, bo)
    team = make_team(db, tam, make_hackathon(db, ada, tam, bo))
    invite_to_team(db, again(db, tam), team, email="bo@example.org")

    page = Browser(db, bo).get("/")

    assert next_step(page) == "Answer the team Straw"
    assert "/e/food-hack/teams" in page.links


def test_a_team_may_ask_somebody_who_is_not_registered_yet(db: Database, ada: Actor, tam: Actor, bo: Actor) -> None:
    team = make_team(db, tam, make_hackathon(db, ada, tam))
    invite_to_team(db, again(db, tam), team, email="bo@example.org")

    page = Browser(db, bo).get("/")

    assert next_step(page) == "Register to join Straw"
    assert "/e/food-hack/register" in page.links


def test_a_team_that_has_not_handed_in_is_to(db: Database, ada: Actor, tam: Actor) -> None:
    finish_profile(db, tam)
    event = make_hackathon(db, ada, tam)
    team = make_team(db, tam, event)
    team.team.challenge_id = _challenge(db, ada, event)

    page = Browser(db, tam).get("/")

    assert next_step(page) == "Hand in for Straw"
    assert "Your team has not handed in." in page.text
    assert f"/e/food-hack/teams/{team.team.public_id}/submission" in page.links
    assert "Closes in Tue, 21 Apr 2026" in page.text


def test_a_team_that_handed_in_has_nothing_to_do(db: Database, ada: Actor, tam: Actor) -> None:
    finish_profile(db, tam)
    event = make_hackathon(db, ada, tam)
    team = make_team(db, tam, event)
    team.team.challenge_id = _challenge(db, ada, event)
    hand_in(db, again(db, tam), team, written=DONE, revision=0)

    assert next_step(Browser(db, tam).get("/")) == "Nothing waits for you"


def test_a_team_without_challenge_is_to_take_one(db: Database, ada: Actor, tam: Actor) -> None:
    finish_profile(db, tam)
    team = make_team(db, tam, make_hackathon(db, ada, tam))

    page = Browser(db, tam).get("/")

    assert next_step(page) == "Take a challenge"
    assert f"/e/food-hack/teams/{team.team.public_id}/edit" in page.links
    assert "Straw has not chosen one yet." in page.text


def _challenge(db: Database, ada: Actor, event) -> int:
    from events.challenges import publish_challenge

    row = publish_challenge(db, again(db, ada), event, title="Trays", brief="Find one material for moist food. " * 3)
    return row.id or 0


def test_a_room_that_is_open_comes_first_of_all(db: Database) -> None:
    show = make_show(db, opened=True)

    page = Browser(db, show.bo).get("/")

    assert next_step(page) == "Join Main stage"
    assert f"/e/food-hack/stages/{show.stage.public_id}" in page.links
    assert "nextstep-live" in page.html
    assert "Join Main stage" not in Browser(db, show.eve).get("/").text


def test_a_closed_room_asks_nobody_in(db: Database) -> None:
    show = make_show(db, opened=True)
    close_stage(db, show.hal, show.room)

    assert "Join Main stage" not in Browser(db, show.bo).get("/").text


def test_a_pitch_to_give_within_a_day_stands_on_the_home_of_the_team(db: Database) -> None:
    show = make_show(db)

    assert next_step(Browser(db, show.tam).get("/")) == "Pitch for Lantern"
    assert "Pitch for" not in Browser(db, show.bo).get("/").text


def test_a_pitch_whose_time_has_passed_counts_down_to_nothing(db: Database) -> None:
    show = make_show(db)

    with clock.frozen_at(show.stage.opens_at + timedelta(minutes=40)):
        page = Browser(db, show.tam).get("/")

    assert next_step(page) == "Pitch for Lantern"
    assert "It is your turn about now, in Main stage." in page.text
    assert "You are on in" not in page.text


def test_a_request_is_answered_before_anything_that_can_wait(db: Database, ada: Actor, bo: Actor, cy: Actor) -> None:
    fair = make_fair(db, ada)
    bo, cy = (make_participant(db, person, fair) for person in (bo, cy))
    make_request(db, fair, asker=bo, invitee=cy)

    page = Browser(db, cy).get("/")

    assert next_step(page) == "Answer Bo Berg"
    assert "Say when you can meet" in after_that(page)
    assert "Answer" not in next_step(Browser(db, bo).get("/"))


def test_a_request_that_has_expired_asks_for_nothing(db: Database, ada: Actor, bo: Actor, cy: Actor) -> None:
    fair = make_fair(db, ada)
    bo, cy = (make_participant(db, person, fair) for person in (bo, cy))
    make_request(db, fair, asker=bo, invitee=cy)
    db.commit()

    with clock.frozen_at(fair.slots[0].starts_at):
        page = Browser(db, cy).get("/")

    assert "Answer Bo Berg" not in page.text


def test_a_meeting_at_hand_comes_first(db: Database, ada: Actor, bo: Actor, cy: Actor) -> None:
    fair = make_fair(db, ada)
    bo, cy = (make_participant(db, person, fair) for person in (bo, cy))
    make_meeting(db, fair, asker=bo, invitee=cy)
    db.commit()

    with clock.frozen_at(fair.slots[0].starts_at - timedelta(minutes=10)):
        pages = [Browser(db, person).get("/") for person in (bo, cy)]

    assert [next_step(page) for page in pages] == ["Meet Cy Costa", "Meet Bo Berg"]
    assert "11:00 Meeting with Cy Costa" in today(pages[0])
    assert "10:00 Meeting with Bo Berg" in today(pages[1])


def test_who_said_when_they_can_meet_is_to_ask_somebody(db: Database, ada: Actor, bo: Actor) -> None:
    finish_profile(db, bo)
    fair = make_fair(db, ada)
    bo = make_participant(db, bo, fair)
    before = Browser(db, bo).get("/")
    set_availability(db, bo, fair.event, absent=[])

    after = Browser(db, bo).get("/")

    assert next_step(before) == "Say when you can meet"
    assert next_step(after) == "Ask for your first meeting"


def test_who_was_taken_over_is_to_confirm(db: Database, ada: Actor, bo: Actor) -> None:
    fair = make_fair(db, ada)
    bo = make_participant(db, bo, fair)
    for row in db.exec(select(Consent)):
        db.delete(row)

    page = Browser(db, bo).get("/")

    assert next_step(page) == "Confirm that you take part"
    assert "/e/food-match/registration" in page.links


# Organisers


def test_an_organiser_is_to_finish_a_draft(db: Database, ada: Actor, bo: Actor) -> None:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    make_event(db, ada, programme, published=False).event.description = ""

    page = Browser(db, ada).get("/")

    assert next_step(page) == "Finish setting up Food Hack"
    assert "1 thing is missing before it can be published." in page.text
    assert "Food Hack" not in Browser(db, bo).get("/").text


def test_an_organiser_is_to_decide_on_who_applied(db: Database, ada: Actor, bo: Actor, cy: Actor) -> None:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = open_phase(db, ada, make_event(db, ada, programme), PhaseKind.REGISTRATION)
    event.event.approval = Approval.ORGANISER
    for person in (bo, cy):
        make_registration(db, person, event)

    page = Browser(db, ada).get("/")

    assert next_step(page) == "Decide on 2 registrations"
    assert "/e/food-hack/registrations?state=applied" in page.links


# The rest of the page


def test_todays_agenda_has_what_opens_and_closes_on_the_readers_clocks(db: Database, ada: Actor, cy: Actor) -> None:
    programme = make_programme(db, ada)
    event = open_phase(db, again(db, ada), make_event(db, again(db, ada), programme), PhaseKind.REGISTRATION)
    make_registration(db, cy, event)

    page = Browser(db, cy).get("/")

    assert today(page) == ["09:00 Registration opens", "10:00 Submission opens"]
    assert "Times are yours (Europe/Lisbon)." in page.text


def test_events_that_are_over_are_not_on_the_home(db: Database, ada: Actor, bo: Actor) -> None:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = open_phase(
        db, ada, make_event(db, ada, programme, starts_at=clock.now() - timedelta(days=60)), PhaseKind.REGISTRATION
    )
    make_registration(db, bo, event)
    shut_phase(db, ada, event, PhaseKind.REGISTRATION)

    assert "Food Hack" not in Browser(db, bo).get("/").text


@pytest.mark.parametrize("somebody", ["bo", "ada"])
def test_a_full_home_asks_the_database_few_questions(
    db: Database, ada: Actor, bo: Actor, somebody: str, queries: list[str]
) -> None:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    browser = Browser(db, {"ada": ada, "bo": bo}[somebody])
    counts = []
    for number in range(3):
        make_event(db, ada, programme, name=f"Match {number}", template="matchmaking")
        db.commit()
        browser.get("/")
        queries.clear()
        browser.get("/")
        counts.append(len(queries))

    assert counts[2] == counts[0]


def test_an_opened_room_is_told_at_once(db: Database) -> None:
    show = make_show(db)
    browser = Browser(db, show.bo)
    before = browser.get("/")
    open_stage(db, show.hal, show.room)

    after = browser.get("/")

    assert (next_step(before) == "Join Main stage", next_step(after) == "Join Main stage") == (False, True)


def test_a_request_to_join_waits_for_its_lead(db: Database, ada: Actor, bo: Actor, cy: Actor) -> None:
    event = make_hackathon(db, ada, bo, cy)
    team = make_team(db, bo, event)
    ask_to_join_team(db, again(db, cy), team, note="Let me in.")

    assert next_step(Browser(db, bo).get("/")) == "Answer Cy Costa"


def test_a_proposed_team_waits_for_an_answer(db: Database, ada: Actor) -> None:
    event = make_hackathon(db, ada)
    people = make_seekers(db, event, "Lea", "Max")
    send_proposal(db, again(db, ada), make_proposal(db, ada, event), answer_by=clock.now() + timedelta(hours=3))

    assert next_step(Browser(db, people[0]).get("/")) == "Say whether you want the team proposed to you"


def test_a_mentor_sees_who_waits_and_both_see_what_is_booked(db: Database) -> None:
    clinic = make_clinic(db)
    booked = make_mentoring(db, clinic)
    ask_for_help(db, clinic.bo, clinic.team, topic="Is wax allowed?")

    assert next_step(Browser(db, clinic.mel).get("/")) == "Help 1 team"
    with clock.frozen_at(booked.mentoring.starts_at - timedelta(minutes=5)):
        mels, bos = Browser(db, clinic.mel).get("/"), Browser(db, clinic.bo).get("/")
        assert (next_step(mels), next_step(bos)) == ("Mentor Straw", "Meet your mentor Mel Meyer")
        assert "Mentoring for Straw" in " ".join(today(mels))
        assert "Mentoring with Mel Meyer" in " ".join(today(bos))


def test_nobody_is_told_to_find_a_team_when_teams_are_locked(db: Database, ada: Actor, bo: Actor) -> None:
    event = make_hackathon(db, ada, bo)
    finish_profile(db, bo)
    assert next_step(Browser(db, bo).get("/")) == "Find your team"

    event.event.teams_lock_at = clock.now()
    db.add(event.event)
    db.commit()

    assert "Find your team" not in Browser(db, bo).get("/").text


def test_who_asks_to_join_without_a_name_is_not_called_by_their_address(
    db: Database, ada: Actor, bo: Actor, cy: Actor
) -> None:
    event = make_hackathon(db, ada, bo, cy)
    team = make_team(db, bo, event)
    ask_to_join_team(db, again(db, cy), team, note="Let me in.")
    person_of(db, cy).name = ""
    db.commit()

    page = Browser(db, bo).get("/")

    assert (next_step(page), "cy@example.org" in page.html) == ("Answer Somebody", False)
