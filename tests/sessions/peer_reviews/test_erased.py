"""Somebody with places in reviews is erased: what they wrote stays without a name, and nobody outside reads it."""

import pytest
from sqlalchemy import delete, update
from sqlmodel import select

from events.core.hooks import PERSONAL_DATA
from events.core.journal import JournalEntry
from events.people import Person
from events.tombstones import erase
from mailer.letters import OCCASIONS
from sessions.peer_reviews.attribution import protected_in, without_names
from sessions.peer_reviews.boards import shown_places
from sessions.peer_reviews.desk_notes import find_notes, hand_in_desk_notes, own_notes_step, shown_notes
from sessions.peer_reviews.endings import ask_substitute
from sessions.peer_reviews.findings import Finding
from sessions.peer_reviews.follow_ups import HostAwaited
from sessions.peer_reviews.places import accept_review_place
from sessions.peer_reviews.reviews import PlaceInReview, PlaceState, ReviewPlace, ReviewState, places_of
from sessions.peer_reviews.templates import StepKind
from sessions.peer_reviews.writing_up import Wording, peers_of, record_finding, shown_findings
from sessions.reports.quotations import Quotation, QuotationState
from sessions.reports.versions import without_a_report
from tests.makers import again, make_member, make_organisation, make_person, person_of
from tests.sessions.makers_reports import hold, make_quotation
from tests.sessions.makers_review_hosts import open_step, place_of
from tests.sessions.makers_review_meetings import WORDING, take_out
from tests.sessions.makers_reviews import make_review

OURS = ("sessions.peer_reviews", "sessions.reports", "sessions.lessons")


@pytest.fixture
def review(db):
    """Bo has written desk notes and is named as the source of a practice, and was asked for their words."""
    made = make_review(db)
    bo = made.people["bo"]
    open_step(db, made.ada, made.event, StepKind.DESK_NOTES)
    texts = {"general": {"doubts": "Fees?"}}
    hand_in_desk_notes(db, bo, own_notes_step(db, bo, made.subject), texts=texts, revision=1)
    place = place_of(db, made.subject, bo).place
    assert "Bo Berg" in {name for _place, name in peers_of(db, made.subject.id)}
    wording = Wording(**{**vars(WORDING), "practice": "As Berg does it.", "practice_by": place.public_id})
    record_finding(db, bo, made.subject, wording=wording)
    return made


def as_declared(db, person_id):
    """Do with their rows what is declared of them, whoever does it one day."""
    for one in PERSONAL_DATA:
        if one.relation.__module__.startswith(OURS):
            column = one.relation.__table__.columns[one.column]
            if one.erasure == "delete":
                db.execute(delete(one.relation).where(column == person_id))
            elif one.erasure == "detach":
                db.execute(update(one.relation).where(column == person_id).values({one.column: None}))
    db.flush()
    db.expire_all()


def gone(db, review, name="bo"):
    person = person_of(db, review.people[name])
    erase(db, person)
    as_declared(db, person.id)
    return person.id


def test_what_hangs_on_a_place_outlives_the_person(db, review):
    make_quotation(db, review)
    place = place_of(db, review.subject, review.people["bo"]).place.id

    id = gone(db, review)

    assert db.get_one(ReviewPlace, place).state is PlaceState.LEFT
    assert find_notes(db, place).handed["general"]["doubts"] == "Fees?"
    [finding] = db.exec(select(Finding)).all()
    assert (finding.practice_by_id, finding.written_by_id) == (place, None)
    assert db.get_one(Person, id).name == ""
    assert db.exec(select(Quotation)).all() == []


def test_who_stands_in_for_somebody_who_is_erased_stays(db, review):
    take_out(db, review, "bo")
    place = place_of(db, review.subject, review.people["bo"])
    lea = make_member(db, make_person(db, "Lea Lang"), make_organisation(db, "Lang Net", country="NO"))
    theirs = ask_substitute(db, again(db, review.ada), place, person=person_of(db, lea))
    accept_review_place(db, again(db, lea), PlaceInReview(theirs, place.review, place.event))

    gone(db, review)

    assert (theirs.state, theirs.stands_in_for_id) == (PlaceState.ACCEPTED, place.place.id)


