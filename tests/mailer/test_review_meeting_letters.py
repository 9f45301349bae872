"""Letters about a review's meeting: an entry for each day, moved, freed, and given to whoever stands in."""

import pytest

from events.core import clock
from events.organisations import OrganisationKind
from mailer.letters import LetterState
from sessions.peer_reviews.agenda import move_days
from sessions.peer_reviews.asking import AskedOfPeers, asking_in, change_review_questions
from sessions.peer_reviews.attribution import set_attribution
from sessions.peer_reviews.endings import ask_substitute
from sessions.peer_reviews.reviews import Attribution, PlaceInReview, PlaceState, ReviewRole, places_of, questions_of
from sessions.replies import CalendarReply, ReplyOutcome, ReplyVerb, answer_entry, find_entry_of
from tests.mailer.makers_letters import all_letters, calendar_event_of, new_letters, sent, text_of, written
from tests.makers import NOW, again, make_member, make_organisation, make_person, person_of
from tests.sessions.makers_review_meetings import DAY, FIRST, plan, take_out
from tests.sessions.makers_reviews import give_place, make_review

CLUSTER = OrganisationKind.CLUSTER_ORGANISATION
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def review(db):
    return make_review(db)


def of_kind(kind, known=0):
    return [one for one in all_letters()[known:] if one.kind == kind]


def test_everybody_gets_each_day_as_an_entry_of_its_own(db, review):
    plan(db, review)
    written(db)

    letters = [one for one in of_kind("review_day_invited") if one.address.startswith("bo")]
    entries = [calendar_event_of(one) for one in letters]
    assert [(one["SEQUENCE"], str(one["SUMMARY"])) for one in entries] == [
        (0, "Members that stay (1/2)"), (0, "Members that stay (2/2)")
    ]  # fmt: skip
    assert entries[0]["UID"] != entries[1]["UID"]
    assert entries[0]["DTSTART"].dt == FIRST
    assert [one.method for one in letters] == ["REQUEST", "REQUEST"]
    assert f"/reviews/{review.subject.review.public_id}/live" in text_of(letters[0])


def test_a_day_that_moves_says_when_it_was_before(db, review):
    plan(db, review)
    known = sent(db)
    move_days(db, review.people["mo"], review.subject, starts=[FIRST, FIRST + 2 * DAY])

    moved = new_letters(db, known)

    assert {one.kind for one in moved.values()} == {"review_day_moved"}
    assert len(moved) == 8
    assert calendar_event_of(moved["bo"])["SEQUENCE"] == 1
    assert moved["bo"].subject == "Updated: peer review Members that stay at Peer Days"


def test_a_review_whose_names_are_told_no_more_is_called_otherwise_in_calendars_and_has_not_moved(db, review):
    review.subject.review.topic = "Members that Bo Berg keeps"
    set_attribution(db, review.ada, review.subject, attribution=Attribution.NAMED)
    plan(db, review)
    known = sent(db)
    set_attribution(db, review.ada, review.subject, attribution=Attribution.PRIVATE)
    written(db)

    letters = [one for one in of_kind("review_day_renamed", known) if one.address.startswith("cy")]
    entries = [calendar_event_of(one) for one in letters]
    assert of_kind("review_day_moved", known) == []
    assert [(one["SEQUENCE"], str(one["SUMMARY"])) for one in entries] == [
        (1, "Members that ▒▒▒ keeps (1/2)"), (1, "Members that ▒▒▒ keeps (2/2)")
    ]  # fmt: skip
    assert "Its time stays." in text_of(letters[0])


def test_who_leaves_gets_a_cancellation_and_who_stands_in_an_invitation(db, review):
    plan(db, review)
    known = sent(db)
    take_out(db, review, "bo")
    give_place(db, review, make_person(db, "Fay Falk"), ReviewRole.PEER)

    written(db)

    letters = [one for one in all_letters()[known:] if one.kind.startswith("review_day")]
    assert sorted((one.address.partition("@")[0], one.method) for one in letters) == [
        ("bo", "CANCEL"), ("bo", "CANCEL"), ("fay", "REQUEST"), ("fay", "REQUEST")
    ]  # fmt: skip


