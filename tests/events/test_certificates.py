"""Certificates: who gets which, when, and what stands on them."""

from io import BytesIO

import pytest
from PIL import Image

from events.certificates import (
    CertificateKind,
    all_certificates,
    certificates_in,
    get_own_certificate,
    hold_certificates_back,
    issue_certificates,
    look_of,
    own_certificates,
    remove_certificate_logo,
    set_certificate_logo,
    set_certificate_look,
)
from events.core.access import Actor
from events.core.database import Database
from events.core.files import content_of
from events.core.pictures import clean_picture
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.events import EventState, EventWithPhases, close_event, event_by_id, start_event
from events.handing_in import hand_in
from events.prizes import Offered, add_prize, announce_winners, award_prize, get_prize
from events.registration import appoint
from events.roles import Role, Scope, actor_for, give_role
from events.rounds.assigning import assign_judges, replace_judge
from events.rounds.conflicts import note_mentor
from events.rounds.guests import guests_of, invite_guest_judge
from events.rounds.judges import name_judge, people_who_judged
from events.rounds.running import open_round
from events.submissions import submission_of_team
from events.teams import TeamInEvent, add_member, team_of
from tests.events.makers_hackathon import DONE, make_hackathon, make_team
from tests.events.makers_rounds import make_contest, make_round, score, teams_for
from tests.makers import again, make_person


def picture(width: int = 40, height: int = 20, kind: str = "PNG") -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "red").save(file, kind)
    return file.getvalue()


@pytest.fixture
def event(db: Database, ada: Actor, bo: Actor, cy: Actor, dee: Actor, mel: Actor, tam: Actor) -> EventWithPhases:
    """A hackathon that runs, with Bo, Cy, Dee and Tam as participants, of whom Dee judges; Mel mentors."""
    event = make_hackathon(db, ada, bo, cy, dee, tam)
    for person, role in ((dee, Role.JUDGE), (mel, Role.MENTOR)):
        appoint(db, again(db, ada), event, person_id=person.person or 0, role=role)
    start_event(db, again(db, ada), event)
    return event


def won(db: Database, ada: Actor, bo: Actor, cy: Actor, event: EventWithPhases) -> None:
    """Bo's team, with Cy in it, has the first place."""
    team = make_team(db, bo, event)
    add_member(db, again(db, bo), team, cy.person or 0, leads=False)
    hand_in(db, again(db, bo), team, written=DONE, revision=0)
    row = add_prize(db, again(db, ada), event, offered=Offered("First place"))
    submission = submission_of_team(db, team.id)
    assert submission is not None
    prize = get_prize(db, again(db, ada), event, row.public_id)
    award_prize(db, again(db, ada), prize, submission=submission.public_id)


def test_who_took_part_judged_and_mentored_gets_one_each(db, ada, event):
    found = [(one.name, one.kind) for one in all_certificates(db, again(db, ada), event)]

    assert found == [
        ("Bo Berg", CertificateKind.PARTICIPANT),
        ("Cy Costa", CertificateKind.PARTICIPANT),
        ("Dee Dumont", CertificateKind.JUDGE),
        ("Mel Meyer", CertificateKind.MENTOR),
        ("Tam Tamm", CertificateKind.PARTICIPANT),
    ]


def test_a_guest_who_has_judged_gets_one_and_one_who_has_not_does_not(db, ada):
    contest = make_contest(db, ada)
    made = make_round(db, contest, judges_each=3)
    for name, address in (("Gus Guest", "gus@example.org"), ("Una Urban", ""), ("Ida Idle", "ida@example.org")):
        invite_guest_judge(db, contest.ada, made, name=name, email=address)
    assign_judges(db, contest.ada, made)
    open_round(db, contest.ada, made)
    people = {one.name: one.person_id for one in guests_of(db, made.id)}
    for name in ("Gus Guest", "Una Urban"):
        score(db, actor_for(db, people[name]), made, teams_for(db, actor_for(db, people[name]), made)[0], 4, 3)

    judges = [one.name for one in certificates_in(db, contest.event) if one.kind is CertificateKind.JUDGE]

    assert judges == ["Gus Guest", "Judge 1", "Judge 2", "Una Urban"]


def test_what_a_guest_has_taken_back_or_does_not_count_makes_no_certificate(db, ada):
    contest = make_contest(db, ada)
    made = make_round(db, contest, judges_each=3)
    guest = invite_guest_judge(db, contest.ada, made, name="Gus Guest").link.person_id
    assign_judges(db, contest.ada, made)
    open_round(db, contest.ada, made)
    score(db, actor_for(db, guest), made, "Straw", 4, 3)

    replace_judge(db, again(db, contest.ada), made, person_id=guest, by_id=None, counts=False)

    assert people_who_judged(db, contest.event.id) == set()