def test_inside_they_are_what_they_were_in_the_review(db, review):
    gone(db, review)
    mo = again(db, review.people["mo"])

    notes = [str(one.who) for one in shown_notes(db, mo, review.subject)]
    names = [str(one.name) for one in shown_places(db, mo, review.subject)]
    [finding] = shown_findings(db, mo, review.subject)

    assert notes == ["Peer"]
    assert names.count("Peer") == 1
    assert (str(finding.practice_from), finding.practice_of) == ("Peer", "")


def test_their_name_is_kept_nowhere_and_still_told_to_nobody_outside(db, review):
    place = place_of(db, review.subject, review.people["bo"]).place
    place.known_as = ["Bo Müller"]
    db.add(place)

    gone(db, review)

    kept = repr([one.model_dump() for one in places_of(db, review.subject.id)])
    assert [word for word in ("Berg", "Müller", "berg", "muller", "mueller") if word in kept] == []
    protected = protected_in(db, review.subject.id)
    for text, told in (
        ("As Berg does it.", "As ▒▒▒ does it."), ("BERG and Mueller say so", "▒▒▒ and ▒▒▒ say so"),
        ("An iceberg, and folkmoot.", "An iceberg, and folkmoot."),
    ):  # fmt: skip
        assert without_names(text, protected, shown=False) == told
        assert without_names(text, protected, shown=True) == text


def test_who_was_in_a_review_that_is_prepared_has_left_it(db, review):
    before = len(db.exec(select(JournalEntry).where(JournalEntry.kind == "ReviewLeft")).all())

    gone(db, review)

    assert len(db.exec(select(JournalEntry).where(JournalEntry.kind == "ReviewLeft")).all()) == before + 1


@pytest.mark.parametrize("state", [ReviewState.HELD, ReviewState.PUBLISHED, ReviewState.CLOSED])
def test_once_it_was_held_those_of_whom_something_is_awaited_have_left_and_who_was_there_was_there(db, review, state):
    hold(db, review, state)
    there = PlaceState.ACCEPTED

    for name in ("hal", "mo", "ria", "bo"):
        gone(db, review, name)

    left = there if state is ReviewState.CLOSED else PlaceState.LEFT
    found = {name: place_of(db, review.subject, review.people[name]).place.state for name in ("hal", "mo", "ria", "bo")}
    assert found == {"hal": left, "mo": left, "ria": left, "bo": there}


def test_what_a_rapporteur_and_a_host_owed_who_are_erased_others_are_asked_for(db, review):
    hold(db, review)
    id, ada = review.subject.id, review.ada.person
    ria, mo = (review.people[name].person for name in ("ria", "mo"))
    asked = [without_a_report(db, {id})]

    for name in ("ria", "mo"):
        gone(db, review, name)
        asked.append(without_a_report(db, {id}))
    gone(db, review, "hal")
    fact = HostAwaited(event_id=review.event.id, review_id=id, what=StepKind.RESPONSE, times=1)

    assert asked == [{id: {ria}}, {id: {mo}}, {id: {ada}}]
    assert [one.person_id for one in OCCASIONS["host_awaited"].to(db, fact)] == [ada]


def test_words_that_they_agreed_to_are_gone_and_those_they_asked_for_stay(db, review):
    theirs, of_cy = make_quotation(db, review), make_quotation(db, review, "cy")
    of_cy.quotation.asked_by_id = review.people["bo"].person
    db.add(of_cy.quotation)

    erase(db, person_of(db, review.people["bo"]))

    assert db.get(Quotation, theirs.id) is None
    assert db.get_one(Quotation, of_cy.id).state is QuotationState.AGREED