def test_who_declined_a_day_is_asked_anew_when_it_moves(db, review):
    plan(db, review)
    sent(db)
    uid = of_kind("review_day_invited")[0].uid
    bo = review.people["bo"]
    entry = find_entry_of(db, uid, bo.person)

    outcome = answer_entry(db, bo, entry, reply=CalendarReply(ReplyVerb.DECLINED, uid, 0, NOW))
    db.commit()
    known = len(all_letters())
    move_days(db, review.people["mo"], review.subject, starts=[FIRST + DAY / 24, FIRST + DAY + DAY / 24])
    written(db)

    moved = [one.address.partition("@")[0] for one in of_kind("review_day_moved", known)]
    assert outcome is ReplyOutcome.APPLIED
    assert (moved.count("bo"), moved.count("cy")) == (2, 2)
    assert "PARTSTAT=NEEDS-ACTION" in str(calendar_event_of(of_kind("review_day_moved", known)[0]).to_ical())


def decline(db, who, *letters, comment=""):
    """Say no to these invitations as a calendar does; answers what became of the last."""
    outcomes = []
    for letter in letters:
        entry = find_entry_of(db, letter.uid, who.person)
        reply = CalendarReply(ReplyVerb.DECLINED, letter.uid, 0, clock.now(), comment)
        outcomes.append(answer_entry(db, who, entry, reply=reply))
    db.commit()
    return outcomes[-1]


def days_of_bo():
    return [one for one in of_kind("review_day_invited") if one.address.startswith("bo")]


def place_of_bo(db, review):
    return next(one for one in places_of(db, review.subject.id) if one.person_id == review.people["bo"].person)


def test_a_no_to_every_day_gives_the_place_up_and_a_substitute_can_be_asked(db, review):
    plan(db, review)
    known = sent(db)

    outcome = decline(db, review.people["bo"], *days_of_bo(), comment="I am ill.")
    written(db)
    letters = [one for one in all_letters()[known:] if not one.uid and one.state is LetterState.WAITING]

    place = place_of_bo(db, review)
    assert (outcome, place.state, place.reason) == (ReplyOutcome.APPLIED, PlaceState.LEFT, "I am ill.")
    told = sorted((one.address.partition("@")[0], one.kind) for one in letters)
    assert told == [("ada", "review_left"), ("mo", "review_left")]
    assert "> I am ill." in text_of(letters[0])
    fay = make_member(
        db, make_person(db, "Fay Falk"), make_organisation(db, "Falk Cluster", kind=CLUSTER, country="IT")
    )
    subject = PlaceInReview(place, review.subject.review, review.event.event)
    asked = ask_substitute(db, again(db, review.ada), subject, person=person_of(db, fay))
    assert asked.stands_in_for_id == place.id


def test_a_no_to_one_of_two_days_keeps_the_place_and_tells_who_runs_it(db, review):
    plan(db, review)
    known = sent(db)

    decline(db, review.people["bo"], days_of_bo()[1], comment="A wedding.")
    letters = new_letters(db, known)

    assert place_of_bo(db, review).state is PlaceState.ACCEPTED
    assert sorted(letters) == ["ada", "mo"]
    assert letters["mo"].subject == "Bo Berg will miss a day of the review of Straw"
    assert "> A wedding." in text_of(letters["mo"])


def test_a_no_once_the_meeting_has_begun_takes_nobody_out(db, review):
    plan(db, review)
    sent(db)

    with clock.frozen_at(FIRST + DAY / 24):
        decline(db, review.people["bo"], *days_of_bo())

    assert place_of_bo(db, review).state is PlaceState.ACCEPTED


def test_a_no_to_a_day_that_is_over_tells_nobody(db, review):
    plan(db, review)
    known = sent(db)

    with clock.frozen_at(FIRST + 2 * DAY):
        decline(db, review.people["bo"], *days_of_bo())

    assert new_letters(db, known) == {}


