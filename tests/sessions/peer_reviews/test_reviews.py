import pytest
from sqlmodel import select

from events import roles
from events.core.access import VISITOR
from events.core.refusals import NotFound
from events.organisations import Organisation, Portrait, change_organisation
from events.people import change_profile
from events.roles import actor_for
from sessions.peer_reviews.attribution import names_shown, protected_in, set_attribution, without_names
from sessions.peer_reviews.places import leave_review
from sessions.peer_reviews.reviews import (
    ROLE_NAMES,
    Attribution,
    PlaceInReview,
    ReviewOver,
    ReviewState,
    get_review,
    inside_review,
    places_of,
    questions_of,
    rules_of,
    steps_of,
)
from sessions.peer_reviews.templates import TEMPLATES, ReviewModel
from tests.makers import again, make_person, person_of
from tests.sessions.makers_reviews import QUESTIONS, make_review, make_review_event


@pytest.mark.parametrize("model", list(ReviewModel))
def test_an_event_begins_with_the_rules_and_steps_of_its_model(db, model):
    event = make_review_event(db, make_person(db, "Ada Adler"), model=model)
    template = TEMPLATES[model]

    rules = rules_of(db, event.id)

    assert rules is not None
    assert (rules.model, rules.peers_min, rules.peers_max) == (model, *template.peers)
    assert [one.kind for one in steps_of(db, event.id)] == [one.kind for one in template.steps]
    assert all(one.starts_at < one.ends_at for one in steps_of(db, event.id))


def test_who_has_a_place_is_inside_and_who_has_none_finds_nothing(db):
    review = make_review(db)
    outsider = make_person(db, "Xi Xu")

    assert all(inside_review(one, review.subject) for one in review.people.values())
    for actor in (VISITOR, outsider):
        with pytest.raises(NotFound):
            get_review(db, actor, review.event.event, review.subject.review.public_id)
    assert [one.text for one in questions_of(db, review.subject.id)] == list(QUESTIONS)


def test_who_drops_out_is_outside(db):
    review = make_review(db)
    bo = review.people["bo"]
    place = next(one for one in places_of(db, review.subject.id) if one.person_id == bo.person)

    leave_review(db, bo, PlaceInReview(place, review.subject.review, review.event.event), reason="I am ill.")

    assert not inside_review(again(db, bo), review.subject)


def test_a_private_review_tells_no_names_outside_also_of_what_was_written_before(db):
    review = make_review(db)
    said = "Bo Berg and bo@example.org say that fees fell; Hal Huber agrees."
    protected = protected_in(db, review.subject.id)
    set_attribution(db, review.ada, review.subject, attribution=Attribution.NAMED)
    assert without_names(said, protected, shown=names_shown(VISITOR, review.subject)) == said

    set_attribution(db, review.people["mo"], review.subject, attribution=Attribution.PRIVATE)

    shown = without_names(said, protected, shown=names_shown(VISITOR, review.subject))
    assert "Berg" not in shown
    assert "bo@" not in shown
    assert "Hal Huber" in shown
    assert names_shown(review.people["ole"], review.subject)


def test_whoever_takes_another_name_stays_protected_under_the_one_before(db):
    review = make_review(db)
    bo = review.people["bo"]
    home = db.exec(select(Organisation).where(Organisation.name == "Berg Cluster")).one()
    said = "Bo Berg of Berg Cluster lost a third; Bo Brandt of Nordwind knows why."

    change_profile(db, bo, person_of(db, bo), name="Bo Brandt")
    change_profile(db, bo, person_of(db, bo), name="Robert Ravn")
    portrait = Portrait(name="Nordwind", kind=home.kind, country=home.country)
    change_organisation(db, actor_for(db, bo.person), home, portrait=portrait)

    told = without_names(said, protected_in(db, review.subject.id), shown=False)
    assert [one for one in ("Bo", "Berg", "Brandt", "Nordwind") if one in told] == []
    assert "lost a third" in told


@pytest.mark.parametrize("state", [ReviewState.CLOSED, ReviewState.CANCELLED, ReviewState.PUBLISHED])
def test_a_review_is_made_private_at_any_time_and_names_are_not_told_again_once_it_is_over(db, state):
    review = make_review(db)
    set_attribution(db, review.ada, review.subject, attribution=Attribution.NAMED)
    review.subject.review.state = state

    set_attribution(db, review.people["mo"], review.subject, attribution=Attribution.PRIVATE)
    private = names_shown(VISITOR, review.subject)
    if state is not ReviewState.PUBLISHED:
        with pytest.raises(ReviewOver):
            set_attribution(db, review.ada, review.subject, attribution=Attribution.NAMED)

    assert private is False
    assert names_shown(VISITOR, review.subject) is False


def test_roles_in_a_review_have_words_of_their_own():
    """In other languages the host of a room, who leads it, is not called as the cluster whose case is reviewed."""
    of_events = {str(one) for one in roles.ROLE_NAMES.values()}

    assert [str(one) for one in ROLE_NAMES.values() if str(one) in of_events] == []