def test_who_judges_or_mentors_in_the_whole_programme_gets_one_for_what_they_did_here(db, ada):
    contest = make_contest(db, ada, judges=1)
    there = {"scope": Scope.PROGRAMME, "scope_id": contest.event.programme_id}
    people = {name: make_person(db, name).person for name in ("Jo Judge", "Ike Idle", "May Mentor", "Ned Near")}
    for name, role in zip(people, (Role.JUDGE, Role.JUDGE, Role.MENTOR, Role.MENTOR), strict=True):
        give_role(db, contest.ada, person_id=people[name], role=role, **there)
    made = make_round(db, contest)
    name_judge(db, contest.ada, made, person_id=people["Jo Judge"])
    assign_judges(db, contest.ada, made)
    open_round(db, contest.ada, made)
    jo = actor_for(db, people["Jo Judge"])
    score(db, jo, made, teams_for(db, jo, made)[0], 4, 3)
    team = team_of(db, contest.leads["Straw"].person, contest.event.id)
    note_mentor(db, contest.ada, TeamInEvent(team, contest.event), person_id=people["May Mentor"])

    found = [(one.name, one.kind) for one in certificates_in(db, contest.event)]

    wanted = (CertificateKind.JUDGE, CertificateKind.MENTOR)
    assert [one for one in found if one[1] in wanted] == [
        ("Jo Judge", CertificateKind.JUDGE), ("Judge 1", CertificateKind.JUDGE),
        ("May Mentor", CertificateKind.MENTOR),
    ]  # fmt: skip


def test_each_member_of_a_winning_team_gets_an_award_once_it_is_announced(db, ada, bo, cy, event):
    won(db, ada, bo, cy, event)

    before = certificates_in(db, event)
    announce_winners(db, again(db, ada), event)
    awards = [one for one in certificates_in(db, event_by_id(db, event.id)) if one.kind is CertificateKind.WINNER]

    assert [one.kind for one in before].count(CertificateKind.WINNER) == 0
    assert [(one.name, one.team, one.prize) for one in awards] == [
        ("Bo Berg", "Straw", "First place"),
        ("Cy Costa", "Straw", "First place"),
    ]


def test_nobody_fetches_one_before_they_are_issued_nor_after_they_are_held_back(db, ada, bo, event):
    before = own_certificates(db, again(db, bo), event)
    issue_certificates(db, again(db, ada), event)
    issued = own_certificates(db, again(db, bo), event)
    with pytest.raises(Conflict, match="issued already"):
        issue_certificates(db, again(db, ada), event)
    hold_certificates_back(db, again(db, ada), event)

    assert (before, [one.code for one in issued]) == ([], ["participant"])
    assert own_certificates(db, again(db, bo), event) == []
    with pytest.raises(Conflict, match="No certificates"):
        hold_certificates_back(db, again(db, ada), event)


def test_one_fetches_ones_own_only(db, ada, bo, eve, event):
    issue_certificates(db, again(db, ada), event)

    assert get_own_certificate(db, again(db, bo), event, "participant").name == "Bo Berg"
    for person, code in ((bo, "judge"), (eve, "participant")):
        with pytest.raises(NotFound):
            get_own_certificate(db, again(db, person), event, code)
    with pytest.raises(NotAllowed):
        all_certificates(db, again(db, bo), event)


def test_they_are_for_what_has_begun_and_for_what_is_over(db, ada, bo, event):
    event.event.state = EventState.PUBLISHED
    with pytest.raises(Conflict, match="has not begun"):
        issue_certificates(db, again(db, ada), event)

    close_event(db, again(db, ada), event)
    issue_certificates(db, again(db, ada), event)

    assert own_certificates(db, again(db, bo), event) != []


def test_they_look_as_their_organiser_says(db, ada, event):
    set_certificate_look(
        db, again(db, ada), event, colour="#AA3300", words="Two days well spent.", signed_by="Ada Adler",
        signed_as="for the organisers",
    )  # fmt: skip
    set_certificate_logo(db, again(db, ada), event, picture=clean_picture(picture(kind="JPEG")).made_ready())

    look = look_of(db, event)

    assert (look.colour, look.words, look.signed_by) == ("#aa3300", "Two days well spent.", "Ada Adler")
    assert look.logo is not None and content_of(look.logo).startswith(b"RIFF")
    remove_certificate_logo(db, again(db, ada), event)
    assert look_of(db, event).logo is None


@pytest.mark.parametrize(("values", "wrong"), [({"colour": "red"}, "colour"), ({"words": "x" * 401}, "words")])
def test_a_look_that_cannot_be_is_refused(db, ada, event, values, wrong):
    given = {"colour": "#000000", "words": "", "signed_by": "", "signed_as": ""} | values

    with pytest.raises(Invalid) as refused:
        set_certificate_look(db, again(db, ada), event, **given)

    assert set(refused.value.fields) == {wrong}