def test_a_no_to_a_time_that_was_moved_since_does_not_count_as_one_to_all_days(db, review):
    plan(db, review)
    sent(db)
    first, second = days_of_bo()
    decline(db, review.people["bo"], first)
    move_days(db, again(db, review.people["mo"]), review.subject, starts=[FIRST + DAY / 24, FIRST + DAY])
    written(db)

    decline(db, review.people["bo"], second)

    assert place_of_bo(db, review).state is PlaceState.ACCEPTED


def asked_otherwise(db, review, **words):
    """Hal changes words of questions by number ('q2'), and asks what is in `more`."""
    subject, more = asking_in(db, review.subject), words.pop("more", ())
    asked = [
        AskedOfPeers(words.get(f"q{one.number}", one.text), one.about, one.public_id)
        for one in questions_of(db, review.subject.id)
    ]
    change_review_questions(
        db, review.people["hal"], subject, questions=[*asked, *map(AskedOfPeers, more)],
        version=subject.review.version,
    )  # fmt: skip


def test_other_questions_are_told_once_to_everybody_with_a_place_but_who_wrote_them(db, review):
    make_member(db, make_person(db, "Out Sider"), review.host)
    known = sent(db)

    asked_otherwise(db, review, q1="", q2="Who would pay?", more=["What next?"])
    letters = new_letters(db, known)

    assert {one.kind for one in letters.values()} == {"review_questions_changed"}
    assert sorted(letters) == sorted(set(review.people) - {"hal"})
    said = text_of(letters["bo"])
    assert "2: Who would pay?" in said
    assert "4: What next?" in said
    assert "How do we win members?" not in said


def test_a_letter_about_questions_of_a_private_review_names_nobody_whom_it_protects(db, review):
    known = sent(db)

    asked_otherwise(db, review, q2="How does Bo Berg do it?")

    assert "2: How does ▒▒▒ do it?" in text_of(new_letters(db, known)["cy"])


def test_calendars_hear_of_other_questions_only_if_times_change(db, review):
    plan(db, review)
    known = sent(db)

    asked_otherwise(db, review, q2="Who would pay?")
    written(db)
    assert {one.kind for one in all_letters()[known:]} == {"review_questions_changed"}
    known = sent(db)
    asked_otherwise(db, review, more=["What next?"])
    written(db)

    days = [one for one in all_letters()[known:] if one.kind != "review_questions_changed"]
    assert [(one.kind, one.method) for one in days if one.address.startswith("bo")] == [
        ("review_day_moved", "REQUEST"), ("review_day_moved", "REQUEST")
    ]  # fmt: skip


def test_who_runs_a_review_and_who_organises_hear_that_a_day_was_handed_on(db, review):
    plan(db, review)
    known = sent(db)
    uid = next(one.uid for one in of_kind("review_day_invited") if one.address.startswith("bo"))
    reply = CalendarReply(ReplyVerb.DELEGATED, uid, 0, clock.now(), delegate="zed@example.org")
    bo = again(db, review.people["bo"])

    answer_entry(db, bo, find_entry_of(db, uid, bo.person), reply=reply)

    told = {name: one.kind for name, one in new_letters(db, known).items()}
    assert told == {"ada": "appearance_handed_on", "mo": "appearance_handed_on", "bo": "handing_on_noted"}


def test_who_has_no_name_is_not_called_by_their_address_in_letters_about_a_review(db, review):
    plan(db, review)
    known = sent(db)
    bo = again(db, review.people["bo"])
    person = person_of(db, bo)
    person.name, addr = "", person.email
    uids = [one.uid for one in of_kind("review_day_invited") if one.address.startswith("bo")]
    for verb, uid in ((ReplyVerb.DECLINED, uids[0]), (ReplyVerb.DELEGATED, uids[1])):
        answer_entry(db, bo, find_entry_of(db, uid, bo.person), reply=CalendarReply(verb, uid, 0, clock.now()))
    written(db)

    letters = [one for one in all_letters()[known:] if one.kind in ("review_day_declined", "appearance_handed_on")]
    assert {one.kind for one in letters} == {"review_day_declined", "appearance_handed_on"}
    assert [("Somebody" in text_of(one), addr in text_of(one)) for one in letters] == [(True, False)] * len(letters)
